"""What no single key can know: names that are taken twice, and names that nobody has."""

from collections.abc import Iterator, Sequence

from colter.config.schema.circles import in_circles
from colter.config.schema.config import Config
from colter.config.schema.keys import nearest_item
from colter.core.units import format_duration

Conflict = tuple[Sequence[str | int], str]
"""Where, and what is wrong there."""


def find_conflicts(config: Config) -> Iterator[Conflict]:
    """Everything that does not fit together."""
    yield from _endpoints(config)
    yield from _alerts(config)
    yield from _ages(config)


def _endpoints(config: Config) -> Iterator[Conflict]:
    first: dict[str, int] = {}
    for place, endpoint in enumerate(config.endpoints):
        if endpoint.name in first:
            yield ("endpoints", place), f"the name {endpoint.name!r} is taken twice; expected one of its own"
        first.setdefault(endpoint.name, place)
    needs = {endpoint.name: endpoint.needs for endpoint in config.endpoints}
    known, circles = sorted(first), in_circles(needs)
    for place, endpoint in enumerate(config.endpoints):
        for number, needed in enumerate(endpoint.needs):
            if needed not in first:
                yield (
                    ("endpoints", place, "needs", number),
                    f"no endpoint is called {needed!r}; {nearest_item(needed, known)}",
                )
        if endpoint.name in circles:
            yield ("endpoints", place, "needs"), "it needs itself, by way of what it needs"


def _alerts(config: Config) -> Iterator[Conflict]:
    channels = config.channels
    for place, route in enumerate(config.alerts.routes):
        for number, name in enumerate(route.notify):
            if name not in channels:
                message = f"no channel is called {name!r}; {nearest_item(name, sorted(channels))}"
                yield ("alerts", "routes", place, "notify", number), message
    circles = in_circles({name: [channel.fallback] for name, channel in channels.items() if channel.fallback})
    for name, channel in channels.items():
        if channel.type == "email" and config.smtp is None:
            yield ("alerts", "channels", name), "a channel of type email needs the section smtp"
        if channel.fallback and channel.fallback not in channels:
            message = f"no channel is called {channel.fallback!r}; {nearest_item(channel.fallback, sorted(channels))}"
            yield ("alerts", "channels", name, "fallback"), message
        elif name in circles:
            yield ("alerts", "channels", name, "fallback"), "it falls back on itself, by way of its fallback"


def _ages(config: Config) -> Iterator[Conflict]:
    """What may still be owed must still be there."""
    owed, keep = config.outbox.max_age, config.state.keep
    for name, kept in (("results", keep.results), ("readings", keep.readings)):
        if kept is not None and kept <= owed:
            here, there = f"state.keep.{name} ({format_duration(kept)})", f"outbox.max_age ({format_duration(owed)})"
            if name in keep.model_fields_set:
                yield ("state", "keep", name), f"expected more than {there}, or null"
            else:
                yield ("outbox", "max_age"), f"expected less than {here}"
