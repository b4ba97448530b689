"""The names that shells complete, left in a small file: completing one starts no Python, and unlocks nothing.

Of the configuration: endpoints, tags, channels and more; a job that reports is known by them too, which saves reading
the configuration. Of the history: targets that are watched, and `former` ones, which are not any more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from colter import __version__
from colter.cli.completing.names_file import begins_with, names_file, read_lines, write_lines
from colter.core.text import clean

if TYPE_CHECKING:
    from colter.config.settings import Settings
    from colter.core.model import Target

_LONGEST_NAME = 300
_OF_HISTORY = ("watched ", "former ")


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
    head = f"# {' '.join([__version__, version, *variables])}"
    with suppress(OSError):
        file = names_file(state, settings.path)
        if not begins_with(file, head):
            names = (f"{kind} {name}" for kind, name in _configured(settings) if _is_shown(name))
            write_lines(file, [head, *names, *_sorted_out(settings, _targets(read_lines(file)))])


def keep_targets(settings: "Settings", state: Path, known: "Iterable[Target]") -> None:
    """Write down beside them of which targets there is a history, when these have changed."""
    if settings.path is None:
        return
    with suppress(OSError):
        file = names_file(state, settings.path)
        lines, targets = read_lines(file), sorted(filter(_is_shown, map(str, known)))
        if lines and targets != _targets(lines):
            names = (line for line in lines if not line.startswith(_OF_HISTORY))
            write_lines(file, [*names, *_sorted_out(settings, targets)])


def is_kept(kind: str, name: str, config: Path, state: Path, env: Mapping[str, str]) -> bool:
    """Whether this name was written down, from the configuration as it is now; False: it may be there all the same."""
    if any(each.startswith("COLTER_") and "__" in each for each in env):  # these may change names too
        return False
    with suppress(OSError):
        lines = read_lines(names_file(state, config))
        made_from = f"# {__version__} {version_of(config)} "
        return bool(lines) and f"{lines[0]} ".startswith(made_from) and f"{kind} {name}" in lines
    return False


def _configured(settings: "Settings") -> Iterator[tuple[str, str]]:
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


def _is_shown(name: str) -> bool:
    """Not what no terminal should be sent."""
    return clean(name, _LONGEST_NAME) == name


def _targets(lines: Iterable[str]) -> Sequence[str]:
    """The targets in these lines, whether they are watched or not."""
    return [line.partition(" ")[2] for line in lines if line.startswith(_OF_HISTORY)]


def _sorted_out(settings: "Settings", targets: Sequence[str]) -> Iterator[str]:
    """The lines of these targets."""
    if not targets:
        return
    from colter.app.watched_targets import WatchedTargets
    from colter.core.model import Target

    watched = WatchedTargets(settings.config)
    for target in targets:
        source, _, name = target.partition(":")
        yield f"{'watched' if watched.place(Target(source, name)) else 'former'} {target}"
