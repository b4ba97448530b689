"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MYSQL: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}


def upgrade() -> None:
    op.create_table(
        "cache",
        sa.Column("cache_key", sa.String(length=767), nullable=False),
        sa.Column("validator", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("fresh_until", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(length=16777215), nullable=False),
        sa.PrimaryKeyConstraint("cache_key", name="pk_cache"),
        **_MYSQL,
    )
    op.create_index("ix_cache_kept_at_size", "cache", ["kept_at", "size"])
    op.create_table(
        "metric",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("prometheus", sa.String(length=255), nullable=False),
        sa.Column("measurement", sa.String(length=255), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("heading", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric"),
        sa.UniqueConstraint("source", "name", name="uq_metric_source_name"),
        **_MYSQL,
    )
    op.create_table(
        "phrase",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phrase"),
        sa.UniqueConstraint("digest", name="uq_phrase_digest"),
        **_MYSQL,
    )
    op.create_table(
        "round",
        sa.Column("id", _ID, nullable=False),
        sa.Column("round_key", sa.String(length=255), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_round"),
        sa.UniqueConstraint("round_key", name="uq_round_round_key"),
        **_MYSQL,
    )
    op.create_index("ix_round_finished", "round", ["finished"])
    op.create_table(
        "target",
        sa.Column("id", _ID, nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("identity", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_target"),
        sa.UniqueConstraint("source", "identity", name="uq_target_source_identity"),
        **_MYSQL,
    )
    op.create_table(
        "alert_state",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("tally", sa.Integer(), nullable=False),
        sa.Column("incident", sa.String(length=255), nullable=True),
        sa.Column("sequence_no", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_alert_state_target_id"),
        sa.PrimaryKeyConstraint("target_id", "rule", name="pk_alert_state"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_count",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_daily_count_target_id"),
        sa.PrimaryKeyConstraint("target_id", "series", "day", name="pk_daily_count"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "last_number",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("metric_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("previous", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["metric_id"], ["metric.id"], name="fk_last_number_metric_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_last_number_target_id"),
        sa.PrimaryKeyConstraint("target_id", "metric_id", name="pk_last_number"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "last_result",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("round_id", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_last_result_round_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_last_result_target_id"),
        sa.PrimaryKeyConstraint("target_id", name="pk_last_result"),
        **_MYSQL,
    )
    op.create_table(
        "mark",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_mark_target_id"),
        sa.PrimaryKeyConstraint("target_id", "name", name="pk_mark"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("delivery_key", sa.String(length=255), nullable=False),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("round_key", sa.String(length=255), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["round_key"], ["round.round_key"], name="fk_outbox_round_key"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("delivery_key", name="uq_outbox_delivery_key"),
        **_MYSQL,
    )
    op.create_index("ix_outbox_settled_due", "outbox", ["settled", "due"])
    op.create_table(
        "outcome",
        sa.Column("id", _ID, nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("status_code", sa.SmallInteger(), nullable=True),
        sa.Column("http_version", sa.String(length=16), nullable=True),
        sa.Column("ip", sa.String(length=64), nullable=True),
        sa.Column("redirects", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("certificate_expires", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_outcome_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("digest", name="uq_outcome_digest"),
        **_MYSQL,
    )
    op.create_table(
        "reading",
        sa.Column("id", _ID, nullable=False),
        sa.Column("round_id", _ID, autoincrement=False, nullable=False),
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("problem_id", _ID, autoincrement=False, nullable=True),
        sa.Column("info_id", _ID, autoincrement=False, nullable=True),
        sa.Column("missing_id", _ID, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["info_id"], ["phrase.id"], name="fk_reading_info_id"),
        sa.ForeignKeyConstraint(["missing_id"], ["phrase.id"], name="fk_reading_missing_id"),
        sa.ForeignKeyConstraint(["problem_id"], ["phrase.id"], name="fk_reading_problem_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_reading_round_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_reading_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        **_MYSQL,
    )
    op.create_index("ix_reading_round_id", "reading", ["round_id"])
    op.create_index("ix_reading_target_id_at", "reading", ["target_id", "at"])
    op.create_table(
        "target_name",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_target_name_target_id"),
        sa.PrimaryKeyConstraint("source", "name", name="pk_target_name"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("event_key", sa.String(length=255), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reading_id", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_event_reading_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_event_target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("target_id", "kind", "event_key", name="uq_event_target_id_kind_event_key"),
        **_MYSQL,
    )
    op.create_index("ix_event_reading_id", "event", ["reading_id"])
    op.create_table(
        "last_reading",
        sa.Column("target_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reading_id", _ID, autoincrement=False, nullable=False),
        sa.Column("good_reading_id", _ID, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["good_reading_id"], ["reading.id"], name="fk_last_reading_good_reading_id"),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_last_reading_reading_id"),
        sa.ForeignKeyConstraint(["target_id"], ["target.id"], name="fk_last_reading_target_id"),
        sa.PrimaryKeyConstraint("target_id", name="pk_last_reading"),
        **_MYSQL,
    )
    op.create_table(
        "probe_result",
        sa.Column("round_id", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at_offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("latency_us", sa.BigInteger(), nullable=True),
        sa.Column("resolve_us", sa.BigInteger(), nullable=True),
        sa.Column("connect_us", sa.BigInteger(), nullable=True),
        sa.Column("tls_us", sa.BigInteger(), nullable=True),
        sa.Column("processing_us", sa.BigInteger(), nullable=True),
        sa.Column("transfer_us", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["outcome_id"], ["outcome.id"], name="fk_probe_result_outcome_id"),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name="fk_probe_result_round_id"),
        sa.PrimaryKeyConstraint("round_id", "position", name="pk_probe_result"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sample",
        sa.Column("reading_id", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric_id", _ID, autoincrement=False, nullable=False),
        sa.Column("labels_id", _ID, autoincrement=False, nullable=True),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["labels_id"], ["phrase.id"], name="fk_sample_labels_id"),
        sa.ForeignKeyConstraint(["metric_id"], ["metric.id"], name="fk_sample_metric_id"),
        sa.ForeignKeyConstraint(["reading_id"], ["reading.id"], name="fk_sample_reading_id"),
        sa.PrimaryKeyConstraint("reading_id", "position", name="pk_sample"),
        **_MYSQL,
        sqlite_with_rowid=False,
    )
