"""Uptime as pure functions: what looks at an endpoint come to by the hour and by the day. No clock, no I/O.

What uptime means is told in docs/reports.md, and done in `counting.py`.
"""
