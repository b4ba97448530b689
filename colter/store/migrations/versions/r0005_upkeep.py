"""Upkeep: what results come to by the hour and by the day, outages, and old results packed together."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CLUSTERED: dict[str, Any] = {
    "sqlite_with_rowid": False,
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
}


def upgrade() -> None:
    op.drop_column("outbox", "attempts")  # never counted: tries are counted by recipient
    _create_tally("hourly_tally")
    _create_tally("daily_tally")
    op.create_table(
        "running_tally",
        _target(),
        sa.Column("round_id", _ID, autoincrement=False, nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_running_tally_target_id"),
        sa.PrimaryKeyConstraint("target_id", name="pk_running_tally"),
        **_CLUSTERED,
    )
    op.create_table(
        "outage",
        _target(),
        sa.Column("started", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("reason", sa.String(32)),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_outage_target_id"),
        sa.PrimaryKeyConstraint("target_id", "started", name="pk_outage"),
        **_CLUSTERED,
    )
    op.create_table(
        "pack",
        sa.Column("id", _ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(2**24 - 1), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pack"),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )
    op.create_index("ix_pack_since_until", "pack", ["since", "until"])
    op.create_table(
        "upkeep",
        sa.Column("task", sa.String(32), nullable=False),
        sa.Column("round_id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("task", name="pk_upkeep"),
        **_CLUSTERED,
    )
    # So that it takes no look through all of these to know that nothing refers to a row that is to go.
    op.create_index("ix_outbox_round_key", "outbox", ["round_key"])
    op.create_index("ix_last_result_round_id", "last_result", ["round_id"])
    op.create_index("ix_last_reading_reading_id", "last_reading", ["reading_id"])
    op.create_index("ix_last_reading_good_reading_id", "last_reading", ["good_reading_id"])


def _target() -> sa.Column[int]:
    return sa.Column("target_id", _ID, autoincrement=False, nullable=False)


def _create_tally(name: str) -> None:
    counts = ("up", "degraded", "down", "unknown", "outages", "blips")
    times = ("up_ms", "degraded_ms", "down_ms", "blip_ms", "maintenance_ms")
    op.create_table(
        name,
        _target(),
        sa.Column("begins", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in counts),
        *(sa.Column(time, sa.BigInteger(), nullable=False) for time in times),
        sa.Column("latency_sum_us", sa.BigInteger(), nullable=False),
        sa.Column("fastest_us", sa.BigInteger()),
        sa.Column("slowest_us", sa.BigInteger()),
        sa.Column("sketch", sa.LargeBinary(65535), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name=f"fk_{name}_target_id"),
        sa.PrimaryKeyConstraint("target_id", "begins", name=f"pk_{name}"),
        **_CLUSTERED,
    )
