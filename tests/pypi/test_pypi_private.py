"""Indexes of one's own: signing in, keeping secrets, and telling nobody else what packages there are."""

import asyncio
import base64
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from colter.core.errors import ConfigError
from colter.core.model import Reading, Status
from colter.net.http import Http
from colter.sources.pypi.address import PUBLIC_INDEX, read_address
from colter.sources.pypi.source import PyPI
from tests.fakes.pypi import raw
from tests.fakes.pypi_watch import Watch, watching


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as found:
        yield found


def with_user(url: str, user: str) -> str:
    return url.replace("http://", f"http://{user}@") + "/simple/"


def test_user_and_password_of_the_url_are_sent_as_basic_and_to_the_index_only(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    reading = watch.look("x", index_url=with_user(watch.fake.url, "me:p%40ss%3A"))["x"]
    assert reading.status is Status.OK
    expected = f"Basic {base64.b64encode(b'me:p@ss:').decode()}"
    sent = {ask.path: ask.headers.get("authorization") for ask in watch.fake.asks}
    assert sent == {"/simple/x/": expected, "/pypi/x/json": expected, "/api/packages/x/overall": None}


@pytest.mark.parametrize("user", ["s3cret-token", "me:s3cret-word"])
@pytest.mark.parametrize("status", [200, 401, 403, 404, 500, 302])
def test_credentials_appear_nowhere(watch: Watch, user: str, status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    watch.fake.package("x", "1.0")
    if status != 200:
        watch.fake.answers["/simple/x/"] = raw("", status, location="http://example.org/")
    reading = watch.look("x", index_url=with_user(watch.fake.url, user))["x"]
    told = [repr(reading), caplog.text, *watch.store._cache, *map(repr, watch.store._cache.values())]
    hidden = base64.b64encode(user.encode()).decode().rstrip("=")[:-1]
    assert [text for text in told if "s3cret" in text or hidden in text] == []


def test_statistics_may_ask_for_a_password_too_which_is_not_kept(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    stats_url = watch.fake.url.replace("http://", "http://me:s3cret@")
    assert watch.look("x", stats_url=stats_url)["x"].status is Status.OK
    (sent,) = [ask.headers["authorization"] for ask in watch.fake.asks if ask.path.startswith("/api/")]
    assert sent == f"Basic {base64.b64encode(b'me:s3cret').decode()}"
    assert not any("s3cret" in key for key in watch.store._cache)


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_said_to_be_refused(watch: Watch, status: int) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/simple/x/"] = raw("", status)
    reading = watch.look("x")["x"]
    place = watch.fake.url.removeprefix("http://")
    assert reading.missing["version"] == f"{place} refuses the user name or password ({status})"


def test_package_names_go_to_no_third_party(watch: Watch) -> None:
    watch.fake.package("secret-project", "1.0")

    async def run() -> tuple[list[Reading], int]:
        readings: list[Reading] = []
        async with Http(watch.clock) as http:
            source = PyPI(
                packages=["secret-project"],
                splits=frozenset({"python"}),
                index_url=f"{watch.fake.url}/simple",
                stats_url=None,
                http=http,
                recall=watch.store,
                clock=watch.clock,
            )
            await source.collect(readings.append)
            return readings, http.requests

    (reading,), requests = asyncio.run(run())
    assert requests == len(watch.fake.asks) == 2
    assert (reading.status, reading.info["version"]) == (Status.OK, "1.0")
    assert "downloads_day" not in {**reading.values, **reading.missing}


def test_an_index_whose_url_ends_otherwise_is_asked_for_pages_only(watch: Watch) -> None:
    watch.fake.package("x", "1.0")
    watch.fake.answers["/root/+simple/x/"] = watch.fake.answers["/simple/x/"]
    reading = watch.look("x", index_url=f"{watch.fake.url}/root/+simple")["x"]
    assert reading.status is Status.OK
    assert watch.fake.asked("/pypi/") == []


@pytest.mark.parametrize(
    "url",
    [
        "example.org/simple/",
        "ftp://me:s3cret@example.org/simple/",
        "http://",
        "https://me:s3cret@/simple/",
        "http://me:s3cret@[::1/",
        "http://me:s3cret@example.org:99999/",
        "http://me:s3cret@example.org:port/",
    ],
)
def test_a_url_that_is_none_is_a_configuration_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"pypi\.index_url: expected a URL") as caught:
        read_address(url, "pypi.index_url")
    assert "s3cret" not in str(caught.value)


def test_the_public_index_knows_itself_however_it_is_written() -> None:
    assert read_address(PUBLIC_INDEX, "key").public
    assert read_address(PUBLIC_INDEX.rstrip("/"), "key").public
    other = read_address("https://me:word@example.org:8443/pypi/simple?x#y", "key")
    assert replace(other, credentials=None) == read_address("https://example.org:8443/pypi/simple/", "key")
    assert (other.url, other.name, other.public) == ("https://example.org:8443/pypi/simple/", "example.org:8443", False)


def test_a_round_that_is_cut_short_still_tells_what_was_read(watch: Watch) -> None:
    for name in ("x", "y"):
        watch.fake.package(name, "1.0")

    async def run(silent: socket.socket) -> list[Reading]:
        loop, readings = asyncio.get_running_loop(), list[Reading]()
        async with Http(watch.clock) as http:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            source = watch.source("x", "y", http=http, stats_url=url)
            with ExitStack() as connections, suppress(TimeoutError):
                async with asyncio.timeout(None) as end:
                    collecting = asyncio.create_task(source.collect(readings.append))
                    for _ in ("x", "y"):  # each asks there last
                        connections.enter_context((await loop.sock_accept(silent))[0])
                    end.reschedule(loop.time())
                    await collecting
            assert end.expired()
        return readings

    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        found = asyncio.run(run(silent))
    assert {reading.target.name for reading in found} == {"x", "y"}
    for reading in found:
        assert (reading.info["version"], reading.values["releases"]) == ("1.0", 1)
        assert reading.missing["downloads_day"] == "the round was over before it was read"
