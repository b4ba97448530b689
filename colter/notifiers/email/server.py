"""One mail to one mail server: connect, encrypt, log in, hand over. Blocking; to be run in a thread of its own."""

import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from colter.core.errors import Answer, DeliveryError
from colter.core.secret import Secret
from colter.core.text import clean
from colter.net.trust import tls_context
from colter.notifiers.email.login import log_in

Encryption = Literal["implicit", "required", "opportunistic", "never"]
"""TLS from the first byte; STARTTLS; STARTTLS where it is offered; none. Certificates are verified in all of them."""
Said = tuple[int, bytes]
"""An SMTP reply: code and text."""
_PER_STEP = 20.0
"""Seconds for one step; for all of them together the caller sets a deadline."""
PERMANENT = 500
"""From here on an answer is for ever."""
_READY = 220
_AUTHENTICATION_REQUIRED = 530


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and how."""

    host: str
    port: int = 587
    encryption: Encryption = "required"
    username: str | None = None
    password: Secret | None = None

    @property
    def place(self) -> str:
        """Such as `mail.example.org:587`."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Conversation:
    """Hands one mail to a server. `cut()` ends it from another thread, so that nothing is sent after a deadline."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._cut = False

    def send(self, letter: EmailMessage, sender: str, recipients: Sequence[str]) -> Mapping[str, Said]:
        """Hand it over; returns whom the server refused, with its words: all others will get it.

        Raises:
            DeliveryError: nobody will get it, or nobody knows.
        """
        try:
            return self._send(letter, sender, recipients)
        except smtplib.SMTPRecipientsRefused as error:
            # When the server hangs up in the middle (421), it has not been asked about all of them.
            return {to: error.recipients.get(to, (421, b"the server hung up")) for to in recipients}
        except smtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(
                f"the mail server cannot do that: {clean(str(error))}",
                answer=Answer.PAUSE,
                hint="use addresses in plain ASCII, or another mail server",
            ) from error
        except ssl.SSLCertVerificationError as error:
            raise DeliveryError(
                f"the certificate of {self._server.host} is not trusted: {clean(error.verify_message)}",
                hint="smtp.smtp_server must be the name in the certificate; SSL_CERT_FILE names further authorities",
            ) from error
        except (
            OSError,
            ValueError,
        ) as error:  # all of smtplib's own are OSErrors, and a socket cut while reading a ValueError
            raise DeliveryError(
                f"the mail server {self._server.place}: {_reason(error)}",
                hint="if it stays so, correct smtp.smtp_server and smtp.smtp_port",
            ) from error
        finally:
            if self._smtp:
                self._smtp.close()

    def cut(self) -> None:
        """Break it off, wherever it is; harmless when it is over."""
        self._cut = True
        connection = self._smtp and self._smtp.sock
        if connection:
            with suppress(OSError):  # closed, or replaced by its encrypted self: then the next step ends it
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _send(self, letter: EmailMessage, sender: str, recipients: Sequence[str]) -> Mapping[str, Said]:
        smtp = self._connect()
        # RFC 5321, 4.1.4: who has no name says his address. Python's way to find a name may ask name servers for long.
        smtp.local_hostname = _literal(smtp)
        self._step().ehlo_or_helo_if_needed()
        encrypted = self._encrypt()
        if self._server.username is not None:
            if not encrypted:
                raise DeliveryError(
                    "the connection is not encrypted, so user name and password were not sent",
                    answer=Answer.PAUSE,
                    hint="set smtp.starttls to required, or smtp.tls to implicit; or unset smtp.username",
                )
            log_in(self._step(), self._server.username, self._server.password or Secret(""))
        refused: Mapping[str, Said] = self._step().send_message(letter, sender, list(recipients))
        with suppress(OSError):  # it has been taken: what comes now does not matter
            smtp.quit()
        return refused

    def _connect(self) -> smtplib.SMTP:
        if self._server.encryption == "implicit":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname="localhost", timeout=_PER_STEP, context=tls_context())
        else:
            smtp = smtplib.SMTP(local_hostname="localhost", timeout=_PER_STEP)
        # Given to the constructor, the host is connected to there, where `cut()` does not see the socket.
        smtp._host = self._server.host  # type: ignore[attr-defined]  # noqa: SLF001  what certificates are checked against
        self._smtp = smtp
        code, text = smtp.connect(self._server.host, self._server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, text)
        return smtp

    def _encrypt(self) -> bool:
        """Whether the connection is encrypted from here on."""
        wanted, smtp = self._server.encryption, self._step()
        if wanted in ("implicit", "never"):
            return wanted == "implicit"
        if not smtp.has_extn("starttls"):
            if wanted == "opportunistic":
                return False
            raise DeliveryError(
                f"{self._server.host} offers no STARTTLS, so nothing was sent",
                answer=Answer.PAUSE,
                hint="somebody may be listening; if this server has TLS from the start: smtp.tls: implicit",
            )
        smtp.starttls(context=tls_context())
        self._step().ehlo_or_helo_if_needed()
        return True

    def _step(self) -> smtplib.SMTP:
        if self._cut or self._smtp is None:
            raise DeliveryError("broken off")
        return self._smtp


def _literal(smtp: smtplib.SMTP) -> str:
    address = str(smtp.sock.getsockname()[0]) if smtp.sock else "127.0.0.1"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _reason(error: OSError | ValueError) -> str:
    """Without the number that the system has for it; smtplib's own errors have no words of the system."""
    return clean(getattr(error, "strerror", None) or str(error)) or type(error).__name__


def _refused(error: smtplib.SMTPResponseException) -> DeliveryError:
    """4xx: later. 5xx: about the mail itself for ever; about all that comes before, until the settings are mended."""
    message = f"the mail server answered {said((error.smtp_code, error.smtp_error))}"
    if error.smtp_code < PERMANENT:
        return DeliveryError(message)
    if isinstance(error, smtplib.SMTPDataError):
        return DeliveryError(message, answer=Answer.REFUSED)
    hint = "correct smtp.smtp_server and smtp.smtp_port"
    if error.smtp_code == _AUTHENTICATION_REQUIRED:
        hint = "set smtp.username and smtp.password"
    elif isinstance(error, smtplib.SMTPSenderRefused):
        hint = "correct smtp.sender: this server does not send for it"
    return DeliveryError(message, answer=Answer.PAUSE, hint=hint)


def said(reply: tuple[int, bytes | str]) -> str:
    """A reply of an SMTP server as one clean line: `550 no such user`."""
    code, text = reply
    return clean(f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}")
