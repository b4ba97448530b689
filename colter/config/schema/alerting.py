"""The section `alerts`: whom to tell, about what, and when not."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from colter.config.schema.destination import check_hidden_address, origin
from colter.config.schema.headers import mark_secrets
from colter.config.schema.moments import read_moment
from colter.config.schema.secretref import Form, SecretRef
from colter.config.schema.section import Section
from colter.config.schema.values import (
    Cron,
    Expanded,
    HeaderName,
    HookAddress,
    Interval,
    Line,
    MailAddress,
    Moment,
    Name,
    RequestHeader,
    TargetPattern,
    TimeZone,
)
from colter.core.alerting.tracked import read_rule

_API = re.compile(r"/api(/v[12](/alerts)?)?/*$")
State = Annotated[Literal["down", "degraded"], Expanded]


class _Channel(Section):
    """What every channel has."""

    fallback: Name | None = Field(
        None, description="Channel to tell in its place when it refuses a message; none: any other."
    )


class EmailChannel(_Channel):
    """Mail, through the server of the section `smtp`."""

    type: Literal["email"] = Field(description="Kind of channel.")
    to: list[MailAddress] = Field(default_factory=list, description="Receivers; none: `smtp.recipient`.")


class HookChannel(_Channel):
    """One that is posted to, at its `url`."""

    @classmethod
    def check_url(cls, url: str) -> None:
        """ValueError when nobody can be told there; it repeats nothing of the address, which may be a secret."""
        check_hidden_address(url)

    @field_validator("url", check_fields=False)
    @classmethod
    def _is_address(cls, url: str | SecretRef) -> str | SecretRef:
        if isinstance(url, str):
            cls.check_url(url)
        return url


class SlackChannel(HookChannel):
    """A Slack webhook; its address is the secret, and its own destination."""

    type: Literal["slack"] = Field(description="Kind of channel.")
    url: SecretRef = Field(description="Address of the webhook.")

    def destination(self) -> str:
        """Whatever the sealed address says."""
        return "slack"

    @field_validator("url")
    @classmethod
    def _is_address_in_clear_text(cls, ref: SecretRef) -> SecretRef:
        if ref.form is Form.CLEAR:
            cls.check_url(ref.raw)
        return ref


class WebhookChannel(HookChannel):
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


class AlertmanagerChannel(HookChannel):
    """An Alertmanager of Prometheus."""

    type: Literal["alertmanager"] = Field(description="Kind of channel.")
    url: HookAddress = Field(description="Address of the server, without /api.")
    user: Line | None = Field(None, description="User name for it, or for the proxy before it.")
    password: SecretRef | None = Field(None, description="Password that goes with it.")

    def destination(self) -> str:
        """The server; or whatever the sealed address says."""
        return _place(self.url, "alertmanager")

    @classmethod
    def check_url(cls, url: str) -> None:
        """The same; and its end is left to Colter."""
        super().check_url(url)
        if found := _API.search(urlsplit(url).path):
            raise ValueError(
                f"expected the address of the server alone: leave out {found[0]}, Colter adds what it needs"
            )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.password is not None and self.user is None:
            raise ValueError("expected user beside password")
        return self


class NtfyChannel(HookChannel):
    """A topic of ntfy."""

    type: Literal["ntfy"] = Field(description="Kind of channel.")
    url: HookAddress = Field(description="Address of the topic; whoever knows it can read along.")
    token: SecretRef | None = Field(None, description="Access token.")

    def destination(self) -> str:
        """The server; or whatever the sealed address says."""
        return _place(self.url, "ntfy")

    @classmethod
    def check_url(cls, url: str) -> None:
        """The same; and there must be a topic."""
        super().check_url(url)
        if not urlsplit(url).path.strip("/"):
            raise ValueError("expected a topic behind the server, such as https://ntfy.sh/TOPIC")


class AppriseChannel(_Channel):
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

    name: Line | None = Field(
        None, description="Name of an endpoint, or a repository or package (`github:me/*`); `*` stands for anything."
    )
    group: Name | None = Field(None, description="Group of endpoints.")
    tags: list[Name] = Field(default_factory=list, description="Any of these tags.")
    state: State | None = Field(None, description="`down` or `degraded`; none: both, and rules on numbers.")


class Route(Section):
    """Who is told; the first route that matches counts."""

    match: Match = Field(default_factory=Match, description="Which alerts; nothing: all.")
    notify: list[Name] = Field(min_length=1, description="Names of channels.")
    remind: list[Interval] = Field(
        default_factory=list, description="When to remind while it lasts, after the first message."
    )


class AlertRule(Section):
    """A condition on what is read of repositories and packages."""

    match: TargetPattern = Field(description="Targets: `github:*`, `pypi:requests`.")
    when: Line = Field(description="Condition: `open_issues_new > 0`, `downloads_day < 50% of 7d`, `archived`.")

    @property
    def source(self) -> str:
        """`github` or `pypi`."""
        return self.match.partition(":")[0]

    @field_validator("when")
    @classmethod
    def _known(cls, written: str, info: ValidationInfo) -> str:
        if "match" in info.data:
            read_rule(written, info.data["match"].partition(":")[0])
        return written


class Maintenance(Section):
    """A time in which nobody is told; measuring goes on."""

    match: Match = Field(default_factory=Match, description="Which endpoints; nothing: all.")
    cron: Cron | None = Field(None, description="When it begins, again and again: a cron expression.")
    duration: Interval | None = Field(None, description="How long it lasts each time.")
    from_: Moment | None = Field(None, alias="from", description="Instead, once: when it begins, `2026-11-01T02:00`.")
    until: Moment | None = Field(None, description="When that is over.")
    tz: TimeZone = Field("UTC", description="Time zone of the cron expression, and of times without one.")

    @property
    def once(self) -> tuple[datetime, datetime]:
        """Begin and end of one that happens once."""
        return read_moment(self.from_ or "", self.tz), read_moment(self.until or "", self.tz)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        again, once = (self.cron, self.duration), (self.from_, self.until)
        if all(again) == all(once) or any(again) == any(once):
            raise ValueError("expected cron and duration, or from and until")
        if all(once) and self.once[0] >= self.once[1]:
            raise ValueError(f"expected until to be later than from, got {self.from_} and {self.until}")
        return self


class Alerts(Section):
    """Whom to tell, about what, and when not."""

    channels: dict[Name, Channel] = Field(default_factory=dict, description="Ways to tell somebody, by name.")
    routes: list[Route] = Field(default_factory=list, description="Who is told; none: every channel.")
    rules: list[AlertRule] = Field(
        default=[AlertRule(match="github:*", when="open_issues_new > 0")],
        description="Conditions on what is tracked; `[]`: none.",
    )
    maintenance: list[Maintenance] = Field(default_factory=list, description="Times in which nobody is told.")


def _place(url: str | SecretRef, kind: str) -> str:
    return kind if isinstance(url, SecretRef) else origin(url)
