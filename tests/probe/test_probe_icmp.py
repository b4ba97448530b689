"""Pings: in a network of our own where they are allowed, and here, where they may not be."""

import json
import os
import subprocess
import sys

from colter.core.model import EndpointState, Reason
from tests.needing import lacking, program
from tests.probe.looking import check, probe

FORBID = "ip link set lo up"  # as a new namespace is
ALLOW = f"{FORBID} && echo '0 0' > /proc/sys/net/ipv4/ping_group_range"


def pinged(preparation: str, *urls: str) -> list[dict[str, str]]:
    """What `colter probe` says in a network namespace where a command was run before."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = [program("unshare"), *user, "--net", "sh", "-c"]
    asked = " ".join(f"'{url}'" for url in urls)
    run = f"{preparation} && exec {sys.executable} -m colter --no-input probe --no-store --timeout 1s -f json {asked}"
    if subprocess.run([*command, preparation], capture_output=True, check=False).returncode:
        lacking("a network namespace of our own")
    done = subprocess.run([*command, run], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout, done.stderr
    results: list[dict[str, str]] = json.loads(done.stdout)["results"]
    return results


def test_a_host_that_replies_is_up() -> None:
    results = pinged(ALLOW, "icmp://127.0.0.1", "icmp://[::1]", "icmp://192.0.2.1")
    assert [result["state"] for result in results] == ["up", "up", "down"]
    assert [result["reason"] for result in results] == [None, None, "connect_unreachable"]
    assert all(0 < float(result["latency_ms"]) < 1000 for result in results[:2])


def test_a_host_that_is_silent_times_out() -> None:
    ignore = "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all"
    [result] = pinged(f"{ALLOW} && {ignore}", "icmp://127.0.0.1")
    assert (result["state"], result["reason"]) == ("down", "connect_timeout")


def test_a_machine_that_forbids_it_is_told_what_to_change() -> None:
    [result] = pinged(FORBID, "icmp://127.0.0.1")
    assert (result["state"], result["reason"]) == ("unknown", "internal_error")
    assert "net.ipv4.ping_group_range" in result["detail"]


def test_a_name_that_has_no_address_is_no_ping() -> None:
    result = probe(check("icmp://nope.invalid"))
    assert (result.state, result.reason) == (EndpointState.DOWN, Reason.DNS_NXDOMAIN)
