"""Alerts as pure functions: what looks at a target mean, what is said about it, and to whom. No clock, no I/O.

Read `machine.py` first: it is the state machine. The rules R1 to R13 stand in the code where they are kept.
"""
