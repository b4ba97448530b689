"""The way of an alert to real servers: mail, Alertmanager, and Slack's answers."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from colter.notifiers import hook as hook_module
from tests.sending.booth import MINUTE, SECOND, Booth, leap, play, soon
from tests.sending.receiver import Answer, Receiver, receiving
from tests.servers import alertmanager as am
from tests.servers import smtp
from tests.servers.smtp import MailServer
from tests.watching.daemons import until

USERS = {"colter": "pässword"}
A, B, C = "a@example.org", "b@example.org", "c@example.org"
MAIL = f"channels:\n  ops: {{type: email, to: [{A}, {B}, {C}]}}\n"
DOWN, UP = "e1 is down: http_status", "e1 is up again after 1 min"


def section(port: int, more: str) -> str:
    address = f"smtp_server: 127.0.0.1, smtp_port: {port}"
    return f"smtp: {{{address}, sender: colter@mail.example.org, recipient: {A}{more}}}\n"


LOGIN = ", username: colter, password: pässword"
CLEAR = ", starttls: never"


def received(server: MailServer) -> dict[str, list[str]]:
    """Subjects by recipient, in order."""
    found: dict[str, list[str]] = {A: [], B: [], C: []}
    for mail in server.taken:
        for to in mail.recipients:
            found[to].append(str(mail.letter["Subject"]))
    return found


async def down_and_up(booth: Booth, patience: timedelta) -> list[list[str]]:
    """An incident of a minute; what went wrong, at its beginning and at its end."""
    await booth.look(down="e1")
    begun = await booth.tell(patience)
    booth.clock.advance(MINUTE)
    await booth.look(up="e1")
    return [begun, await booth.tell(patience)]


def test_mail_arrives_encrypted_and_in_order(authority: trustme.CA) -> None:
    async def story(booth: Booth) -> None:
        assert await down_and_up(booth, timedelta(0)) == [[], []]

    with smtp.mail_server(starttls=smtp.context(authority.issue_cert("127.0.0.1")), users=USERS) as server:
        play(story, MAIL, smtp=section(server.port, LOGIN))
    assert received(server) == {to: [DOWN, UP] for to in (A, B, C)}
    assert all(mail.encrypted and mail.user == "colter" for mail in server.taken)


def test_where_starttls_is_stripped_nothing_leaves_and_another_channel_is_told() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        [problem] = await booth.tell(20 * SECOND)
        assert problem == "ops: 127.0.0.1 offers no STARTTLS, so nothing was sent; 1 notification given up"
        assert await booth.dead() == [("ops", "ops: 127.0.0.1 offers no STARTTLS, so nothing was sent")]

    with smtp.mail_server() as server, receiving(Receiver()) as other:
        alerts = (
            MAIL + f"  hook: {{type: webhook, url: '{other.url}'}}\nroutes: [{{match: {{name: '*'}}, notify: [ops]}}]\n"
        )
        play(story, alerts, smtp=section(server.port, LOGIN))
    assert (server.taken, server.logins) == ([], [])
    assert other.titles == [DOWN, "channel ops takes no messages"]


def test_whom_the_server_puts_off_gets_each_mail_later_and_everybody_once() -> None:
    async def story(booth: Booth) -> None:
        server.recipients[B] = "451 greylisted"
        problems = await down_and_up(booth, timedelta(0))
        assert problems[0] == [f"ops: {B}: 451 greylisted; kept; the next run tells it"]
        assert received(server) == {A: [DOWN], B: [], C: [DOWN]}
        server.recipients.clear()
        booth.clock.advance(5 * MINUTE)
        assert await booth.tell() == []

    with smtp.mail_server() as server:
        play(story, MAIL, smtp=section(server.port, CLEAR))
    assert received(server) == {to: [DOWN, UP] for to in (A, B, C)}


def test_one_recipient_of_three_is_refused_and_the_others_get_everything_once() -> None:
    async def story(booth: Booth) -> None:
        server.recipients[B] = "550 no such user"
        assert await down_and_up(booth, timedelta(0)) == [[], []]

    with smtp.mail_server() as server:
        play(story, MAIL, smtp=section(server.port, CLEAR))
    assert received(server) == {A: [DOWN, UP], B: [], C: [DOWN, UP]}


def test_a_connection_lost_before_the_yes_costs_one_repeat_with_the_same_id() -> None:
    async def story(booth: Booth) -> None:
        server.drops = True
        await booth.look(down="e1")
        assert len(await booth.tell()) == 1
        server.drops = False
        booth.clock.advance(MINUTE)
        await booth.look(up="e1")
        assert await booth.tell(MINUTE) == []

    with smtp.mail_server() as server:
        play(story, MAIL, smtp=section(server.port, CLEAR))
    ids = Counter(str(mail.letter["Message-ID"]) for mail in server.taken)
    assert sorted(ids.values()) == [1, 2]
    assert received(server) == {to: [DOWN, DOWN, UP] for to in (A, B, C)}


@pytest.mark.parametrize(
    "answer",
    [500, (429, {"Retry-After": "30"}), "hang", "taken, then reset"],
    ids=["500", "429", "time-out", "lost answer"],
)
def test_slack_gets_everything_in_order(answer: Answer) -> None:
    async def story(booth: Booth) -> None:
        telling = asyncio.create_task(down_and_up(booth, 2 * MINUTE))
        if answer == "hang":
            await soon(lambda: slack.came)
            leap(hook_module.DEADLINE)
        assert await telling == [[], []]

    with receiving(Receiver(script=[answer])) as slack:
        play(story, f"channels:\n  chat: {{type: slack, url: '{slack.url}/services/canary4711'}}\n")
    texts = [json.loads(request.body)["text"] for request in slack.taken]
    assert [text.split("\n")[0] for text in dict.fromkeys(texts)] == [f"*{DOWN}*", f"*{UP}*"]
    assert len(texts) == (3 if answer == "taken, then reset" else 2)


def test_a_deleted_webhook_of_slack_is_told_of_by_mail() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        [problem] = await booth.tell(20 * SECOND)
        assert problem == "chat: Slack answered 404: no_service; 1 notification given up"

    with smtp.mail_server() as server, receiving(Receiver(otherwise=404)) as slack:
        chat = f"  chat: {{type: slack, url: '{slack.url}/services/canary4711'}}\n"
        routes = "routes: [{match: {name: '*'}, notify: [chat]}]\n"
        play(story, MAIL + chat + routes, smtp=section(server.port, CLEAR))
    assert received(server)[A] == [DOWN, "channel chat takes no messages"]
    assert b"canary4711" not in b"".join(mail.raw for mail in server.taken)


@pytest.fixture(scope="module")
def alertmanager() -> Iterator[am.Alertmanager]:
    with am.alertmanager() as running:
        yield running


def test_alertmanager_is_told_of_beginning_and_end_and_of_news(alertmanager: am.Alertmanager) -> None:
    def told(name: str) -> list[str]:
        found = [alert for each in alertmanager.told() for alert in each["alerts"]]
        return [alert["status"] for alert in found if alert["labels"]["name"] == name]

    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell()
        until(lambda: told("e1") == ["firing"])
        booth.clock.advance(MINUTE)
        await booth.look(up="e1")
        now = booth.clock.now()
        decided = await booth.desk.back_online(now - MINUTE, now)
        await booth.store.exchange(decided.deliveries, states=decided.states)
        assert await booth.tell() == []
        until(lambda: told("e1") == ["firing", "resolved"])
        until(lambda: told("connectivity") == ["firing"])

    now = datetime.now(UTC)  # noqa: TID251  the server has the machine's clock
    channels = f"channels:\n  am: {{type: alertmanager, url: '{alertmanager.url}'}}\n"
    play(story, channels, start=now - timedelta(minutes=2))
    [first] = alertmanager.told()[0]["alerts"]
    assert first["annotations"]["summary"] == DOWN
    assert first["annotations"]["url"] == "https://e1.example.org/"


def test_channels_that_each_fail_in_their_own_way_tell_the_same_story() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2")
        server.data = "451 later"
        await booth.tell()
        server.data = ""
        booth.clock.advance(MINUTE)
        await booth.look(up="e1", down="e3")
        assert await booth.tell(5 * MINUTE) == []
        assert await booth.owed() == []

    chatty, hooked = Receiver(script=[200, 500]), Receiver(script=[(429, {})])
    with smtp.mail_server() as server, receiving(chatty), receiving(hooked):
        chat = f"  chat: {{type: slack, url: '{chatty.url}/x'}}\n  hook: {{type: webhook, url: '{hooked.url}'}}\n"
        play(story, MAIL + chat, smtp=section(server.port, CLEAR))
    expected = [f"e{number} is down: http_status" for number in (1, 2)]
    expected += ["e1 is up again after 1 min", "e3 is down: http_status"]
    assert received(server) == dict.fromkeys((A, B, C), expected)
    assert hooked.titles == expected
    assert [json.loads(each.body)["text"].split("\n")[0].strip("*") for each in chatty.taken] == expected
