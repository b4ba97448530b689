"""A daemon where no name server answers: a program, to be run in a network and a mount namespace of its own.

    unshare --net --mount python -m tests.faults.nameless FOLDER SECONDS

Says as JSON how it ended, and what it thinks of whom.
"""

import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.cutting import run
from tests.servers.process import LOOPBACK
from tests.watching.daemons import daemon, ended, kept, states, until

UNFINDABLE, HEALTHY = 30, 5


def main(folder: Path, seconds: float) -> None:
    machine = Machine(folder)
    with _silent_name_server(folder / "resolv.conf"), EndpointServer(reply()) as web:
        usual = {"interval": "1s", "confirm": 0}
        well = [{"name": f"well{n}", "url": web.url(), "timeout": "30s", **usual} for n in range(HEALTHY)]
        lost = [{"name": f"lost{n}", "url": f"http://host{n}.example.org/", **usual} for n in range(UNFINDABLE)]
        machine.configure(f"probe: {{timeout: 2s}}\nendpoints: {json.dumps([*well, *lost])}\n")
        with daemon(machine) as process:
            until(lambda: len(web.requests) > HEALTHY and states(machine, "lost0"))
            time.sleep(seconds)
            code, said, took = ended(process)
        looks = len(web.requests)
    found = Counter(f"{look['target'].rstrip('0123456789')} {look['state']}" for look in kept(machine))
    json.dump({"code": code, "said": said, "seconds": took, "looks": looks, "states": found}, sys.stdout)


@contextmanager
def _silent_name_server(file: Path) -> Iterator[None]:
    """What is asked it takes, and never answers."""
    run("ip", "link", "set", "lo", "up")
    file.write_text(f"nameserver {LOOPBACK}\n")
    run("mount", "--bind", str(file), "/etc/resolv.conf")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((LOOPBACK, 53))
        yield


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
