"""The sections `probe` and `endpoints`: what is probed, how, and what is expected."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from colter.config.schema.destination import origin, short_name
from colter.config.schema.headers import mark_secrets
from colter.config.schema.measures import StatusSet, Threshold
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section
from colter.config.schema.values import (
    Cadence,
    Count,
    Duration,
    Expanded,
    HeaderName,
    HeaderValue,
    JsonPath,
    Line,
    Looks,
    Name,
    Pattern,
    ProbeAddress,
    RequestBody,
    RequestHeader,
    Scalar,
    Statuses,
    Text,
    TimeZone,
)


class TlsDefaults(Section):
    """Certificates."""

    warn: Duration = Field(
        timedelta(days=21), description="Degraded when the certificate has less time left than this."
    )
    ca: Line | None = Field(
        None, description="File of the authorities to trust instead of the machine's, such as a company's own."
    )


class ProbeDefaults(Section):
    """What holds for every endpoint that does not say otherwise."""

    interval: Duration = Field(timedelta(minutes=1), description="Time from one probe to the next.")
    timeout: Duration = Field(timedelta(seconds=10), description="Total time that a probe may take.")
    latency_threshold: Duration = Field(timedelta(seconds=1), description="Degraded when the answer takes longer.")
    down_after: Looks = Field(
        Threshold(3, 3), description="Failures before it counts as down: 3 in a row, or '3 of 5'."
    )
    up_after: Looks = Field(Threshold(2, 2), description="Successes before it counts as up again.")
    confirm: Count = Field(2, ge=0, le=10, description="Further attempts at once after a failure, before it counts.")
    tls: TlsDefaults = Field(default_factory=TlsDefaults, description="Certificates.")


class BodyExpectation(Section):
    """What the body must or must not hold; all of it must be met."""

    contains: Text | None = Field(None, description="This text must stand in the body.")
    not_contains: Text | None = Field(None, description="This text must not stand in the body.")
    matches: Pattern | None = Field(None, description="This regular expression must be found in the body.")
    not_matches: Pattern | None = Field(None, description="This regular expression must not be found in the body.")


class Expect(Section):
    """What must hold; otherwise the endpoint is down."""

    status: Statuses = Field(StatusSet(((200, 399),)), description="Good statuses: 200, 2xx, 200-204, or a list.")
    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Headers by name; `*` in a value stands for anything."
    )
    body: BodyExpectation = Field(default_factory=BodyExpectation, description="What the body must or must not hold.")
    json_: dict[JsonPath, Scalar] = Field(
        default_factory=dict,
        alias="json",
        description="Values in a JSON body by path, such as `$.status`; a text such as '< 100' compares.",
    )


class Warn(Section):
    """What should hold; otherwise the endpoint is degraded."""

    latency: Duration | None = Field(None, description="Degraded when the answer takes longer.")
    cert: Duration | None = Field(None, description="Degraded when the certificate has less time left than this.")


class BasicAuth(Section):
    """User name and password of HTTP's Basic scheme."""

    username: Line = Field(description="User name.")
    password: SecretRef = Field(description="Password.")


class Auth(Section):
    """Credentials; never sent to another origin after a redirect."""

    bearer: SecretRef | None = Field(None, description="Token for `Authorization: Bearer`.")
    basic: BasicAuth | None = Field(None, description="User name and password.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.bearer is None) == (self.basic is None):
            raise ValueError("expected one of bearer and basic")
        return self


Method = Annotated[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], Expanded]
IpKind = Annotated[Literal["auto", "ipv4", "ipv6"], Expanded]


class RequestOptions(Section):
    """What is sent."""

    method: Method = Field("GET", description="HTTP method.")
    headers: dict[HeaderName, RequestHeader] = Field(
        default_factory=dict,
        description="Headers by name; a value may be sealed, and those that unlock something should.",
    )
    body: RequestBody | None = Field(None, description="Body to send; one with variables is a secret.")
    auth: Auth | None = Field(None, description="Credentials.")
    follow_redirects: Count = Field(5, ge=0, le=20, description="Redirects to follow; 0 takes the first answer.")
    ip: IpKind = Field("auto", description="Which kind of address to use.")

    @field_validator("headers", mode="before")
    @classmethod
    def _mark_secrets(cls, written: Any) -> Any:
        return mark_secrets(written)


class Heartbeat(Section):
    """A job that reports to Colter, instead of being probed."""

    every: Cadence = Field(description="When it should report: a cron expression, or a duration.")
    tz: TimeZone = Field("UTC", description="Time zone of the cron expression.")
    grace: Duration = Field(timedelta(minutes=5), description="How late it may be.")


class Endpoint(Section):
    """One thing that is probed, or that reports."""

    name: Name = Field(description="Its name: unique, and the key of its history.")
    url: ProbeAddress | None = Field(None, description="Address: https://, http:// or tcp://host:port.")
    heartbeat: Heartbeat | None = Field(None, description="Instead of `url`: a job that reports to Colter.")
    group: Name = Field("", description="Group that it is shown in.")
    tags: list[Name] = Field(default_factory=list, description="Tags: `colter probe @TAG` probes all that have one.")
    needs: list[Name] = Field(
        default_factory=list,
        description="Endpoints that this one cannot work without; while one is down, this raises no alert.",
    )
    interval: Duration | None = Field(None, description="As in `probe`.")
    timeout: Duration | None = Field(None, description="As in `probe`.")
    down_after: Looks | None = Field(None, description="As in `probe`.")
    alert_threshold: Looks | None = Field(None, description="Another name of `down_after`.")
    up_after: Looks | None = Field(None, description="As in `probe`.")
    confirm: Count | None = Field(None, ge=0, le=10, description="As in `probe`.")
    expect: Expect = Field(default_factory=Expect, description="What must hold; otherwise the endpoint is down.")
    warn: Warn = Field(default_factory=Warn, description="What should hold; otherwise the endpoint is degraded.")
    request: RequestOptions = Field(default_factory=RequestOptions, description="What is sent.")

    def destination(self) -> str:
        """The origin that credentials are sent to."""
        return origin(self.url) if self.url else ""

    @model_validator(mode="before")
    @classmethod
    def _from_address_alone(cls, written: Any) -> Any:
        return {"name": short_name(written), "url": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.url is None) == (self.heartbeat is None):
            raise ValueError("expected one of url and heartbeat")
        if self.alert_threshold and self.down_after:
            raise ValueError("alert_threshold is another name of down_after; give one of them")
        self.down_after = self.down_after or self.alert_threshold
        return self


class _OrAddress:
    """Tells the JSON Schema that an endpoint may be an address alone."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "format": "uri"}, handler(schema)]}


EndpointItem = Annotated[Endpoint, _OrAddress()]
"""An endpoint as it stands in the list."""
