"""F11, F12: our own line is cut, while two hundred endpoints are watched: nobody is woken, and one message follows.

Interval and thresholds are scaled: twenty seconds at one look a second are twenty minutes at one a minute.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults.cutting import HOSTS
from tests.needing import lacking, program

SECONDS = "20" if os.environ.get("COLTER_LONG") == "1" else "6"
KINDS = ("down", "silent", "portal")


def test_while_our_line_is_cut_nobody_is_woken_and_one_message_follows(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as at_once:
        found = dict(zip(KINDS, at_once.map(lambda kind: cut(kind, tmp_path / kind), KINDS), strict=True))
    for kind, kept in found.items():
        sys.stdout.write(f"{kind}: {kept}\n")
        assert set(kept["states"]) == {"up", "unknown"}, kind
        assert set(kept["reasons"]) == {"self_offline"}, kind
        assert kept["states"]["unknown"] > HOSTS, kind
        assert kept["newest"] == {"up": HOSTS}, kind
        assert kept["messages"] == ["offline"], kind


def cut(kind: str, folder: Path) -> dict[str, Any]:
    program("nsenter"), program("ip")
    namespace = [program("unshare"), *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net"]
    if subprocess.run([*namespace, "unshare", "--net", "true"], capture_output=True, check=False).returncode:
        lacking("a network namespace of our own")
    argv = [*namespace, sys.executable, "-m", "tests.faults.cutting", kind, str(folder), SECONDS]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
