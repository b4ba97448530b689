"""What a database's refusal means for what it was given, in its own codes: its words come in many languages."""

import sqlite3
from typing import NamedTuple

import psycopg
import pymysql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from colter.core.errors import Answer, DeliveryError
from colter.core.text import clean

_ACCESS = "check database.user and database.password, and that this user may come from this machine"
_NAME = "create the database, or correct database.name: see docs/database.md"
_RIGHTS = "give the user of the database its rights: see docs/database.md"
_TABLES = "the tables are not as Colter made them: put a backup in their place, or name a database of its own"
_FILE = "check the path in database.name or database.url, and the owner and mode of the file and its directory"


class _Meaning(NamedTuple):
    answer: Answer
    hint: str | None = None


_RETRY = _Meaning(Answer.RETRY)
_REFUSED = _Meaning(Answer.REFUSED)
_PAUSE_ACCESS, _PAUSE_NAME, _PAUSE_RIGHTS, _PAUSE_TABLES, _PAUSE_FILE = (
    _Meaning(Answer.PAUSE, hint) for hint in (_ACCESS, _NAME, _RIGHTS, _TABLES, _FILE)
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html: whole codes, else their first two characters
_POSTGRES = {
    "22": _REFUSED,
    "23": _REFUSED,
    "28": _PAUSE_ACCESS,
    "3D": _PAUSE_NAME,
    "3F": _PAUSE_NAME,
    "42": _PAUSE_TABLES,
    "42501": _PAUSE_RIGHTS,
}
# A refused log-in has no code in libpq; these are its English words. In another language it is tried again for ever.
_POSTGRES_WORDS = {
    "password authentication failed": _PAUSE_ACCESS,
    "no password supplied": _PAUSE_ACCESS,
    "no pg_hba.conf entry": _PAUSE_ACCESS,
    "role ": _PAUSE_ACCESS,
    "database ": _PAUSE_NAME,
    "permission denied": _PAUSE_RIGHTS,
}
# https://mariadb.com/kb/en/mariadb-error-code-reference/
_MYSQL = {
    1044: _PAUSE_RIGHTS,
    1045: _PAUSE_ACCESS,
    1049: _PAUSE_NAME,
    1054: _PAUSE_TABLES,
    1130: _PAUSE_ACCESS,
    1142: _PAUSE_RIGHTS,
    1143: _PAUSE_RIGHTS,
    1146: _PAUSE_TABLES,
    1153: _Meaning(Answer.TOO_LARGE),
    1227: _PAUSE_RIGHTS,
    1370: _PAUSE_RIGHTS,
    1698: _PAUSE_ACCESS,
}
# https://sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_PERM: _PAUSE_FILE,
    sqlite3.SQLITE_READONLY: _PAUSE_FILE,
    sqlite3.SQLITE_CANTOPEN: _PAUSE_FILE,
    sqlite3.SQLITE_NOTADB: _PAUSE_FILE,
    sqlite3.SQLITE_CORRUPT: _Meaning(Answer.PAUSE, _TABLES),
}


def refusal(where: str, error: SQLAlchemyError | OSError | ValueError | TypeError | ArithmeticError) -> DeliveryError:
    """What to tell whoever sent it; what was begun is undone by then.

    A ValueError and its like is no answer of the database: its driver could not even write the value down.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    meaning = _meaning(cause)
    words = clean(str(cause.args[-1] if isinstance(cause, pymysql.MySQLError) else cause))
    return DeliveryError(f"{where}: {words}", answer=meaning.answer, hint=meaning.hint)


def _meaning(cause: BaseException) -> _Meaning:
    meaning = None
    match cause:
        case psycopg.Error(sqlstate=str(code)):
            meaning = _POSTGRES.get(code) or _POSTGRES.get(code[:2])
        case psycopg.OperationalError():
            words = str(cause)
            meaning = next((each for part, each in _POSTGRES_WORDS.items() if f"FATAL:  {part}" in words), None)
        case pymysql.DataError() | pymysql.IntegrityError() | sqlite3.DataError() | sqlite3.IntegrityError():
            meaning = _REFUSED
        case pymysql.MySQLError(args=(int(number), *_)):
            meaning = _MYSQL.get(number)
        case sqlite3.Error():
            meaning = _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
        case FileNotFoundError() | PermissionError() | IsADirectoryError() | NotADirectoryError():
            meaning = _PAUSE_FILE
        case ValueError() | TypeError() | ArithmeticError():
            meaning = _REFUSED
    return meaning or _RETRY
