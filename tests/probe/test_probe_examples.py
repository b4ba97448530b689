"""Every example in docs/probes.md, probed: the names and certificates are those of the page, the ports are ours."""

import re
import shlex
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from websockets.sync.server import ServerConnection, serve

from colter.config.schema.endpoints import Endpoint, ProbeDefaults
from colter.core.model import EndpointState
from colter.core.secret import Secret
from colter.sources.probe.check import Check, check_from_config, check_from_url
from tests.fakes.endpoints import EndpointServer, reply
from tests.fakes.endpoints_names import Names
from tests.fakes.endpoints_tls import Authority
from tests.fakes.proxies import connect_proxy
from tests.fakes.talking import says, talking
from tests.probe.looking import probe_all
from tests.servers.dnsmasq import dnsmasq
from tests.servers.nginx import nginx
from tests.servers.process import free_port

PAGE = (Path(__file__).parents[2] / "docs" / "probes.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.+?)```", PAGE.partition("\n## Heartbeats\n")[0], re.DOTALL)
COMMANDS = re.findall(r"^\$ colter probe (.+)$", PAGE, re.MULTILINE)
HOSTS = sorted(set(re.findall(r"[a-z]+\.example\.org|example\.org", PAGE)))
NAMES = Names({host: ["127.0.0.1"] for host in HOSTS})


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def ports(authority: Authority) -> Iterator[Mapping[str, int]]:
    """Where the servers of the page listen, by `host:port` as the page has it."""
    tls = authority.context("*.example.org")

    def database(connection: socket.socket) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        with tls.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    def echo(connection: ServerConnection) -> None:
        for message in connection:
            connection.send(message)

    with ExitStack() as servers:
        start = servers.enter_context
        web, dns = start(nginx(authority)), start(dnsmasq())
        token = start(EndpointServer(reply(body=b'{"access_token": "x", "expires_in": 60}'), tls=tls))
        mail = Controller(Sink(), hostname="127.0.0.1", port=free_port(), tls_context=tls, ready_timeout=300)
        mail.start()
        servers.callback(mail.stop)
        live = start(serve(echo, "127.0.0.1", 0, ssl=tls))
        serving = threading.Thread(target=live.serve_forever, daemon=True)
        serving.start()
        servers.callback(serving.join, 5)
        servers.callback(live.shutdown)
        quiet = start(talking(says(b"")))
        yield {
            **{f"{host}:443": web.secure for host in HOSTS},
            "vault.example.org:443": web.mutual,
            "login.example.org:443": token.port,
            "live.example.org:443": live.socket.getsockname()[1],
            "proxy.example.org:3128": start(connect_proxy()).port,
            "gw.example.org:443": quiet,
            "redis.example.org:6379": start(talking(says(b"", b"+PONG\r\n"))),
            "plc.example.org:502": start(talking(says(b"", b"\x00\x01\x00\x00"))),
            "host.example.org:22": start(talking(says(b"SSH-2.0-OpenSSH_9\r\n"))),
            "ldap.example.org:636": web.secure,
            "mail.example.org:587": mail.port,
            "db.example.org:5432": start(talking(database)),
            "192.0.2.53:53": dns,
            "192.0.2.1:0": 0,
        }


def moved(check: Check, ports: Mapping[str, int], authority: Authority) -> Check:
    """The check, at our ports instead of the page's."""

    def ours(url: Any) -> Any:
        host = "127.0.0.1" if url.literal else url.host
        return replace(url, host=host, port=ports[f"{url.host}:{url.port}"])

    return replace(
        check,
        address=ours(check.address),
        ca=authority.bundle,
        proxy=check.proxy and replace(check.proxy, url=ours(check.proxy.url)),
        oauth=check.oauth and replace(check.oauth, token_url=ours(check.oauth.token_url)),
        resolver=check.resolver and ("127.0.0.1", ports["192.0.2.53:53"]),
        warn=tuple(each for each in check.warn if each.fact != "latency"),  # this machine may be busy
    )


def configured(block: str) -> Iterator[Check]:
    config = yaml.safe_load(block)
    defaults = ProbeDefaults.model_validate(config.get("probe", {}))
    for written in config["endpoints"]:
        yield check_from_config(Endpoint.model_validate(written), defaults, lambda ref: Secret(ref.raw))


def asked(command: str) -> Check:
    url, *options = shlex.split(command)
    expect = [value for name, value in pairwise(options) if name == "--expect"]
    body = next((value for name, value in pairwise(options) if name == "-d"), None)
    return check_from_url(url, expect=expect, body=body)


@pytest.mark.parametrize("block", BLOCKS, ids=[str(number) for number in range(len(BLOCKS))])
def test_every_endpoint_of_the_page_is_up(
    block: str, ports: Mapping[str, int], authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ping.json").write_text("{}")
    client = authority.pem("colter.example.org")
    for name in ("client.pem", "client.key"):
        (tmp_path / name).write_bytes(client)
    checks = list(configured(block))
    assert checks
    must_be_up([moved(check, ports, authority) for check in checks])


def test_every_command_of_the_page_finds_its_endpoint_up(ports: Mapping[str, int], authority: Authority) -> None:
    assert len(COMMANDS) > 5
    checks = map(asked, COMMANDS)
    must_be_up([replace(moved(check, ports, authority), name=f"{number}") for number, check in enumerate(checks)])


def must_be_up(checks: list[Check]) -> None:
    results = probe_all(checks, resolver=NAMES)
    # Whether this machine may ping is its own affair; tests/probe/test_probe_icmp.py has one that may.
    bad = [each for each in results if each.state is not EndpointState.UP and "ping_group" not in (each.detail or "")]
    assert not bad, [(each.endpoint, each.reason, each.detail) for each in bad]
    assert len(results) == len(checks)
