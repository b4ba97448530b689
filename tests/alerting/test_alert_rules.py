"""Rules on tracked numbers: how they are written, and what readings mean to them."""

from datetime import datetime, timedelta

import pytest

from colter.core.alerting.happenings import Happened, Watermark, happen
from colter.core.alerting.observation import Verdict
from colter.core.alerting.readings import Earlier, observe
from colter.core.alerting.rule_text import Happening, Level, parse_rule
from colter.core.model import Event, Metric, Reading, Sample, Target
from tests.fakes.clock import START

NUMBERS = frozenset(
    {"stars", "open_issues", "downloads_day", "vulnerabilities", "open_vulnerability_alerts", "ci_success"}
)
WORDS = frozenset({"archived", "yanked"})
EVENTS = {"open_issues_new": "issue", "issues_new": "issue", "releases_new": "release", "yanked_new": "yanked"}
DAY = timedelta(days=1)
REPO = Target("github", "me/app")


def reading(words: dict[str, str] | None = None, *events: Event, day: float = 0, **values: float) -> Reading:
    samples = [Sample(Metric(key, "", "", "", ""), value) for key, value in values.items()]
    return Reading(REPO, START + day * DAY, samples, info=words or {}, events=events)


def level(text: str) -> Level:
    rule = parse_rule(text, NUMBERS, WORDS, EVENTS)
    assert isinstance(rule, Level)
    return rule


def happening(text: str) -> Happening:
    rule = parse_rule(text, NUMBERS, WORDS, EVENTS)
    assert isinstance(rule, Happening)
    return rule


def week(*values: float) -> list[tuple[datetime, float]]:
    return [(START - (len(values) - place) * DAY, value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("text", "now", "earlier", "verdict"),
    [
        ("open_vulnerability_alerts > 0", reading(open_vulnerability_alerts=1), {}, Verdict.BAD),
        ("open_vulnerability_alerts > 0", reading(open_vulnerability_alerts=0), {}, Verdict.GOOD),
        ("open_vulnerability_alerts > 0", reading(), {}, Verdict.UNKNOWN),
        ("ci_success == 0 for 1h", reading(ci_success=0), {}, Verdict.BAD),
        ("archived", reading({"archived": "true"}), {}, Verdict.BAD),
        ("archived", reading({"archived": "false"}), {}, Verdict.GOOD),
        ("archived", reading(), {}, Verdict.UNKNOWN),
        ("yanked", reading({"yanked": "true"}), {}, Verdict.BAD),
        ("downloads_day < 50% of 7d", reading(downloads_day=49), {"downloads_day": week(*[100] * 7)}, Verdict.BAD),
        ("downloads_day < 50% of 7d", reading(downloads_day=50), {"downloads_day": week(*[100] * 7)}, Verdict.GOOD),
        ("downloads_day < 50% of 7d", reading(), {"downloads_day": week(*[100] * 7)}, Verdict.UNKNOWN),
        ("downloads_day < 50% of 7d", reading(downloads_day=1), {}, Verdict.UNKNOWN),
        ("downloads_day < 50% of 7d", reading(downloads_day=1), {"downloads_day": week(*[100] * 3)}, Verdict.UNKNOWN),
        ("downloads_day < 50% of 7d", reading(downloads_day=1), {"downloads_day": week(*[100] * 4)}, Verdict.BAD),
        ("downloads_day < 50% of 7d", reading(downloads_day=0), {"downloads_day": week(*[0] * 7)}, Verdict.GOOD),
        ("stars_new > 50 in 1d", reading(stars=160), {"stars": week(5, 100)}, Verdict.BAD),
        ("stars_new > 50 in 1d", reading(stars=150), {"stars": week(5, 100)}, Verdict.GOOD),
        ("stars_new > 50 in 2d", reading(stars=160), {"stars": week(100)}, Verdict.UNKNOWN),
        ("stars_new > 50 in 1d", reading(), {"stars": week(100)}, Verdict.UNKNOWN),
    ],
)
def test_what_a_reading_means_to_a_rule(text: str, now: Reading, earlier: Earlier, verdict: Verdict) -> None:
    observation = observe(level(text), now, earlier, 7)
    assert (observation.verdict, observation.sequence, observation.reason) == (verdict, 7, text)


def test_an_observation_tells_the_numbers() -> None:
    cliff = observe(
        level("downloads_day < 50% of 7d"), reading(downloads_day=49), {"downloads_day": week(*[100] * 7)}, 0
    )
    assert cliff.detail == "downloads_day is 49, the mean of the time before is 100"
    burst = observe(level("stars_new > 50 in 1d"), reading(stars=160), {"stars": week(100)}, 0)
    assert burst.detail == "stars_new is 60"


@pytest.mark.parametrize(
    ("text", "for_", "share_of", "growth_in"),
    [
        ("ci_success == 0 for 1h", timedelta(hours=1), timedelta(0), timedelta(0)),
        ("  downloads_day<50% of 7d for 2h ", timedelta(hours=2), 7 * DAY, timedelta(0)),
        ("stars_new > 50 in 1d", timedelta(0), timedelta(0), DAY),
        ("archived for 1d", DAY, timedelta(0), timedelta(0)),
    ],
)
def test_how_rules_are_written(text: str, for_: timedelta, share_of: timedelta, growth_in: timedelta) -> None:
    rule = level(text)
    assert (rule.for_, rule.share_of, rule.growth_in) == (for_, share_of, growth_in)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "expected a rule"),
        ("stras > 1", "'stras' is not known here"),
        ("stars", "needs something to be compared with"),
        ("archived > 1", "is no number"),
        ("stars > many", "expected a number"),
        ("stars > 50%", "expected a number"),
        ("stars > 50% of soon", "expected a duration"),
        ("stars > 50% of 0s", "expected a window"),
        ("stars > 50 in 1d", "goes with the growth"),
        ("stars > 5 for ever", "expected a duration"),
        ("open_issues_new > 0 for 1h", "leave out 'for'"),
    ],
)
def test_what_is_no_rule_is_refused_with_what_was_expected(text: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        parse_rule(text, NUMBERS, WORDS, EVENTS)


def issue(number: int, kind: str = "issue") -> Event:
    return Event(kind, str(number), f"Issue {number}", START - timedelta(days=number))


def told(happened: Happened) -> list[str]:
    return [" ".join(event.key for event in notice.events) for notice in happened.notices]


def test_each_new_issue_is_told_of_once_and_the_first_reading_of_none() -> None:
    rule = happening("open_issues_new > 0")
    first = happen(rule, reading({}, issue(1)), None, START, ("ops",), muted=False)
    second = happen(
        rule, reading({}, issue(1), issue(2), issue(3, "release")), first.mark, START, ("ops",), muted=False
    )
    third = happen(rule, reading({}, issue(2)), second.mark, START, ("ops",), muted=False)
    assert [told(first), told(second), told(third)] == [[], ["2"], []]
    (notice,) = second.notices
    assert (notice.kind, notice.sequence, notice.channels) == ("event", 1, ("ops",))


def test_the_same_event_has_the_same_key_whoever_finds_it() -> None:
    rule = happening("open_issues_new > 0")
    one = happen(rule, reading({}, issue(2)), Watermark(), START, (), muted=False)
    again = happen(rule, reading({}, issue(2), day=1), Watermark(), START + DAY, (), muted=False)
    other = happen(rule, reading({}, issue(3)), Watermark(), START, (), muted=False)
    assert one.notices[0].key == again.notices[0].key != other.notices[0].key


def test_a_burst_is_one_notice_with_the_newest_listed_and_all_counted() -> None:
    rule = happening("issues_new > 0")
    five = happen(rule, reading({}, *map(issue, range(5))), Watermark(), START, (), muted=False)
    assert len(five.notices) == 5
    (burst,) = happen(rule, reading({}, *map(issue, range(300))), Watermark(), START, (), muted=False).notices
    assert (burst.events_total, len(burst.events)) == (300, 20)
    assert burst.events[-1] == issue(0)


def test_so_many_at_once_may_be_asked_for() -> None:
    rule = happening("issues_new > 2")
    assert told(happen(rule, reading({}, issue(1), issue(2)), Watermark(), START, (), muted=False)) == []
    assert told(happen(rule, reading({}, issue(1), issue(2), issue(3)), Watermark(), START, (), muted=False)) == [
        "3",
        "2",
        "1",
    ]


def test_what_happens_in_a_silence_is_not_told_later() -> None:
    rule = happening("releases_new > 0")
    silent = happen(rule, reading({}, issue(1, "release")), Watermark(), START, (), muted=True)
    assert silent.notices == ()
    assert told(happen(rule, reading({}, issue(1, "release")), silent.mark, START, (), muted=False)) == []


def test_a_vulnerability_more_is_told_of_and_one_less_is_not() -> None:
    rule = happening("vulnerabilities_new > 0")
    mark: Watermark | None = None
    said = []
    for day, count in enumerate([1, 1, 3, None, 3, 2, 4]):
        now = reading(day=day) if count is None else reading(day=day, vulnerabilities=count)
        happened = happen(rule, now, mark, START, (), muted=False)
        mark = happened.mark
        said.append([event.title for notice in happened.notices for event in notice.events])
    assert said == [[], [], ["vulnerabilities: 1 -> 3"], [], [], [], ["vulnerabilities: 2 -> 4"]]
