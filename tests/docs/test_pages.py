"""The pages do not lie: links lead somewhere, commands exist, the index is complete."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colter.cli.main import COMMANDS, command_tree
from tests.docs.repository_files import ROOT, name, pages

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_EXAMPLE = re.compile(r"^ *(?:\$ )?((?:[A-Z_]+=\S+ )*colter\b(?!:).*)$|`(colter [^`]+)`", re.MULTILINE)
_SECTION = re.compile(r"^### (.*)$", re.MULTILINE)
_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_link_within_the_repository_leads_somewhere() -> None:
    broken = [
        f"{name(page)}: {link}"
        for page in pages()
        for link in _LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert broken == []


def test_every_command_shown_exists_with_its_options() -> None:
    tree = command_tree(COMMANDS)
    wrong = [f"{name(page)}: {wrong}" for page in pages() for line in _examples(page) for wrong in _wrong(line, tree)]
    assert wrong == []


def test_the_index_of_the_docs_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8")
    missing = [path for path in sorted((ROOT / "docs").glob("*.md")) if f"]({path.name})" not in index]
    assert [path.name for path in missing] == ["README.md"]


def test_the_index_of_the_decisions_names_every_page() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    missing = [path for path in sorted((ROOT / "docs/decisions").glob("*.md")) if f"]({path.name})" not in index]
    assert [path.name for path in missing] == ["README.md"]


@pytest.mark.parametrize("fragment", sorted((ROOT / "changes").glob("[!R]*.md")), ids=name)
def test_a_fragment_has_known_headings_and_nothing_but_entries(fragment: Path) -> None:
    text = fragment.read_text("utf-8")
    assert text.startswith("### ")
    assert set(_SECTION.findall(text)) <= _KINDS
    others = [line for line in text.splitlines() if line and not line.startswith(("### ", "- "))]
    assert others == []


def _examples(page: Path) -> Iterator[str]:
    for block, inline in _EXAMPLE.findall(page.read_text("utf-8")):
        yield (block or inline).partition("  ")[0]


def _wrong(line: str, tree: Any) -> Iterator[str]:
    """What of an example command does not exist. Placeholders (`TARGET..`, `COMMAND`, `[...]`) are passed over."""
    words = shlex.split(line.replace("[", " ").replace("]", " "), comments=True)
    words = words[words.index("colter") + 1 :]
    for end in ("|", ">", "&&", ";", "--"):
        words = words[: words.index(end)] if end in words else words
    command = tree
    for word in words:
        known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
        if word.startswith("-") and word != "-" and word.partition("=")[0] not in known | {"-h", "--help"}:
            yield f"{line}: {word}"
        choices = getattr(command, "commands", None)
        if choices is not None and re.fullmatch(r"[a-z]+", word):
            if word not in choices:
                yield f"{line}: {word}"
                return
            command = choices[word]
