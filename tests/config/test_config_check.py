"""`colter config check` refuses what the daemon would refuse at its start, and repeats no secret."""

import json

import pytest

from colter.config.vault.vault import create
from colter.core.secret import Secret
from tests.cli.running import Machine

CANARY = "canary-7d3e"
WATCHED = "endpoints: [{name: job, heartbeat: {every: 1h, token: TOKEN}}]\n"
SAME = "{every: 1h, token: canary-7d3e-canary-7d3e}"
REFUSED = {
    "short token": (WATCHED.replace("TOKEN", CANARY), "1:55: endpoints.job.heartbeat.token: expected 16 to 200"),
    "short token in a variable": (WATCHED.replace("TOKEN", "'${TOKEN}'"), "job.heartbeat.token: expected 16 to 200"),
    "token twice": (
        f"endpoints: [{{name: a, heartbeat: {SAME}}}, {{name: b, heartbeat: {SAME}}}]",
        "endpoints.b.heartbeat.token: 'a' has the same token",
    ),
    "variable that is not set": (WATCHED.replace("TOKEN", "'${NOBODY}'"), "variable NOBODY is not set"),
    "sealed without a vault": (
        "endpoints: [{name: a, url: 'https://a.example.org', request: {auth: {bearer: 'enc:v1:AAAA'}}}]",
        "endpoints.a.request.auth.bearer: the value is sealed, and the file has no vault line",
    ),
    "Slack at no address": (
        f"endpoints: ['https://a.example.org']\nalerts: {{channels: {{c: {{type: slack, url: {CANARY}}}}}}}",
        "alerts.channels.c.url: expected an address beginning with",
    ),
    "Slack at no address in a variable": (
        "endpoints: ['https://a.example.org']\nalerts: {channels: {c: {type: slack, url: '${TOKEN}'}}}",
        "alerts.channels.c.url: expected an address beginning with",
    ),
    "database at no address": (
        f"database: {{url: {CANARY}}}\npypi: {{packages: [x]}}",
        "database.url: expected an address",
    ),
    "certificates that are not there": (
        "probe: {tls: {ca: /nowhere/ca.pem}}\nendpoints: ['https://a.example.org']",
        "probe.tls.ca: expected a file of certificates",
    ),
    "sign of life to no address": (f"daemon: {{heartbeat_url: 'ftp://h.example.org/{CANARY}'}}", "got something else"),
    "webhook at no address": (
        f"alerts: {{channels: {{c: {{type: webhook, url: 'htps://h.example.org/{CANARY}'}}}}}}",
        "alerts.channels.c.webhook.url: expected an address|alerts.channels.c.url: expected an address",
    ),
}


@pytest.fixture(autouse=True)
def variable(machine: Machine) -> None:
    machine.env["TOKEN"] = CANARY


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=list(REFUSED))
def test_what_the_daemon_cannot_use_is_refused_before_it_starts(machine: Machine, text: str, said: str) -> None:
    machine.configure(text)
    done = machine.inside("config", "check")
    assert (done.code, done.out) == (3, "")
    assert any(each in done.err for each in said.split("|")), done.err
    assert CANARY not in done.err


def test_everything_that_is_wrong_is_told_at_once_and_each_thing_once(machine: Machine) -> None:
    machine.configure("".join(REFUSED[name][0] + "\n" for name in ("short token", "database at no address")))
    done = machine.inside("config", "check")
    assert done.err.count("expected 16 to 200") == done.err.count("database.url: expected") == 1


def test_what_stands_behind_the_password_is_not_opened_and_nobody_asked(machine: Machine) -> None:
    vault = create(Secret("a password that nobody told it"))
    place = ("endpoints", "job", "heartbeat", "token")
    token = vault.seal(place, "beat", Secret("too short"))
    machine.env = {}
    machine.configure(WATCHED.replace("TOKEN", token) + f"vault: {vault.header}\n")
    done = machine.process("config", "check")
    assert done.code == 0, done.err


@pytest.mark.parametrize("key", ["daemon.every", "github.every", "pypi.every", "outbox.max_age", "state.keep.hours"])
def test_an_interval_in_milliseconds_was_meant_to_be_minutes(machine: Machine, key: str) -> None:
    machine.configure("endpoints: ['https://a.example.org']\n")
    done = machine.inside("config", "set", key, "15ms")
    assert done.code == 3
    assert f"{key}: expected 1s or more, got 15ms; m is minutes, ms is milliseconds" in done.err


def test_the_option_of_the_daemon_has_the_same_bound(machine: Machine) -> None:
    machine.configure(json.dumps({"endpoints": ["https://a.example.org"]}))
    done = machine.inside("daemon", "--every", "15ms", "--once")
    assert done.code == 2
    assert "expected 1s or more, got 15ms" in done.err


@pytest.mark.parametrize("interval", ["100ms", "1s"])
def test_an_endpoint_may_be_looked_at_as_often_as_anybody_likes(machine: Machine, interval: str) -> None:
    machine.configure(f"endpoints: [{{name: a, url: 'https://a.example.org', interval: {interval}}}]")
    assert machine.inside("config", "check").code == 0
