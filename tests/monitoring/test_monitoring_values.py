"""What is taken as a configuration, what is refused, and what becomes of it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from colter.config.settings import Settings
from colter.monitoring import DatabaseConfig, EmailConfig, Endpoint, MonitorConfig, scheduling_loop
from colter.monitoring.settings import make_settings

URL = "https://api.example.org/health"
EMAIL = EmailConfig(smtp_host="mail.example.org", email_from="a@example.org", email_to="b@example.org")
SERVER = {"db_activation": True, "db_driver": "postgresql", "db_name": "watch"}


def settings(*endpoints: Endpoint, email: EmailConfig = EMAIL, database: dict[str, Any] | None = None) -> Settings:
    monitor = MonitorConfig(endpoints=endpoints or [Endpoint(url=URL)])
    return make_settings(monitor, email, DatabaseConfig(**(database or {})))


def test_defaults_are_the_documented_ones() -> None:
    config = MonitorConfig(endpoints=[Endpoint(url=URL)])
    assert (config.check_interval, config.latency_threshold, EMAIL.smtp_port) == (60, 1.0, 587)
    assert DatabaseConfig().db_activation is False
    made = settings().config
    assert made.database is None
    assert (made.probe.interval, made.probe.latency_threshold) == (timedelta(minutes=1), timedelta(seconds=1))
    [endpoint] = made.endpoints
    assert (endpoint.name, endpoint.timeout) == ("api.example.org/health", timedelta(seconds=2))


@pytest.mark.parametrize(
    ("model", "values", "told"),
    [
        (Endpoint, {}, "url"),
        (Endpoint, {"url": "api.example.org"}, "expected an address beginning with"),
        (Endpoint, {"url": "https://"}, "expected a host name"),
        (Endpoint, {"url": URL, "timeout": 0}, "greater than 0"),
        (Endpoint, {"url": URL, "timeout": float("inf")}, "finite number"),
        (Endpoint, {"url": URL, "timeout": 1e300}, "less than or equal to"),
        (Endpoint, {"url": URL, "alert_threshold": 0}, "greater than or equal to 1"),
        (Endpoint, {"url": URL, "alert_threshold": 101}, "less than or equal to 100"),
        (Endpoint, {"url": URL, "treshold": 3}, "treshold"),
        (MonitorConfig, {"endpoints": []}, "at least 1 item"),
        (MonitorConfig, {"endpoints": [Endpoint(url=URL)], "check_interval": 0.5}, "greater than or equal to 1"),
        (MonitorConfig, {"endpoints": [Endpoint(url=URL)], "check_interval": 1e300}, "less than or equal to"),
        (MonitorConfig, {"endpoints": [Endpoint(url=URL)], "latency_threshold": 0}, "greater than 0"),
        (EmailConfig, {**EMAIL.model_dump(), "smtp_host": "a b"}, "expected a host name"),
        (EmailConfig, {**EMAIL.model_dump(), "smtp_port": 0}, "greater than or equal to 1"),
        (EmailConfig, {**EMAIL.model_dump(), "email_to": "nobody"}, "expected an address such as me@example.org"),
        (DatabaseConfig, {**SERVER, "db_driver": "oracle"}, "'sqlite', 'postgresql', 'mysql' or 'mariadb'"),
        (DatabaseConfig, {"db_activation": True}, "expected db_driver and db_name"),
    ],
)
def test_what_cannot_be_used_is_a_value_error_that_says_why(model: type, values: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        model(**values)


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ({"db_activation": True, "db_driver": "sqlite", "db_name": ":memory:"}, "SQLite needs a file"),
        ({**SERVER, "db_host": "a b"}, "database.host: expected a host name"),
        ({**SERVER, "db_port": 70_000}, "database.port: expected 65535 or less"),
    ],
)
def test_what_only_the_whole_can_tell_is_a_value_error_before_anything_begins(
    database: dict[str, Any], told: str
) -> None:
    config = MonitorConfig(endpoints=[Endpoint(url="http://127.0.0.1:9/")])
    with pytest.raises(ValueError, match=told):
        asyncio.run(scheduling_loop(config, EMAIL, DatabaseConfig(**database)))


def test_what_was_assigned_later_is_checked_before_anything_begins() -> None:
    endpoint = Endpoint(url="http://127.0.0.1:9/")
    config = MonitorConfig(endpoints=[endpoint])
    config.endpoints[0].timeout = -1
    with pytest.raises(ValueError, match=r"endpoints\.0\.timeout"):
        asyncio.run(scheduling_loop(config, EMAIL, DatabaseConfig()))


@pytest.mark.parametrize("database", [None, "sqlite", EMAIL])
def test_what_is_no_configuration_is_a_value_error(database: Any) -> None:
    monitor = MonitorConfig(endpoints=[Endpoint(url=URL)])
    with pytest.raises(ValueError, match=r"db_config\n.*DatabaseConfig"):
        asyncio.run(scheduling_loop(monitor_config=monitor, email_config=EMAIL, db_config=database))


@pytest.mark.parametrize("driver", ["MySQL", "PostgreSQL", "SQLite", "mariadb"])
def test_drivers_may_be_written_as_their_makers_do(driver: str) -> None:
    made = settings(database={**SERVER, "db_driver": driver}).config.database
    assert made
    assert made.driver == driver.lower()


def test_of_sqlite_only_the_file_counts(tmp_path: Path) -> None:
    file = str(tmp_path / "watch.db")
    others = {"db_host": "no host", "db_port": 5437, "db_user": "root", "db_password": "x"}
    made = settings(database={**SERVER, "db_driver": "sqlite", "db_name": file, **others}).config.database
    assert made
    assert made.model_fields_set == {"driver", "name"}


@pytest.mark.parametrize("password", ["${HOME}", "$${x}", "enc:v1:abc", "a b'\"\\", "pässword", "gAAAAA" + "b" * 80])
def test_a_password_is_taken_as_it_is_and_shown_nowhere(password: str) -> None:
    config = DatabaseConfig(**SERVER, db_user="${USER}", db_password=password)
    made = make_settings(MonitorConfig(endpoints=[Endpoint(url=URL)]), EMAIL, config)
    assert made.config.database
    assert made.config.database.password
    assert made.reveal(made.config.database.password).reveal() == password
    assert made.config.database.user == "${USER}"
    assert password not in repr(config)


def test_every_endpoint_has_a_name_of_its_own_that_shows_no_secret() -> None:
    endpoints = [Endpoint(url=f"{URL}{rest}") for rest in ("", "?key=a", "?key=b", f"/{'x' * 300}")]
    names = [endpoint.name for endpoint in settings(*endpoints).config.endpoints]
    assert len(set(names)) == len(endpoints)
    assert names[:3] == [f"api.example.org/health{more}" for more in ("", " (2)", " (3)")]


@pytest.mark.parametrize(("port", "encryption"), [(25, "opportunistic"), (587, "opportunistic"), (465, "implicit")])
def test_mail_is_encrypted_wherever_the_server_can(port: int, encryption: str) -> None:
    made = settings(email=EMAIL.model_copy(update={"smtp_port": port})).config.smtp
    assert made
    assert made.encryption == encryption
