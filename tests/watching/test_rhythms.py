"""How often sources are read, as it is configured: `daemon.every`, `--every`, and a rhythm of each source's own."""

from datetime import timedelta
from pathlib import Path

import pytest

from colter.app.alerting.plan import read_plan
from colter.app.watching.plan import read_watch_plan
from colter.config.rhythm import ByClock, Rhythm
from colter.config.settings import load_settings
from colter.core.clock import SystemClock
from colter.core.model import Target
from tests.cli.index import serve_packages
from tests.cli.running import Machine
from tests.config.opening import locked
from tests.fakes.clock import FakeClock
from tests.watching.daemons import daemon, ended, kept, log_of, until

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOTH = "github: {{targets: [a/b]{}}}\npypi: {{packages: [one]{}}}\ndaemon: {{{}}}\n"


@pytest.mark.parametrize(
    ("written", "every", "rhythms"),
    [
        (("", "", ""), None, (15 * MINUTE, 15 * MINUTE)),
        (("", ", every: 1d", "every: 5m"), None, (5 * MINUTE, DAY)),
        (("", ", every: 1d", "every: 5m"), HOUR, (HOUR, DAY)),
        (("", ", every: 0 3 * * *", "tz: Asia/Tokyo"), None, (15 * MINUTE, ByClock("0 3 * * *", "Asia/Tokyo"))),
        ((", every: 2h", "", "every: '*/5 * * * *'"), None, (2 * HOUR, ByClock("*/5 * * * *", "UTC"))),
    ],
    ids=["default", "its own", "on the command line", "one by the clock", "all but one by the clock"],
)
def test_each_source_has_its_own_rhythm_or_that_of_all(
    tmp_path: Path, written: tuple[str, str, str], every: Rhythm | None, rhythms: tuple[Rhythm, Rhythm]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(BOTH.format(*written))
    plan = read_watch_plan(load_settings(path, {}, locked), every)
    assert plan.rhythms == {"github": rhythms[0], "pypi": rhythms[1]}


def test_a_look_by_the_clock_speaks_for_the_time_until_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(
        "pypi: {packages: [one], every: 0 9 * * MON-FRI}\n"
        "alerts: {rules: [{match: 'pypi:*', when: 'downloads_day < 10'}, {match: 'github:*', when: 'stars < 10'}]}\n"
    )
    config = load_settings(path, {}, locked).config
    for rhythm, pypi, github in ((MINUTE, 3 * DAY, MINUTE), (None, DAY, DAY)):
        plan = read_plan(config, rhythm=rhythm)
        intervals = [
            plan.alert(target, rule).policy.interval
            for target in (Target("pypi", "one"), Target("github", "a/b"))
            for rule in plan.rules(target)
        ]
        assert intervals == [pypi, github]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("61 * * * *", "expected a minute between 0 and 59"),
        ("* * * * * *", "five cron fields"),
        ("*/0 * * * *", "expected a minute between 0 and 59"),
        ("0 0 31 2 *", "expected a day that is in the calendar"),
        ("soon", "expected a duration such as 15m, or a cron expression such as '0 3 * * *', got 'soon'"),
        ("@daily", "expected a duration such as 15m, or a cron expression such as '0 3 * * *', got '@daily'"),
        ("0s", "expected more than nothing"),
    ],
)
def test_what_cannot_be_a_rhythm_is_refused_in_the_file_and_on_the_command_line(
    machine: Machine, written: str, says: str
) -> None:
    machine.configure(f"pypi: {{packages: [one], every: '{written}'}}\n")
    refused = machine.inside("config", "check")
    assert (refused.code, says in refused.err) == (3, True), refused.err
    machine.configure("pypi: {packages: [one]}\n")
    refused = machine.inside("daemon", "--every", written)
    assert (refused.code, says in refused.err) == (2, True), refused.err


def test_the_check_tells_when_what_is_read_by_the_clock_is_read_next(machine: Machine) -> None:
    machine.configure("pypi: {packages: [one], every: 0 3 * * *}\ngithub: {targets: [a/b]}\ndaemon: {tz: Asia/Tokyo}\n")
    done = machine.inside("config", "check", clock=FakeClock())  # noon in UTC
    assert done.code == 0
    assert done.err == (
        "colter: the daemon reads pypi by the clock, 0 3 * * * (Asia/Tokyo): next at 2026-05-04T18:00:00.000Z\n"
    )


def test_a_rhythm_is_changed_in_a_running_daemon(machine: Machine) -> None:
    with serve_packages("one") as index:

        def configure(every: str) -> None:
            where = f"index_url: '{index.url('/simple')}', stats_url: '{index.url()}'"
            machine.configure(f"pypi: {{packages: [one], {where}, every: '{every}'}}\n")

        configure("1s")
        with daemon(machine, "--every", "0 3 * * *") as process:
            until(lambda: len(kept(machine)) >= 2)
            configure("0 3 * * *")
            until(lambda: "the configuration is in use" in log_of(machine))
            looks, now = len(kept(machine)), SystemClock().monotonic()
            until(lambda: SystemClock().monotonic() > now + 2)
            assert len(kept(machine)) <= looks + 1
            configure("2s")
            looks = len(kept(machine))
            until(lambda: len(kept(machine)) > looks + 1)
            assert ended(process)[0] == 143
