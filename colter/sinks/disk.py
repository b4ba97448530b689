"""What it means when a file cannot be written."""

import errno
from pathlib import Path

from colter.core.errors import Answer, DeliveryError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_PASSING = _FULL | {errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.ETXTBSY}
"""What may be over the next time; anything else somebody has to mend."""


def not_written(path: Path, error: OSError) -> DeliveryError:
    """The error to raise for one of the system's."""
    hint = "free some space" if error.errno in _FULL else "check its folder and its permissions"
    answer = Answer.RETRY if error.errno in _PASSING else Answer.PAUSE
    return DeliveryError(f"cannot write {path}: {error.strerror or error}", answer=answer, hint=hint)
