"""The status file of a daemon, `daemon.json` in its state directory: how `colter status` knows how it is.

The daemon need not listen anywhere for that.
"""
