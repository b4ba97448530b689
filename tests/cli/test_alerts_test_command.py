"""`colter alerts test`: every channel can be tried, and what is wrong with one is said and costs no other."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args

import pytest
import trustme

from colter.app.registry import CHANNELS
from colter.config.schema.alerting import Channel
from tests.cli.running import Ended, Machine
from tests.config.predecessor import PASSWORD as OLD_PASSWORD
from tests.config.predecessor import TOKENS, write_predecessor
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.influx.recorder import Recorder, recording
from tests.servers import smtp
from tests.servers.process import free_port
from tests.servers.smtp import MailServer

USER, PASSWORD = "colter", "canary-pässword-4711"
CANARY = "canary-8d21f07b"
MASTER = "canary master 5c1e9"
HOST = "127.0.0.1"


@pytest.fixture
def authority(machine: Machine) -> trustme.CA:
    """A certificate authority that this machine trusts."""
    found = trustme.CA()
    path = machine.home / "ca.pem"
    found.cert_pem.write_to_path(str(path))
    machine.env["SSL_CERT_FILE"] = str(path)
    return found


@pytest.fixture
def mail(authority: trustme.CA) -> Iterator[MailServer]:
    """A mail server that wants STARTTLS and a login."""
    with smtp.mail_server(starttls=smtp.context(authority.issue_cert(HOST)), users={USER: PASSWORD}) as server:
        yield server


@pytest.fixture
def hooks() -> Iterator[Recorder]:
    with recording(Recorder(200, body=b"ok")) as server:
        yield server


def smtp_section(server: MailServer, password: str = PASSWORD) -> str:
    return (
        f"smtp: {{smtp_server: {HOST}, smtp_port: {server.port}, username: {USER}, password: {password},"
        " sender: colter@example.org, recipient: me@example.org}\n"
    )


def of_all_kinds(mail: MailServer, url: str) -> str:
    return f"""{smtp_section(mail)}
alerts:
  channels:
    ops: {{type: email}}
    team: {{type: email, to: [you@example.org, them@example.org]}}
    chat: {{type: slack, url: '{url}/slack/{CANARY}'}}
    hook: {{type: webhook, url: '{url}/hook/{CANARY}', secret: {CANARY}, headers: {{x-room: ops, x-token: {CANARY}}}}}
    am: {{type: alertmanager, url: '{url}/am', user: me, password: {CANARY}}}
    phone: {{type: ntfy, url: '{url}/{CANARY}', token: {CANARY}}}
    any: {{type: apprise, url: '{url.replace("http", "json")}/apprise/{CANARY}'}}
log: {{level: debug}}
"""


def shows_no_secret(machine: Machine, ended: Ended) -> bool:
    files = [path.read_text() for path in machine.home.rglob("*.log")]
    assert files
    return not any("canary" in text for text in (ended.out, ended.err, *files))


def test_every_channel_is_told_that_it_is_only_a_test(machine: Machine, mail: MailServer, hooks: Recorder) -> None:
    machine.configure(of_all_kinds(mail, hooks.url))
    ended = machine.process("alerts", "test", "-vv")
    assert (ended.code, ended.out.split("\n")) == (
        0,
        [f"{name}: sent" for name in ("ops", "team", "chat", "hook", "am", "phone", "any")] + [""],
    )
    assert shows_no_secret(machine, ended)
    assert not list(machine.home.rglob("state.db"))

    letters = {tuple(taken.recipients): taken for taken in mail.taken}
    assert set(letters) == {("me@example.org",), ("you@example.org", "them@example.org")}
    assert {(taken.encrypted, taken.user) for taken in mail.taken} == {(True, USER)}
    for taken in mail.taken:
        assert taken.letter["Subject"].startswith("Test from colter on ")
        text = taken.letter.get_body(["plain"])
        assert text is not None
        assert "This is only a test of the channel" in text.get_content()

    asked = {path: (headers, body) for path, headers, body in hooks.asked}
    assert set(asked) == {
        f"/slack/{CANARY}",
        f"/hook/{CANARY}",
        "/am/api/v2/alerts",
        "/",
        f"/apprise/{CANARY}",
    }
    assert all(b"only a test of the channel" in body for _, body in asked.values())
    headers, body = asked[f"/hook/{CANARY}"]
    message = json.loads(body)
    assert (message["schema"], message["kind"], message["alerts"]) == ("colter.notification/1", "test", [])
    assert (headers["x-room"], headers["x-token"]) == ("ops", CANARY)
    assert headers["x-colter-signature"].startswith("t=")
    assert asked["/"][0]["authorization"] == f"Bearer {CANARY}"
    headers, body = asked["/am/api/v2/alerts"]
    assert headers["authorization"].startswith("Basic ")
    [alert] = json.loads(body)
    assert alert["labels"] == {"alertname": "Colter"}
    lasts = datetime.fromisoformat(alert["endsAt"]) - datetime.fromisoformat(alert["startsAt"])
    assert timedelta(hours=1) <= lasts < timedelta(hours=1, minutes=1)


def test_every_kind_of_channel_that_can_be_configured_can_be_made() -> None:
    kinds = {
        kind for section in get_args(get_args(Channel)[0]) for kind in get_args(section.model_fields["type"].annotation)
    }
    assert set(CHANNELS) == kinds


def test_one_channel_alone_is_tried_each_time_with_a_new_key(machine: Machine, hooks: Recorder) -> None:
    machine.configure(
        f"""
alerts:
  channels:
    a: {{type: webhook, url: '{hooks.url}/a'}}
    b: {{type: webhook, url: '{hooks.url}/b'}}
"""
    )
    for _ in range(2):
        ended = machine.inside("alerts", "test", "b")
        assert (ended.code, ended.out, ended.err) == (0, "b: sent\n", "")
    assert [path for path, _, _ in hooks.asked] == ["/b", "/b"]
    assert len({json.loads(body)["key"] for _, _, body in hooks.asked}) == 2


@pytest.mark.parametrize(
    ("status", "said", "hint"),
    [
        (503, "hook: the webhook answered 503", "try again: colter alerts test hook"),
        (404, "hook: the webhook answered 404", "correct alerts.channels.hook.url: nothing is there any more"),
        (401, "hook: the webhook answered 401", "correct the credentials of alerts.channels.hook, or its url"),
        (400, "hook: the webhook answered 400", "docs/channels.md says what is sent, and what an answer means"),
    ],
)
def test_one_that_fails_says_why_and_the_others_are_sent(
    machine: Machine, hooks: Recorder, status: int, said: str, hint: str
) -> None:
    with recording(Recorder(status, body=f"no {CANARY}\x1b[2J".encode())) as failing:
        machine.configure(
            f"""
alerts:
  channels:
    hook: {{type: webhook, url: '{failing.url}/{CANARY}'}}
    chat: {{type: slack, url: '{hooks.url}/chat'}}
"""
        )
        ended = machine.inside("alerts", "test", "-vv")
    assert (ended.code, ended.out) == (6, "chat: sent\n")
    assert f"colter: {said}" in ended.err
    assert f"\n  hint: {hint}\n" in ended.err
    assert "\x1b" not in ended.err
    assert (len(failing.asked), len(hooks.asked)) == (1, 1)
    assert shows_no_secret(machine, ended)


def test_a_wrong_password_is_said_and_tried_once(machine: Machine, mail: MailServer) -> None:
    machine.configure(smtp_section(mail, f"wrong-{CANARY}") + "alerts: {channels: {ops: {type: email}}}\n")
    ended = machine.process("alerts", "test", "ops", "-vv")
    assert (ended.code, ended.out) == (6, "")
    assert "colter: ops: the mail server did not let us in: 535 " in ended.err
    assert "hint: correct smtp.username; put in the password again: colter config set smtp.password -" in ended.err
    assert (len(mail.logins), mail.taken) == (1, [])
    assert shows_no_secret(machine, ended)


def test_a_server_that_is_not_there_is_said(machine: Machine) -> None:
    port = free_port()
    machine.configure(
        f"""
smtp: {{smtp_server: {HOST}, smtp_port: {port}, sender: a@example.org, recipient: b@example.org}}
alerts: {{channels: {{'on call': {{type: email}}, hook: {{type: webhook, url: 'http://{HOST}:{port}/'}}}}}}
"""
    )
    ended = machine.inside("alerts", "test")
    assert (ended.code, ended.out) == (6, "")
    assert (
        f"colter: on call: the mail server {HOST}:{port}: Connection refused\n"
        "  hint: if it stays so, correct smtp.smtp_server and smtp.smtp_port\n"
    ) in ended.err
    assert "colter: hook: the webhook: cannot connect to 127.0.0.1" in ended.err


def test_a_result_that_cannot_be_written_is_no_bug(machine: Machine, hooks: Recorder) -> None:
    machine.configure(f"alerts: {{channels: {{hook: {{type: webhook, url: '{hooks.url}'}}}}}}\n")
    ended = machine.shell('"$colter" alerts test > /dev/full')
    assert (ended.code, len(hooks.asked)) == (2, 1)
    assert "cannot write the result" in ended.err


def test_no_channel_waits_for_another_and_each_stands_in_its_place(machine: Machine) -> None:
    both = threading.Barrier(2)

    def answer(visit: Visit) -> None:
        both.wait(300)
        reply()(visit)

    with EndpointServer(answer) as server:
        machine.configure(
            f"""
alerts:
  channels: {{z: {{type: webhook, url: '{server.url("/z")}'}}, a: {{type: webhook, url: '{server.url("/a")}'}}}}
"""
        )
        ended = machine.inside("alerts", "test")
    assert (ended.code, ended.out, ended.err) == (0, "z: sent\na: sent\n", "")


@pytest.mark.parametrize(
    ("config", "argv", "code", "said", "hint"),
    [
        (
            "alerts: {channels: {ops: {type: slack, url: '${X}'}, chat: {type: slack, url: '${X}'}}}",
            ["opps"],
            2,
            "no channel is called 'opps'",
            "did you mean 'ops'? configured are: ops, chat",
        ),
        (
            "alerts: {channels: {ops: {type: slack, url: '${X}'}}}",
            ["email", "--dry-run"],
            2,
            "no channel is called 'email'",
            "configured are: ops",
        ),
        ("{}", ["email"], 2, "no channel is called 'email'", "add one, or the section `smtp`"),
        ("{}", [], 3, "alerts.channels: there is none", "docs/channels.md"),
        (
            "alerts: {channels: {ops: {type: email}}}",
            ["ops"],
            3,
            "a channel of type email needs the section smtp",
            "",
        ),
        (
            "alerts: {channels: {ops: {type: slack, url: '${NOT_SET}'}}}",
            ["ops"],
            3,
            "alerts.channels.ops.url: ",
            "",
        ),
    ],
    ids=["mistyped", "dry run", "nothing there", "nothing at all", "email without smtp", "variable not set"],
)
def test_a_name_that_is_unknown_is_wrong_usage_and_what_is_not_set_up_a_matter_of_the_configuration(
    machine: Machine, *, config: str, argv: list[str], code: int, said: str, hint: str
) -> None:
    machine.configure(config + "\n")
    ended = machine.inside("alerts", "test", *argv)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert hint in ended.err


def test_a_locked_channel_is_said_and_the_others_are_sent(machine: Machine, hooks: Recorder) -> None:
    machine.configure(
        f"""
alerts:
  channels:
    chat: {{type: slack, url: '{hooks.url}/{CANARY}'}}
    hook: {{type: webhook, url: '{hooks.url}/hook'}}
"""
    )
    assert machine.inside("config", "seal", env={"COLTER_MASTER_PASSWORD": MASTER}).code == 0
    ended = machine.inside("alerts", "test")
    assert (ended.code, ended.out) == (4, "hook: sent\n")
    assert "colter: chat: the master password is needed" in ended.err
    assert "hint: run `colter login`" in ended.err
    assert machine.inside("alerts", "test", "chat", env={"COLTER_MASTER_PASSWORD": "another one"}).code == 4
    assert [path for path, _, _ in hooks.asked] == ["/hook"]

    ended = machine.inside("alerts", "test", "chat", "-vv", env={"COLTER_MASTER_PASSWORD": MASTER})
    assert (ended.code, ended.out) == (0, "chat: sent\n")
    assert [path for path, _, _ in hooks.asked] == ["/hook", f"/{CANARY}"]
    assert shows_no_secret(machine, ended)


def test_a_dry_run_shows_the_message_and_opens_nothing(machine: Machine, hooks: Recorder) -> None:
    machine.configure(
        f"""
alerts:
  channels:
    chat: {{type: slack, url: '${{NOT_SET}}'}}
    hook: {{type: webhook, url: '{hooks.url}'}}
"""
    )
    ended = machine.inside("alerts", "test", "--dry-run")
    assert (ended.code, ended.err) == (0, "")
    first, line, *_, last = ended.out.splitlines()
    assert first.startswith("chat: Test from colter on ")
    assert line == "  This is only a test of the channel chat."
    assert last == "  Nothing has happened, and there is nothing to do."
    assert len(ended.out.splitlines()) == 6
    assert hooks.asked == []


def test_the_mail_server_alone_is_a_channel_and_routes_know_it(machine: Machine, mail: MailServer) -> None:
    machine.configure(smtp_section(mail) + "alerts: {routes: [{notify: [email]}]}\n")
    ended = machine.process("alerts", "test", "email")
    assert (ended.code, ended.out) == (0, "email: sent\n")
    assert [taken.recipients for taken in mail.taken] == [["me@example.org"]]

    machine.configure(smtp_section(mail) + "alerts: {channels: {ops: {type: email}}}\n")
    assert machine.inside("alerts", "test", "email").code == 2


def test_the_predecessors_file_alone_sends_a_test_mail(machine: Machine, authority: trustme.CA) -> None:
    write_predecessor(machine.home)
    with smtp.mail_server(starttls=smtp.context(authority.issue_cert(HOST)), users={"me": TOKENS["smtp"]}) as server:
        here = {"COLTER_SMTP__SMTP_SERVER": HOST, "COLTER_SMTP__SMTP_PORT": str(server.port)}
        ended = machine.process("alerts", "test", "email", env={**here, "COLTER_MASTER_PASSWORD": OLD_PASSWORD})
    assert (ended.code, ended.out) == (0, "email: sent\n")
    assert [(taken.recipients, taken.user) for taken in server.taken] == [(["b@example.com"], "me")]
    assert TOKENS["smtp"] not in ended.err
