"""Alerts: what the engine remembers, which notifications arrived together, silences, and what jobs report."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CLUSTERED: dict[str, Any] = {
    "sqlite_with_rowid": False,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    op.add_column("alert_state", sa.Column("memory", sa.Text()))
    op.add_column("outbox", sa.Column("message", _ID))
    op.create_table(
        "silence",
        sa.Column("silence_key", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("silence_key", name="pk_silence"),
        **_CLUSTERED,
    )
    op.create_table(
        "beat",
        sa.Column("endpoint", sa.String(255), nullable=False),
        sa.Column("ended", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ran_ms", sa.BigInteger()),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "ended", name="pk_beat"),
        **_CLUSTERED,
    )
