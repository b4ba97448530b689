"""Which name of a target is its own."""

from sqlalchemy import and_

from colter.store.tables import target, target_name

CURRENT = and_(
    target_name.c.source == target.c.source,
    target_name.c.name == target.c.name,
    target_name.c.target_id == target.c.id,
)
"""Joins a target to its own name, while that name means it: another target may have taken the name over."""
