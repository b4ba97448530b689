"""The files of the repository, told apart from what builds and caches leave behind; works without git."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_OURS_THOUGH_HIDDEN = {".ci", ".github"}
_NOT_TEXT = {".png", ".ico"}


def text_files() -> list[Path]:
    return [path for path in _walk(ROOT) if path.suffix not in _NOT_TEXT]


def pages() -> list[Path]:
    return [path for path in text_files() if path.suffix == ".md"]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            found.append(path)
        elif path.name in _OURS_THOUGH_HIDDEN or not path.name.startswith((".", "__", "dist")):
            found += _walk(path)
    return found
