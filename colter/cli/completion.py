"""`colter completion`: scripts that complete commands, options and choices without starting Python."""

from typing import Annotated

import typer

from colter.cli.context import Context
from colter.cli.options import Words

SHELLS = ("bash", "zsh", "fish", "powershell")

Shell = Annotated[
    str, typer.Argument(metavar="|".join(SHELLS), parser=Words(*SHELLS), help="The shell to complete in.")
]


def command(ctx: typer.Context, shell: Shell) -> None:
    """Print the completion script for a shell.

    Examples:
      colter completion bash > ~/.local/share/bash-completion/completions/colter
      colter completion zsh > ~/.zfunc/_colter
      colter completion fish > ~/.config/fish/completions/colter.fish
      colter completion powershell >> $PROFILE
    """
    from colter.cli.completing.scripts import script
    from colter.cli.main import command_tree

    Context.of(ctx).write(script(shell, command_tree()))
