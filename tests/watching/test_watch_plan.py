"""What the configuration says is to be watched, and who tells whether we are online."""

from datetime import timedelta

import pytest

from colter.app.watching.plan import read_watch_plan
from colter.app.watching.servers import distant_servers
from colter.config.settings import Settings, make_settings
from colter.config.vault.vault import OpenVault
from colter.config.yaml.document import parse_document
from colter.core.errors import ConfigError

EVERY = timedelta(minutes=15)
EVERYTHING = """
github: {targets: [pallets/flask]}
pypi: {packages: [requests], index_url: "https://packages.example.org/simple"}
influxdb: {url: "http://influx.example.com:8086", org: o, bucket: b}
prometheus: {gateway: "http://gateway.example.com:9091"}
database: {driver: postgresql, host: db.example.com, name: colter}
smtp: {smtp_server: smtp.example.com, sender: a@example.com, recipient: b@example.com}
alerts:
  channels:
    ops: {type: email}
    chat: {type: slack, url: "https://chat.example.com/services/T/B/X"}
    hook: {type: webhook, url: "https://[2001:db8::1]/in"}
    near: {type: webhook, url: "http://localhost:8080/in"}
"""


def settings(text: str) -> Settings:
    def locked(_: str) -> OpenVault:
        raise AssertionError("nothing is sealed")

    return make_settings(parse_document(text.encode(), "config.yaml"), {}, locked)


def test_everything_that_is_configured_is_watched() -> None:
    plan = read_watch_plan(
        settings(
            "probe: {interval: 30s}\n"
            "endpoints:\n"
            "  - https://example.org\n"
            "  - {name: gateway, url: 'tcp://gw.example.org:443', interval: 5s}\n"
            "  - {name: backup, heartbeat: {every: 1d}}\n"
            "pypi: {packages: [requests]}\n"
        ),
        EVERY,
    )
    assert {each.check.name: each.interval.total_seconds() for each in plan.endpoints} == {
        "example.org": 30,
        "gateway": 5,
    }
    assert {name: (job.name, interval.total_seconds()) for name, (job, interval) in plan.jobs.items()} == {
        "backup": ("backup", 30)
    }
    assert ([each.source for each in plan.sources], plan.every) == (["pypi"], EVERY)
    assert set(plan.checks) == {"example.org", "gateway"}


def test_without_anything_to_watch_there_is_no_daemon() -> None:
    with pytest.raises(ConfigError, match="nothing to watch"):
        read_watch_plan(settings("log: {level: debug}"), EVERY)


def test_distant_servers_that_are_talked_to_anyway_tell_whether_we_are_online() -> None:
    assert distant_servers(settings(EVERYTHING)) == [
        "api.github.com:443",
        "influx.example.com:8086",
        "gateway.example.com:9091",
        "db.example.com:5432",
        "smtp.example.com:587",
        "packages.example.org:443",
        "chat.example.com:443",
        "[2001:db8::1]:443",
    ]
    services = read_watch_plan(settings(EVERYTHING), EVERY).services
    assert [check.url for check in services][:2] == ["tcp://api.github.com:443", "tcp://influx.example.com:8086"]
    assert {(check.timeout.total_seconds(), check.confirm, check.warn) for check in services} == {(2, 0, ())}


def test_servers_of_this_machine_and_those_that_are_not_used_tell_nothing() -> None:
    assert distant_servers(settings("influxdb: {url: 'http://127.0.0.1:8086', org: o, bucket: b}")) == []
    assert distant_servers(settings("database: {driver: sqlite, name: /tmp/history.db}")) == []
    assert distant_servers(settings("alerts: {channels: {chat: {type: slack, url: '${NOWHERE}'}}}")) == []


def test_who_is_named_for_it_is_judged_as_an_endpoint() -> None:
    plan = read_watch_plan(
        settings(
            "probe:\n"
            "  online_check: ['tcp://192.0.2.1:53', {url: 'http://online.example.org/', expect: {status: 204}}]\n"
            "endpoints: [https://example.org]\n"
        ),
        EVERY,
    )
    first, second = plan.named
    assert (first.url, len(first.expect)) == ("tcp://192.0.2.1:53", 0)
    assert (second.url, len(second.expect)) == ("http://online.example.org/", 1)
    assert {(check.timeout.total_seconds(), check.confirm) for check in plan.named} == {(2, 0)}


@pytest.mark.parametrize(
    "written", ["[nonsense]", "[{expect: {status: 204}}]", "['tcp://192.0.2.1']"], ids=["no address", "none", "no port"]
)
def test_who_is_named_must_be_an_address(written: str) -> None:
    with pytest.raises(ConfigError, match=r"probe\.online_check\."):
        settings(f"probe: {{online_check: {written}}}")
