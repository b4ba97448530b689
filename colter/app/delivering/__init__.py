"""Bringing sinks and channels what they are owed: claimed, sent, settled."""
