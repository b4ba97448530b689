"""The sections `probe` and `endpoints`: what is probed, how, and what is expected."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from colter.config.schema.addresses import PORTS, check_probe_address, dns_address
from colter.config.schema.destination import origin, short_name
from colter.config.schema.expectations import Expect, Warn
from colter.config.schema.measures import Threshold
from colter.config.schema.requests import RequestOptions
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section, shared
from colter.config.schema.values import (
    Cadence,
    Count,
    Duration,
    Interval,
    Line,
    Looks,
    Name,
    ProbeAddress,
    RecordName,
    RecordType,
    TimeZone,
)
from colter.core.units import parse_duration

_OF_PROBES = frozenset({"timeout", "confirm", "expect", "warn", "request"})
"""Keys of an endpoint that say how it is looked at over the network."""
_AT_ONCE = Threshold(1, 1)


class TlsDefaults(Section):
    """Certificates."""

    warn: Duration = Field(
        timedelta(days=21), description="Degraded when the certificate has less time left than this."
    )
    ca: Line | None = Field(
        None, description="File of the authorities to trust instead of the machine's, such as a company's own."
    )


class _OrAddress:
    """Tells the JSON Schema that an address alone will do."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "format": "uri"}, handler(schema)]}


class Canary(Section):
    """Somebody who answers whenever this machine is online."""

    url: ProbeAddress = Field(description="Address, as of an endpoint.")
    expect: Expect = Field(
        default_factory=shared(Expect),
        description="What must hold, as of an endpoint: the login page of a hotel answers everything.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_address_alone(cls, written: Any) -> Any:
        return {"url": written} if isinstance(written, str) else written

    def as_endpoint(self) -> "Endpoint":
        """What is looked at, under a name for messages."""
        return Endpoint(name=f"probe.online_check: {short_name(self.url)}", url=self.url, expect=self.expect)


CanaryItem = Annotated[Canary, _OrAddress()]
"""A canary as it stands in the list."""


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
    per_host: Count = Field(
        10, ge=1, le=1000, description="So many probes of one host begin together; each counts for 0.2 seconds at most."
    )
    tls: TlsDefaults = Field(default_factory=TlsDefaults, description="Certificates.")
    online_check: list[CanaryItem] = Field(
        default_factory=list,
        description="Who tells the daemon whether it is online, when many endpoints fail at once; none: the servers "
        "that are configured, and endpoints that answered last.",
    )


class DnsQuestion(Section):
    """What a name server is asked."""

    name: RecordName = Field(description="Name of the records: example.org.")
    type: RecordType = Field("A", description="Type of the records: A, AAAA, MX, TXT, ...")
    server: Line | None = Field(None, description="Name server to ask, with a port where it is not 53; none: ours.")


class Heartbeat(Section):
    """A job that reports to Colter, instead of being probed."""

    every: Cadence = Field(description="When it should report: a cron expression, or a duration.")
    tz: TimeZone = Field("UTC", description="Time zone of the cron expression.")
    grace: Interval = Field(timedelta(minutes=5), description="How late it may be.")
    max_runtime: Interval | None = Field(
        None, description="Down when it runs longer than this; none: until it is due again."
    )
    token: SecretRef | None = Field(
        None,
        description="Lets it report over HTTP, to `/beat/TOKEN` of the daemon: at least 16 letters, digits, - and _.",
    )

    def destination(self) -> str:
        """It is sent to nobody: whoever reports must know it."""
        return "beat"

    @property
    def interval(self) -> timedelta | None:
        """Time from one report to the next; None: `every` is a cron expression."""
        return None if " " in self.every.strip() else parse_duration(self.every)


class Endpoint(Section):
    """One thing that is probed, or that reports."""

    name: Name = Field(description="Its name: unique, and the key of its history.")
    url: ProbeAddress | None = Field(
        None,
        description="Address: https://, tcp://host:port, tls://, dns://, icmp://, wss:// and others; see probes.md.",
    )
    dns: DnsQuestion | None = Field(None, description="Instead of `url`: DNS records.")
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
    expect: Expect = Field(
        default_factory=shared(Expect), description="What must hold; otherwise the endpoint is down."
    )
    warn: Warn = Field(
        default_factory=shared(Warn), description="What should hold; otherwise the endpoint is degraded."
    )
    request: RequestOptions = Field(default_factory=shared(RequestOptions), description="What is sent.")

    def destination(self) -> str:
        """The origin that credentials are sent to."""
        return origin(self.url, PORTS) if self.url and not self.url.startswith("dns:") else ""

    @property
    def address(self) -> str | None:
        """What is probed; None for a heartbeat."""
        return dns_address(self.dns.server, self.dns.name, self.dns.type) if self.dns else self.url

    @model_validator(mode="before")
    @classmethod
    def _from_address_alone(cls, written: Any) -> Any:
        return {"name": short_name(written), "url": written} if isinstance(written, str) else written

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if sum(each is not None for each in (self.url, self.dns, self.heartbeat)) != 1:
            raise ValueError("expected one of url, dns and heartbeat")
        if self.dns and self.address:
            check_probe_address(self.address)
        if self.heartbeat and (senseless := _OF_PROBES & self.model_fields_set):
            raise ValueError(f"a heartbeat is not probed, so it has no {min(senseless)}")
        if self.alert_threshold and self.down_after:
            raise ValueError("alert_threshold is another name of down_after; give one of them")
        self.down_after = self.down_after or self.alert_threshold
        if self.heartbeat:
            # It is late, or it is not: looking once more tells nothing new, and `grace` is its patience.
            self.down_after, self.up_after = self.down_after or _AT_ONCE, self.up_after or _AT_ONCE
        return self


def _as_before(endpoint: Endpoint, info: ValidationInfo) -> Endpoint:
    """Another version of a large configuration brings few new endpoints: the others are there once."""
    former: Mapping[str, Endpoint] = (info.context or {}).get("former", {})
    before = former.get(endpoint.name, endpoint)
    return before if before == endpoint else endpoint


EndpointItem = Annotated[Endpoint, _OrAddress(), AfterValidator(_as_before)]
"""An endpoint as it stands in the list; with `former` in the validation context, as it was when it is the same."""
