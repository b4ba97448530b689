"""How it is watched, who is told, and where results go."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from colter.config.schema.values import Host, MailAddress, Port
from colter.monitoring.models import Endpoint, Model, Seconds


def _lower(written: Any) -> Any:
    """Clockwerk documents `sqlite` as well as `SQLite`."""
    return written.lower() if isinstance(written, str) else written


Driver = Annotated[Literal["sqlite", "postgresql", "mysql", "mariadb"], BeforeValidator(_lower)]


class MonitorConfig(Model):
    """What is watched, and how often."""

    endpoints: list[Endpoint] = Field(min_length=1)
    check_interval: Seconds = Field(60, ge=1)
    """Seconds from one look at an endpoint to the next."""
    latency_threshold: Seconds = 1.0
    """Seconds: an answer that takes longer is too slow."""


class EmailConfig(Model):
    """Who is told, and by which mail server.

    Nobody logs in there. STARTTLS is used, and its certificate verified, wherever the server offers it; on port 465 it
    is TLS from the start.
    """

    smtp_host: Host
    smtp_port: Port = 587
    email_from: MailAddress
    email_to: MailAddress


class DatabaseConfig(Model):
    """Where results go; of SQLite only `db_name` counts, which is the path of its file."""

    db_activation: bool = False
    """Without it results go nowhere, and nothing else here counts."""
    db_driver: Driver | None = None
    db_name: str | None = None
    db_user: str | None = None
    db_password: str | None = Field(None, repr=False)
    db_host: str | None = None
    """None: this machine."""
    db_port: int | None = None
    """None: the usual one of the driver."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.db_activation and not (self.db_driver and self.db_name):
            raise ValueError("with db_activation=True, expected db_driver and db_name")
        return self
