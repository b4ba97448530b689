"""Alertmanager, the real one: what begins there also ends there, and is told to its receivers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from colter.core.errors import Answer
from colter.core.message import Alert, Message, MessageKind
from colter.core.secret import Secret
from colter.core.units import timestamp
from colter.notifiers.alertmanager import Alertmanager
from tests.fakes.clock import FakeClock
from tests.influx.recorder import Recorder, recording
from tests.notifiers.telling import Make, failure, tell
from tests.servers import alertmanager as server
from tests.watching.daemons import until


@pytest.fixture(scope="module")
def running() -> Iterator[server.Alertmanager]:
    with server.alertmanager() as found:
        yield found


def alertmanager(url: str, user: str | None = None, password: str = "") -> Make:
    return lambda http, clock: Alertmanager(
        name="am", url=url, http=http, clock=clock, user=user, password=Secret(password)
    )


def now() -> datetime:
    """The server has the machine's clock, so its tests do too."""
    return datetime.now(UTC)  # noqa: TID251


def message(kind: MessageKind, name: str, state: str, *, until: datetime | None = None, sequence: int = 1) -> Message:
    alert = Alert(
        target=f"probe:{name}",
        source="probe",
        name=name,
        rule="down",
        state=state,
        reason="connect_refused",
        since=timestamp(now() - timedelta(minutes=5)),
        incident=f"incident-{name}",
        sequence=sequence,
        tags=["prod", "web"],
    )
    if until:
        alert["until"] = timestamp(until)
    return Message(f"{name}:{sequence}", kind, f"{name} is {state}", now(), ["a line", "another"], [alert])


def held(running: server.Alertmanager, name: str) -> list[dict[str, object]]:
    return [alert for alert in running.alerts() if alert["labels"].get("name") == name]


def told(running: server.Alertmanager, name: str) -> list[str]:
    """What its receiver was told of this one."""
    return [each["status"] for each in running.told() if each["groupLabels"].get("name") == name]


def test_what_begins_there_ends_there_and_is_passed_on(running: server.Alertmanager) -> None:
    down = message(MessageKind.FIRING, "api", "firing")
    tell(alertmanager(running.url), down, down, clock=FakeClock(now()))
    [alert] = held(running, "api")
    assert alert["labels"] == {"alertname": "down", "target": "probe:api", "source": "probe", "name": "api"}
    assert alert["annotations"] == {
        "summary": "api is firing",
        "description": "a line\nanother",
        "state": "firing",
        "reason": "connect_refused",
        "incident": "incident-api",
        "tags": "prod, web",
    }
    assert datetime.fromisoformat(str(alert["endsAt"])) > now() + timedelta(days=29)
    until(lambda: told(running, "api") == ["firing"])

    tell(alertmanager(running.url), message(MessageKind.RESOLVED, "api", "ok", until=now(), sequence=2))
    assert held(running, "api") == []
    until(lambda: told(running, "api") == ["firing", "resolved"])


def test_what_is_removed_ends_even_if_nobody_knows_when(running: server.Alertmanager) -> None:
    tell(alertmanager(running.url), message(MessageKind.FIRING, "gone", "firing"), clock=FakeClock(now()))
    assert held(running, "gone")
    tell(alertmanager(running.url), message(MessageKind.REMOVED, "gone", ""), clock=FakeClock(now()))
    assert held(running, "gone") == []


def test_late_news_are_seen_and_end_by_themselves(running: server.Alertmanager) -> None:
    news = message(MessageKind.NEWS, "flask", "", until=None)
    tell(alertmanager(running.url), news, clock=FakeClock(now() + timedelta(minutes=30)))
    [alert] = held(running, "flask")
    assert now() < datetime.fromisoformat(str(alert["endsAt"])) < now() + timedelta(hours=2)
    labels = alert["labels"]
    assert isinstance(labels, dict)
    assert labels["incident"] == "incident-flask"


def test_two_news_of_one_rule_in_a_digest_are_two(running: server.Alertmanager) -> None:
    news = [Alert(target="github:a/b", name="a/b", rule="open_issues_new > 0", incident=each) for each in ("1", "2")]
    tell(
        alertmanager(running.url),
        Message("d", MessageKind.DIGEST, "2 issues", now(), [], news),
        clock=FakeClock(now()),
    )
    assert len(held(running, "a/b")) == 2


def test_each_alert_of_a_digest_has_its_own_words(running: server.Alertmanager) -> None:
    alerts = [message(MessageKind.FIRING, name, "firing").alerts[0] for name in ("east", "west")]
    alerts[1]["detail"] = "the port is closed"
    digest = Message("d", MessageKind.DIGEST, "2 endpoints are down", now(), ["east is down", "west is down"], alerts)
    tell(alertmanager(running.url), digest, clock=FakeClock(now()))
    notes = [held(running, name)[0]["annotations"] for name in ("east", "west")]
    assert [(each["summary"], each["description"]) for each in notes if isinstance(each, dict)] == [
        ("east is down", "east is down"),
        ("west is down", "the port is closed"),
    ]


def test_a_message_without_alerts_is_one_alert(running: server.Alertmanager) -> None:
    tell(alertmanager(running.url), Message("t", MessageKind.TEST, "only a test", now()), clock=FakeClock(now()))
    [alert] = [alert for alert in running.alerts() if alert["labels"] == {"alertname": "Colter"}]
    assert alert["annotations"]["summary"] == "only a test"


def test_an_end_before_the_beginning_is_taken_too(running: server.Alertmanager) -> None:
    backwards = message(MessageKind.RESOLVED, "clock", "ok", until=now() - timedelta(hours=1))
    tell(alertmanager(running.url), backwards)


def test_user_and_password_go_along_and_are_not_shown() -> None:
    with recording(Recorder(401, body=b"no: me:canary4711 bWU6Y2FuYXJ5NDcxMQ==")) as recorder:
        error = failure(alertmanager(f"{recorder.url}/am/", "me", "canary4711"))
    [(path, headers, _)] = recorder.asked
    assert (path, headers["authorization"]) == ("/am/api/v2/alerts", "Basic bWU6Y2FuYXJ5NDcxMQ==")
    assert error.answer is Answer.PAUSE
    assert "canary" not in str(error)
    assert "bWU6" not in str(error)
