"""What `--explain` shows of one probe, without the secrets that were sent."""

from colter.core.model import Evidence
from colter.core.secret import MASK
from colter.sources.probe.answer import Answer
from colter.sources.probe.check import Check

_HEAD_BYTES = 2048
_SHORTEST = 6  # a shorter one would blacken ordinary text, as in the log
_HIDDEN = frozenset({"set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "authentication-info"})


def evidence(answer: Answer, check: Check) -> Evidence:
    """The evidence of the last attempt. A server that echoes what it got does not bring a secret out."""
    secrets = sorted({text for secret in check.secrets for text in _forms(secret.reveal())}, key=len, reverse=True)

    def masked(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, MASK)
        return text

    return Evidence(
        log=[masked(line) for line in answer.log],
        headers=[(name, MASK if name in _HIDDEN else masked(value)) for name, value in answer.headers],
        certificate=dict(answer.certificate),
        body_head=masked(answer.body[:_HEAD_BYTES].decode("utf-8", "replace")),
    )


def _forms(secret: str) -> list[str]:
    """A secret, and the part behind its scheme (`Bearer`, `Basic`), which may be echoed alone."""
    return [text for text in (secret, secret.partition(" ")[2]) if len(text) >= _SHORTEST]
