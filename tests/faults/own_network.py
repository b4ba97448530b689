"""A network of its own for one program and its children: nothing leads out of it but what the program makes."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.needing import lacking, program


def in_own_network(module: str, *argv: str) -> dict[str, Any]:
    """Run a module there, with mounts of its own; what it says, which is JSON."""
    program("ip")
    namespace = [program("unshare"), *([] if os.geteuid() == 0 else ["--map-root-user"]), "--net", "--mount"]
    if subprocess.run([*namespace, "unshare", "--net", "true"], capture_output=True, check=False).returncode:
        lacking("a network namespace of our own")
    done = subprocess.run(
        [*namespace, sys.executable, "-m", module, *argv], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
