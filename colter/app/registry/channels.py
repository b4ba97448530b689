"""The channels (ways to tell somebody), and how each is made from the configuration."""

from collections.abc import Callable, Mapping
from typing import Any

from colter.app.registry.parts import Parts, not_set_up
from colter.config.schema.alerting import (
    AlertmanagerChannel,
    AppriseChannel,
    EmailChannel,
    NtfyChannel,
    SlackChannel,
    WebhookChannel,
)
from colter.config.schema.secretref import SecretRef
from colter.config.settings import Settings
from colter.core.errors import UsageError
from colter.core.names import did_you_mean
from colter.core.ports import Notifier
from colter.core.secret import Secret


def check_channel(name: str, settings: Settings) -> None:
    """UsageError, with the nearest name and all there are, when there is no such channel. Opens no secret."""
    known = list(settings.config.channels)
    if name in known:
        return
    hint = f"{did_you_mean(name, known)} configured are: {', '.join(known)}".lstrip()
    raise UsageError(
        f"alerts.channels: no channel is called {name!r}",
        hint=hint if known else "add one, or the section `smtp` for a channel `email`: docs/channels.md",
    )


def make_notifier(name: str, parts: Parts) -> Notifier:
    """A channel by its name; ColterError when there is none, or its settings or secrets are not usable.

    To be closed by the caller.
    """
    check_channel(name, parts.settings)
    channel = parts.settings.config.channels[name]
    return CHANNELS[channel.type](name, channel, parts)


def _email(name: str, channel: EmailChannel, parts: Parts) -> Notifier:
    from colter.notifiers.email import Email, MailServer  # noqa: PLC0415  each channel brings libraries of its own

    smtp = parts.settings.config.smtp
    if smtp is None:
        raise not_set_up(name, "smtp")
    password = parts.secret(smtp.password)
    return Email(
        name=name,
        server=MailServer(smtp.smtp_server, smtp.smtp_port, smtp.encryption, smtp.username, password),
        sender=smtp.sender,
        recipients=channel.to or [smtp.recipient],
        recall=parts.recall,
        clock=parts.clock,
    )


def _slack(name: str, channel: SlackChannel, parts: Parts) -> Notifier:
    from colter.notifiers.slack import Slack  # noqa: PLC0415

    return Slack(name=name, url=parts.settings.reveal(channel.url), http=parts.http, clock=parts.clock)


def _webhook(name: str, channel: WebhookChannel, parts: Parts) -> Notifier:
    from colter.notifiers.webhook import Webhook  # noqa: PLC0415

    reveal = parts.settings.reveal
    return Webhook(
        name=name,
        url=_address(channel.url, parts),
        secret=parts.secret(channel.secret),
        headers={
            key: reveal(value) if isinstance(value, SecretRef) else value for key, value in channel.headers.items()
        },
        http=parts.http,
        clock=parts.clock,
    )


def _alertmanager(name: str, channel: AlertmanagerChannel, parts: Parts) -> Notifier:
    from colter.notifiers.alertmanager import Alertmanager  # noqa: PLC0415

    return Alertmanager(
        name=name,
        url=_address(channel.url, parts).reveal(),
        user=channel.user,
        password=parts.secret(channel.password),
        http=parts.http,
        clock=parts.clock,
    )


def _ntfy(name: str, channel: NtfyChannel, parts: Parts) -> Notifier:
    from colter.notifiers.ntfy import Ntfy  # noqa: PLC0415

    url, token = _address(channel.url, parts), parts.secret(channel.token)
    return Ntfy(name=name, url=url, token=token, http=parts.http, clock=parts.clock)


def _apprise(name: str, channel: AppriseChannel, parts: Parts) -> Notifier:
    from colter.notifiers.apprise import Apprise  # noqa: PLC0415

    return Apprise(name=name, url=parts.settings.reveal(channel.url))


def _address(url: str | SecretRef, parts: Parts) -> Secret:
    """Whoever knows such an address may post there: it is a secret also where it stands in clear text."""
    return parts.settings.reveal(url) if isinstance(url, SecretRef) else Secret(url)


CHANNELS: Mapping[str, Callable[[str, Any, Parts], Notifier]] = {
    "email": _email,
    "slack": _slack,
    "webhook": _webhook,
    "alertmanager": _alertmanager,
    "ntfy": _ntfy,
    "apprise": _apprise,
}
"""By `type`, as it stands in the configuration."""
