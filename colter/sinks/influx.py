"""Measurements to InfluxDB 2, or to whatever else takes its /api/v2/write."""

import asyncio
import gzip
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote, urlencode

from colter.core.clock import Clock
from colter.core.model import Entry
from colter.core.secret import Secret
from colter.net.answers import Receiver, check_no_page, deliver
from colter.net.http import Http, Request
from colter.sinks.line_protocol import lines

_DEADLINE = timedelta(seconds=10)
_FASTEST = 1  # of gzip's levels: an eighth of the size already, and a third of the time of level 6
_RECEIVER = Receiver(
    "InfluxDB",
    address_hint="correct influxdb.url: it is the address of the server, without /api",
    access_hint="put in a token that may write to the bucket: colter config set influxdb.token -",
    not_found_hint="correct influxdb.org, influxdb.bucket or influxdb.url; InfluxDB does not make buckets by itself",
)


class Influx:
    """One bucket. A line that was written before changes nothing: same series, same time, same values.

    Args:
        url: of the server; may have a path, where the server is behind another one.
        org: the organisation.
        bucket: the bucket.
        token: may write to the bucket; None: the server asks for none.
        http: the way out.
        clock: the time.
    """

    name = "influx"
    batch = 5000  # what InfluxDB's manual advises
    at_once = 4

    def __init__(self, *, url: str, org: str, bucket: str, token: Secret | None, http: Http, clock: Clock) -> None:
        place = urlencode({"org": org, "bucket": bucket, "precision": "ms"}, quote_via=quote)
        self._url = f"{url.rstrip('/')}/api/v2/write?{place}"
        self._token = token
        self._http = http
        self._clock = clock

    def encode(self, entry: Entry) -> Sequence[bytes]:
        """Its lines of line protocol."""
        return lines(entry)

    async def send(self, items: Sequence[bytes]) -> None:
        """Write all of these lines in one request; DeliveryError when they were not taken."""
        body = b"\n".join(items)
        request = Request(
            self._url,
            method="POST",
            headers={"content-type": "text/plain; charset=utf-8", "content-encoding": "gzip"},
            body=await asyncio.to_thread(gzip.compress, body, _FASTEST, mtime=0),
            token=self._token,
            token_type="Token",  # noqa: S106  the name of a scheme
            deadline=_DEADLINE,
            attempts=1,
            max_bytes=65_536 + 4 * len(body),  # a refusal may quote every line, and escaped
        )
        check_no_page(await deliver(self._http, request, _RECEIVER, self._clock), _RECEIVER)

    def show(self, item: bytes) -> str:
        """The line as text."""
        return item.decode(errors="replace")

    async def close(self) -> None:
        """Nothing is held open here."""
