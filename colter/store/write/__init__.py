"""Writes rounds into the history."""
