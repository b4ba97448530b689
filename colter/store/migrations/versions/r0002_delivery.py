"""Delivery: who looked, what is owed to whom and why, what was refused, exports under way."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}
_CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False, **_MYSQL}


def upgrade() -> None:
    _complete_rounds()
    _number_readings()
    _date_days()
    op.drop_index("ix_outbox_settled_due", "outbox")
    op.create_index("ix_outbox_lane_recipient_settled", "outbox", ["lane", "recipient", "settled"])
    op.create_table(
        "recipient",
        sa.Column("lane", sa.String(16), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("holder", sa.String(255)),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("problem", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("retry_at", sa.BigInteger()),
        sa.Column("asked", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("dropped", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.Column("refused", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("lane", "name", name="pk_recipient"),
        **_CLUSTERED,
    )
    op.create_table(
        "refusal",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False),
        sa.Column("round_key", sa.String(255), nullable=False),
        sa.Column("target_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refusal"),
        sa.UniqueConstraint("digest", name="uq_refusal_digest"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_refusal_target_id"),
        **_MYSQL,
    )
    op.create_table(
        "transfer",
        sa.Column("transfer_key", sa.String(767), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("after_key", sa.String(255)),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("transfer_key", name="pk_transfer"),
        **_CLUSTERED,
    )


def _complete_rounds() -> None:
    op.add_column("round", sa.Column("machine", sa.String(255), nullable=False, server_default=sa.text("''")))
    op.add_column("round", sa.Column("complete", sa.String(255), nullable=False, server_default=sa.text("''")))
    op.add_column("round", sa.Column("entries", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.execute(
        "UPDATE round SET entries = (SELECT count(*) FROM reading WHERE reading.round_id = round.id)"
        " + (SELECT count(*) FROM probe_result WHERE probe_result.round_id = round.id)"
    )


def _number_readings() -> None:
    # A new index, not a new constraint: on SQLite that would mean to copy a table that others refer to.
    op.add_column("reading", sa.Column("position", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.execute(
        "UPDATE reading SET position = id - (SELECT first_id FROM"
        " (SELECT round_id AS round, min(id) AS first_id FROM reading GROUP BY round_id) AS firsts"
        " WHERE firsts.round = reading.round_id)"
    )
    op.create_index("ix_reading_round_id_position", "reading", ["round_id", "position"], unique=True)
    op.drop_index("ix_reading_round_id", "reading")


def _date_days() -> None:
    """Which round last raised a day is not known any more: it goes out with the newest of its target."""
    op.add_column(
        "daily_count",
        sa.Column("round_id", _ID, sa.ForeignKey("round.id", name="fk_daily_count_round_id")),
        inline_references=True,
    )
    op.execute(
        "UPDATE daily_count SET round_id = (SELECT max(reading.round_id) FROM reading"
        " WHERE reading.target_id = daily_count.target_id)"
    )
    op.create_index("ix_daily_count_round_id", "daily_count", ["round_id"])
