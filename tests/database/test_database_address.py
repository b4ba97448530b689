"""Addresses of databases, out of the settings."""

import pytest

from colter.core.errors import ConfigError
from colter.core.secret import Secret
from colter.sinks.database import Server, address

WELL = {
    "postgresql://me:word@db.example.org:5433/colter": "postgresql+psycopg://me:***@db.example.org:5433/colter",
    "postgres://db.example.org/colter": "postgresql+psycopg://db.example.org/colter",
    "postgresql+asyncpg://db.example.org/colter": "postgresql+psycopg://db.example.org/colter",
    "postgresql://db.example.org/colter?sslmode=verify-full": "postgresql+psycopg://db.example.org/colter"
    "?sslmode=verify-full",
    "mysql://me@db.example.org/colter": "mysql+aiomysql://me@db.example.org/colter",
    "mariadb+pymysql://db.example.org/colter": "mysql+aiomysql://db.example.org/colter",
    "sqlite:////var/lib/colter.db": "sqlite+aiosqlite:////var/lib/colter.db",
    "sqlite:///colter.db": "sqlite+aiosqlite:///colter.db",
}
WRONG = {
    "dear database": "expected an address",
    "postgresql://me:w@rd@db.example.org:port/colter": "expected an address",
    "oracle://me:word@db.example.org/colter": "oracle is not supported",
    "postgresql://me:word@db.example.org": "name of a database",
    "sqlite://": "needs a file",
    "sqlite:///:memory:": "needs a file",
}


@pytest.mark.parametrize("text", WELL)
def test_an_address_gets_the_driver_that_colter_comes_with(text: str) -> None:
    assert address(Secret(text)).render_as_string(hide_password=True) == WELL[text]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_address_is_told_without_repeating_it(text: str) -> None:
    with pytest.raises(ConfigError, match=WRONG[text]) as caught:
        address(Secret(text))
    assert "word" not in f"{caught.value} {caught.value.__cause__}".replace("password", "")
    assert "w@rd" not in str(caught.value)


def test_parts_make_an_address_whatever_the_password_is() -> None:
    server = Server("mysql", "colter", "db.example.org", 3307, "me", Secret("p@ss:w/rd?"))
    url = address(server)
    assert (url.drivername, url.host, url.port, url.database) == ("mysql+aiomysql", "db.example.org", 3307, "colter")
    assert (url.username, url.password) == ("me", "p@ss:w/rd?")
    assert "p@ss" not in f"{url} {url!r} {server!r}"


def test_the_home_directory_may_be_written_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert address(Server("sqlite", "~/colter.db")).database == "/home/me/colter.db"
