"""What a channel does not take is told on another: nothing is lost, nobody is told twice."""

from datetime import timedelta

from tests.sending.booth import DAY, MINUTE, NAMES, SECOND, Booth, configured, play
from tests.sending.named import channels, hook
from tests.sending.receiver import Receiver, receiving


def test_a_channel_that_is_gone_is_told_of_on_another_which_gets_its_messages() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        booth.clock.advance(SECOND)
        [problem] = await booth.problems(patience=MINUTE)
        assert str(problem) == "hook: the webhook answered 404: no_service; 1 notification given up"
        assert problem.hint == "`colter alerts list --undelivered` lists them"
        assert await booth.dead() == [("hook", "hook: the webhook answered 404: no_service")]
        assert await booth.owed() == []
        booth.clock.advance(MINUTE)
        await booth.begin()
        await booth.look(up="e1")
        await booth.tell(patience=MINUTE)

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other:
        play(story, channels(gone, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert other.titles == [
        "e1 is down: http_status",
        "channel hook takes no messages",
        "e1 is up again after 1 min",
    ]
    assert "hook: the webhook answered 404: no_service" in other.taken[1].json["lines"]


def test_when_it_takes_messages_again_that_is_told_too() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell(patience=MINUTE)
        gone.otherwise = 200
        booth.clock.advance(6 * MINUTE)
        await booth.look(down="e2")
        assert await booth.tell(patience=MINUTE) == []

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other:
        play(story, channels(gone, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert gone.titles == ["e2 is down: http_status"]
    assert other.titles[-1] == "channel hook takes messages again after 6 min"


def test_while_it_is_gone_others_are_told_at_once_and_nobody_twice() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell(patience=MINUTE)
        booth.clock.advance(SECOND)
        await booth.look(down="e2")
        assert "given up" in str(await booth.tell(patience=SECOND))
        assert await booth.owed() == ["1:hook"]

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other:
        routes = "routes: [{match: {name: e2}, notify: [hook]}]\n"
        play(story, channels(gone, other) + routes)
    assert len(gone.came) == 1
    assert other.titles == ["e1 is down: http_status", "channel hook takes no messages", "e2 is down: http_status"]


def test_a_message_that_is_refused_is_told_elsewhere_with_all_that_follows() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1 e2")
        booth.clock.advance(MINUTE)
        await booth.look(up="e1")
        await booth.tell(patience=MINUTE)
        assert [key for key, _ in await booth.dead()] == ["hook"]
        assert await booth.owed() == []

    with receiving(Receiver(script=[400])) as picky, receiving(Receiver()) as other:
        play(story, channels(picky, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert picky.titles == ["e2 is down: http_status", "e1 is up again after 1 min"]
    assert [title for title in other.titles if "channel" not in title] == [
        "e1 is down: http_status",
        "e1 is up again after 1 min",
    ]


def test_the_fallback_of_a_channel_comes_first() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        await booth.tell(patience=MINUTE)

    with receiving(Receiver(otherwise=404)) as gone, receiving(Receiver()) as other, receiving(Receiver()) as third:
        alerts = f"channels:\n{hook(gone, 'hook', ', fallback: third')}{hook(other, 'other')}{hook(third, 'third')}"
        play(story, alerts + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert other.titles == ["channel hook takes no messages"]
    assert sorted(third.titles) == ["channel hook takes no messages", "e1 is down: http_status"]


def test_what_nobody_else_can_be_told_is_kept_until_somebody_mends_the_channel() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        assert await booth.tell(patience=MINUTE) == [
            "hook: the webhook answered 404: no_service; kept; the next run tells it"
        ]
        gone.otherwise = 200
        booth.clock.advance(5 * MINUTE)
        assert await booth.tell() == []

    with receiving(Receiver(otherwise=404)) as gone:
        play(story, channels(gone))
    assert gone.titles == ["e1 is down: http_status"]


def test_all_channels_refusing_everything_comes_to_an_end() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down=" ".join(NAMES[:3]))
        await booth.tell(patience=10 * SECOND)
        assert await booth.owed() == []
        assert {reason for _, reason in await booth.dead()} == {
            f"{name}: the webhook answered 400: no_service" for name in ("hook", "other", "third")
        }

    servers = [Receiver(otherwise=400) for _ in range(3)]
    with receiving(servers[0]), receiving(servers[1]), receiving(servers[2]):
        play(story, channels(*servers))
    assert sum(len(server.came) for server in servers) < 30


def test_nothing_is_given_up_before_a_day_and_two_dozen_tries() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        booth.clock.time += 2 * DAY
        for _ in range(23):
            await booth.tell()
            booth.clock.advance(5 * MINUTE)
        assert await booth.owed() == ["1:hook"]
        await booth.tell()
        assert await booth.owed() == []
        assert await booth.dead() == [("hook", "hook: the webhook answered 500: no_service")]

    with receiving(Receiver(otherwise=500)) as receiver:
        play(story, channels(receiver))
    assert len(receiver.came) == 24


def test_a_channel_that_was_out_of_reach_for_a_day_is_replaced_by_another() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        begun = booth.clock.time
        while await booth.owed():
            await booth.tell(patience=MINUTE)
            booth.clock.advance(10 * MINUTE)
        assert timedelta(hours=24) <= booth.clock.time - begun < timedelta(hours=25)

    with receiving(Receiver(otherwise=500)) as sick, receiving(Receiver()) as other:
        play(story, channels(sick, other) + "routes: [{match: {name: '*'}, notify: [hook]}]\n")
    assert other.titles == ["e1 is down: http_status", "channel hook takes no messages"]


def test_what_is_owed_to_a_channel_that_is_not_configured_any_more_is_told_on_the_others() -> None:
    async def story(booth: Booth) -> None:
        await booth.look(down="e1")
        booth.settings = configured(f"channels:\n{hook(other, 'other')}")
        await booth.begin()
        assert await booth.tell(patience=MINUTE) == []
        assert await booth.dead() == [("hook", "hook: the channel is not configured any more")]

    with receiving(Receiver()) as gone, receiving(Receiver()) as other:
        play(story, channels(gone))
    assert (gone.came, other.titles) == ([], ["e1 is down: http_status"])
