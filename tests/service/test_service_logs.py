"""What a service says: one JSON object to a line, and nothing of what is well."""

import json
import logging
import re
from typing import Any

import pytest

from colter.cli.logs import Logs
from colter.core.secret import Secret
from tests.cli.index import serve_packages
from tests.cli.running import Machine, Screen
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.watching.daemons import daemon, ended, endpoints, kept, states, until

SECRET = 'canary "päss" / wörd'


def objects(said: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in said.splitlines()]
    for line in lines:
        assert set(line) - {"traceback"} == {"time", "level", "logger", "message"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    return lines


def test_a_daemon_tells_what_changes_and_every_round_of_sources_and_no_probe_that_is_well(machine: Machine) -> None:
    well = True

    def answer(visit: Visit) -> None:
        reply(200 if well or visit.path == "/fine" else 500)(visit)

    with EndpointServer(answer) as web, serve_packages("one") as index:
        machine.configure(
            endpoints(fine=web.url("/fine"), moody=web.url("/moody"))
            + f"pypi: {{packages: [one], index_url: '{index.url('/simple')}', stats_url: '{index.url()}'}}\n"
        )
        with daemon(machine, "-v", "--log-format", "json", "--every", "1s") as process:
            until(lambda: len(web.requests) >= 4)
            well = False
            until(
                lambda: (
                    "down" in states(machine, "moody") and any(record["source"] == "pypi" for record in kept(machine))
                )
            )
            code, said, _ = ended(process)
    assert code == 143
    lines = objects(said)
    (change,) = [line for line in lines if line["level"] == "warning"]
    assert change["logger"] == "colter.app.watching.rounds"
    assert change["message"].startswith("probe:moody is down: answered with status 500")
    lines.remove(change)
    assert lines
    for line in lines:
        assert re.fullmatch(r"round \S+: 1 reading.* in \d+\.\d s", line["message"])


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after it"])
def test_what_goes_wrong_is_an_object_too(machine: Machine, before: bool) -> None:
    option = ("--log-format", "json")
    done = machine.process(*option, "daemon") if before else machine.process("daemon", *option)
    assert (done.code, done.out) == (3, "")
    error, hint = objects(done.err)
    assert (error["level"], error["logger"]) == ("error", "colter")
    assert error["message"].startswith("nothing to watch")
    assert hint["message"] == "hint: colter config init"


def test_secrets_are_masked_before_they_are_escaped(machine: Machine) -> None:
    """Within JSON a quotation mark is two characters, and a mask for the secret would not fit any more."""
    console = Screen()
    logs = Logs(console, 0, "json")
    logs.masks.add(Secret(SECRET))
    try:
        logging.getLogger("colter.test").error("sent %s", SECRET, exc_info=ValueError(SECRET))
        logs.tell("INFO", f"said {SECRET}")
    finally:
        logs.close()
    logged, said = objects(console.getvalue())
    assert logged["message"] == "sent ••••"
    assert logged["traceback"].endswith("ValueError: ••••")
    assert said["message"] == "said ••••"
    assert "canary" not in console.getvalue()


def test_on_a_terminal_levels_have_colours_and_with_no_color_they_have_none(machine: Machine) -> None:
    with EndpointServer(reply(500)) as web:
        machine.configure(endpoints(moody=web.url()))
        look = ("daemon", "--once", "-v", "-o", "influx")
        machine.configure(
            endpoints(moody=web.url()) + "influxdb: {url: 'http://127.0.0.1:1', org: a, bucket: b, token: tttttttt}\n"
        )
        painted = machine.inside("--color", "always", *look)
        plain = machine.inside("--color", "never", *look)
    assert "\x1b[2mINFO\x1b[0m colter." in painted.err
    assert "INFO colter." in plain.err
    assert "\x1b" not in plain.err
