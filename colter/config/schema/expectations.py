"""What an endpoint's answer must be (`expect`), and what it should be (`warn`)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from colter.config.schema import checks
from colter.config.schema.measures import StatusSet
from colter.config.schema.section import CommonSection, Section, shared
from colter.config.schema.values import (
    Duration,
    HeaderName,
    HeaderValue,
    HexText,
    JsonPath,
    Line,
    Pattern,
    Scalar,
    SizeBound,
    Statuses,
    Text,
)

ResponseCode = Annotated[Line, AfterValidator(checks.check_response_code)]


class BodyExpectation(Section):
    """What the body must or must not hold; all of it must be met."""

    contains: Text | None = Field(None, description="This text must stand in the body.")
    not_contains: Text | None = Field(None, description="This text must not stand in the body.")
    matches: Pattern | None = Field(None, description="This regular expression must be found in the body.")
    not_matches: Pattern | None = Field(None, description="This regular expression must not be found in the body.")
    hex: HexText | None = Field(None, description="These bytes, as hexadecimal digits, must stand in the body.")


class Expectations(CommonSection):
    """One grammar for both; what an address has not, such as the status of a TCP connection, is refused."""

    headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict, description="Headers by name; `*` in a value stands for anything."
    )
    body: BodyExpectation = Field(
        default_factory=shared(BodyExpectation), description="What the body, or whatever else was answered, holds."
    )
    json_: dict[JsonPath, Scalar] = Field(
        default_factory=dict,
        alias="json",
        description="Values in a JSON body by path, such as `$.status`; a text such as '< 100' compares.",
    )
    rcode: ResponseCode | None = Field(None, description="Response code of a name server, such as NXDOMAIN.")
    answers: list[Line] = Field(
        default_factory=list,
        description="DNS records that must be among the answers; `*` stands for anything.",
    )
    latency: Duration | None = Field(None, description="The answer takes at most this long.")
    cert: Duration | None = Field(None, description="The certificate has at least this much time left.")
    size: SizeBound | None = Field(None, description="Size of the body: '< 1MiB', '>= 100B', or 1MiB for at most that.")


class Expect(Expectations):
    """What must hold; otherwise the endpoint is down."""

    status: Statuses = Field(StatusSet(((200, 399),)), description="Good statuses: 200, 2xx, 200-204, or a list.")


class Warn(Expectations):
    """What should hold; otherwise the endpoint is degraded."""

    status: Statuses | None = Field(None, description="Statuses that are not only taken but good.")
