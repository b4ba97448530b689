"""SIGHUP, as long as a daemon cannot follow it: by default it would end us."""

import signal


def survive_hangup() -> None:
    """From now on nothing comes of it. A configuration that is changed meanwhile is noticed all the same."""
    # Not SIG_IGN: a password command that we start would inherit that.
    signal.signal(signal.SIGHUP, lambda *_: None)
