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
    "Alertmanager with its API": (
        "alerts: {channels: {am: {type: alertmanager, url: 'http://am.example.org/am/api/v2/'}}}",
        "1:51: alerts.channels.am.url: expected the address of the server alone: leave out /api/v2/, Colter adds",
    ),
    "Alertmanager with its API in a variable": (
        "alerts: {channels: {am: {type: alertmanager, url: '${HOOK}'}}}",
        "1:51: alerts.channels.am.url: expected the address of the server alone: leave out /api, Colter adds",
    ),
    "ntfy without a topic": (
        "alerts: {channels: {n: {type: ntfy, url: 'https://ntfy.example.org/'}}}",
        "1:42: alerts.channels.n.url: expected a topic behind the server, such as https://ntfy.sh/TOPIC",
    ),
    "webhook at no address": (
        f"alerts: {{channels: {{c: {{type: webhook, url: 'htps://h.example.org/{CANARY}'}}}}}}",
        "alerts.channels.c.webhook.url: expected an address|alerts.channels.c.url: expected an address",
    ),
}


@pytest.fixture(autouse=True)
def variable(machine: Machine) -> None:
    machine.env |= {"TOKEN": CANARY, "HOOK": f"https://{CANARY}.example.org/api"}


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


def test_what_an_address_does_not_have_is_told_with_its_place(machine: Machine) -> None:
    path = machine.configure("""
probe: {online_check: [{url: "tcp://a.example.org:1", expect: {status: 200}}]}
endpoints:
  - {name: a, url: "tcp://a.example.org:1", expect: {status: 200, rcode: NOERROR}, request: {method: POST}}
  - {name: b, url: "tcp://b.example.org:1", warn: {cert: 3d}, request: {method: PUT, http_version: "2"}}
""")
    done = machine.inside("config", "check")
    judges = "to judge by, only latency, body, json"
    assert (done.code, done.err.splitlines()) == (
        3,
        [
            f"colter: {path}:4:5: endpoints.a: request.method has no meaning for a tcp:// address",
            f"{path}:4:5: endpoints.a: a tcp:// address has no status and no rcode {judges}",
            f"{path}:5:5: endpoints.b: request.http_version and request.method have no meaning for a tcp:// address",
            f"{path}:5:5: endpoints.b: a tcp:// address has no cert {judges}",
            f"{path}:2:24: probe.online_check.0: a tcp:// address has no status {judges}",
        ],
    )


def test_routes_and_maintenances_of_what_is_not_there_are_good_but_told(machine: Machine) -> None:
    path = machine.configure("""
endpoints: [{name: api, url: "https://a.example.org", tags: [prod], group: backend}]
pypi: {packages: [Foo_Bar]}
alerts:
  channels: {ops: {type: webhook, url: "https://ops.example.org"}}
  routes:
    - {match: {name: apo}, notify: [ops]}
    - {match: {tags: [prod, prd], group: backnd}, notify: [ops]}
    - {match: {name: "a*", group: backend, tags: [prod]}, notify: [ops]}
    - {match: {name: "pypi:foo-bar"}, notify: [ops]}
    - {match: {name: "channel:ops"}, notify: [ops]}
  maintenance: [{match: {tags: [prd]}, cron: "0 2 * * SUN", duration: 90m}]
""")
    done = machine.inside("config", "check")
    assert (done.code, done.err.splitlines()) == (
        0,
        [
            f"{path}:7:22: alerts.routes.0.match.name: nothing that is watched is called 'apo'; did you mean 'api'?",
            f"{path}:8:42: alerts.routes.1.match.group: no endpoint has the group 'backnd'; did you mean 'backend'?",
            f"{path}:8:29: alerts.routes.1.match.tags.1: no endpoint has the tag 'prd'; did you mean 'prod'?",
            f"{path}:12:33: alerts.maintenance.0.match.tags.0: no endpoint has the tag 'prd'; did you mean 'prod'?",
        ],
    )


def test_a_route_of_repositories_that_only_github_knows_is_good(machine: Machine) -> None:
    machine.configure("""
github: {targets: ["me/*"]}
alerts:
  channels: {ops: {type: webhook, url: "https://ops.example.org"}}
  routes: [{match: {name: "github:me/one"}, notify: [ops]}, {match: {name: "me/*"}, notify: [ops]}]
""")
    assert machine.inside("config", "check").err == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("COLTER_GITHUB_TOKEN", "COLTER_GITHUB__TOKEN"),
        ("COLTER_GITHUB_API_URL", "COLTER_GITHUB__API_URL"),
        ("COLTER_PROBE_TLS_WARN", "COLTER_PROBE__TLS__WARN"),
    ],
)
def test_a_variable_with_one_underscore_too_few_is_told(machine: Machine, name: str, meant: str) -> None:
    machine.configure("pypi: {packages: [rich]}\n")
    said = f"environment: {name} sets nothing; {meant} does\n"
    assert machine.inside("config", "check", env={name: CANARY}).err == said
    assert machine.inside("config", "path", env={name: CANARY}).err == ""


def test_other_variables_are_nobodys_business(machine: Machine) -> None:
    machine.configure("pypi: {index_url: '${COLTER_PYPI_INDEX_URL}', packages: [rich]}\n")
    env = {
        "COLTER_PYPI_INDEX_URL": "https://pypi.example.org/simple",
        "COLTER_GITHUB_TOKEN": "x",
        "COLTER_GITHUB__TOKEN": "x",
        "COLTER_GITHUB_ORG": "x",
        "COLTER_VERSION": "x",
    }
    assert machine.inside("config", "check", env=env).err == ""


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
