"""Package names, in the one spelling that stands for all others."""

import re

from colter.core.text import clean

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9])?")
_SEPARATORS = re.compile(r"[-_.]+")


def normalise(name: str) -> str:
    """The name as PEP 503 writes it: `Flask.SQLAlchemy` is `flask-sqlalchemy`; ValueError when it is no name."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{clean(name, 100)!r} is no package name: expected letters, digits, '.', '-' and '_'")
    return same_name(name)


def same_name(written: str) -> str:
    """The spelling that names of one package share, without asking whether it is a name."""
    return _SEPARATORS.sub("-", written).lower()
