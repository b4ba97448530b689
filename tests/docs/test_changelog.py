"""`./dev changelog` folds the fragments."""

import shutil
import subprocess
from pathlib import Path

from tests.docs.repository_files import ROOT

_HEAD = "# Changelog\n\nWords.\n\n"


def _fold(folder: Path, version: str, **fragments: str) -> str:
    changes = folder / "changes"
    changes.mkdir(exist_ok=True)
    (changes / "README.md").write_text("### Added\n- not a fragment\n")
    for slug, text in fragments.items():
        (changes / f"{slug}.md").write_text(text)
    shutil.copy(ROOT / "dev", folder)
    subprocess.run([folder / "dev", "changelog", version], check=True)
    assert [path.name for path in changes.iterdir()] == ["README.md"]
    return (folder / "CHANGELOG.md").read_text()


def test_fragments_become_one_section_kind_by_kind(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(_HEAD)
    text = _fold(tmp_path, "1.0.0", b="### Fixed\n- b fixed\n\n### Added\n- b added\n", a="### Added\n- a added\n")
    head, _, section = text.partition("## [1.0.0] - ")
    assert head == _HEAD
    assert section.partition("\n")[2] == "\n### Added\n- a added\n- b added\n\n### Fixed\n- b fixed\n"


def test_a_newer_section_stands_above_the_older_ones(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(_HEAD)
    _fold(tmp_path, "1.0.0", a="### Added\n- first\n")
    before = _fold(tmp_path, "1.1.0", a="### Added\n- second\n")
    text = _fold(tmp_path, "1.2.0", a="### Security\n- third\n")
    assert text.index("## [1.2.0]") < text.index("## [1.1.0]") < text.index("## [1.0.0]")
    assert text.endswith(before.removeprefix(_HEAD))
    assert text.count("\n\n\n") == 0
