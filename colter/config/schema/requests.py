"""What a probe sends, as whom, and by which way."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from colter.config.schema.destination import origin
from colter.config.schema.headers import mark_secrets
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import CommonSection, Section
from colter.config.schema.values import (
    Count,
    Expanded,
    HeaderName,
    HexText,
    Line,
    NameServer,
    ProxyAddress,
    RequestBody,
    RequestHeader,
    WebAddress,
)

Method = Annotated[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], Expanded]
IpKind = Annotated[Literal["auto", "ipv4", "ipv6"], Expanded]
StartTls = Annotated[Literal["smtp", "imap", "postgres"], Expanded]
HttpVersion = Annotated[
    Literal["auto", "1.1", "2"],
    # YAML reads 2 and 1.1 as numbers.
    BeforeValidator(lambda written: str(written) if type(written) in (int, float) else written),
    Expanded,
]


class BasicAuth(Section):
    """User name and password of HTTP's Basic scheme."""

    username: Line = Field(description="User name.")
    password: SecretRef = Field(description="Password.")


class OAuth2(Section):
    """Client credentials (RFC 6749, 4.4): a token is fetched once, and used until it expires."""

    token_url: WebAddress = Field(description="Address that gives tokens; redirects from it are not followed.")
    client_id: Line = Field(description="Name of the client.")
    client_secret: SecretRef = Field(description="Its secret; sent to `token_url` only.")
    scope: Line | None = Field(None, description="What the token is to be good for.")

    def destination(self) -> str:
        """The origin that the secret is sent to."""
        return origin(self.token_url)


class Auth(Section):
    """Credentials; never sent to another origin after a redirect."""

    bearer: SecretRef | None = Field(None, description="Token for `Authorization: Bearer`.")
    basic: BasicAuth | None = Field(None, description="User name and password.")
    oauth2: OAuth2 | None = Field(None, description="OAuth2 client credentials.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(each is not None for each in (self.bearer, self.basic, self.oauth2)) != 1:
            raise ValueError("expected one of bearer, basic and oauth2")
        return self


class ClientCertificate(Section):
    """A certificate of our own, shown to the endpoint alone (mutual TLS)."""

    cert: Line = Field(description="File of the certificate, and of those between it and its authority.")
    key: Line | None = Field(None, description="File of its private key, where that is another one.")
    password: SecretRef | None = Field(None, description="What opens the key.")


class RequestOptions(CommonSection):
    """What is sent, and how."""

    method: Method = Field("GET", description="HTTP method.")
    headers: dict[HeaderName, RequestHeader] = Field(
        default_factory=dict,
        description="Headers by name; a value may be sealed, and those that unlock something should.",
    )
    body: RequestBody | None = Field(None, description="Body to send; one with variables is a secret.")
    body_file: Line | None = Field(None, description="File whose bytes are the body.")
    send: RequestBody | None = Field(None, description="Text to send over tcp://, tls://, ws:// and wss://.")
    send_hex: HexText | None = Field(None, description="The same, as hexadecimal digits.")
    auth: Auth | None = Field(None, description="Credentials.")
    follow_redirects: Count = Field(5, ge=0, le=20, description="Redirects to follow; 0 takes the first answer.")
    http_version: HttpVersion = Field("auto", description="HTTP version that must be spoken: 1.1, or 2.")
    ip: IpKind = Field("auto", description="Which kind of address to use.")
    resolver: NameServer | None = Field(
        None, description="Name server to ask instead of the machine's, such as 192.0.2.53 or 192.0.2.53:5353."
    )
    proxy: ProxyAddress | None = Field(None, description="Proxy to go through: http://, https:// or socks5h://.")
    tls: ClientCertificate | None = Field(None, description="A certificate of our own.")
    starttls: StartTls | None = Field(None, description="What is spoken before TLS at a tls:// address.")

    @field_validator("headers", mode="before")
    @classmethod
    def _mark_secrets(cls, written: Any) -> Any:
        return mark_secrets(written)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if sum(each is not None for each in (self.body, self.body_file, self.send, self.send_hex)) > 1:
            raise ValueError("expected one of body, body_file, send and send_hex")
        return self
