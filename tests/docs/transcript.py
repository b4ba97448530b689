"""The README's transcript is what `colter demo` prints. `python -m tests.docs.transcript` writes it anew."""

import io
import re
import sys

from colter.cli.context import Context, Streams
from colter.cli.main import run
from tests.docs.repository_files import ROOT

README = ROOT / "README.md"
_BLOCK = re.compile(r"(?<=<!-- transcript -->\n```console\n).*?(?=```\n<!-- /transcript -->)", re.DOTALL)
_NUMBER = re.compile(r"\d[\d.,:]*")
_FILL = re.compile(r" {2,}|─+")


def printed() -> str:
    """What the demo prints when it is called from a shell without colours."""
    stdout = io.StringIO()
    code = run(["demo"], Context(env={}, streams=Streams(sys.stdin, stdout, sys.stderr)))
    if code:
        raise SystemExit(f"colter demo ended with exit code {code}\n{stdout.getvalue()}")
    return f"$ colter demo\n{stdout.getvalue()}"


def in_readme() -> str:
    """What the README says that it prints."""
    found = _BLOCK.search(README.read_text("utf-8"))
    if not found:
        raise SystemExit("README.md has no block between <!-- transcript --> and <!-- /transcript -->")
    return found[0]


def masked(transcript: str) -> str:
    """The transcript without what differs from run to run: ports, milliseconds, times, and the padding around them."""
    return _FILL.sub(" ", _NUMBER.sub("0", transcript))


def main() -> None:
    """Write the README's transcript anew, unless only numbers would change."""
    new = printed()
    if masked(new) != masked(in_readme()):
        README.write_text(_BLOCK.sub(lambda _: new, README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
