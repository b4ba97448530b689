"""The whole configuration, as pydantic models: every key, what it may hold, its default and its description."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from colter.config.schema.alerting import Alerts, Channel, EmailChannel
from colter.config.schema.destination import host_port, origin
from colter.config.schema.endpoints import Endpoint, EndpointItem, ProbeDefaults
from colter.config.schema.measures import Size
from colter.config.schema.secretref import SecretRef
from colter.config.schema.section import Section, bind_secrets
from colter.config.schema.values import (
    Cadence,
    Count,
    Expanded,
    FileSize,
    Gateway,
    GitHubTarget,
    HiddenAddress,
    Host,
    IndexAddress,
    Interval,
    Line,
    Listen,
    LogFile,
    MailAddress,
    PackageName,
    Port,
    SinkFile,
    TextFile,
    TimeZone,
    WebAddress,
)

__all__ = ["Config", "Database", "Endpoint", "File", "GitHub", "ProbeDefaults", "Smtp"]

Fact = Annotated[Literal["downloads", "issues", "traffic", "ci", "security"], Expanded]
Driver = Annotated[Literal["postgresql", "mysql", "mariadb", "sqlite"], Expanded]
Appended = Annotated[Literal["jsonl", "csv", "influx"], Expanded]
Kept = Annotated[Count, Field(ge=1, le=1000)]
Level = Annotated[Literal["debug", "info", "warning", "error"], Expanded]
StartTls = Annotated[Literal["required", "opportunistic", "never"], Expanded]
Tls = Annotated[Literal["implicit"], Expanded]
_EVERY = "How often the daemon reads them, if not as `daemon.every` says: a duration, or a cron expression."
_SMTPS = 465
_DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306, "sqlite": 0}


class GitHub(Section):
    """Repositories."""

    token: SecretRef | None = Field(None, description="Personal access token.")
    targets: list[GitHubTarget] = Field(
        default_factory=list,
        description="`owner/name`, `owner/*`, exclusions `!owner/name`; none: the repositories of the token's owner.",
    )
    with_: list[Fact] = Field(
        default=["downloads", "issues"], alias="with", description="What to read beside the core facts."
    )
    api_url: WebAddress = Field("https://api.github.com", description="GitHub, or a GitHub Enterprise Server.")
    every: Cadence | None = Field(None, description=_EVERY)

    def destination(self) -> str:
        """The API server."""
        return origin(self.api_url)


class PyPI(Section):
    """Packages."""

    packages: list[PackageName] = Field(default_factory=list, description="Names of packages.")
    index_url: IndexAddress | None = Field(
        None,
        description="Package index; `https://user:password@host/simple` signs in; null: the public one.",
    )
    stats_url: IndexAddress | None = Field(None, description="Server of download counts; null: the public one.")
    every: Cadence | None = Field(None, description=_EVERY)

    def destination(self) -> str:
        """Whatever the sealed address says."""
        return "pypi"


class InfluxDB(Section):
    """An InfluxDB 2 to write to."""

    url: WebAddress = Field(description="Address of the server.")
    org: Line = Field(description="Organisation.")
    bucket: Line = Field(description="Bucket.")
    token: SecretRef | None = Field(None, description="API token.")

    def destination(self) -> str:
        """The server."""
        return origin(self.url)


class Prometheus(Section):
    """Where Prometheus finds the newest of everything: a Pushgateway, a file of the node exporter, or both."""

    gateway: Gateway | None = Field(None, description="Address of a Pushgateway.")
    job: Line = Field("colter", description="Value of the label `job`.")
    instance: Line | None = Field(None, description="Value of the label `instance`; none: the name of this machine.")
    user: Line | None = Field(None, description="User name for the Pushgateway, or for the proxy before it.")
    password: SecretRef | None = Field(None, description="Password that goes with it.")
    textfile: TextFile | None = Field(
        None, description="Path ending in .prom, in the directory of the node exporter's textfile collector."
    )

    def destination(self) -> str:
        """The Pushgateway."""
        return origin(self.gateway) if self.gateway else ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.gateway is None and self.textfile is None:
            raise ValueError("expected gateway or textfile")
        if self.user is not None and self.gateway is None:
            raise ValueError("expected gateway beside user")
        if self.password is not None and self.user is None:
            raise ValueError("expected user beside password")
        return self


class Database(Section):
    """A database that many machines share."""

    driver: Driver | None = Field(None, description="Kind of database.")
    host: Host = Field("localhost", description="Server.")
    port: Port | None = Field(None, description="Port; none: the usual one of the driver.")
    name: Line | None = Field(None, description="Name of the database, or the file of an SQLite database.")
    user: Line | None = Field(None, description="User name.")
    password: SecretRef | None = Field(None, description="Password.")
    url: SecretRef | None = Field(None, description="Instead of all the others: one address that holds everything.")

    def destination(self) -> str:
        """Server and database; a sealed address is its own destination."""
        if self.url:
            return "database"
        return f"{host_port(self.host, self.port or _DATABASE_PORTS[self.driver or 'sqlite'])}/{self.name}"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.url is None and (self.driver is None or self.name is None):
            raise ValueError("expected driver and name, or url")
        if self.url is not None and self.model_fields_set - {"url"}:
            raise ValueError("expected url alone, or the other keys without it")
        return self


class File(Section):
    """A file that every measurement is appended to."""

    path: SinkFile = Field(description="Path ending in .jsonl, .csv or .lp.")
    format: Appended | None = Field(None, description="`jsonl`, `csv` or `influx`; none: what the ending says.")
    max_size: FileSize = Field(Size(100 * 2**20), description="How large it may get before a new one is begun.")
    keep: Kept = Field(5, description="How many full ones stay beside it, as PATH.1, PATH.2, ...")


class Smtp(Section):
    """A mail server; where TLS is used, its certificate is verified."""

    smtp_server: Host = Field(description="Mail server.")
    smtp_port: Port = Field(587, description="Port: 587 with STARTTLS, 465 with TLS from the start.")
    username: Line | None = Field(None, description="User name; none: without authentication.")
    password: SecretRef | None = Field(None, description="Password.")
    sender: MailAddress = Field(description="From.")
    recipient: MailAddress = Field(description="To.")
    starttls: StartTls = Field(
        "required",
        description="Encryption on a connection that begins in clear: `required`, `opportunistic` or `never`.",
    )
    tls: Tls | None = Field(None, description="`implicit`: TLS from the first byte; none: on port 465 only.")

    def destination(self) -> str:
        """The mail server."""
        return host_port(self.smtp_server, self.smtp_port)

    @property
    def encryption(self) -> Literal["implicit", "required", "opportunistic", "never"]:
        """What `starttls`, `tls` and the port come to."""
        if self.tls is not None or (self.smtp_port == _SMTPS and "starttls" not in self.model_fields_set):
            return "implicit"
        return self.starttls

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.tls is not None and "starttls" in self.model_fields_set:
            raise ValueError("expected starttls or tls: implicit, not both")
        if self.starttls == "never" and self.username is not None:
            raise ValueError("without encryption nobody logs in; expected starttls: required, or no username")
        return self


class Outbox(Section):
    """How much may be owed to a sink that is out of reach; more is dropped, counted, and still in the history."""

    max_age: Interval = Field(timedelta(days=7), description="Nothing older is sent by itself.")
    max_measurements: Count = Field(5_000_000, ge=1, description="Readings and results owed to one sink at most.")


class Keep(Section):
    """How long what was measured is kept; null: for ever."""

    results: Interval | None = Field(
        timedelta(days=30), description="Every result of an endpoint; more than `outbox.max_age`; null: for ever."
    )
    readings: Interval | None = Field(
        timedelta(days=365),
        description="Every reading of a repository or package; of older days the last one stays; null: all for ever.",
    )
    hours: Interval | None = Field(
        timedelta(days=400), description="Uptime and latencies by the hour; those by the day stay; null: for ever."
    )


class State(Section):
    """The history."""

    max_size: FileSize = Field(
        Size(2**30), description="How large the history may get; beyond it, measurements are not kept any more."
    )
    keep: Keep = Field(default_factory=Keep, description="How long what was measured is kept.")


class Daemon(Section):
    """`colter daemon`."""

    every: Cadence = Field(
        "15m", description="How often repositories and packages are read: a duration, or a cron expression."
    )
    tz: TimeZone = Field("UTC", description="Time zone of cron expressions for that.")
    listen: Listen = Field(
        "127.0.0.1:9464", description="Where the daemon serves metrics, health and `/probe`; `off`: nowhere."
    )
    heartbeat_url: HiddenAddress | None = Field(
        None,
        description="Fetched every minute while all goes well: tells a watcher that Colter lives.",
    )


class Log(Section):
    """The log file: 5 MB, five older ones are kept."""

    file: LogFile | None = Field(None, description="Path ending in .log; null: colter.log in the user's log directory.")
    level: Level = Field("info", description="What is worth a line.")


class Config(Section):
    """Everything that can be configured."""

    vault: Line | None = Field(None, description="Header of the vault; `colter config init` makes it.")
    github: GitHub = Field(default_factory=GitHub, description="Repositories.")
    pypi: PyPI = Field(default_factory=PyPI, description="Packages.")
    influxdb: InfluxDB | None = Field(None, description="An InfluxDB 2 to write to.")
    prometheus: Prometheus | None = Field(None, description="Where Prometheus finds the newest.")
    database: Database | None = Field(None, description="A database that many machines share.")
    file: File | None = Field(None, description="A file that every measurement is appended to.")
    smtp: Smtp | None = Field(None, description="A mail server.")
    probe: ProbeDefaults = Field(default_factory=ProbeDefaults, description="What holds for every endpoint.")
    endpoints: list[EndpointItem] = Field(default_factory=list, description="What is probed; an address alone will do.")
    alerts: Alerts = Field(default_factory=Alerts, description="Whom to tell, about what, and when not.")
    outbox: Outbox = Field(default_factory=Outbox, description="What is owed to sinks that are out of reach.")
    state: State = Field(default_factory=State, description="The history.")
    daemon: Daemon = Field(default_factory=Daemon, description="`colter daemon`.")
    log: Log = Field(default_factory=Log, description="The log file.")

    _secrets: tuple[SecretRef, ...] = PrivateAttr(())

    @property
    def secrets(self) -> tuple[SecretRef, ...]:
        """Every secret that is written, with its place and destination."""
        return self._secrets

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Ways to tell somebody, by name; with `smtp` alone there is one, `email`, as the predecessor had it."""
        if self.smtp and not self.alerts.channels:
            return {"email": EmailChannel(type="email")}
        return self.alerts.channels

    @model_validator(mode="after")
    def _bind(self) -> Self:
        self._secrets = tuple(bind_secrets(self))
        return self
