"""Replies of services, kept so that they need not be asked for again."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Text

from colter.store.columns import Moment
from colter.store.tables.making import table

cache = table(
    "cache",
    Column("cache_key", String(767), primary_key=True),
    Column("validator", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("fresh_until", Moment, nullable=False),
    Column("size", Integer, nullable=False),
    Column("body", LargeBinary(2**24 - 1), nullable=False),
    Index(None, "kept_at", "size"),
)
