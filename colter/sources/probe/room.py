"""How many probes may be under way at once: each needs open files."""

import resource
from contextlib import suppress

_MOST = 4096
_EACH = 2  # a connection, and a second one while two addresses are tried
_OTHERS = 256
"""Files that the rest of Colter has open: history, names being looked up, deliveries."""


def room() -> int:
    """As many as there are files for, after asking for enough of them; at least 16."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST * _EACH + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):  # macOS has a further limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted if soft == resource.RLIM_INFINITY else min(soft, wanted)
    return max(16, (files - _OTHERS) // _EACH)
