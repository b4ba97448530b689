"""Which tables there are, as a history tells it: the last migration that was run on it."""

VERSION_TABLE = "colter_schema"
READ_VERSION = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608  a constant
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""All of `migrations/versions`, oldest first: known here, so that alembic (600 ms) is imported only when behind."""
