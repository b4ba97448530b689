"""The names in the configuration, in a small file that shells read: completing one starts no Python, unlocks nothing.

A job that reports is known by it too, which saves reading the configuration.

A line is a kind and a name, `endpoint api`; the first says of which version of the configuration they are.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from colter import __version__
from colter.core.text import clean

if TYPE_CHECKING:
    from colter.config.settings import Settings

_FOLDER = "names"
_LONGEST_NAME = 300
_MOST_FILES = 20
"""For so many configuration files; the one written longest ago goes first."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def version_of(config: Path | None) -> str | None:
    """Which version of the configuration file this is; to be asked before it is read. None: there is no file."""
    with suppress(OSError):
        if config is not None:
            found = config.stat()
            return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"
    return None


def keep_names(settings: "Settings", version: str | None, state: Path) -> None:
    """Write the names down for completion, unless it was done; where that cannot be done, nothing happens.

    Only in a state directory that is there already.
    """
    if settings.path is None or version is None:
        return
    variables = sorted(set(settings.origins.values()))
    head = f"# {' '.join([__version__, version, *variables])}\n".encode()
    with suppress(OSError):
        file = names_file(state, settings.path)
        if not _begins_with(file, head):
            lines = (f"{kind} {name}\n" for kind, name in _names(settings) if clean(name, _LONGEST_NAME) == name)
            _write(file, head + "".join(lines).encode())


def is_kept(kind: str, name: str, config: Path, state: Path, env: Mapping[str, str]) -> bool:
    """Whether this name was written down, from the configuration as it is now; False: it may be there all the same."""
    if any(each.startswith("COLTER_") and "__" in each for each in env):  # these may change names too
        return False
    with suppress(OSError, ValueError):
        file = names_file(state, config)
        if not file.is_file():  # a FIFO would wait for its writer
            return False
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        return f"{head} ".startswith(f"# {__version__} {version_of(config)} ") and f"{kind} {name}" in lines
    return False


def names_file(state: Path, config: Path) -> Path:
    """Where the names of a configuration file are: under its path with `%` for `/`, which shells can compute."""
    real = config.parent.resolve() / config.name
    return state / _FOLDER / str(real).replace("/", "%")


def _names(settings: "Settings") -> Iterator[tuple[str, str]]:
    from colter.app.registry import configured_sinks

    config = settings.config
    for endpoint in config.endpoints:
        yield ("endpoint" if endpoint.address else "heartbeat"), endpoint.name
    yield from _each("tag", (f"@{tag}" for endpoint in config.endpoints for tag in endpoint.tags))
    yield from _each("package", config.pypi.packages)
    yield from _each("repository", (target for target in config.github.targets if "/" in target and target[0] != "!"))
    yield from _each("channel", config.channels)
    yield from _each("sink", configured_sinks(settings))


def _each(kind: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((kind, name) for name in dict.fromkeys(names))


def _begins_with(file: Path, head: bytes) -> bool:
    with suppress(FileNotFoundError):
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a FIFO would wait for its writer
        try:
            return os.read(handle, len(head)) == head
        finally:
            os.close(handle)
    return False


def _write(file: Path, content: bytes) -> None:
    import secrets

    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_name(f".{secrets.token_hex(6)}")
    try:
        with open(os.open(draft, _NEW, 0o600), "wb") as handle:  # noqa: PTH123  Path.open takes no mode
            handle.write(content)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    known = sorted(file.parent.iterdir(), key=lambda each: each.lstat().st_mtime_ns, reverse=True)
    for old in known[_MOST_FILES:]:
        old.unlink()
