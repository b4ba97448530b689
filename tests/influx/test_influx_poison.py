"""One bad line among thousands: the server itself refuses it, and everything else arrives."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from colter.core.clock import SystemClock
from colter.core.errors import Answer, DeliveryError
from colter.core.model import EndpointState, ProbeResult
from tests.influx.influx_looks import AT, REPOSITORY
from tests.influx.influx_writing import write
from tests.servers.influxd import InfluxDB

LOOKS = [
    ProbeResult(f"endpoint {number % 50}", "", AT + timedelta(minutes=number // 50), EndpointState.UP)
    for number in range(5000)
]
POISON = replace(LOOKS[0], endpoint="poison", at=datetime(9999, 1, 1, tzinfo=UTC))  # beyond InfluxDB's last year, 2262
POISON_OF_AGE = replace(LOOKS[0], at=datetime(2001, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "place", [0, 2500, 4999, random.Random(3).randrange(5000)], ids=["first", "middle", "last", "any"]
)
def test_one_poisoned_line_in_5000_costs_at_most_26_requests_and_only_itself(influx: InfluxDB, place: int) -> None:
    looks = [*LOOKS[:place], POISON, *LOOKS[place + 1 :]]
    (refusal,) = write(influx.url, looks, bucket=influx.bucket)
    assert (refusal.to, str(refusal.target), refusal.at) == ("influx", "probe:poison", POISON.at)
    assert refusal.item.startswith("endpoint_probe,endpoint=poison attempts=1i")
    assert "InfluxDB answered 400: unable to parse" in refusal.reason
    assert len(influx.api.asked) <= 26
    assert influx.query("SELECT COUNT(up) FROM endpoint_probe")[0]["count"] == 4999


def test_a_field_that_has_another_type_there_is_refused_alone(influx: InfluxDB) -> None:
    """Somebody wrote the same field as a float: InfluxDB says 422 and keeps the rest of the batch."""
    other = REPOSITORY.samples[0]
    wrong = replace(other, metric=replace(other.metric, whole=False))
    first = replace(REPOSITORY, samples=[wrong], info={}, daily=[])
    assert write(influx.url, [first], bucket=influx.bucket) == []
    later = REPOSITORY.at + timedelta(minutes=1)
    (refusal,) = write(influx.url, [*LOOKS[:9], replace(REPOSITORY, at=later, daily=[])], bucket=influx.bucket)
    assert "field type conflict" in refusal.reason
    assert influx.query("SELECT COUNT(up) FROM endpoint_probe")[0]["count"] == 9


def test_what_is_older_than_the_bucket_keeps_is_refused_alone(influx: InfluxDB) -> None:
    influx.server.ask('CREATE DATABASE "short" WITH DURATION 1h')
    influx.api.buckets.add("short")
    now = SystemClock().now()  # influxd's own
    looks = [replace(look, at=now) for look in LOOKS[:9]]
    (refusal,) = write(influx.url, [*looks, POISON_OF_AGE], bucket="short")
    assert refusal.at == POISON_OF_AGE.at
    assert "beyond retention policy" in refusal.reason
    assert influx.query("SELECT COUNT(up) FROM endpoint_probe", "short")[0]["count"] == 9


def test_an_answer_that_quotes_every_line_is_read_as_the_refusal_it_is(influx: InfluxDB) -> None:
    with pytest.raises(DeliveryError, match="everything is refused: InfluxDB answered 400: unable to parse") as raised:
        write(influx.url, [POISON] * 1000, bucket=influx.bucket)
    assert raised.value.answer is Answer.PAUSE
