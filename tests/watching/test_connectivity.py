"""Whether it is us or them: many fail at once, and canaries are asked before anything is believed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from colter.app.watching.canaries import Canaries
from colter.app.watching.connectivity import Connectivity, Judged, Offline
from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult, Reason
from colter.sources.probe.prober import Prober
from tests.fakes.clock import START, FakeClock
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.probe.looking import check

SECOND = timedelta(seconds=1)
NAMES = [f"e{number}" for number in range(10)]
UP, DEGRADED, DOWN, UNKNOWN = EndpointState.UP, EndpointState.DEGRADED, EndpointState.DOWN, EndpointState.UNKNOWN
PORTAL = reply(200, b"<html>Welcome to the hotel! Please log in.</html>", Content_Type="text/html")


@dataclass
class Line:
    """Our line: the canary answers while it is there; endpoints are whatever a test says they are."""

    there: bool = True
    portal: bool = False
    clock: FakeClock = field(default_factory=FakeClock)

    def answer(self, visit: Visit) -> None:
        if self.portal:
            PORTAL(visit)
        elif self.there:
            reply(203, b"ok")(visit)

    def look(
        self, *names: str, state: EndpointState = UP, reason: Reason = Reason.CONNECT_TIMEOUT
    ) -> list[ProbeResult]:
        why = reason if state is DOWN else None
        return [ProbeResult(name, "", self.clock.now(), state, why) for name in names]


Story = Callable[[Connectivity, Line, EndpointServer], Awaitable[None]]


def watched(story: Story, *conditions: str) -> None:
    """Ten endpoints on distant hosts, one here, and a canary of which these conditions are expected."""
    line = Line()

    async def tell(server: EndpointServer) -> None:
        checks = {name: check(f"https://{name}.example.org/") for name in NAMES}
        checks["here"] = check("http://127.0.0.1:1/")
        canary = check(server.url(), *conditions)
        with closing(Canaries([canary], [], checks, lambda: Prober(clock=SystemClock()))) as canaries:
            await canaries.begin()
            await story(Connectivity(checks, canaries, line.clock), line, server)

    with EndpointServer(line.answer) as server:
        asyncio.run(tell(server))


def states(judged: Judged) -> list[EndpointState]:
    return [result.state for result in judged.results]


def test_while_the_line_is_cut_nothing_is_known_and_one_message_follows() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        assert states(await connectivity.judge(line.look(*NAMES))) == [UP] * 10
        line.there = False
        cut = line.clock.now()
        judged = await connectivity.judge(line.look(*NAMES, state=DOWN))
        assert states(judged) == [UNKNOWN] * 10
        assert {(result.reason, result.detail) for result in judged.results} == {
            (Reason.SELF_OFFLINE, "this machine was offline")
        }
        for _ in range(3):
            line.clock.advance(SECOND)
            judged = await connectivity.judge(line.look(*NAMES, state=DOWN))
            assert (states(judged), judged.over) == ([UNKNOWN] * 10, None)
        line.there = True
        line.clock.advance(SECOND)
        assert await connectivity.judge([]) == Judged([], Offline(cut, cut + 4 * SECOND))
        line.clock.advance(SECOND)
        assert await connectivity.judge(line.look(*NAMES)) == Judged(line.look(*NAMES))

    watched(story)


@pytest.mark.parametrize("there", [True, False], ids=["the line is there", "the line is cut"])
def test_half_of_the_hosts_must_fail_before_anybody_is_asked(*, there: bool) -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        line.there, asked = there, len(server.requests)
        few = [*line.look(*NAMES[:2], state=DOWN), *line.look(*NAMES[2:])]
        assert states(await connectivity.judge(few)) == [DOWN, DOWN, *[UP] * 8]
        refused = line.look(*NAMES, state=DOWN, reason=Reason.CONNECT_REFUSED)
        assert states(await connectivity.judge(refused)) == [DOWN] * 10
        assert len(server.requests) == asked
        many = [*line.look(*NAMES[:5]), *line.look(*NAMES[5:], state=DOWN)]
        assert states(await connectivity.judge(many)) == [UP] * 5 + [DOWN if there else UNKNOWN] * 5
        assert len(server.requests) == asked + 1

    watched(story)


def test_hosts_that_were_dead_while_the_line_was_there_tell_nothing_about_it() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        mixed = [*line.look(*NAMES[:2]), *line.look(*NAMES[2:], state=DOWN)]
        assert states(await connectivity.judge(mixed)) == [UP, UP, *[DOWN] * 8]
        asked = len(server.requests)
        for _ in range(5):
            assert states(await connectivity.judge(mixed)) == [UP, UP, *[DOWN] * 8]
        assert len(server.requests) == asked
        line.there = False
        assert states(await connectivity.judge(line.look(*NAMES, state=DOWN))) == [UNKNOWN] * 10

    watched(story)


def test_what_began_before_the_line_came_back_has_met_the_cut() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        line.there = False
        await connectivity.judge(line.look(*NAMES, state=DOWN))
        late = [*line.look("e1", state=DOWN), *line.look("e2")]
        line.there = True
        line.clock.advance(SECOND)
        assert (await connectivity.judge([])).over
        assert states(await connectivity.judge(late)) == [UNKNOWN, UP]
        line.clock.advance(SECOND)
        assert states(await connectivity.judge(line.look("e1", state=DOWN))) == [DOWN]

    watched(story)


def test_while_it_is_us_even_an_answer_tells_nothing_but_of_this_machine() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        line.there = False
        await connectivity.judge(line.look(*NAMES, state=DOWN))
        mixed = [*line.look("e1", "here"), *line.look("e2", state=DEGRADED), *line.look("here", state=DOWN)]
        assert states(await connectivity.judge(mixed)) == [UNKNOWN, UP, UNKNOWN, DOWN]

    watched(story)


@pytest.mark.parametrize(
    ("conditions", "alive"),
    [((), True), (("status=203",), False), (("body contains ok",), False)],
    ids=["nothing is expected", "a status", "a body"],
)
def test_a_portal_that_answers_everything_is_no_canary_of_which_something_is_expected(
    conditions: Sequence[str], *, alive: bool
) -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        line.there = False
        await connectivity.judge(line.look(*NAMES, state=DOWN))
        line.portal = True
        over = (await connectivity.judge(line.look(*NAMES))).over
        assert bool(over) is alive

    watched(story, *conditions)


def test_a_canary_that_has_never_answered_proves_nothing_once_others_have() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        assert states(await connectivity.judge(line.look(*NAMES))) == [UP] * 10
        assert states(await connectivity.judge(line.look(*NAMES, state=DOWN))) == [DOWN] * 10

    watched(story, "body contains something it never says")


def test_before_anybody_has_answered_a_silent_canary_is_believed() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        assert states(await connectivity.judge(line.look(*NAMES, state=DOWN))) == [UNKNOWN] * 10

    watched(story, "body contains something it never says")


def test_the_time_offline_begins_with_the_first_look_that_was_lost() -> None:
    async def story(connectivity: Connectivity, line: Line, server: EndpointServer) -> None:
        well = line.look(*NAMES[:5])
        line.clock.advance(SECOND)
        line.there = False
        lost = line.look(*NAMES[5:], state=DOWN)
        line.clock.advance(9 * SECOND)
        await connectivity.judge([*well, *lost])
        line.there = True
        over = (await connectivity.judge([])).over
        assert over == Offline(START + SECOND, START + 10 * SECOND)

    watched(story)
