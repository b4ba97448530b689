"""A mail server (aiosmtpd) of its own, that can be told to misbehave."""

import asyncio
import hmac
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.process import LOOPBACK, free_port

CHALLENGE = b"<1896.697170952@mail.example.org>"


@dataclass(frozen=True)
class Mail:
    """A mail that the server has taken."""

    recipients: list[str]
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def letter(self) -> EmailMessage:
        letter = message_from_bytes(self.raw, policy=default)
        assert isinstance(letter, EmailMessage)
        return letter


@dataclass
class MailServer:
    """What it answers, and what it has taken. All of it may be changed while it runs."""

    port: int
    users: Mapping[str, str] = field(default_factory=dict)
    sender: str = ""
    """Answer to MAIL FROM; nothing: yes."""
    recipients: dict[str, str] = field(default_factory=dict)
    """Answers to RCPT TO, by address; not in here: yes."""
    data: str = ""
    """Answer to the mail; nothing: it is taken."""
    drops: bool = False
    """Takes the mail, and hangs up before it says so."""
    hangs: bool = False
    """Greets, and does not answer while this lasts."""
    taken: list[Mail] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    """Mechanisms of all tries to log in."""

    async def handle_EHLO(  # noqa: N802  names of aiosmtpd's hooks
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        while self.hangs:  # noqa: ASYNC110  set from another thread
            await asyncio.sleep(0.02)  # noqa: TID251  in the thread of the server
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        assert isinstance(envelope.content, bytes)
        assert isinstance(server.transport, asyncio.Transport)
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        user: Any = session.auth_data
        self.taken.append(Mail(list(envelope.rcpt_tos), envelope.content, encrypted, user.decode() if user else None))
        if self.drops:
            server.transport.abort()
        return "250 taken"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.logins.append(mechanism)
        assert isinstance(data, LoginPassword)
        known = self.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False, auth_data=data.login)

    async def auth_CRAM__MD5(self, server: SMTP, _args: list[str]) -> AuthResult:  # noqa: N802
        self.logins.append("CRAM-MD5")
        answer = await server.challenge_auth(CHALLENGE)
        assert isinstance(answer, bytes)
        user, _, digest = answer.decode().rpartition(" ")
        expected = hmac.new(self.users.get(user, "").encode(), CHALLENGE, "md5").hexdigest()
        return AuthResult(success=digest == expected, handled=False, auth_data=user.encode())


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    users: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> Iterator[MailServer]:
    """Start it.

    Args:
        starttls: offers STARTTLS with this.
        implicit: speaks TLS from the first byte, with this.
        users: passwords by user name; without a login, it takes no mail then.
        without: mechanisms of AUTH that it does not offer.
    """
    server = MailServer(free_port(), users or {})
    controller = Controller(
        server,
        hostname=LOOPBACK,
        port=server.port,
        ssl_context=implicit,
        tls_context=starttls,
        require_starttls=starttls is not None and bool(users),
        auth_required=bool(users) and implicit is None,  # aiosmtpd sees no TLS that was there from the start
        auth_require_tls=implicit is None,
        authenticator=server.authenticate,
        auth_exclude_mechanism=without if users else ("PLAIN", "LOGIN", "CRAM-MD5"),
        ident="test mail server",
        server_hostname="mail.example.org",  # otherwise it asks the name servers for one
        ready_timeout=300,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def context(certificate: Any) -> ssl.SSLContext:
    """A server's, with a certificate of trustme."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(found)
    return found
