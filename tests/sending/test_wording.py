"""What a person reads, and what a machine: for everything that the engine can say."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from colter.core.alerting.channels import REFUSES, channel_target
from colter.core.alerting.connectivity import back_online
from colter.core.alerting.deliveries import from_delivery, to_delivery
from colter.core.alerting.notice import Kind, Notice
from colter.core.alerting.outgoing import queue
from colter.core.alerting.packing import Form, pack
from colter.core.alerting.packing import Message as Packed
from colter.core.alerting.spans import say_length
from colter.core.alerting.standing import Claim
from colter.core.alerting.wording import NOTHING, About, word
from colter.core.message import LONGEST_TITLE, Message, MessageKind
from colter.core.model import Event, Reason, Target
from tests.fakes.clock import START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
API, REPO, PACKAGE = Target("probe", "api"), Target("github", "pallets/flask"), Target("pypi", "requests")
CLIFF = "downloads_day < 50% of 7d"
DOWN = Notice(
    "i",
    1,
    Kind.FIRING,
    API,
    "down",
    Claim.FIRING,
    at=START,
    since=START - 2 * MINUTE,
    reason=Reason.CONNECT_REFUSED,
    detail="127.0.0.1:80 refuses connections",
    failures=3,
    channels=("ops",),
)
UP = replace(DOWN, sequence=2, kind=Kind.RESOLVED, claim=Claim.OK, at=START + 20 * MINUTE, until=START + 19 * MINUTE)
DEGRADED = replace(DOWN, rule="degraded", reason=Reason.LATENCY, detail="1.2 s")
CHANNEL = replace(DOWN, target=channel_target("chat"), rule=REFUSES, reason=REFUSES, detail="chat: 404", failures=1)
CONDITION = replace(DOWN, target=PACKAGE, rule=CLIFF, reason=CLIFF, detail="downloads_day is 1")
ARCHIVED = replace(CONDITION, target=REPO, rule="archived", reason="archived", detail=None)


def later(notice: Notice, kind: Kind, claim: Claim = Claim.OK) -> Notice:
    over = UP.until if claim is Claim.OK else None
    return replace(notice, sequence=2, kind=kind, claim=claim, at=UP.at, until=over)


def lasting(notice: Notice, length: timedelta) -> Notice:
    return replace(notice, kind=Kind.REMINDER, sequence=2, at=notice.since + length, reminders=1)


def happened(*events: Event, target: Target = REPO, total: int = 0) -> Notice:
    return Notice(
        "e", 1, Kind.EVENT, target, "open_issues_new > 0", Claim.OK, START, START, START, channels=("ops",),
        events=events, events_total=total or len(events),
    )  # fmt: skip


def issue(number: int, title: str = "Crash on start") -> Event:
    return Event("issue", str(number), title, START, f"https://github.com/pallets/flask/issues/{number}")


def packed(form: Form, *notices: Notice) -> Packed:
    return Packed("ops", "key", form, notices, queue(notices, START))


def single(notice: Notice, about: About = NOTHING) -> Message:
    return word(packed(Form.SINGLE, notice), lambda _: about)


OFFLINE = back_online(START - 10 * MINUTE, START, lambda _: "o", ("ops",))


@pytest.mark.parametrize(
    ("notice", "kind", "title"),
    [
        (DOWN, "firing", "api is down: connect_refused"),
        (replace(DOWN, reason=None), "firing", "api is down"),
        (lasting(DOWN, 2 * HOUR), "reminder", "api is still down after 2 h: connect_refused"),
        (UP, "resolved", "api is up again after 21 min"),
        (replace(UP, until=START - HOUR), "resolved", "api is up again after 0 s"),
        (later(DOWN, Kind.REMOVED), "removed", "api was down and is not watched any more"),
        (later(DOWN, Kind.FLAPPING, Claim.FLAPPING), "flapping", "api flaps"),
        (later(DOWN, Kind.SETTLED), "settled", "api has settled and is up again after 21 min"),
        (later(DOWN, Kind.SETTLED, Claim.FIRING), "settled", "api has settled and is down: connect_refused"),
        (DEGRADED, "firing", "api is degraded: latency"),
        (later(DEGRADED, Kind.RESOLVED), "resolved", "api is well again after 21 min"),
        (CHANNEL, "firing", "channel chat takes no messages"),
        (later(CHANNEL, Kind.RESOLVED), "resolved", "channel chat takes messages again after 21 min"),
        (CONDITION, "firing", f"requests alerts: {CLIFF}"),
        (lasting(CONDITION, 3 * DAY), "reminder", f"requests still alerts after 3 d: {CLIFF}"),
        (later(CONDITION, Kind.RESOLVED), "resolved", f"requests alerts no more after 21 min: {CLIFF}"),
        (later(CONDITION, Kind.FLAPPING, Claim.FLAPPING), "flapping", f"requests flaps: {CLIFF}"),
        (ARCHIVED, "firing", "pallets/flask alerts: archived"),
        (happened(issue(7)), "news", "New issue in pallets/flask: Crash on start"),
        (happened(*map(issue, range(6))), "news", "6 new issues in pallets/flask"),
        (happened(*map(issue, range(20)), total=1500), "news", "1,500 new issues in pallets/flask"),
        (
            happened(Event("release", "2.1", "2.1 (pre-release)", START), target=PACKAGE),
            "news",
            "New release of requests: 2.1 (pre-release)",
        ),
        (happened(Event("stars_new", "5", "stars: 10 -> 15", START)), "news", "pallets/flask: stars: 10 -> 15"),
        (OFFLINE, "news", "Colter was offline 11:50-12:00 UTC: nothing is known of that time"),
    ],
)
def test_a_title_says_what_has_happened(notice: Notice, kind: str, title: str) -> None:
    said = single(notice)
    assert (said.kind, said.title) == (kind, title)


@pytest.mark.parametrize(
    ("notices", "kind", "title"),
    [
        ([DOWN, UP], "resolved", "api was down 11:58-12:19 UTC (21 min)"),
        ([DOWN, replace(UP, at=START + 2 * DAY)], "resolved", "api was down 2026-05-04 11:58-12:19 UTC (21 min)"),
        (
            [DOWN, replace(UP, until=START + DAY, at=START + DAY)],
            "resolved",
            "api was down 2026-05-04 11:58 - 2026-05-05 12:00 UTC (1 d)",
        ),
        ([DOWN, replace(UP, until=START - HOUR)], "resolved", "api was down 11:58-11:58 UTC (0 s)"),
        (
            [DOWN, later(DOWN, Kind.REMOVED)],
            "removed",
            "api was down 11:58-12:19 UTC (21 min) and is not watched any more",
        ),
        (
            [DOWN, later(DOWN, Kind.FLAPPING, Claim.FLAPPING), later(DOWN, Kind.SETTLED)],
            "settled",
            "api flapped 11:58-12:19 UTC (21 min)",
        ),
        (
            [CONDITION, later(CONDITION, Kind.RESOLVED)],
            "resolved",
            f"requests alerted 11:58-12:19 UTC (21 min): {CLIFF}",
        ),
    ],
)
def test_what_was_over_before_it_could_be_told_is_told_as_past(
    notices: Sequence[Notice], kind: str, title: str
) -> None:
    said = word(packed(Form.MERGED, *notices), lambda _: NOTHING)
    assert (said.kind, said.title, said.thread) == (kind, title, "i")
    assert [alert["sequence"] for alert in said.alerts] == [notice.sequence for notice in notices]


def named(notice: Notice, *names: str) -> list[Notice]:
    return [replace(notice, target=replace(notice.target, name=name), incident=name) for name in names]


@pytest.mark.parametrize(
    ("notices", "title"),
    [
        ([*named(DOWN, *"abcdefg"), *named(UP, "x", "y")], "7 endpoints are down, 2 are up again"),
        ([*named(DOWN, *"ab"), *named(UP, "a")], "1 endpoint is down, 1 is up again"),
        (
            [*named(UP, "x"), CHANNEL, *named(DOWN, "a"), *named(CONDITION, "p", "q")],
            "1 channel takes no messages, 1 endpoint is down, 2 rules alert, 1 endpoint is up again",
        ),
        (
            [*named(DEGRADED, "a", "b"), *named(DOWN, "c"), *named(later(DOWN, Kind.REMOVED), "d")],
            "2 endpoints are degraded, 1 is down, 1 is not watched any more",
        ),
        ([*named(later(DOWN, Kind.FLAPPING, Claim.FLAPPING), "a", "b")], "2 endpoints flap"),
        ([*named(later(DOWN, Kind.REMINDER), "a", "b"), *named(DOWN, "c")], "1 endpoint is down, 2 are still down"),
        ([happened(issue(1)), happened(*map(issue, range(6))), DOWN], "1 endpoint is down, 7 new issues"),
        ([OFFLINE, DOWN], f"1 endpoint is down, {single(OFFLINE).title}"),
    ],
)
def test_the_title_of_a_digest_counts_how_things_stand_at_its_end(notices: Sequence[Notice], title: str) -> None:
    said = word(packed(Form.DIGEST, *notices), lambda _: NOTHING)
    assert (said.kind, said.title, said.thread) == ("digest", title, None)


def test_the_lines_of_a_digest_are_what_would_have_been_said_one_by_one() -> None:
    said = word(packed(Form.DIGEST, DOWN, happened(issue(7)), UP), lambda _: NOTHING)
    assert list(said.lines) == [
        "api is down: connect_refused",
        "New issue in pallets/flask: Crash on start https://github.com/pallets/flask/issues/7",
        "api is up again after 21 min",
    ]
    assert [alert["incident"] for alert in said.alerts] == ["i", "e", "i"]


KNOWN = About("https://api.example.org/health", "backend", ("web", "prod"))
GROUPED = ["Group: backend", "Tags: prod, web"]


@pytest.mark.parametrize(
    ("notice", "lines"),
    [
        (DOWN, ["127.0.0.1:80 refuses connections", "Since 2026-05-04 11:58:00 UTC, 3 failed looks"]),
        (
            lasting(DOWN, 2 * HOUR),
            ["127.0.0.1:80 refuses connections", "Since 2026-05-04 11:58:00 UTC, 3 failed looks", "Reminder 1"],
        ),
        (
            UP,
            [
                "It was: 127.0.0.1:80 refuses connections",
                "From 2026-05-04 11:58:00 UTC to 2026-05-04 12:19:00 UTC (21 min), 3 failed looks",
            ],
        ),
        (
            replace(later(DOWN, Kind.FLAPPING, Claim.FLAPPING), detail=None),
            [
                "Since 2026-05-04 11:58:00 UTC, 3 failed looks",
                "It changes all the time. Nothing more is said of it until it has settled.",
            ],
        ),
    ],
    ids=["firing", "reminder", "resolved", "flapping"],
)
def test_the_lines_say_what_else_is_known(notice: Notice, lines: list[str]) -> None:
    assert list(single(notice, KNOWN).lines) == [KNOWN.url, *lines, *GROUPED]


def test_events_are_listed_with_their_addresses_and_the_rest_is_counted() -> None:
    said = single(happened(issue(1), issue(2, "x" * 2000), total=9))
    assert list(said.lines) == [
        "Crash on start https://github.com/pallets/flask/issues/1",
        f"{'x' * 299}… https://github.com/pallets/flask/issues/2",
        "and 7 older",
    ]


@pytest.mark.parametrize("notice", [DOWN, happened(issue(7)), OFFLINE], ids=["state", "event", "offline"])
def test_a_machine_is_told_what_is_known_and_nothing_else(notice: Notice) -> None:
    [alert] = single(notice, KNOWN if notice is DOWN else NOTHING).alerts
    common = {"since": "2026-05-04T12:00:00.000Z", "sequence": 1}
    assert (
        alert
        == {
            "i": {
                **common,
                "target": "probe:api",
                "source": "probe",
                "name": "api",
                "rule": "down",
                "state": "firing",
                "reason": "connect_refused",
                "detail": "127.0.0.1:80 refuses connections",
                "since": "2026-05-04T11:58:00.000Z",
                "incident": "i",
                "group": "backend",
                "tags": ["prod", "web"],
                "url": "https://api.example.org/health",
            },
            "e": {
                **common,
                "target": "github:pallets/flask",
                "source": "github",
                "name": "pallets/flask",
                "rule": "open_issues_new > 0",
                "detail": "Crash on start",
                "incident": "e",
                "url": "https://github.com/pallets/flask/issues/7",
            },
            "o": {
                **common,
                "target": "colter:connectivity",
                "source": "colter",
                "name": "connectivity",
                "rule": "offline",
                "reason": "self_offline",
                "since": "2026-05-04T11:50:00.000Z",
                "until": "2026-05-04T12:00:00.000Z",
                "incident": "o",
            },
        }[notice.incident]
    )


def test_what_is_over_never_ends_before_it_began() -> None:
    [alert] = single(replace(UP, until=START - HOUR)).alerts
    assert (alert["state"], alert["since"], alert["until"]) == ("ok", *["2026-05-04T11:58:00.000Z"] * 2)


def test_the_same_message_has_the_same_bytes_whenever_it_is_tried() -> None:
    rows = queue([DOWN, *(replace(DOWN, incident=f"{n}") for n in range(9))], START)
    [first] = pack(rows, START + MINUTE)
    read_again = [replace(from_delivery(to_delivery(row)), begun=first.key) for row in rows]
    [again] = pack(read_again, START + HOUR)
    about = About("https://x", "g", frozenset({"b", "a"}))
    texts = {word(each, lambda _: about).to_json() for each in (first, again)}
    assert len(texts) == 1
    assert json.loads(texts.pop())["key"] == first.key


def test_strangers_text_stays_one_clean_line() -> None:
    event = issue(1, "bad\x1b[31m\ntitle \u202e" + "x" * 5000)
    said = single(replace(happened(event), target=replace(REPO, name="a\nb")))
    assert said.title.startswith("New issue in a b: bad[31m title x")
    assert len(said.title) == LONGEST_TITLE
    assert all(line.isprintable() for line in said.lines)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (0.4, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (7505, "2 h 5 min"),
     (86_399, "23 h 59 min"), (86_400, "1 d"), (273_600, "3 d 4 h"), (86_460, "1 d")],
)  # fmt: skip
def test_a_length_has_two_units_at_most(seconds: float, said: str) -> None:
    assert say_length(timedelta(seconds=seconds)) == said


def test_every_kind_of_notice_has_words() -> None:
    assert {kind.value for kind in Kind} - {"event", "offline"} <= {kind.value for kind in MessageKind}
