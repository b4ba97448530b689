"""Addresses that lead nowhere, and name servers that say nothing."""

import subprocess
import sys
from datetime import timedelta

import pytest

from colter.net.http import Request
from tests.fakes.rawserver import raw_server, says
from tests.net.requesting import OK, failure, send


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///x",
        "example.org",
        "ftp://127.0.0.1/",
        "http://[::1",
        "http://[zz]/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/\x00",
        "http://127.0.0.1/\n",
        "http://127.0.0.1\x00.example/",
        "http://xn--a/",
        "http://a..b/",
        "http://" + "a" * 64 + ".example/",
        "http://127.0.0.1/" + "x" * 70_000,
        "http://\ud800/",
    ],
    ids=lambda url: repr(url[:30]),
)
def test_an_unusable_address_is_an_error_without_a_traceback(url: str) -> None:
    assert failure(Request(url, deadline=timedelta(seconds=5), attempts=1)).kind in ("invalid", "dns")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    with raw_server(says(OK)) as server:
        assert send(Request(server.url)).status == 200


def test_a_dead_name_server_does_not_hold_up_the_end() -> None:
    program = """
import asyncio, socket, threading
from datetime import timedelta
socket.getaddrinfo = lambda *_, **__: threading.Event().wait(600)
from colter.core.clock import SystemClock
from colter.net.http import Http, HttpError, Request
async def main():
    async with Http(SystemClock()) as http:
        async def ask(number):
            try:
                await http.send(Request(f"http://dead{number}.example/", deadline=timedelta(seconds=0.3)))
            except HttpError as error:
                return error.kind
        print(*await asyncio.gather(*map(ask, range(20))))
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["timeout"] * 20, "")


def test_a_name_found_after_the_end_disturbs_nobody() -> None:
    program = """
import asyncio, socket, threading
from datetime import timedelta
late, told = threading.Event(), threading.Event()
def look_up(*_, **__):
    late.wait(20)
    raise socket.gaierror(socket.EAI_NONAME, "too late")
socket.getaddrinfo = look_up
from colter.core.clock import SystemClock
from colter.net.dns import Resolver
from colter.net.http import Http, HttpError, Request
resolver = Resolver()
async def main():
    async with Http(SystemClock(), resolver) as http:
        try:
            await http.send(Request("http://late.example/", deadline=timedelta(seconds=0.2)))
        except HttpError as error:
            print(error.kind)
asyncio.run(main())
flight = resolver.resolve("late.example")
flight.add_done_callback(lambda _: told.set())
late.set()
told.wait(20)
print(type(flight.exception()).__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["timeout", "ResolveError"], "")
