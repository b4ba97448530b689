"""Where Colter's files are: configuration, state, log, and what lives only until the machine restarts."""

from collections.abc import Mapping
from pathlib import Path

from colter.core.errors import ConfigError
from colter.core.text import clean

APP = "colter"
LEGACY_NAME = ".colter_config.yaml"
"""The predecessor's configuration, in the home directory."""


def config_path(given: Path | None, env: Mapping[str, str]) -> Path | None:
    """The file to read: `--config`, `COLTER_CONFIG`, the user's own, the predecessor's; None: there is none.

    Raises:
        ConfigError: a file was named that is not there.
    """
    named = _named(given, env)
    if named:
        if not _is_there(named):
            raise ConfigError(f"{clean(str(named))}: there is no such file", hint="colter config init creates one")
        return named
    return next(filter(_is_there, (default_config_path(env), legacy_config_path(env))), None)


def new_config_path(given: Path | None, env: Mapping[str, str]) -> Path:
    """Where a configuration is created or changed: never the predecessor's file."""
    return _named(given, env) or default_config_path(env)


def legacy_config_path(env: Mapping[str, str]) -> Path:
    """Where the predecessor keeps its configuration."""
    home = env.get("HOME")
    return (Path(home) if home else _expanded(Path("~"))) / LEGACY_NAME


def default_config_path(env: Mapping[str, str]) -> Path:
    """`colter/config.yaml` in the user's configuration directory."""
    return _directory("config", "XDG_CONFIG_HOME", env) / "config.yaml"


def state_dir(env: Mapping[str, str]) -> Path:
    """Where history is kept: `COLTER_STATE`, or `colter` in the user's state directory. It need not exist yet."""
    named = env.get("COLTER_STATE")
    return _expanded(Path(named)) if named else _directory("state", "XDG_STATE_HOME", env)


def log_file(env: Mapping[str, str]) -> Path:
    """`colter.log` in the user's log directory."""
    return _directory("log", "XDG_STATE_HOME", env) / "colter.log"


def runtime_dir(env: Mapping[str, str]) -> Path | None:
    """`colter` in the directory that is emptied at restart; None where there is no such directory."""
    base = env.get("XDG_RUNTIME_DIR", "")
    return Path(base) / APP if base.startswith("/") else None


def _named(given: Path | None, env: Mapping[str, str]) -> Path | None:
    named = given or env.get("COLTER_CONFIG")
    return _expanded(Path(named)) if named else None


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # a container's user without a home
        return path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # not to be seen from here; reading it will tell why
        return True


def _directory(kind: str, variable: str, env: Mapping[str, str]) -> Path:
    base = env.get(variable, "")
    if base.startswith("/"):  # platformdirs reads the environment of the process, not the one that was handed in
        return Path(base) / APP / ("log" if kind == "log" else "")
    from platformdirs import PlatformDirs  # noqa: PLC0415  most commands are told where to look

    places = PlatformDirs(APP, appauthor=False)
    try:
        return Path(getattr(places, f"user_{kind}_path"))
    except RuntimeError:  # a container's user without a home
        return Path("/", APP, kind)
