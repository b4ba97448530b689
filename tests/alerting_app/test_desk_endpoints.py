"""What the desk decides about endpoints."""

from dataclasses import replace
from datetime import timedelta

from colter.core.alerting.decided import Decided
from colter.core.alerting.deliveries import from_delivery
from colter.core.alerting.outgoing import divert
from colter.core.model import EndpointState, ProbeResult, Reason, Silence
from tests.alerting_app.conftest import AtWork
from tests.alerting_app.deskwork import BOTH, MINUTE, Work, config


def test_first_sight_says_nothing(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("uuu") == []
        assert await work.states() == {"api down": "ok", "api degraded": "ok"}

    at_work(config("api"), story)


def test_an_outage_is_told_of_when_it_is_one_and_when_it_is_over(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("uuuddduu") == ["firing api", "resolved api"]
        firing, resolved = work.told
        assert (firing.rule, firing.failures) == ("down", 3)
        assert resolved.duration == 3 * MINUTE
        assert resolved.incident == firing.incident

    at_work(config("api"), story)


def test_what_is_not_configured_is_ignored(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("dddddd", name="stranger") == []
        assert await work.states() == {}
        assert not work.desk.concerns(work.round(results=[result(work, "stranger")]))
        assert work.desk.concerns(work.round(results=[result(work, "stranger"), result(work, "api")]))

    at_work(config("api"), story)


def result(work: Work, name: str) -> ProbeResult:
    return ProbeResult(name, "https://example.org/", work.clock.now(), EndpointState.UP)


def test_each_endpoint_has_thresholds_of_its_own_and_what_is_degraded_has_the_same(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("ud", "quick") == ["firing quick"]
        assert await work.looks("u", "quick") == ["resolved quick"]
        assert await work.looks("uuww", "quick") == ["firing quick"]
        assert work.told[-1].rule == "degraded"
        assert await work.looks("dududdd", "patient") == ["firing patient"]

    quick = {"name": "quick", "down_after": 1, "up_after": 1}
    patient = {"name": "patient", "alert_threshold": "5 of 7"}
    at_work(config(quick | {"down_after": 1}, patient), story)


def test_of_what_is_down_nobody_says_that_it_is_slow(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("uwww") == ["firing api"]
        assert await work.looks("dddddd") == ["firing api"]
        assert [notice.rule for notice in work.told] == ["degraded", "down"]
        assert await work.looks("uu") == ["resolved api", "resolved api"]

    at_work(config("api"), story)


def test_a_round_may_hold_several_looks_at_one_endpoint(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("uu")
        now = work.clock.now()
        up = result(work, "api")
        down = replace(up, state=EndpointState.DOWN)
        looks = [down, down, down, up, up]
        done = work.round(results=[replace(each, at=now + place * MINUTE) for place, each in enumerate(looks)])
        assert await work.keep(await work.desk.decide(done), done) == ["firing api", "resolved api"]

    at_work(config("api"), story)


def test_while_what_it_needs_is_in_trouble_an_endpoint_says_nothing_new(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(app="u", db="u", net="u")
        said = [each for _ in range(4) for each in await work.look(app="d", db="d", net="d")]
        assert said == ["firing net"]
        assert await work.look(app="d", db="d", net="u") == []
        assert await work.look(app="d", db="d", net="u") == ["firing db", "resolved net"]  # and app still waits for db
        assert await work.look(app="d", db="u", net="u") == []
        assert await work.look(app="d", db="u", net="u") == ["firing app", "resolved db"]

    # What is needed stands last on purpose: the order is that of the needs.
    at_work(config({"name": "app", "needs": ["db"]}, {"name": "db", "needs": ["net"]}, "net"), story)


def test_a_parent_whose_look_has_failed_holds_its_children_before_it_counts_as_down(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(child="u", parent="u")
        await work.look(child="d", parent="u")
        assert await work.look(child="d", parent="d") == []  # the child's second: enough, but for the parent
        assert await work.look(child="d", parent="u") == ["firing child"]

    at_work(config({"name": "child", "needs": ["parent"], "down_after": 2}, "parent"), story)


def test_what_was_said_is_taken_back_whatever_the_parent_does(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(child="u", parent="u")
        said = [each for _ in range(3) for each in await work.look(child="d", parent="u")]
        assert said == ["firing child"]
        said = [each for _ in range(3) for each in await work.look(child="u", parent="d")]
        assert said == ["resolved child", "firing parent"]

    at_work(config({"name": "child", "needs": ["parent"]}, "parent"), story)


def test_unknown_looks_change_nothing_and_are_written_once(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("uudd")
        assert await work.looks("????") == []
        assert await work.looks("d") == ["firing api"]
        await work.looks("uu")
        await work.looks("u" * 25)
        quiet = work.round(results=[replace(result(work, "api"), state=EndpointState.UNKNOWN)])
        assert [state.rule for state in (await work.desk.decide(quiet)).states] == ["down", "degraded"]
        assert (await work.desk.decide(quiet)).empty

    at_work(config("api"), story)


def test_nothing_is_written_of_what_is_well(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(api="u", other="u")
        for _ in range(3):
            done = work.round(results=[result(work, "api"), result(work, "other")])
            assert (await work.desk.decide(done)).empty

    at_work(config("api", "other"), story)


def test_a_silence_is_honoured_and_so_is_its_end(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.look(api="u", web="u")
        now = work.clock.now()
        await work.store.keep_silence(Silence("1", "@prod", now, now + 10 * MINUTE))
        said = [each for _ in range(6) for each in await work.look(api="d", web="d")]
        assert said == ["firing web"]
        assert (await work.state()).state == "firing"  # thinking goes on
        said = [each for _ in range(6) for each in await work.look(api="d", web="d")]
        assert said == ["firing api"]
        await work.store.keep_silence(Silence("2", "*", work.clock.now(), now + timedelta(days=1)))
        work.clock.advance(timedelta(seconds=10))
        assert [each for _ in range(6) for each in await work.look(api="u", web="u")] == []
        await work.store.end_silences(["2"])
        work.clock.advance(timedelta(seconds=10))
        assert await work.look(api="u", web="u") == ["resolved api", "resolved web"]

    at_work(config({"name": "api", "tags": ["prod"]}, "web"), story)


def test_a_maintenance_keeps_quiet_over_the_change_of_the_clocks(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        # On 2026-10-25 the clocks of Berlin go back from 03:00 to 02:00: 02:30 comes twice, at 00:30 and at 01:30 UTC.
        work.clock.time = work.clock.time.replace(month=10, day=25, hour=0, minute=20)
        await work.looks("u")
        work.clock.time = work.clock.time.replace(hour=0, minute=29)
        assert await work.looks("u" + "d" * 60 + "u") == []  # 00:29 to 01:31
        assert await work.looks("uddd") == ["firing api"]

    berlin = {"cron": "30 2 * * *", "tz": "Europe/Berlin", "duration": "61m", "match": {"state": "down"}}
    at_work(config("api", maintenance=[berlin]), story)


def test_a_reminder_comes_when_the_last_message_has_arrived_and_so_long_after_it(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        assert await work.looks("uddd") == ["firing api"]
        assert await work.looks("d" * 10) == []  # the first of them is the first that knows of the arrival
        assert await work.looks("d") == ["reminder api"]
        await work.begin()
        assert await work.looks("d" * 20) == []
        assert await work.looks("d") == ["reminder api"]

    at_work(config("api", routes=[{"notify": ["chat"], "remind": ["10m", "20m"]}]), story)


def test_routes_say_who_is_told(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        await work.looks("uddd")
        assert [notice.channels for notice in work.told] == [("hook",)]
        await work.looks("uu")
        await work.looks("www")
        assert work.told[-1].channels == ("chat", "hook")

    at_work(config("api", channels=BOTH, routes=[{"match": {"state": "down"}, "notify": ["hook"]}]), story)


def test_what_goes_to_another_channel_is_followed_there(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        decided = []
        await work.looks("u")
        for _ in range(3):
            done = work.round(results=[replace(result(work, "api"), state=EndpointState.DOWN)])
            decided.append(await work.desk.decide(done))
            await work.store.commit(done, decided[-1].states, decided[-1].deliveries)
            work.clock.advance(MINUTE)
        [delivery] = decided[-1].deliveries
        row = from_delivery(delivery)
        other = divert(row, {}, ["chat", "hook"], work.clock.now())
        assert other
        assert other.channel == "chat"
        [state] = work.desk.diverted(row, other)
        assert (state.target.name, state.rule, state.incident) == ("api", "down", row.notice.incident)
        await work.store.exchange(states=[state])
        assert await work.begin() == ["firing api"]
        assert await work.looks("uu") == ["resolved api", "resolved api"]
        assert [notice.channels for notice in work.told[1:]] == [("hook", "chat")] * 2
        assert work.desk.diverted(row, other) == []  # that is over

    at_work(config("api", channels=BOTH, routes=[{"notify": ["hook"]}]), story)


def test_a_channel_that_refuses_is_news_on_the_others_until_it_takes_a_message(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        now = work.clock.now()
        assert work.desk.channel("chat", None, now).empty
        assert await work.keep(work.desk.channel("chat", "no_service", now)) == ["firing chat"]
        assert work.told[0].channels == ("hook",)
        assert await work.keep(work.desk.channel("chat", "no_service", now)) == []
        assert await work.states("channel") == {"chat refuses": "firing"}
        await work.begin()
        assert await work.keep(work.desk.channel("chat", None, now + MINUTE)) == ["resolved chat"]
        assert await work.keep(work.desk.channel("chat", None, now)) == []
        assert work.desk.channel("stranger", "gone", now).empty

    at_work(config("api", channels=BOTH), story)


def test_a_channel_that_refuses_now_and_then_does_not_flap(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        def hear(refusal: str | None) -> Decided:
            work.clock.advance(MINUTE)
            return work.desk.channel("chat", refusal, work.clock.now())

        for _ in range(3):
            assert await work.keep(hear("no_service")) == ["firing chat"]
            assert await work.keep(hear(None)) == ["resolved chat"]
            for _ in range(10):
                assert await work.keep(hear(None)) == []
        for _ in range(15):
            await work.keep(hear(None))
        assert hear(None).empty

    at_work(config("api", channels=BOTH), story)


def test_when_we_are_back_online_every_channel_is_told_once(at_work: AtWork) -> None:
    async def story(work: Work) -> None:
        since = work.clock.now()
        work.clock.advance(10 * MINUTE)
        said = await work.keep(await work.desk.back_online(since, work.clock.now()))
        assert said == ["offline connectivity"] * 2
        assert {(notice.since, notice.until) for notice in work.told} == {(since, since + 10 * MINUTE)}
        assert work.told[0].reason == Reason.SELF_OFFLINE

    at_work(config("api", channels=BOTH), story)
