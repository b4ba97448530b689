"""F11, F12: our own line is cut, while two hundred endpoints are watched: nobody is woken, and one message follows.

Interval and thresholds are scaled: twenty seconds at one look a second are twenty minutes at one a minute.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults.cutting import HOSTS
from tests.faults.own_network import in_own_network
from tests.full import FULL
from tests.needing import program

SECONDS = "20" if FULL else "0"
KINDS = ("down", "silent", "portal")


def test_while_our_line_is_cut_nobody_is_woken_and_one_message_follows(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as at_once:
        found = dict(zip(KINDS, at_once.map(lambda kind: cut(kind, tmp_path / kind), KINDS), strict=True))
    for kind, kept in found.items():
        sys.stdout.write(f"{kind}: {kept}\n")
        assert set(kept["states"]) == {"up", "unknown"}, kind
        assert set(kept["reasons"]) <= {"self_offline", "internal_error"}, kind  # the other: a machine too busy to look
        assert kept["states"]["unknown"] >= HOSTS, kind
        assert kept["newest"] == {"up": HOSTS}, kind
        assert kept["messages"] == ["offline"], kind


def cut(kind: str, folder: Path) -> dict[str, Any]:
    program("nsenter")
    return in_own_network("tests.faults.cutting", kind, str(folder), SECONDS)
