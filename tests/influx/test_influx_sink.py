"""What the sink asks of a server, and what it makes of its answers."""

import gzip
import logging
import socket
from datetime import timedelta

import pytest

from colter.core.errors import Answer, DeliveryError
from colter.sinks import influx as module
from tests.fakes.rawserver import RawServer, raw_server
from tests.influx.influx_looks import ANSWERED, PACKAGE, REFUSED, REPOSITORY, written
from tests.influx.influx_writing import TOKEN, write
from tests.influx.recorder import Recorder, recording
from tests.servers.influxd import InfluxDB


def failure(url: str, **settings: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        write(url, [REFUSED], **settings)
    return raised.value


def test_a_batch_is_one_request_of_packed_lines() -> None:
    with recording(Recorder()) as server:
        assert write(f"{server.url}/influx/", [REPOSITORY, REFUSED], bucket="a/b c&d", org="Zürich") == []
    ((path, headers, body),) = server.asked
    assert path == "/influx/api/v2/write?org=Z%C3%BCrich&bucket=a%2Fb%20c%26d&precision=ms"
    assert headers["authorization"] == f"Token {TOKEN}"
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body).decode().splitlines() == [*written(REPOSITORY), *written(REFUSED)]


def test_what_has_nothing_to_tell_asks_nobody() -> None:
    with recording(Recorder()) as server:
        assert write(server.url, []) == []
    assert server.asked == []


@pytest.mark.parametrize(
    ("settings", "status", "hint"),
    [
        ({"token": "wrong"}, 401, "influxdb.token"),
        ({"bucket": "other"}, 404, "influxdb.bucket"),
        ({"org": "other"}, 404, "influxdb.org"),
    ],
    ids=["token", "bucket", "org"],
)
def test_wrong_settings_pause_the_sink_and_are_named(
    influx: InfluxDB, settings: dict[str, str], status: int, hint: str
) -> None:
    error = failure(influx.url, **{"bucket": influx.bucket, **settings})
    assert (error.answer, str(error).split(":")[0]) == (Answer.PAUSE, f"InfluxDB answered {status}")
    assert hint in str(error.hint)


def test_an_address_that_is_too_long_is_named(influx: InfluxDB) -> None:
    error = failure(f"{influx.url}/api/v2/write", bucket=influx.bucket)
    assert error.answer is Answer.PAUSE
    assert "influxdb.url" in str(error.hint)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_later_and_not_at_once(influx: InfluxDB, status: int) -> None:
    influx.api.refuse(status, headers={"Retry-After": "7"})
    error = failure(influx.url, bucket=influx.bucket)
    assert (error.answer, error.retry_after) == (Answer.RETRY, timedelta(seconds=7))
    assert [asked.status for asked in influx.api.asked] == [status]
    assert write(influx.url, [REFUSED], bucket=influx.bucket) == []


@pytest.mark.parametrize("status", [400, 422])
def test_what_is_refused_is_told_in_the_servers_words(influx: InfluxDB, status: int) -> None:
    influx.api.refuse(status, body=b'{"code":"invalid","message":"not this one"}')
    (refusal,) = write(influx.url, [REFUSED], bucket=influx.bucket)
    assert refusal.reason == f"InfluxDB answered {status}: not this one"
    assert refusal.item == written(REFUSED)[0]


def test_what_is_too_large_goes_in_smaller_pieces(influx: InfluxDB) -> None:
    influx.api.max_body = 300
    assert write(influx.url, [REPOSITORY, PACKAGE, REFUSED], bucket=influx.bucket) == []
    assert {asked.status for asked in influx.api.asked} == {413, 204}
    assert len(influx.query("SELECT * FROM pypi_package_stats")) == 4


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", ""], ids=["page", "text", "unnamed"])
def test_who_answers_with_a_page_has_stored_nothing(kind: str) -> None:
    with recording(Recorder(200, {"Content-Type": kind} if kind else {}, b"<p>Sign in")) as server:
        error = failure(server.url)
    assert error.answer is Answer.PAUSE
    assert "a web page answers" in str(error)
    assert error.hint == "correct influxdb.url: it is the address of the server, without /api"


@pytest.mark.parametrize("body", [b"", b"{}"], ids=["nothing", "json"])
def test_others_than_influxdb_may_say_200(body: bytes) -> None:
    with recording(Recorder(200, {"Content-Type": "application/json"}, body)) as server:
        assert write(server.url, [REFUSED]) == []


def test_an_answer_that_drips_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps any timeout that is counted from byte to byte waiting for ever."""
    monkeypatch.setattr(module, "_DEADLINE", timedelta(seconds=0.5))

    def drip(connection: socket.socket, server: RawServer) -> None:
        for byte in b"HTTP/1.1 204 No Content\r\n":
            connection.sendall(bytes([byte]))
            server.over.wait(0.05)

    with raw_server(drip) as server:
        error = failure(server.url)
    assert error.answer is Answer.RETRY
    assert "did not answer within 0.5 s" in str(error)


def test_the_token_stands_in_no_log_and_no_message(influx: InfluxDB, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    error = failure(influx.url, bucket=influx.bucket, token="canary-4711")
    write(influx.url, [ANSWERED], bucket=influx.bucket)
    assert "canary" not in f"{caplog.text}{error}{error.hint}"
    assert TOKEN not in caplog.text
