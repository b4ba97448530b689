"""The section `file` of the configuration."""

from pathlib import Path

import pytest

from colter.core.errors import ConfigError
from tests.cli.running import Machine
from tests.config.opening import load
from tests.export.filling import fill
from tests.export.histories import long


def test_a_path_is_enough(tmp_path: Path) -> None:
    file = load(tmp_path, "file: {path: ~/colter.jsonl}").config.file
    assert file
    assert (str(file.max_size), file.max_size.count, file.keep, file.format) == ("100MiB", 100 * 2**20, 5, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file: {path: /etc/profile}", "file.path: expected a path that ends in .jsonl, .csv or .lp"),
        ("file: {}", "file.path"),
        ("file: {path: a.csv, format: openmetrics}", "file.format"),
        ("file: {path: a.csv, max_size: 10}", "file.max_size: expected a size from 64KiB to 1TiB"),
        ("file: {path: a.csv, max_size: many}", "file.max_size: expected a size such as"),
        ("file: {path: a.csv, keep: 0}", "file.keep"),
    ],
)
def test_what_it_may_not_say_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("section", "begins"),
    [
        ("path: ~/m.csv", "time,source,"),
        ("path: ~/m.lp", "github_repo_stats,"),
        ("path: ~/m.ndjson", '{"round": '),
        ("path: ~/m.csv, format: jsonl", '{"round": '),
    ],
)
def test_the_ending_says_the_format_unless_the_format_is_said(machine: Machine, section: str, begins: str) -> None:
    machine.configure(f"file: {{{section.replace('~', str(machine.home))}}}")
    fill(machine, long(1, 1), owed_to=["file"])
    assert machine.inside("export", "-o", "file").code == 0
    (path,) = machine.home.glob("m.*")
    assert path.read_text().startswith(begins)
