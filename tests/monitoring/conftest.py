"""Users of Clockwerk."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from tests.monitoring.users import User, on_sqlite_file, overheard, with_mariadb, with_postgres
from tests.servers import smtp
from tests.servers.mariadb import MariaDB
from tests.servers.postgres import Postgres
from tests.servers.process import LOOPBACK

Mails = Callable[[trustme.CA | None], smtp.MailServer]


@pytest.fixture
def mails() -> Iterator[Mails]:
    """Starts mail servers; those with a certificate of somebody offer STARTTLS."""
    with ExitStack() as stack:

        def start(by: trustme.CA | None) -> smtp.MailServer:
            starttls = smtp.context(by.issue_cert(LOOPBACK)) if by else None
            return stack.enter_context(smtp.mail_server(starttls=starttls))

        yield start


@pytest.fixture
def users(mails: Mails, postgres: Postgres, mariadb: MariaDB, authority: trustme.CA, tmp_path: Path) -> list[User]:
    return [
        on_sqlite_file(mails(None), tmp_path / "clockwerk.db"),
        with_postgres(mails(authority), postgres),
        with_mariadb(mails(None), mariadb),
        overheard(mails(trustme.CA())),
    ]
