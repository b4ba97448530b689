"""Memory of `colter daemon`, with history, alerts and a channel, while it watches ten thousand endpoints once a minute.

    python bench/memory.py [ENDPOINTS]
    python bench/memory.py --flat [MINUTES]

It is measured from outside, after every endpoint has been looked at twice. `--flat` watches a thousand endpoints every
two seconds instead, for a while, and tells what that adds: memory, open files and threads.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.farm import Farm, farm

PROGRAM = Path(sys.executable).with_name("colter")
MANY, MUST = 10_000, 150
FLAT_MANY, FLAT_INTERVAL, FLAT_MINUTES = 1000, 2, 10
EVERY_SECONDS = 5


class Size(NamedTuple):
    """Of the process at one moment."""

    mib: float
    files: int
    threads: int
    cpu: float


def main() -> None:
    """One or the other."""
    if "--flat" in sys.argv:
        flat(float(sys.argv[2]) if len(sys.argv) > 2 else FLAT_MINUTES)
    else:
        crowd(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)


def crowd(endpoints: int) -> None:
    """Ten thousand, until each was looked at twice."""
    with watching(endpoints, interval=60) as process:
        sizes = [size for _, size in measured(process, 150)]
    print(f"{endpoints} endpoints every 60 s: {sizes[-1].mib:.0f} MiB, at most {max(sizes).mib:.0f} MiB (must: {MUST})")
    minute = 60 // EVERY_SECONDS
    spent = sizes[-1].cpu - sizes[-1 - minute].cpu
    print(f"CPU of everything: {spent / 60:.3f} of a core, {spent * 1000 / endpoints:.2f} ms per look")


def flat(minutes: float) -> None:
    """A thousand, again and again; the first minute is warming up."""
    with watching(FLAT_MANY, interval=FLAT_INTERVAL) as process:
        sizes = [size for at, size in measured(process, minutes * 60 + 60) if at >= 60]
    first, last = sizes[0], sizes[-1]
    looks = FLAT_MANY / FLAT_INTERVAL * minutes * 60
    print(f"{looks:,.0f} looks: {first.mib:.1f} MiB before, {last.mib:.1f} MiB after, {last.mib - first.mib:+.1f} MiB")
    # A thousand endpoints at one look a minute bring so many in an hour.
    print(f"per hour of 1,000 endpoints a minute: {(last.mib - first.mib) / looks * 60_000:+.2f} MiB (must: at most 1)")
    print(f"open files {first.files} -> {last.files}, threads {first.threads} -> {last.threads}")


@contextmanager
def watching(endpoints: int, interval: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A daemon that watches so many endpoints that answer."""
    with farm() as servers, tempfile.TemporaryDirectory(prefix="colter-bench-") as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(configuration(servers, endpoints, interval))
        config.chmod(0o600)
        command = [
            PROGRAM,
            "--config",
            config,
            "--state",
            Path(folder) / "state",
            "--no-input",
            "daemon",
            "--listen",
            "off",
        ]
        with subprocess.Popen([*map(str, command)]) as process:
            try:
                yield process
            finally:
                process.terminate()


def configuration(servers: Farm, endpoints: int, interval: int) -> str:
    """So many endpoints, and a channel to tell of them."""
    lines = [
        f"probe: {{interval: {interval}s}}",
        "alerts: {channels: {hook: {type: webhook, url: 'http://127.0.0.1:9/'}}}",
        "endpoints:",
        *(f"  - {{name: endpoint-{number}, url: '{servers.url(number)}'}}" for number in range(endpoints)),
    ]
    return "\n".join(lines)


def measured(process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[tuple[float, Size]]:
    """How large it is every few seconds, for so long."""
    begun = time.perf_counter()
    while (at := time.perf_counter() - begun) < seconds:
        time.sleep(EVERY_SECONDS)
        if process.poll() is not None:
            raise SystemExit("the daemon has ended; the figures would mean nothing")
        yield at, size(process.pid)


def size(pid: int) -> Size:
    """What the kernel says of a process."""
    folder = Path(f"/proc/{pid}")
    status = (folder / "status").read_text()
    fields = (folder / "stat").read_text().rpartition(") ")[2].split()
    return Size(
        mib=int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024,
        files=len(list((folder / "fd").iterdir())),
        threads=int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        cpu=(int(fields[11]) + int(fields[12])) / 100,
    )


if __name__ == "__main__":
    main()
