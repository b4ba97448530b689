"""Pushes to a Pushgateway, and reads back what it shows of us."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from colter.core.clock import SystemClock
from colter.core.model import Latest
from colter.net.http import Http
from colter.sinks.prometheus import Prometheus
from colter.sinks.pushgateway import Pushgateway as Sink
from tests.prometheus.looks import Series, last_success, text_series
from tests.servers.asking import ask
from tests.servers.pushgateway import Pushgateway

Work = Callable[[Prometheus], Awaitable[None]]


def push(url: str, *works: Work, **changes: Any) -> None:
    """Do the works, one after the other, with a display that pushes there."""
    settings = {"job": "colter", "instance": "machine", "gateway": url} | changes

    async def run() -> None:
        clock = SystemClock()
        async with Http(clock) as http:
            display = Prometheus(Sink(http=http, clock=clock, **settings))
            for work in works:
                await work(display)
            await display.close()

    asyncio.run(run())


def showing(*latest: Latest) -> Work:
    return lambda display: display.show(latest)


def cleared(display: Prometheus) -> Awaitable[None]:
    return display.clear()


def shown(gateway: Pushgateway, source: str) -> dict[Series, float]:
    """The series of one group, as they were before the gateway added the labels of the group."""
    group = frozenset({"job": "colter", "instance": "machine", "source": source}.items())
    return {
        (name, labels - (group - last_success(source)[1] if name == last_success(source)[0] else group)): value
        for (name, labels), value in text_series(gateway.metrics()).items()
        if group <= labels and name.startswith("colter_")
    }


def sources(gateway: Pushgateway) -> set[str]:
    return {group["labels"]["source"] for group in gateway.groups()}


def stranger(gateway: Pushgateway, path: str, text: str = "# TYPE mine gauge\nmine 1\n") -> None:
    ask(f"{gateway.url}/metrics/{path}", method="PUT", body=text.encode()).well()
