"""The completion scripts by shell, each from the whole tree of commands."""

from collections.abc import Callable, Sequence

from typer.core import TyperGroup

from colter.cli.completing.bash import bash
from colter.cli.completing.fish import fish
from colter.cli.completing.powershell import powershell
from colter.cli.completing.words import Place, places
from colter.cli.completing.zsh import zsh

SHELLS: dict[str, Callable[[Sequence[Place]], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
    "powershell": powershell,
}


def script(shell: str, tree: TyperGroup) -> str:
    """The completion script for a shell."""
    return SHELLS[shell](places(tree))
