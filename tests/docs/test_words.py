"""What must not stand in any file of the repository."""

import re

from tests.docs.repository_files import ROOT, name, text_files

_INDEX = re.compile(r"\bpypi" + r"\.org\b")
_REGISTRIES = re.compile(
    "|".join(["pythonhosted" + r"\.", r"npmjs" + r"\.", r"\bdeb" + r"\.debian", "security" + r"\.debian"])
)
_WORKPLACE = re.compile("|".join(["/work" + "/", r"\." + "library", "CE" + r"O\b"]))
_THE_ONE_PLACE = "colter/sources/pypi/"


def test_no_file_names_a_package_registry() -> None:
    """But for the default of the product itself."""
    assert _found(_REGISTRIES) == []
    assert [place for place in _found(_INDEX) if not place.startswith(_THE_ONE_PLACE)] == []


def test_no_file_names_the_place_where_it_was_written() -> None:
    assert _found(_WORKPLACE) == []


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    pinned = [line for line in lock.splitlines() if re.match(r"\w", line)]
    assert pinned
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name(path)}:{number}: {found[0]}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := pattern.search(line))
    ]
