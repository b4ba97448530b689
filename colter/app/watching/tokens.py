"""The tokens by which jobs report over HTTP: who knows one can report for that job, and for nothing else."""

import re
from collections.abc import Mapping

from colter.config.schema.secretref import SecretRef
from colter.config.settings import Settings
from colter.core.errors import ConfigError
from colter.core.secret import Secret

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


def read_tokens(settings: Settings) -> Mapping[str, Secret]:
    """The token of every job that has one, by the name of the job.

    Raises:
        ConfigError: a token can be guessed, does not fit into an address, or is that of another job too.
        LockedError, VaultError: a token cannot be opened.
    """
    owners: dict[Secret, str] = {}
    for endpoint in settings.config.endpoints:
        if endpoint.heartbeat and (ref := endpoint.heartbeat.token):
            check_token(ref, endpoint.name, owners, settings)
    return {name: token for token, name in owners.items()}


def check_token(ref: SecretRef, job: str, owners: dict[Secret, str], settings: Settings) -> None:
    """Check the token of one job, and add it to `owners`. Raises what `read_tokens` does."""
    token = settings.reveal(ref)
    if not _TOKEN.fullmatch(token.reveal()):
        raise ConfigError(
            f"{settings.place(ref)}: expected 16 to 200 letters, digits, - and _",
            hint="`openssl rand -hex 16` makes a good one",
        )
    if token in owners:
        raise ConfigError(f"{settings.place(ref)}: {owners[token]!r} has the same token")
    owners[token] = job
