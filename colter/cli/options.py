"""Options that several commands share, and how their values are read."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import typer

from colter.core.units import parse_duration

LIST_FORMATS = ("table", "text", "json", "jsonl", "csv", "markdown")
READING_FORMATS = (*LIST_FORMATS, "openmetrics")
PROBE_FORMATS = (*READING_FORMATS, "junit", "nagios", "github")
SINKS = ("influx", "prometheus", "database", "file")
COLORS = ("auto", "always", "never")
LOG_FORMATS = ("text", "json")


class Words:
    """One of a few words, or with `many` several of them with commas between; anything else gets a suggestion.

    Given to Typer as a parser, so that the completion scripts can find the words again.
    """

    def __init__(self, *known: str, many: bool = False) -> None:
        self.known = known
        self.many = many
        self.__name__ = "words"  # Typer names a parser's type after it

    def __call__(self, text: str) -> str:
        """The text itself; BadParameter when it is none of the words."""
        for word in split_commas([text]) if self.many else [text]:
            if word not in self.known:
                raise typer.BadParameter(unknown(word, self.known))
        return text


def unknown(word: str, known: Iterable[str]) -> str:
    """Says that a word is not known, which one is nearest, and which there are."""
    known = list(known)
    near = get_close_matches(word, known, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{word!r} is not known. {guess}Known: {', '.join(known)}."


def split_commas(values: Sequence[str]) -> tuple[str, ...]:
    """Repeated and comma-separated values as one list without doubles, in order."""
    return tuple(dict.fromkeys(word.strip() for value in values for word in value.split(",") if word.strip()))


def duration(text: str) -> timedelta:
    """A length of time as an option's value."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def limit(text: str) -> timedelta:
    """A length of time within which something is to happen, as an option's value."""
    if not (length := duration(text)):
        raise typer.BadParameter(f"expected a duration above 0, got {text!r}")
    return length


def folder(text: str) -> Path:
    """A directory as an option's value. Nothing is what a script makes of a variable that is not set."""
    if not text:
        raise typer.BadParameter("expected a directory, got nothing")
    return Path(text)


def cadence(text: str) -> str:
    """A duration or a cron expression as an option's value."""
    from colter.config.schema.checks import check_cadence

    try:
        return check_cadence(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def chosen(values: Sequence[str] | None) -> frozenset[str]:
    """What was chosen with an option that may be repeated or have commas."""
    return frozenset(split_commas(values or ()))


def several_option(*names: str, of: tuple[str, ...], metavar: str, meaning: str) -> Any:
    """An option that takes some of these words, repeated or with commas between."""
    help_ = f"{meaning}; may be repeated or have commas."
    return typer.Option(*names, metavar=metavar, parser=Words(*of, many=True), help=help_)


def output_option(verb: str) -> Any:
    """`-o` with the sinks that there are."""
    meaning = f"{verb} to {', '.join(SINKS)} as configured"
    return several_option("-o", "--output", of=SINKS, metavar="SINK", meaning=meaning)


def format_option(formats: tuple[str, ...], meaning: str = "") -> Any:
    """`-f` with the formats of a command."""
    usual = f"One of {', '.join(formats)}. [default: table on a terminal, else text: tab-separated]"
    return typer.Option("-f", "--format", metavar="FORMAT", parser=Words(*formats), help=meaning or usual)


def fail_on_option(meaning: str) -> Any:
    """`--fail-on` with the conditions of a command."""
    return typer.Option("--fail-on", metavar="COND", help=f"End with exit code 10 when this holds{meaning}")


def timeout_option(meaning: str) -> Any:
    """`--timeout`, which is not the same for every command."""
    return typer.Option("--timeout", metavar="DURATION", parser=limit, help=meaning)


Config = Annotated[
    Path | None, typer.Option("-c", "--config", metavar="FILE", help="The configuration file [COLTER_CONFIG].")
]
State = Annotated[Path | None, typer.Option("--state", metavar="DIR", parser=folder, help="Where history is kept.")]
Verbose = Annotated[
    int, typer.Option("-v", "--verbose", count=True, show_default=False, help="Tell more on stderr; twice: everything.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
Color = Annotated[
    str, typer.Option("--color", metavar="|".join(COLORS), parser=Words(*COLORS), help="Whether to use colours.")
]
LogFormat = Annotated[
    str,
    typer.Option(
        "--log-format",
        metavar="|".join(LOG_FORMATS),
        parser=Words(*LOG_FORMATS),
        help="How to talk on stderr; json: one object per line.",
    ),
]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask anything.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="Read the master password from a private file.")
]
PasswordCommand = Annotated[
    str | None, typer.Option("--password-command", metavar="COMMAND", help="Run this to get the master password.")
]


Output = Annotated[list[str] | None, output_option("Also export")]
File = Annotated[Path | None, typer.Option("--file", metavar="PATH", help="Write the result there, once it is whole.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and show; keep, export and send nothing.")]
NoStore = Annotated[bool, typer.Option("--no-store", help="Keep no history of this run.")]
ReadingFormat = Annotated[str | None, format_option(READING_FORMATS)]


def _print_version(asked: bool) -> None:
    if asked:
        from colter import __version__

        typer.echo(f"colter {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("-V", "--version", is_eager=True, callback=_print_version, help="Print the version.")
]
