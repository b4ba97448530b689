"""SMTP AUTH (RFC 4954), once, with the first way that server and we both know.

Not smtplib's own: it tries all ways with the same wrong password, until the account is locked, and knows ASCII only.
"""

import base64
import hmac
import smtplib

from colter.core.errors import Answer, DeliveryError
from colter.core.secret import MASK, Secret
from colter.core.text import clean

_DONE = 235
_GO_ON = 334
_PERMANENT = 500
_HINT = "correct smtp.username; put in the password again: colter config set smtp.password -"


def log_in(smtp: smtplib.SMTP, username: str, password: Secret) -> None:
    """Log in over an encrypted connection; DeliveryError when that fails."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ways = [answers for name, answers in _WAYS.items() if name in offered]
    if not ways:
        ways_offered = clean(", ".join(offered)) or "none"
        raise DeliveryError(
            f"the mail server offers no way to log in that Colter knows; it offers: {ways_offered}",
            answer=Answer.PAUSE,
            hint="unset smtp.username if the server wants no login",
        )
    code, text = ways[0](smtp, username, password)
    if code == _DONE:
        return
    said = clean(text.decode(errors="replace").replace(password.reveal() or "\n", MASK))
    answer = Answer.PAUSE if code >= _PERMANENT else Answer.RETRY
    raise DeliveryError(f"the mail server did not let us in: {code} {said}", answer=answer, hint=_HINT)


def _plain(smtp: smtplib.SMTP, username: str, password: Secret) -> tuple[int, bytes]:
    credentials = f"\0{username}\0{password.reveal()}"
    return smtp.docmd("AUTH", f"PLAIN {_encoded(credentials)}")


def _login(smtp: smtplib.SMTP, username: str, password: Secret) -> tuple[int, bytes]:
    code, text = smtp.docmd("AUTH", "LOGIN")
    for answer in (username, password.reveal()):
        if code != _GO_ON:
            break
        code, text = smtp.docmd(_encoded(answer))
    return code, text


def _cram_md5(smtp: smtplib.SMTP, username: str, password: Secret) -> tuple[int, bytes]:
    code, challenge = smtp.docmd("AUTH", "CRAM-MD5")
    if code != _GO_ON:
        return code, challenge
    digest = hmac.new(password.reveal().encode(), base64.b64decode(challenge), "md5").hexdigest()
    return smtp.docmd(_encoded(f"{username} {digest}"))


_WAYS = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
"""In this order: all are as safe as the connection, and a server knows PLAIN best."""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
