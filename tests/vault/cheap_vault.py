"""Vaults whose password is cheap to try: the lowest cost that is accepted, a tenth of the usual one."""

import os

from colter.config.vault import base64url, vault
from colter.config.vault.crypto import Cost
from colter.config.vault.vault import OpenVault
from colter.core.secret import Secret

LOWEST = Cost(memory_kib=19 * 1024, passes=2, lanes=1)


def cheap_vault(password: str) -> OpenVault:
    return vault._lock(os.urandom(32), base64url.encode(os.urandom(16)), Secret(password), LOWEST)
