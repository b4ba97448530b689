"""A disk of a few MiB, seen by one program and its children only: it goes when they end, however they end."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.needing import lacking, program

_MOUNTED = 'mount -t tmpfs -o "size=$1,mode=700" tmpfs "$2" && shift 2 && exec "$@"'


def on_small_disk(
    size: str, place: Path, argv: Sequence[str | Path], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this with a disk of that size (`1m`) mounted at a place that is made."""
    place.mkdir()
    own = [program("unshare"), "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    # In a chroot there is no root file system of our own that could be made private.
    ways = (own, [*own, "--propagation", "unchanged"])
    namespace = next((way for way in ways if _works(way)), None) or lacking("the right to mount a disk")
    mounted = [*namespace, "sh", "-c", _MOUNTED, "sh", size, place, *argv]
    return subprocess.run(mounted, capture_output=True, text=True, check=False, timeout=300, env=env)


def _works(namespace: Sequence[str]) -> bool:
    return subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
