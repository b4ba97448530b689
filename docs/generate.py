"""Writes what is made from the program: help texts in docs/commands.md, names in docs/exports.md, completions/.

Usage: python -m docs.generate
"""

import contextlib
import io
import os
import re
from pathlib import Path

from colter.cli.completing.scripts import SHELLS, script
from colter.cli.completing.words import places
from colter.cli.main import command_tree, run
from docs import names

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "commands.md"
COMPLETIONS = {
    "bash": ROOT / "completions" / "colter.bash",
    "zsh": ROOT / "completions" / "_colter",
    "fish": ROOT / "completions" / "colter.fish",
    "powershell": ROOT / "completions" / "colter.ps1",
}
_FIRST, _LAST = "<!-- help: from here on, made by ./dev docs -->\n", "<!-- help: until here -->\n"


def files() -> dict[Path, str]:
    """Every generated file with what should stand in it."""
    tree = command_tree()
    return {
        PAGE: page(PAGE.read_text()),
        names.PAGE: names.page(names.PAGE.read_text()),
        **{COMPLETIONS[shell]: script(shell, tree) for shell in SHELLS},
    }


def page(text: str) -> str:
    """The page with the help of every command between its two marks."""
    before, _, rest = text.partition(_FIRST)
    _, _, after = rest.partition(_LAST)
    sections = (
        f"### colter {place.path}".rstrip() + f"\n\n```text\n{help_of(place.path)}```\n"
        for place in places(command_tree())
    )
    return f"{before}{_FIRST}\n" + "\n".join(sections) + f"\n{_LAST}{after}"


def help_of(command: str) -> str:
    """What `colter COMMAND --help` prints in a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run([*command.split(), "--help"])
    return re.sub(r" +\n", "\n", printed.getvalue())


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
