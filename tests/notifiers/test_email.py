"""Mail to a real server: encrypted or not at all, to all who can get it, and told apart from its repeats."""

import asyncio
import logging
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from colter.core.errors import Answer
from colter.core.message import Message
from colter.core.ports import Recall
from colter.core.secret import Secret
from colter.notifiers.email import Email, Encryption, MailServer
from colter.store.memory import MemoryStore
from tests.notifiers.telling import DOWN, UP, Make, failure, tell
from tests.servers import smtp
from tests.servers.process import free_port

USERS = {"colter": "pässword"}
A, B, C = "a@example.org", "b@example.org", "c@example.org"
HOST = "127.0.0.1"


def email(
    port: int,
    encryption: Encryption = "required",
    *,
    to: Sequence[str] = (A,),
    user: str | None = None,
    password: str = "pässword",
    recall: Recall | None = None,
    deadline: timedelta = timedelta(seconds=30),
    host: str = HOST,
) -> Make:
    return lambda _, clock: Email(
        name="ops",
        server=MailServer(host, port, encryption, user, Secret(password) if user else None),
        sender="colter@mail.example.org",
        recipients=to,
        recall=recall or MemoryStore(),
        clock=clock,
        deadline=deadline,
    )


def test_a_mail_says_everything_a_mail_program_wants_to_know(authority: trustme.CA) -> None:
    with smtp.mail_server(starttls=smtp.context(authority.issue_cert(HOST)), users=USERS) as server:
        tell(email(server.port, to=[A, B], user="colter"), DOWN, UP)
    mail, later = server.taken
    assert (mail.recipients, mail.encrypted, mail.user) == ([A, B], True, "colter")
    letter = mail.letter
    assert letter["Subject"] == "api is down: connect_refused"
    assert (letter["From"], letter["To"]) == ("Colter <colter@mail.example.org>", "a@example.org, b@example.org")
    assert letter["Date"].datetime == datetime(2026, 5, 4, 11, 59, tzinfo=UTC)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@mail.example.org>")
    assert letter["Message-ID"] != later.letter["Message-ID"]
    threads = [letter["In-Reply-To"], letter["References"], later.letter["In-Reply-To"]]
    assert len({thread.strip() for thread in threads}) == 1
    text, page = (letter.get_body([kind]) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    assert text.get_content().splitlines() == [
        "api is down: connect_refused",
        "",
        "https://api.example.org/health",
        "3 looks in a row failed",
        "",
        "-- ",
        "Sent by Colter. 01JTDOWN:1:ops",
    ]
    assert "<p>3 looks in a row failed</p>" in page.get_content()
    assert "http://" not in page.get_content()


@pytest.mark.parametrize("without", [(), ("PLAIN", "CRAM-MD5"), ("PLAIN", "LOGIN")], ids=["PLAIN", "LOGIN", "CRAM-MD5"])
def test_it_logs_in_the_way_the_server_offers(
    authority: trustme.CA, without: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    with smtp.mail_server(starttls=smtp.context(authority.issue_cert(HOST)), users=USERS, without=without) as server:
        tell(email(server.port, user="colter"), DOWN)
        assert [mail.user for mail in server.taken] == ["colter"]
        assert server.logins == [request.node.callspec.id]
        error = failure(email(server.port, user="colter", password="wrong-canary"))
    assert error.answer is Answer.PAUSE
    assert str(error).startswith("ops: the mail server did not let us in: 535 ")
    assert "canary" not in str(error)
    assert len(server.logins) == 2


def test_tls_from_the_first_byte_is_as_good(authority: trustme.CA) -> None:
    with smtp.mail_server(implicit=smtp.context(authority.issue_cert(HOST)), users=USERS) as server:
        tell(email(server.port, "implicit", user="colter"), DOWN)
    assert [(mail.encrypted, mail.user) for mail in server.taken] == [(True, "colter")]


def test_where_starttls_is_stripped_nothing_is_sent() -> None:
    with smtp.mail_server() as server:
        error = failure(email(server.port))
    assert (error.answer, str(error)) == (Answer.PAUSE, f"ops: {HOST} offers no STARTTLS, so nothing was sent")
    assert server.taken == []


@pytest.mark.parametrize("encryption", ["opportunistic", "never"])
def test_credentials_are_never_sent_in_clear(encryption: Encryption) -> None:
    with smtp.mail_server() as server:
        tell(email(server.port, encryption), DOWN)
        error = failure(email(server.port, encryption, user="colter"))
    assert (error.answer, len(server.taken), server.logins) == (Answer.PAUSE, 1, [])
    assert "not encrypted" in str(error)


def test_an_opportunity_to_encrypt_is_taken(authority: trustme.CA) -> None:
    with smtp.mail_server(starttls=smtp.context(authority.issue_cert(HOST))) as server:
        tell(email(server.port, "opportunistic"), DOWN)
    assert [mail.encrypted for mail in server.taken] == [True]


@pytest.mark.parametrize("encryption", ["required", "opportunistic", "implicit"])
@pytest.mark.parametrize("fault", ["stranger", "wrong host", "expired"])
def test_a_certificate_is_always_verified(authority: trustme.CA, fault: str, encryption: Encryption) -> None:
    by = trustme.CA() if fault == "stranger" else authority
    name = "mail.example.org" if fault == "wrong host" else HOST
    until = datetime(2020, 1, 1, tzinfo=UTC) if fault == "expired" else None
    begun = datetime(2019, 1, 1, tzinfo=UTC) if fault == "expired" else None
    context = smtp.context(by.issue_cert(name, not_before=begun, not_after=until))
    starttls, implicit = (None, context) if encryption == "implicit" else (context, None)
    with smtp.mail_server(starttls=starttls, implicit=implicit) as server:
        error = failure(email(server.port, encryption))
    assert (error.answer, server.taken) == (Answer.RETRY, [])
    assert str(error).startswith("ops: the certificate of 127.0.0.1 is not trusted: ")


def test_whom_the_server_refuses_is_told_once_and_the_others_get_it(caplog: pytest.LogCaptureFixture) -> None:
    with smtp.mail_server() as server, caplog.at_level(logging.WARNING):
        server.recipients[B] = "550 no such user"
        tell(email(server.port, "never", to=[A, B, C]), DOWN)
    assert [mail.recipients for mail in server.taken] == [[A, C]]
    assert [record.getMessage() for record in caplog.records] == [
        "ops: refused for good, and not tried again: b@example.org: 550 no such user"
    ]


def test_whom_the_server_puts_off_is_tried_again_and_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    recall = MemoryStore()
    with smtp.mail_server() as server:
        make = email(server.port, "never", to=[A, B, C], recall=recall)
        server.recipients.update({B: "451 greylisted", C: "550 no such user"})
        errors = [failure(make), failure(make)]
        server.recipients.clear()
        tell(make, DOWN, DOWN)
        tell(make, UP)
    assert [(error.answer, str(error)) for error in errors] == [
        (Answer.RETRY, "ops: b@example.org: 451 greylisted")
    ] * 2
    first, second, third = server.taken
    assert (first.recipients, second.recipients, third.recipients) == ([A], [B], [A, B, C])
    assert [record.getMessage() for record in caplog.records] == [
        "ops: refused for good, and not tried again: c@example.org: 550 no such user"
    ]
    assert first.letter["Message-ID"] == second.letter["Message-ID"] != third.letter["Message-ID"]


def test_a_mail_that_nobody_may_get_is_refused() -> None:
    with smtp.mail_server() as server:
        server.recipients.update({A: "550 unknown", B: "451 later"})
        make = email(server.port, "never", to=[A, B], recall=MemoryStore())
        assert failure(make).answer is Answer.RETRY
        server.recipients[B] = "553 never"
        error = failure(make)
    assert (error.answer, str(error)) == (Answer.REFUSED, "ops: b@example.org: 553 never")


@pytest.mark.parametrize(
    ("sender", "data", "answer"),
    [
        ("451 later", "", Answer.RETRY),
        ("421 closing", "", Answer.RETRY),
        ("553 not your address", "", Answer.PAUSE),
        ("530 log in first", "", Answer.PAUSE),
        ("", "451 later", Answer.RETRY),
        ("", "452 full", Answer.RETRY),
        ("", "554 looks like spam", Answer.REFUSED),
    ],
)
def test_every_answer_has_its_meaning(sender: str, data: str, answer: Answer) -> None:
    with smtp.mail_server() as server:
        server.sender, server.data = sender, data
        error = failure(email(server.port, "never"))
    assert (error.answer, str(error)) == (answer, f"ops: the mail server answered {sender or data}")
    assert (error.hint is None) == (answer is not Answer.PAUSE)


def test_a_connection_lost_before_the_yes_is_a_repeat_with_the_same_id() -> None:
    with smtp.mail_server() as server:
        server.drops = True
        assert failure(email(server.port, "never")).answer is Answer.RETRY
        server.drops = False
        tell(email(server.port, "never"), DOWN)
    assert [mail.recipients for mail in server.taken] == [[A], [A]]
    assert len({mail.letter["Message-ID"] for mail in server.taken}) == 1


def test_a_server_that_hangs_costs_the_deadline_and_gets_nothing_after_it() -> None:
    with smtp.mail_server() as server:
        server.hangs = True
        error = failure(email(server.port, "never", deadline=timedelta(seconds=0.3)))
        server.hangs = False
        tell(email(server.port, "never"), UP)
    assert (error.answer, str(error)) == (Answer.RETRY, f"ops: {HOST} did not take it within 0.3 s")
    assert [mail.letter["Subject"] for mail in server.taken] == [UP.title]


def test_a_server_that_greets_letter_by_letter_is_hung_up_on() -> None:
    hung_up = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            while True:
                connection.sendall(b"2")
                hung_up.wait(0.02)
        hung_up.set()

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        error = failure(email(listener.getsockname()[1], "never", deadline=timedelta(seconds=0.3)))
        assert hung_up.wait(20)
        thread.join()
    assert error.answer is Answer.RETRY


@pytest.mark.parametrize(("banner", "answer"), [("554 go away", Answer.PAUSE), ("421 busy", Answer.RETRY)])
def test_a_server_that_greets_nobody_is_told_apart_from_a_busy_one(banner: str, answer: Answer) -> None:
    with socket.create_server((HOST, 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(f"{banner}\r\n".encode())

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        error = failure(email(listener.getsockname()[1], "never"))
        thread.join()
    assert (error.answer, str(error)) == (answer, f"ops: the mail server answered {banner}")


def test_a_server_that_is_not_there_is_tried_later() -> None:
    port = free_port()
    error = failure(email(port))
    assert (error.answer, str(error)) == (Answer.RETRY, f"ops: the mail server {HOST}:{port}: Connection refused")
    assert error.hint == "if it stays so, correct smtp.smtp_server and smtp.smtp_port"


def test_a_plain_server_behind_implicit_tls_is_no_crash() -> None:
    with smtp.mail_server() as server:
        assert failure(email(server.port, "implicit")).answer is Answer.RETRY


def test_who_has_a_mail_is_known_to_the_next_process_too() -> None:
    recall = MemoryStore()
    with smtp.mail_server() as server:
        server.recipients[B] = "450 busy"
        make = email(server.port, "never", to=[A, B], recall=recall)
        failure(make)
        failure(make, Message.from_json(DOWN.to_json()))
    assert [mail.recipients for mail in server.taken] == [[A]]
    assert asyncio.run(recall.cached(f"email:{DOWN.key}")) is not None
