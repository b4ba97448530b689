"""Looks at the history: rows become rounds, statuses and marks again."""
