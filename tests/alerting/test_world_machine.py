"""The engine among crashes, refusals, silences, late looks and jumping clocks, step by step as Hypothesis likes it."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.standing import Claim
from tests.alerting.reference import Look, Seen
from tests.alerting.world import INTERVAL, Crash, Outcome, World
from tests.full import FULL

CHANNELS = ("chat", "ops")
NAMES = ("api", "web")

names = st.sampled_from(NAMES)
channels = st.sampled_from(CHANNELS)
verdicts: st.SearchStrategy[Seen] = st.sampled_from(["good", "bad", "bad", "unknown"])
crashes: st.SearchStrategy[Crash] = st.sampled_from(["no", "no", "before", "after"])
outcomes: st.SearchStrategy[list[Outcome]] = st.lists(
    st.sampled_from(["taken", "taken", "refused", "crash after", "crash before"]), max_size=4
)
thresholds = st.builds(lambda count, more: Threshold(count, count + more), st.integers(1, 3), st.integers(0, 2))
policies = st.builds(
    Policy,
    down_after=thresholds,
    up_after=thresholds,
    for_=st.sampled_from([timedelta(0), 2 * INTERVAL]),
    interval=st.just(INTERVAL),
    reminders=st.sampled_from([(), (2 * INTERVAL, 5 * INTERVAL)]),
    channels=st.just(CHANNELS),
)


class EngineAmongFaults(RuleBasedStateMachine):
    """P1, P5, P6, P7, P11 and P14."""

    world: World
    muted = held = False

    @initialize(policy=policies)
    def begin(self, policy: Policy) -> None:
        self.world = World(policy, resumes=False)

    @rule(looks=st.lists(st.tuples(verdicts, verdicts, crashes), min_size=1, max_size=6))
    def look(self, looks: list[tuple[Seen, Seen, Crash]]) -> None:
        for *verdicts, crash in looks:
            for name, verdict in zip(NAMES, verdicts, strict=True):
                self.world.look(name, Look(verdict, self.muted, self.held), crash=crash)
            self.world.now += INTERVAL

    @rule(name=names, verdict=verdicts, behind=st.integers(1, 3))
    def look_late_or_again(self, name: str, verdict: Seen, behind: int) -> None:
        assert self.world.late(name, verdict, behind) == ()

    @rule()
    def crash(self) -> None:
        self.world.crash()

    @rule(channel=channels, how=outcomes)
    def deliver(self, channel: str, how: list[Outcome]) -> None:
        left = iter(how)
        self.world.deliver(channel, lambda: next(left, "taken"))

    @rule(muted=st.booleans(), held=st.booleans())
    def hush(self, muted: bool, held: bool) -> None:
        self.muted, self.held = muted, held

    @rule(jump=st.sampled_from([timedelta(days=1), timedelta(days=-1), timedelta(minutes=11)]))
    def jump(self, jump: timedelta) -> None:
        self.world.now += jump

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.heal()
        assert self.world.divergences() == 0
        for channel, name in self._pairs():
            heard = self.world.heard(channel, name)
            _alternates(heard)
            assert not heard or heard[-1].claim is self.world.standing(name).told

    def _pairs(self) -> list[tuple[str, str]]:
        return [(channel, name) for channel in CHANNELS for name in NAMES]


def _claims(notices: list[Notice]) -> list[Claim]:
    return [notice.claim for notice in notices if notice.kind is not Kind.REMINDER]


def _alternates(heard: list[Notice]) -> None:
    """P1, for each incident: an opening first, an end last, and nothing said twice in a row."""
    for incident in {notice.incident for notice in heard}:
        of_it = [notice for notice in heard if notice.incident == incident]
        claims = _claims(of_it)
        assert of_it[0].opens
        assert claims[0] is not Claim.OK
        assert Claim.OK not in claims[:-1]
        assert all(one is not other for one, other in pairwise(claims))


EngineAmongFaults.TestCase.settings = settings(
    max_examples=10_000 if FULL else 60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestEngineAmongFaults = EngineAmongFaults.TestCase
