"""A past: what was measured, decided about and told, as a daemon would have done it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from colter.app.alerting.desk import Desk
from colter.app.alerting.plan import Plan, read_plan
from colter.app.history.opening import DATABASE
from colter.app.registry import catalogue
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.outgoing import Outgoing
from colter.core.model import EndpointState, Event, ProbeResult, Reading, Reason, Round, Sample, Target
from colter.core.ports import Store
from colter.store.sql import SqlStore
from tests.cli.running import Machine
from tests.config.opening import locked
from tests.fakes.clock import START, FakeClock

CONFIG = """
endpoints:
  - {name: api, url: "https://api.example.org/health", tags: [prod], group: backend}
  - {name: "web [eu]", url: "https://web.example.org/"}
pypi: {packages: [requests]}
github: {targets: ["me/*"]}
alerts:
  channels:
    ops: {type: webhook, url: "http://127.0.0.1:9/ops"}
    chat: {type: webhook, url: "http://127.0.0.1:9/chat"}
"""
TRACKED = """
github: {targets: [me/app]}
pypi: {packages: [requests]}
alerts:
  channels: {ops: {type: webhook, url: "http://127.0.0.1:9/ops"}}
  rules:
    - {match: "github:me/app", when: stars_new > 50 in 1d}
    - {match: "github:*", when: open_issues_new > 0}
    - {match: "pypi:*", when: "downloads_day < 50% of 7d"}
"""
MINUTE = timedelta(minutes=1)
STARS, DAY = catalogue()["github", "stars"], catalogue()["pypi", "downloads_day"]
_STATES = {"g": EndpointState.UP, "b": EndpointState.DOWN, "d": EndpointState.DEGRADED, "u": EndpointState.UNKNOWN}


def plan(config: str = CONFIG) -> Plan:
    """What a configuration says about alerts."""
    return read_plan(make_settings(parse_document(config.encode(), "test.yaml"), {}, locked).config)


def result(endpoint: str, look: str, at: datetime) -> ProbeResult:
    """A look as a letter: g, b (down), d (degraded) or u."""
    well = look == "g"
    reason = None if well else Reason.CONNECT_REFUSED
    return ProbeResult(
        endpoint, "https://example.org/", at, _STATES[look], reason, None if well else "the port is closed"
    )


def rounds(looks: Mapping[str, str], *, until: datetime = START, every: timedelta = MINUTE) -> list[Round]:
    """A round for each letter; the last one is looked at one interval before `until`. A blank is no look."""
    length = max(map(len, looks.values()))
    made = []
    for place in range(length):
        at = until - (length - place) * every
        found = [result(name, row[place], at) for name, row in looks.items() if place < len(row) and row[place] != " "]
        made.append(Round(f"{int(at.timestamp()):012x}-{'-'.join(looks)}", at, at, (), found))
    return made


def tracked() -> Iterator[Round]:
    """Ten days, a look a day: stars jump on the seventh, downloads fall on the eighth, an issue comes on the ninth."""
    for day in range(10):
        at = START - timedelta(days=10 - day)
        issue = [Event("issue", "41", "It breaks\x1b[2J", at)] if day == 8 else []
        readings = [
            Reading(Target("github", "me/app"), at, [Sample(STARS, 100.0 + 100 * (day >= 6))], events=issue),
            Reading(Target("pypi", "requests"), at, [Sample(DAY, 1000.0 if day < 7 else 100.0)]),
        ]
        yield Round(f"{day:012x}-tracked", at, at, readings)


def measured(machine: Machine, past: Iterable[Round]) -> None:
    """Keep what was measured, and decide nothing."""

    async def work(store: Store) -> None:
        for done in past:
            await store.commit(done)

    with_store(machine, work)


def lived(machine: Machine, past: Sequence[Round], *, takes: Sequence[str] = ("ops", "chat")) -> list[Outgoing]:
    """Keep what was measured with what a desk decides, and deliver to the channels that take it, at once.

    Returns all that there was to tell.
    """
    told: list[Outgoing] = []

    async def work(store: Store) -> None:
        clock = FakeClock(past[0].finished)
        desk = Desk(plan(machine_config(machine)), store, clock)
        await desk.load()
        for done in past:
            clock.time = done.finished
            decided = await desk.decide(done)
            await store.commit(done, decided.states, decided.deliveries)
            rows = list(map(from_delivery, decided.deliveries))
            arrived = [row for row in rows if row.channel in takes]
            await store.settle([row.key for row in arrived])
            desk.heard(arrived)
            told.extend(rows)

    with_store(machine, work)
    return told


def with_store(machine: Machine, work: Callable[[Store], Awaitable[None]]) -> None:
    """Do something with the history of a machine."""

    async def opened() -> None:
        store = store_of(machine, FakeClock())
        await store.open()
        try:
            await work(store)
        finally:
            await store.close()

    asyncio.run(opened())


def store_of(machine: Machine, clock: FakeClock) -> SqlStore:
    """The history of a machine, to be opened and closed."""
    folder = machine.home / "state" / "colter"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqlStore(folder / DATABASE, clock, catalogue())


def machine_config(machine: Machine) -> str:
    """What it is configured with."""
    return (machine.home / "config" / "colter" / "config.yaml").read_text()
