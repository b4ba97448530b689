"""How Colter 1.x was called, and what to type now. Only asked when a command line could not be understood."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import NoReturn

_SINKS = ("influx", "prometheus")


def translated(argv: Sequence[str]) -> str | None:
    """The command line that does today what this one did in Colter 1.x; None: this is not how 1.x was called."""
    grammar = _grammar()
    try:
        old, more = grammar.parse_known_args(argv)
        if set(more) - set(_SINKS) or old == grammar.parse_args([]):
            return None
    except ValueError:
        return None
    # `--output=influx prometheus`: the second word belongs to no option, but it is clear what was meant.
    old.output = [*(old.output or ()), *more]
    return " ".join(["colter", *_today(old), *["-v"] * old.verbose])


def _today(old: Namespace) -> Sequence[str]:
    if old.generate_config:
        return ["config", "init"]
    if old.logout:
        return ["logout"]
    if old.test_email:
        return ["alerts", "test"]
    sinks = [word for sink in old.output for word in ("-o", sink)]
    if old.schedule and not old.dry_run:
        return ["daemon", "--every", f"{old.schedule}m", *sinks]
    return ["track", old.type or "all", *sinks, *["--dry-run"] * old.dry_run]


def _grammar() -> ArgumentParser:
    """The options of 1.x, with the abbreviations that argparse took."""
    parser = _Parser(add_help=False)
    parser.add_argument("-g", "--generate-config", action="store_true")
    parser.add_argument("-t", "--type", choices=["github", "pypi", "all"])
    parser.add_argument("-o", "--output", nargs="*", choices=_SINKS)
    parser.add_argument("--test-email", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--schedule", type=_minutes)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--logout", action="store_true")
    return parser


def _minutes(text: str) -> int:
    if (minutes := int(text)) < 1:
        raise ValueError(text)
    return minutes


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)
