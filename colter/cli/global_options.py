"""The options that every command has, as they were given."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ColorChoice = Literal["auto", "always", "never"]
LogFormat = Literal["text", "json"]


@dataclass(frozen=True, slots=True)
class Options:
    """Before the command or behind it."""

    config: Path | None = None
    state: Path | None = None
    verbosity: int = 0
    """0, or how many -v."""
    quiet: bool = False
    color: ColorChoice = "auto"
    log_format: LogFormat = "text"
    no_input: bool = False
    password_file: Path | None = None
    password_command: str | None = None
