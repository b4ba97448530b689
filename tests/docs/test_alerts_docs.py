"""docs/alerts.md says what the code does: every table, configuration and command in it is tried."""

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.app.alerting.plan import Plan, read_plan
from colter.config.settings import Settings, make_settings
from colter.config.yaml.document import parse_document
from colter.core.alerting.endpoints import DEGRADED, DOWN, observe_endpoint
from colter.core.alerting.notice import Kind
from colter.core.alerting.policy import Policy, Threshold
from colter.core.alerting.rule_text import Happening
from colter.core.alerting.tracked import TRACKED, read_rule
from colter.core.message import MessageKind
from colter.core.model import EndpointState, ProbeResult, Target
from colter.core.ports import Store
from tests.alerting.driving import Driven
from tests.alerts_commands.watching import lived, measured, rounds, with_store
from tests.cli.running import Machine
from tests.config.opening import locked
from tests.fakes.clock import START

PAGE = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text("utf-8")
VARIABLES = dict.fromkeys(re.findall(r"\$\{(\w+)\}", PAGE), "https://chat.example.org/word")
LOOKS_TO = {"ok": "gg", "pending": "ggb", "firing": "ggbbb", "recovering": "ggbbbg"}
MINUTE = timedelta(minutes=1)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def table(*head: str) -> list[list[str]]:
    """The rows of the table with this head, as cells."""
    found = PAGE.partition(f"| {' | '.join(head)} |\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()[1:]]


def settings(number: int) -> Settings:
    return make_settings(parse_document(blocks("yaml")[number].encode(), "alerts.md"), VARIABLES, locked)


def plan(marked: str) -> Plan:
    """Of the only example with these words."""
    [number] = [number for number, text in enumerate(blocks("yaml")) if marked in text]
    return read_plan(settings(number).config)


@pytest.mark.parametrize("number", range(len(blocks("yaml"))))
def test_every_example_is_a_configuration_without_a_warning(number: int) -> None:
    assert settings(number).warnings == []
    read_plan(settings(number).config)


def test_each_state_of_an_endpoint_means_what_the_table_says() -> None:
    rows = table("the endpoint is", "`down`", "`degraded`")
    assert [row[0] for row in rows] == [f"`{state}`" for state in EndpointState]
    for row in rows:
        result = ProbeResult("api", "https://example.org/", START, EndpointState(row[0].strip("`")))
        assert row[1:] == [observe_endpoint(rule, result, 0).verdict for rule in (DOWN, DEGRADED)]


@pytest.mark.parametrize("state", LOOKS_TO)
def test_each_state_of_an_alert_turns_as_the_table_says(state: str) -> None:
    [row] = [row for row in table("state", "after a good look", "after a bad look") if row[0] == state]
    looks = LOOKS_TO[state]
    policies = [Policy(Threshold(down, down), Threshold(up, up)) for down in (2, 3) for up in (1, 2, 3)]
    there = [policy for policy in policies if phase(looks, policy) == state]
    assert len(there) >= 3
    for letter, told in zip("gb", row[1:], strict=True):
        expected = set(told.removesuffix(" when it is enough").split(", or "))
        assert {phase(looks + letter, policy) for policy in there} == expected
    assert {phase(looks + "u", policy) for policy in there} == {state}


@pytest.mark.parametrize(("looks", "told"), table("looks", "you are told"))
def test_you_are_told_what_the_table_of_looks_says(looks: str, told: str) -> None:
    said = Driven(Policy()).all(looks.strip("`"))
    assert (", ".join(said) or "nothing") == told


def test_patience_is_what_the_example_says() -> None:
    endpoints = plan("far away").endpoints
    assert [(each.down.policy.down_after.count, each.down.policy.down_after.of) for each in endpoints.values()] == [
        (2, 2),
        (3, 5),
    ]


def test_every_rule_that_is_shown_can_be_used_and_is_told_of_as_it_says() -> None:
    rows = table("rule", "on", "tells")
    for rule, source, told in rows:
        found = read_rule(rule.strip("`"), source)
        assert isinstance(found, Happening) == told.endswith(", once"), rule
    configured = {each.rule.text for each in plan("stars_new > 50 in 1d").tracked}
    assert configured <= {rule.strip("`") for rule, _, _ in rows}
    events = {name for tracked in TRACKED.values() for name in tracked.events}
    assert {rule.split()[0].strip("`") for rule, _, _ in rows} >= events - {"issues_new"}
    assert [each.rule.text for each in plan("down_after: 3 of 5").tracked] == ["open_issues_new > 0"]


def test_every_kind_of_message_is_told() -> None:
    assert [row[0] for row in table("kind", "when")] == [f"`{kind}`" for kind in MessageKind]


def test_routes_tell_whom_the_example_says() -> None:
    routed = plan("fallback: ops")
    down, degraded = routed.endpoints["api"].down.policy, routed.endpoints["api"].degraded.policy
    assert (down.channels, down.reminders) == (("phone", "chat"), (30 * MINUTE, 120 * MINUTE, 1440 * MINUTE))
    assert (degraded.channels, degraded.reminders) == (("chat",), ())
    repository = Target("github", "me/app")
    [rule] = routed.rules(repository)
    assert routed.alert(repository, rule).policy.channels == ("ops",)
    assert routed.fallback == {"chat": "ops"}


def test_the_maintenances_of_the_example_are_on_when_it_says() -> None:
    weekly, once = plan("maintenance:").telling.calendars
    sunday = START.replace(day=10, hour=0, minute=0)  # 2 in the morning in Berlin
    assert [weekly.is_open(sunday + minutes * MINUTE) for minutes in (-1, 0, 89, 90)] == [False, True, True, False]
    night = START.replace(month=11, day=1, hour=21, minute=0)
    assert [once.is_open(night + minutes * MINUTE) for minutes in (-1, 0, 359, 360)] == [False, True, True, False]


def test_what_needs_another_is_told_of_as_the_example_says(tmp_path: Path) -> None:
    [example] = [text for text in blocks("yaml") if "needs: [gateway]" in text]
    machine = Machine(tmp_path)
    machine.configure(f"{example}alerts: {{channels: {{ops: {{type: webhook, url: 'http://127.0.0.1:9/'}}}}}}\n")
    told = lived(machine, rounds({"api": "ggbbbbbggg", "gateway": "ggbbbbbggg"}), takes=["ops"])
    assert {row.notice.target.name for row in told} == {"gateway"}
    told = lived(
        machine, rounds({"api": "ggbbbbbggg", "gateway": "gggggbbbbb"}, until=START + 10 * MINUTE), takes=["ops"]
    )
    assert [row.notice.kind for row in told if row.notice.target.name == "api"] == [Kind.FIRING, Kind.RESOLVED]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """With the first example as its configuration."""
    made = Machine(tmp_path, {"TZ": "UTC", **VARIABLES})
    made.configure(blocks("yaml")[0])
    return made


def test_the_silences_shown_are_what_the_commands_print(machine: Machine) -> None:
    try_transcript(machine, "alerts silence @prod")


def test_the_simulations_shown_are_what_the_commands_print(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(machine.home)
    patient = machine.home / "patient.yaml"
    patient.write_text(f"probe: {{down_after: 10}}\n{blocks('yaml')[0]}")
    patient.chmod(0o600)
    api = "g" * 15 + "b" * 5 + "g" * 20 + "b" + "g" * 19
    measured(machine, rounds({"api": api, "example.org": "g" * 30 + "bb" + "g" * 28}))
    try_transcript(machine, "patient.yaml")


def test_what_is_shown_as_undelivered_and_as_json_is_what_is_printed(machine: Machine) -> None:
    leave_undelivered(machine)
    try_transcript(machine, "owed      0s")
    machine.inside("alerts", "silence", "@prod", "--for", "2h", "--note", "new switches")
    [shown] = map(json.loads, blocks("json"))
    printed = json.loads(machine.inside("alerts", "list", "-f", "json").out)
    assert without_ids(printed) == without_ids(shown)
    keys = {key for row in table("key", "what") for key in re.findall(r"`(\w+)`", row[0])}
    assert keys <= {key for part in ("alerts", "silent", "undelivered") for key in shown[part][0]}


def test_every_other_command_shown_works(machine: Machine) -> None:
    measured(machine, rounds({"api": "ggbbbgg"}))
    commands = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
    assert len(commands) > 10
    for line in commands:
        words = shlex.split(line.removeprefix("$ colter "))
        if "test" not in words and "-c" not in words:
            assert machine.inside(*words).code == 0, line


def phase(looks: str, policy: Policy) -> str:
    driven = Driven(policy)
    driven.all(looks)
    return driven.standing.phase.value


def try_transcript(machine: Machine, marked: str) -> None:
    """Run the commands of the one transcript with these words, and compare what they print on both streams."""
    [block] = [block for block in blocks("console") if marked in block and re.search(r"^[^$]", block, re.MULTILINE)]
    for line, shown in re.findall(r"^\$ colter (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        ended = machine.inside(*shlex.split(line))
        assert (ended.code, (ended.out + ended.err).splitlines()) == (0, shown.splitlines()), line


def leave_undelivered(machine: Machine) -> None:
    """`api` is down; `ops` was told, and `chat` has failed three times."""
    lived(machine, rounds({"api": "gggbbbb"}), takes=["ops"])

    async def fail(store: Store) -> None:
        for _ in range(3):
            await store.note("channel", "chat", "the webhook answered 503", retry_at=START + 2 * MINUTE)

    with_store(machine, fail)


def without_ids(document: Any) -> Any:
    """The same for every incident."""
    return json.loads(re.sub(r"[0-9A-Z]{26}", "ID", json.dumps(document)))
