"""The section `alerts`: whom to tell, about what, and when not."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from colter.config.schema.destination import origin
from colter.config.schema.headers import mark_secrets
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section
from colter.config.schema.values import (
    Cron,
    Duration,
    Expanded,
    HeaderName,
    HookAddress,
    Line,
    MailAddress,
    Name,
    RequestHeader,
    RuleCondition,
    TargetPattern,
    TimeZone,
)

State = Annotated[Literal["up", "degraded", "down", "unknown"], Expanded]


class EmailChannel(Section):
    """Mail, through the server of the section `smtp`."""

    type: Literal["email"] = Field(description="Kind of channel.")
    to: list[MailAddress] = Field(default_factory=list, description="Receivers; none: `smtp.recipient`.")


class SlackChannel(Section):
    """A Slack webhook; its address is the secret, and its own destination."""

    type: Literal["slack"] = Field(description="Kind of channel.")
    url: SecretRef = Field(description="Address of the webhook.")

    def destination(self) -> str:
        """Whatever the sealed address says."""
        return "slack"


class WebhookChannel(Section):
    """A POST of JSON."""

    type: Literal["webhook"] = Field(description="Kind of channel.")
    url: HookAddress = Field(description="Address to post to.")
    secret: SecretRef | None = Field(None, description="What the body is signed with; none: it is not signed.")
    headers: dict[HeaderName, RequestHeader] = Field(
        default_factory=dict,
        description="Further headers by name; a value may be sealed, and those that unlock something should.",
    )

    def destination(self) -> str:
        """The server; or whatever the sealed address says."""
        return _place(self.url, "webhook")

    @field_validator("headers", mode="before")
    @classmethod
    def _mark_secrets(cls, written: Any) -> Any:
        return mark_secrets(written)


class AlertmanagerChannel(Section):
    """An Alertmanager of Prometheus."""

    type: Literal["alertmanager"] = Field(description="Kind of channel.")
    url: HookAddress = Field(description="Address of the server, without /api.")
    user: Line | None = Field(None, description="User name for it, or for the proxy before it.")
    password: SecretRef | None = Field(None, description="Password that goes with it.")

    def destination(self) -> str:
        """The server; or whatever the sealed address says."""
        return _place(self.url, "alertmanager")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("expected user beside password")
        return self


class NtfyChannel(Section):
    """A topic of ntfy."""

    type: Literal["ntfy"] = Field(description="Kind of channel.")
    url: HookAddress = Field(description="Address of the topic; whoever knows it can read along.")
    token: SecretRef | None = Field(None, description="Access token.")

    def destination(self) -> str:
        """The server; or whatever the sealed address says."""
        return _place(self.url, "ntfy")


class AppriseChannel(Section):
    """Whatever Apprise knows; needs `pip install 'colter[apprise]'`."""

    type: Literal["apprise"] = Field(description="Kind of channel.")
    url: SecretRef = Field(description="Address of Apprise's kind: `tgram://TOKEN/CHAT`.")

    def destination(self) -> str:
        """Whatever the sealed address says."""
        return "apprise"


Channel = Annotated[
    EmailChannel | SlackChannel | WebhookChannel | AlertmanagerChannel | NtfyChannel | AppriseChannel,
    Field(discriminator="type"),
]


class Match(Section):
    """Which alerts; every condition that is given must hold."""

    name: Line | None = Field(None, description="Name of an endpoint; `*` stands for anything.")
    group: Name | None = Field(None, description="Group of endpoints.")
    tags: list[Name] = Field(default_factory=list, description="Any of these tags.")
    state: State | None = Field(None, description="State it has gone to.")


class Route(Section):
    """Who is told; the first route that matches counts."""

    match: Match = Field(default_factory=Match, description="Which alerts; nothing: all.")
    notify: list[Name] = Field(min_length=1, description="Names of channels.")
    remind: list[Duration] = Field(
        default_factory=list, description="When to remind while it lasts, after the first message."
    )


class AlertRule(Section):
    """A condition on numbers that are tracked."""

    match: TargetPattern = Field(description="Targets: `github:*`, `pypi:requests`.")
    when: RuleCondition = Field(description="Condition: `open_issues_new > 0`, `downloads_day < 50% of 7d`.")


class Maintenance(Section):
    """A time in which nobody is told; measuring goes on."""

    match: Match = Field(default_factory=Match, description="Which endpoints; nothing: all.")
    cron: Cron = Field(description="When it begins: a cron expression.")
    tz: TimeZone = Field("UTC", description="Time zone of the cron expression.")
    duration: Duration = Field(description="How long it lasts.")


class Alerts(Section):
    """Whom to tell, about what, and when not."""

    channels: dict[Name, Channel] = Field(default_factory=dict, description="Ways to tell somebody, by name.")
    routes: list[Route] = Field(default_factory=list, description="Who is told; none: every channel.")
    rules: list[AlertRule] = Field(default_factory=list, description="Conditions on tracked numbers.")
    maintenance: list[Maintenance] = Field(default_factory=list, description="Times in which nobody is told.")


def _place(url: str | SecretRef, kind: str) -> str:
    return kind if isinstance(url, SecretRef) else origin(url)
