"""The three configurations as settings of Colter."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, NoReturn

from colter.config.schema.destination import short_name
from colter.config.schema.problems import Places
from colter.config.settings import Settings, check
from colter.core.errors import ConfigError
from colter.monitoring.config import DatabaseConfig, EmailConfig, MonitorConfig
from colter.monitoring.models import Endpoint

MOST_OWED = 250_000
"""Results that wait for a database that is away, in memory: a quarter of a gigabyte."""
_PASSWORD = "DB_PASSWORD"  # noqa: S105  the name of a variable
_SMTPS = 465
_LONGEST_NAME = 190


def make_settings(monitor: MonitorConfig, email: EmailConfig, database: DatabaseConfig) -> Settings:
    """What these come to; ConfigError for what their own checks have let pass."""
    data: dict[str, Any] = {
        # What alert_threshold counts are requests: none is sent twice to confirm a failure.
        "probe": {
            "interval": timedelta(seconds=monitor.check_interval),
            "latency_threshold": timedelta(seconds=monitor.latency_threshold),
            "confirm": 0,
        },
        "endpoints": list(_endpoints(monitor.endpoints)),
        "smtp": _smtp(email),
        "outbox": {"max_measurements": MOST_OWED},
    }
    if database.db_activation:
        data["database"] = _database(database)
    # A variable's value is taken as it is, whatever it looks like.
    env = {_PASSWORD: database.db_password or ""}
    config = check(data, env, Places(None, data, {}))
    return Settings(
        config,
        path=None,
        document=None,
        data=data,
        origins={},
        env=env,
        unlock=_no_vault,
        ask_password=None,
        salt=None,
    )


def _endpoints(endpoints: Sequence[Endpoint]) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for endpoint in endpoints:
        name = _free_name(short_name(endpoint.url)[:_LONGEST_NAME], taken)
        taken.add(name)
        yield {
            "name": name,
            "url": _plain(endpoint.url),
            "timeout": timedelta(seconds=endpoint.timeout),
            "down_after": endpoint.alert_threshold,
        }


def _free_name(name: str, taken: set[str]) -> str:
    """The same address may be watched twice, and two may differ in their query alone, which may hold a secret."""
    if name not in taken:
        return name
    return next(other for number in count(2) if (other := f"{name} ({number})") not in taken)


def _smtp(email: EmailConfig) -> dict[str, Any]:
    # No credentials travel, so a server without STARTTLS may have the mail in the clear.
    how = {} if email.smtp_port == _SMTPS else {"starttls": "opportunistic"}
    return {
        "smtp_server": _plain(email.smtp_host),
        "smtp_port": email.smtp_port,
        "sender": _plain(email.email_from),
        "recipient": _plain(email.email_to),
        **how,
    }


def _database(database: DatabaseConfig) -> dict[str, Any]:
    where = {"driver": database.db_driver, "name": _plain(database.db_name or "")}
    if database.db_driver == "sqlite":
        return where
    given = {"host": database.db_host, "user": database.db_user, "password": database.db_password}
    texts = {key: _plain(text) for key, text in given.items() if text}
    if "password" in texts:
        texts["password"] = f"${{{_PASSWORD}}}"
    return {**where, **texts, "port": database.db_port}


def _plain(text: str) -> str:
    """A text in which nothing stands for a variable."""
    return text.replace("${", "$${")


def _no_vault(_header: str) -> NoReturn:
    raise ConfigError("nothing is sealed here")
