"""Checks of single values. Each returns the value to use, or says in a ValueError what was expected."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationInfo

from colter.config.schema.cron import check_cron
from colter.config.schema.destination import DEFAULT_PORTS, check_address, check_host, host_port
from colter.config.schema.variables import expand
from colter.config.yaml.scalars import as_text
from colter.core.alerting.tracked import TRACKED
from colter.core.units import format_duration, parse_duration

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# A name of only dots would lead to another address.
_GITHUB_TARGET = re.compile(
    r"!?[A-Za-z0-9][A-Za-z0-9_-]{0,99}/(?!\.{1,2}$)[A-Za-z0-9._*?-]{1,100}|(?:fork|archived):no"
)
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,212}[A-Za-z0-9])?")  # PEP 508
# The dot-atoms of RFC 5322, 3.4.1, without the question mark that begins an encoded word.
_ATOM = r"[\w!#$%&'*+/=^`{|}~-]+"
_MAIL_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@.{{1,255}}$){_ATOM}(\.{_ATOM})*@[\w-]+(\.[\w-]+)*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110, 5.6.2
_JSON_PATH = re.compile(r"""\$(?:\.[^.\[\]'"\s<>=!]+|\[[0-9]{1,9}\]|\['[^']+'\]|\["[^"]+"\])*""")  # of RFC 9535
_LOG_FILE = re.compile(r".*\.log|/dev/[a-z]+")
_SINK_FILE = re.compile(r".*\.(?:jsonl|ndjson|csv|lp|influx)")
_TEXT_FILE = re.compile(r".*[^/]\.prom")
RESPONSE_CODES = (
    *("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"),
    *("YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"),
)
_LONGEST_NAME = 200
_LONGEST_PATTERN = 1000
_LONGEST_DURATION = timedelta(days=3660)
_SHORTEST_INTERVAL = timedelta(seconds=1)


def expand_text(written: Any, info: ValidationInfo) -> Any:
    """A text with every `${NAME}` replaced, from the `env` of the validation context; anything else as it is."""
    if isinstance(written, str) and "${" in written:
        env: Mapping[str, str] = (info.context or {}).get("env", {})
        return expand(written, env)
    return written


def read_duration(written: Any) -> timedelta:
    """`2s` as a length of time; a bare number has no unit and is refused."""
    if isinstance(written, timedelta):
        return written
    # A number without a unit gets the same answer: seconds to one reader are minutes to another.
    length = parse_duration(as_text(written)[:40])
    if not timedelta() < length <= _LONGEST_DURATION:
        raise ValueError(f"expected more than nothing and at most ten years, got {written!r}")
    return length


def read_number(written: Any) -> Any:
    """Digits in a text as a number: the predecessor wrote its port as '587', and a variable is always text."""
    return int(written) if isinstance(written, str) and re.fullmatch(r"[0-9]{1,9}", written) else written


def check_line(written: str) -> str:
    """One line of text, not empty."""
    if not written.strip():
        raise ValueError("expected one line of text, got nothing; take the key out if there is none")
    if _CONTROLS.search(written):
        raise ValueError("expected one line of text, without control characters")
    return written


def check_name(written: str) -> str:
    """What an endpoint, a tag or a channel may be called."""
    if len(written) > _LONGEST_NAME or written != written.strip() or written[0] in "@!-":
        raise ValueError(f"expected a name of at most {_LONGEST_NAME} characters that does not begin with @, ! or -")
    if "${" in written:
        raise ValueError("expected a name without variables: history and sealed secrets are found by it")
    return written


def check_github_target(written: str) -> str:
    """`owner/name`, `owner/*`, one of these with `!` before it, `fork:no` or `archived:no`."""
    if not _GITHUB_TARGET.fullmatch(written):
        raise ValueError(f"expected owner/name, 'owner/*' or '!owner/name', got {written[:80]!r}")
    return written


def check_package(written: str) -> str:
    """The name of a package."""
    if not _PACKAGE.fullmatch(written):
        raise ValueError(f"expected the name of a package (letters, digits, '.', '_' and '-'), got {written[:80]!r}")
    return written


def check_log_file(written: str) -> str:
    """A path. Whoever can write to the configuration must not have lines appended to a shell's start-up file."""
    if not _LOG_FILE.fullmatch(written):
        raise ValueError(f"expected a path that ends in .log, got {written[:80]!r}")
    return written


def check_sink_file(written: str) -> str:
    """A path whose ending says its format; for the same reason as with the log file, no other will do."""
    if not _SINK_FILE.fullmatch(written):
        raise ValueError(f"expected a path that ends in .jsonl, .csv or .lp, got {written[:80]!r}")
    return written


def check_text_file(written: str) -> str:
    """A path as the node exporter wants it: it reads `*.prom` and nothing else."""
    if not _TEXT_FILE.fullmatch(written):
        raise ValueError(f"expected a path that ends in .prom, got {written[:80]!r}")
    return written


def check_target_pattern(written: str) -> str:
    """A repository or a package, with `*` for anything: `github:*`."""
    if written.partition(":")[0] not in TRACKED or written.endswith(":"):
        raise ValueError(f"expected a target such as 'github:*' or 'pypi:requests', got {written[:80]!r}")
    return written


def check_time_zone(written: str) -> str:
    """A time zone that this machine knows."""
    if written != "UTC":
        try:
            ZoneInfo(written)
        except (OSError, ValueError, LookupError) as error:
            raise ValueError(f"expected a time zone such as UTC or Europe/Berlin, got {written[:60]!r}") from error
    return written


def check_cadence(written: str) -> str:
    """A cron expression, or a duration."""
    if " " in written.strip():
        return check_cron(written)
    try:
        parse_duration(written)
    except ValueError as error:
        expected = "expected a duration such as 15m, or a cron expression such as '0 3 * * *'"
        raise ValueError(f"{expected}, got {written[:80]!r}") from error
    check_interval(read_duration(written))
    return written


def check_interval(length: timedelta) -> timedelta:
    """A second or more. Whoever has written `15ms` has likely meant minutes."""
    if length < _SHORTEST_INTERVAL:
        raise ValueError(f"expected 1s or more, got {format_duration(length)}; m is minutes, ms is milliseconds")
    return length


def check_pattern(written: str) -> str:
    """A regular expression."""
    if len(written) > _LONGEST_PATTERN:
        raise ValueError(f"expected a regular expression of at most {_LONGEST_PATTERN} characters")
    try:
        re.compile(written)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"expected a regular expression: {error}") from error
    return written


def check_listen(written: str) -> str:
    """`host:port` to listen on; port 0 lets the system choose."""
    host, _, port = written.rpartition(":")
    if not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:  # noqa: PLR2004  the largest port
        raise ValueError(f"expected host:port such as 127.0.0.1:9464, got {written[:80]!r}")
    return host_port(check_host(host.removeprefix("[").removesuffix("]")), int(port))


def check_daemon_listen(written: str) -> str:
    """The same, or `off`."""
    return written if written == "off" else check_listen(written)


def read_gateway(written: str) -> str:
    """The address of a Pushgateway; without a scheme too, as prometheus_client takes it."""
    return check_address(written if "://" in written else f"http://{written}", DEFAULT_PORTS)


def check_mail_address(written: str) -> str:
    """One mail address, without a name beside it."""
    if not _MAIL_ADDRESS.fullmatch(written):
        raise ValueError(f"expected an address such as me@example.org, got {written[:80]!r}")
    return written


def check_header_name(written: str) -> str:
    """The name of an HTTP header."""
    if not _HEADER_NAME.fullmatch(written):
        raise ValueError(f"expected the name of a header such as accept, got {written[:80]!r}")
    return written


def check_json_path(written: str) -> str:
    """A place in a JSON document."""
    if not _JSON_PATH.fullmatch(written):
        raise ValueError(f"expected a place such as $.status or $.items[0].name, got {written[:80]!r}")
    return written


def check_header_value(written: str) -> str:
    """What may stand in an HTTP header."""
    if not written.isascii() or _CONTROLS.search(written):
        raise ValueError("expected a header value of printable ASCII characters, on one line")
    return written


def check_scalar(written: Any) -> Any:
    """A text, a number, true, false or null."""
    if isinstance(written, list | dict) or (isinstance(written, float) and not math.isfinite(written)):
        raise ValueError("expected a text, a number, true, false or null")
    return written


def check_hex(written: str) -> str:
    """Bytes as pairs of hexadecimal digits, with or without blanks between them."""
    try:
        bytes.fromhex(written)
    except ValueError:
        raise ValueError(f"expected pairs of hexadecimal digits such as '50 4f 4e 47', got {written[:80]!r}") from None
    return written


def check_response_code(written: str) -> str:
    """What a name server says of its answer, in capitals (RFC 2136, 2.2)."""
    if written.upper() not in RESPONSE_CODES:
        raise ValueError(f"expected a response code ({', '.join(RESPONSE_CODES)}), got {written[:20]!r}")
    return written.upper()
