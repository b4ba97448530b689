"""Fetches what tests need and the project does not ship, into .cache/tests: GitHub's schema and recorded answers.

Run it as `python tests/fetch.py`; what is there already is not fetched again. Exit 1: something could not be had.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "tests"
SCHEMA = CACHE / "github.graphql"
RECORDINGS = CACHE / "github-recordings"


def main() -> int:
    """Fetch both, each on its own: one that fails does not keep the other away."""
    CACHE.mkdir(parents=True, exist_ok=True)
    failures = 0
    for place, fetch in ((SCHEMA, _fetch_schema), (RECORDINGS, _fetch_recordings)):
        if place.exists():
            continue
        try:
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                # Moved into place only when complete: an interrupted run leaves nothing half.
                fetch(Path(folder)).rename(place)
        except (OSError, StopIteration, subprocess.CalledProcessError, tarfile.TarError) as error:
            print(f"cannot fetch {place.name}: {error}", file=sys.stderr)  # noqa: T201  a script
            failures += 1
    return int(failures > 0)


def _fetch_schema(folder: Path) -> Path:
    """GitHub's official GraphQL schema (MIT), from the npm package that its own clients are made from."""
    _run("npm", "pack", "--silent", "@octokit/graphql-schema@15.26.1", folder=folder)
    schema = folder / "schema.graphql"
    schema.write_bytes(next(content for _, content in _unpacked(folder, ".tgz", wanted="/schema.graphql")))
    return schema


def _fetch_recordings(folder: Path) -> Path:
    """Real answers of GitHub's REST API, recorded by the tests of PyGithub (LGPL: never part of this project)."""
    requirement = ("--no-deps", "--no-binary", "PyGithub", "PyGithub==2.10.0")
    _run(*_pip(), "download", "--quiet", "--dest", str(folder), *requirement, folder=folder)
    recordings = folder / "recordings"
    recordings.mkdir()
    for path, content in _unpacked(folder, ".tar.gz", wanted=".txt"):
        if path.parent.name == "ReplayData":
            (recordings / path.name).write_bytes(content)
    return recordings


def _pip() -> tuple[str, ...]:
    """Any pip at all: environments made by uv have none of their own."""
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    return (uv, "tool", "run", "pip") if uv else (sys.executable, "-m", "pip")


def _run(*command: str, folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, timeout=300, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _unpacked(folder: Path, kind: str, *, wanted: str) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Files of the one archive of this kind whose names end as wanted; nothing is written where it says."""
    archive = next(path for path in folder.iterdir() if path.name.endswith(kind))
    with tarfile.open(archive) as packed:
        for member in packed:
            if member.name.endswith(wanted) and (content := packed.extractfile(member)):
                yield PurePosixPath(member.name), content.read()


if __name__ == "__main__":
    sys.exit(main())
