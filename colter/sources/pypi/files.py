"""Which version a file of an index belongs to, told from its name."""

import re
from functools import lru_cache

from packaging.version import InvalidVersion, Version

from colter.core.text import clean

_SDIST = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.Z", ".tar")
_GOES_ON = re.compile(r"\w|\.\d")  # after 1 in 1.05, not after 1.0 in 1.0.win32 or 1.0-py2.7
_LONGEST = 300
_LONGEST_VERSION = 64


def version_in(filename: str, package: str, known: frozenset[str] = frozenset()) -> str | None:
    """The version in a file's name as it is written there; None when it cannot be told.

    Args:
        filename: of a wheel, an sdist, or with `known` of anything else.
        package: the normalised name; without it `foo-1-2.0.tar.gz` could be of `foo` or of `foo-1`.
        known: the versions that the index lists: they tell of old formats (`.egg`, `.exe`), too.
    """
    named = _begins_with(package).match(filename)
    if named is None or clean(filename, _LONGEST) != filename:
        return None
    rest = filename[named.end() :]
    if filename.endswith(".whl"):
        return rest.partition("-")[0] or None
    sdist = next((rest.removesuffix(ending) for ending in _SDIST if rest.endswith(ending)), "")
    if sdist and (sdist in known or parse_version(sdist)):
        return sdist
    # From the longest on: of 1.0 and 1.0.1 it is the second that is meant in 1.0.1.win32.exe.
    ends = (end for end in range(min(len(rest), _LONGEST_VERSION), 0, -1) if not _GOES_ON.match(rest, end))
    return next((rest[:end] for end in ends if rest[:end] in known), sdist or None)


@lru_cache(maxsize=10_000)  # a version has as many files as there are platforms
def parse_version(written: str) -> Version | None:
    """A version by PEP 440; None for those from before it, such as `2004d`."""
    for spelling in (written, written.replace("_", "-")):  # a wheel's name writes 1.0-1 as 1.0_1
        try:
            return Version(spelling)
        except (InvalidVersion, ValueError):  # ValueError: thousands of digits
            continue
    return None


@lru_cache(maxsize=1000)
def _begins_with(package: str) -> re.Pattern[str]:
    spelling = "[-_.]+".join(re.escape(part) for part in package.split("-"))
    return re.compile(f"{spelling}-", re.IGNORECASE | re.ASCII)
