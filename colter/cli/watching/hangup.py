"""SIGHUP before a daemon can follow it (`reloading.py`): by default it would end the process."""

import signal


def survive_hangup() -> None:
    """Ignore it from now on. A configuration that is changed meanwhile is noticed all the same."""
    # Not SIG_IGN: a password command that we start would inherit that.
    signal.signal(signal.SIGHUP, lambda *_: None)
