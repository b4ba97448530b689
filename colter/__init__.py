"""Colter watches what a developer owns, keeps the history and raises alerts."""

__version__ = "2.0.0.dev0"
