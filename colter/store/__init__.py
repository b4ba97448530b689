"""Where history, alert states, outbox and caches are kept: SQLite through SQLAlchemy, or memory."""
