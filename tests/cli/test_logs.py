"""The log is private, bounded, harmless and without secrets; one that cannot be written disturbs nobody."""

import base64
import logging
from collections.abc import Iterator
from io import StringIO
from logging.handlers import RotatingFileHandler
from pathlib import Path
from urllib.parse import quote

import pytest

from colter.cli import logs
from colter.cli.global_options import Options
from colter.cli.logs import Logs
from colter.core.secret import Secret
from tests.cli.running import Machine

SECRET = "päss/wörd+canary=="
log = logging.getLogger("colter.test")


class Opened:
    """A log with its two places."""

    def __init__(self, folder: Path, verbosity: int = 0) -> None:
        self.console = StringIO()
        self.path = folder / "logs" / "colter.log"
        self.logs = Logs(self.console, verbosity)
        self.logs.to_file(self.path, "debug")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path)
    yield made
    made.logs.close()


FORMS = {
    "raw": SECRET,
    "percent-encoded": quote(SECRET),
    "percent-encoded as a component": quote(SECRET, safe=""),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 of user and password": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "base64 of a longer user and password": base64.b64encode(f"users:{SECRET}!".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(opened: Opened, form: str) -> None:
    opened.logs.masks.add(Secret(SECRET))
    written = FORMS[form]
    log.warning("sent %s to them", written)
    log.error("failed with %s", {"header": written}, exc_info=ValueError(written))
    for text in (opened.path.read_text(), opened.console.getvalue()):
        assert "••••" in text
        assert "canary" not in text
        core = base64.b64encode(SECRET.encode()).decode()[4:-4] if "base64" in form else SECRET
        assert core not in text


def test_short_secrets_do_not_eat_the_log(opened: Opened) -> None:
    opened.logs.masks.add(Secret("a"))
    log.warning("a banana")
    assert "a banana" in opened.path.read_text()


@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        (
            "https://me:hunter2@example.org/path?token=abc&x=1 went wrong",
            "https://••••@example.org/path?•••• went wrong",
        ),
        ("postgresql://colter:hunter2@db.example.org:5432/colter", "postgresql://••••@db.example.org:5432/colter"),
        ("see https://example.org/path, or else", "see https://example.org/path, or else"),
        ("is 3 > 2? yes @home", "is 3 > 2? yes @home"),
    ],
)
def test_what_urls_carry_is_masked(opened: Opened, written: str, hidden: str) -> None:
    assert opened.logs.masks.hide(written) == hidden


def test_strangers_text_cannot_forge_or_paint_lines(opened: Opened) -> None:
    log.warning("name is %s", "x\x1b]0;owned\x07\u202e")
    for text in (opened.path.read_text(), opened.console.getvalue()):
        assert not set("\x1b\x07\u202e") & set(text)


def test_the_console_tells_warnings_and_with_v_more(tmp_path: Path) -> None:
    said = []
    for verbosity in (-1, 0, 1, 2, 3):
        made = Opened(tmp_path, verbosity)
        for level in (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG):
            log.log(level, "line")
        logging.getLogger("httpx").info("noise")
        logging.getLogger("psycopg").warning("error ignored terminating <psycopg.AsyncPipeline [BAD] at 0x7f540b77>")
        made.logs.close()
        said.append(made.console.getvalue().count("\n"))
    assert said == [1, 2, 3, 4, 4]


@pytest.mark.parametrize(("options", "lines"), [(["-q"], 1), ([], 2), (["-q", "-v"], 3)])
def test_q_leaves_errors_alone(machine: Machine, options: list[str], lines: int) -> None:
    context = machine.context()
    context.options = Options(quiet="-q" in options, verbosity=options.count("-v"))
    made = context.logs
    for level in (logging.ERROR, logging.WARNING, logging.INFO):
        log.log(level, "line")
    made.close()
    assert str(context.streams.stderr.getvalue()).count("\n") == lines  # type: ignore[attr-defined]  # a StringIO


def test_a_traceback_is_for_the_file_and_for_v(opened: Opened) -> None:
    log.error("outer", exc_info=ValueError("inner"))
    assert opened.console.getvalue() == "ERROR colter.test: outer\n"
    assert "ValueError: inner" in opened.path.read_text()


def test_the_file_is_private_and_so_are_its_backups(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    log.info("first")
    (handler,) = [each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler)]
    handler.maxBytes = 200
    for number in range(40):
        log.info("line %d", number)
    files = sorted(path.name for path in opened.path.parent.iterdir())
    assert files == ["colter.log", *(f"colter.log.{number}" for number in range(1, logs.BACKUPS + 1))]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in opened.path.parent.iterdir())
    assert opened.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("place", ["/dev/full", "/proc/nowhere/colter.log", "/dev/null/colter.log"])
def test_a_log_that_cannot_be_written_disturbs_nobody(machine: Machine, place: str) -> None:
    machine.configure(f"log: {{file: {place}, level: debug}}\n")
    ended = machine.process("probe", "tcp://127.0.0.1:1", "--no-store")
    assert ended.code == 10
    assert "connect_refused" in ended.out
    assert ended.err == ""


def test_closing_leaves_logging_as_it_was() -> None:
    before = (logging.getLogger().level, list(logging.getLogger().handlers))
    made = Logs(StringIO(), 2)
    made.close()
    made.close()
    assert (logging.getLogger().level, logging.getLogger().handlers) == before
