"""The Linux kernel's keyring as a backend with the three methods of `keyring`: where there is no Secret Service.

The kernel keeps the key in memory that is never swapped out, for one user, and forgets it after the time given here.
It is no subclass of `keyring.backend.KeyringBackend`: importing that costs 170 ms, this costs 3, and a subclass would
offer itself to every other program. The calls are those of `man 2 keyctl`.
"""

import ctypes
import errno
import os
import platform
import sys
from datetime import timedelta

_CALLS = {"x86_64": (248, 250), "aarch64": (217, 219), "riscv64": (217, 219)}  # add_key, keyctl
_USER_KEYRING = -4
_SET_PERMISSIONS, _UNLINK, _SEARCH, _READ, _SET_TIMEOUT = 5, 9, 10, 11, 15
# Everything for processes of this user: without it a key can be read only where the session keyring links to it,
# which is not so under cron, sudo and systemd.
_OWNER_ONLY = 0x3F3F0000
_GONE = {errno.ENOKEY, errno.EKEYEXPIRED, errno.EKEYREVOKED}


class KernelKeyring:
    """Every method raises OSError where the kernel has no keyring or a sandbox forbids it."""

    def __init__(self, lifetime: timedelta) -> None:
        self._seconds = int(lifetime.total_seconds())
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.syscall.restype = ctypes.c_long
        if sys.platform != "linux" or platform.machine() not in _CALLS or sys.maxsize < 2**32:
            raise OSError(errno.ENOSYS, "no kernel keyring on this kind of machine")
        self._add_key, self._keyctl = _CALLS[platform.machine()]

    def get_password(self, service: str, username: str) -> str | None:
        """The text kept under this name, None when there is none or its time is over."""
        key = self._find(service, username)
        if key is None:
            return None
        room = ctypes.create_string_buffer(32 * 1024)  # the longest payload there is
        length = self._call(self._keyctl, _READ, key, room, len(room))
        return room.raw[:length].decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a text under this name, in place of an older one, for the lifetime."""
        payload = password.encode()
        name = _description(service, username)
        key = self._call(self._add_key, b"user", name, payload, len(payload), _USER_KEYRING)
        self._call(self._keyctl, _SET_TIMEOUT, key, self._seconds)
        self._call(self._keyctl, _SET_PERMISSIONS, key, _OWNER_ONLY)

    def delete_password(self, service: str, username: str) -> None:
        """Forget the text; harmless when there is none."""
        key = self._find(service, username)
        if key is not None:
            self._call(self._keyctl, _UNLINK, key, _USER_KEYRING)

    def _find(self, service: str, username: str) -> int | None:
        try:
            return self._call(self._keyctl, _SEARCH, _USER_KEYRING, b"user", _description(service, username), 0)
        except OSError as error:
            if error.errno in _GONE:
                return None
            raise

    def _call(self, number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char]) -> int:
        words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
        result = int(self._libc.syscall(ctypes.c_long(number), *words))
        if result == -1:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result


def _description(service: str, username: str) -> bytes:
    return f"{service}:{username}".encode()
