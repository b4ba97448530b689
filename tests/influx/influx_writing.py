"""Writing to a server through the sink, as the delivery does it."""

import asyncio
from collections.abc import Sequence

from colter.app.delivering.sending import send_entries
from colter.core.model import ProbeResult, Reading, Refusal
from colter.core.secret import Secret
from colter.net.http import Http
from colter.sinks.influx import Influx
from tests.fakes.clock import FakeClock
from tests.influx.influx_looks import entry

TOKEN = "influx-token"


def write(
    url: str,
    looks: Sequence[Reading | ProbeResult],
    *,
    bucket: str = "bucket",
    org: str = "MONITOR",
    token: str = TOKEN,
) -> list[Refusal]:
    """What was refused; DeliveryError as the sink raises it."""

    async def send() -> list[Refusal]:
        clock = FakeClock()
        async with Http(clock) as http:
            sink = Influx(url=url, org=org, bucket=bucket, token=Secret(token), http=http, clock=clock)
            try:
                return await send_entries(sink, [entry(look) for look in looks])
            finally:
                await sink.close()

    return asyncio.run(send())
