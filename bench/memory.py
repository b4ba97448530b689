"""Memory of `colter daemon`, with history, alerts and a channel, while it watches and is scraped.

    python bench/memory.py [ENDPOINTS [MINUTES]]
    python bench/memory.py --flat [MINUTES]
    python bench/memory.py --reload [ENDPOINTS]

It is measured from outside. Without `--flat`: ten thousand endpoints once a minute on a fresh history; until each was
looked at and the history was tended for the first time, and then while `/metrics` is scraped every five seconds, in
both formats, packed and plain. Twenty minutes show the next tending too.

`--flat` watches a thousand endpoints every two seconds instead, which is a virtual hour of one look a minute in two
minutes, and tells what each such hour adds: 15 are seven and a half of them, 48 a day.
"""

import itertools
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple
from urllib.request import Request, urlopen

from bench.farm import Farm, farm
from tests.servers.process import LOOPBACK, free_port

PROGRAM = Path(sys.executable).with_name("colter")
MANY, MUST, MINUTES = 10_000, 150, 4
BASE_SECONDS = 100
"""By then all of a minute's endpoints were looked at, and the history was tended once."""
FLAT_MANY, FLAT_INTERVAL, FLAT_MINUTES = 1000, 2, 15
WARM_SECONDS = 120
VIRTUAL_HOUR = FLAT_MANY * 60
"""Looks at a thousand endpoints, one a minute, in an hour."""
RELOADS = 3
EVERY_SECONDS = 5
ADOPTED = "the configuration is in use"
"""What the log says when it was read again."""
Write = Callable[[int, str], str]
"""Number and address of an endpoint, as YAML."""
SCRAPES = [
    {"Accept": accept, "Accept-Encoding": packed}
    for packed in ("gzip", "identity")
    for accept in ("application/openmetrics-text; version=1.0.0", "text/plain")
]


class Size(NamedTuple):
    """Of the process at one moment."""

    mib: float
    highest: float
    """It was never larger, since its start."""
    files: int
    threads: int
    cpu: float


class Daemon(NamedTuple):
    """One that runs."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def size(self) -> Size:
        """What the kernel says of it."""
        if self.process.poll() is not None:
            raise SystemExit("the daemon has ended; the figures would mean nothing")
        folder = Path(f"/proc/{self.process.pid}")
        status = dict(re.findall(r"(\w+):\s+(\d+)", (folder / "status").read_text()))
        fields = (folder / "stat").read_text().rpartition(") ")[2].split()
        return Size(
            mib=int(status["VmRSS"]) / 1024,
            highest=int(status["VmHWM"]) / 1024,
            files=len(list((folder / "fd").iterdir())),
            threads=int(status["Threads"]),
            cpu=(int(fields[11]) + int(fields[12])) / 100,
        )

    def forget_highest(self) -> None:
        """From now on `highest` is counted anew (proc(5), clear_refs)."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def scrape(self, headers: dict[str, str]) -> bytes:
        """One page, as it comes."""
        with urlopen(Request(f"http://{LOOPBACK}:{self.port}/metrics", headers=headers)) as answer:
            return bytes(answer.read())

    def looks(self) -> float:
        """How many it has begun."""
        [found] = re.findall(rb'colter_looks_total\{kind="probe"\} (\S+)', self.scrape({}))
        return float(found)


def main() -> None:
    """One or the other."""
    if "--flat" in sys.argv:
        flat(float(sys.argv[2]) if len(sys.argv) > 2 else FLAT_MINUTES)
    elif "--reload" in sys.argv:
        reload(int(sys.argv[2]) if len(sys.argv) > 2 else MANY)
    else:
        given = [float(word) for word in sys.argv[1:]]
        crowd(*(int(given[0]), given[1]) if len(given) > 1 else (int(given[0]) if given else MANY, MINUTES))


def crowd(endpoints: int, minutes: float) -> None:
    """Ten thousand: first alone, then scraped."""
    with watching(endpoints, interval=60) as daemon:
        alone = [size for _, size in measured(daemon, BASE_SECONDS)]
        scrapes = itertools.cycle(SCRAPES)
        scraped = []
        for _, size in measured(daemon, minutes * 60 - BASE_SECONDS):
            daemon.scrape(next(scrapes))
            scraped.append(size)
        last = daemon.size()
    minute = 60 // EVERY_SECONDS
    print(f"{endpoints} endpoints every 60 s: {alone[-1].mib:.0f} MiB alone, {last.mib:.0f} MiB scraped")
    print(f"at most {last.highest:.0f} MiB since the start (must: {MUST})")
    for name, sizes in (("alone", alone), ("scraped", scraped)):
        spent = sizes[-1].cpu - sizes[-1 - minute].cpu
        print(f"CPU of everything, {name}: {spent / 60:.3f} of a core")


def flat(minutes: float) -> None:
    """A thousand, again and again, and scraped now and then; the first two minutes are warming up."""
    with watching(FLAT_MANY, interval=FLAT_INTERVAL) as daemon:
        found = []
        for at, size in measured(daemon, minutes * 60 + WARM_SECONDS):
            if at >= WARM_SECONDS:
                found.append((daemon.looks() / VIRTUAL_HOUR, size))
    hours, sizes = zip(*found, strict=True)
    first, last = sizes[0], sizes[-1]
    slope = linear_regression(hours, [size.mib for size in sizes]).slope
    print(f"{hours[-1] - hours[0]:.1f} virtual hours of {FLAT_MANY} endpoints: {first.mib:.1f} -> {last.mib:.1f} MiB")
    print(f"per virtual hour: {slope:+.2f} MiB (must: at most 1); at most {last.highest:.1f} MiB since the start")
    print(f"open files {first.files} -> {last.files}, threads {first.threads} -> {last.threads}")


def reload(endpoints: int) -> None:
    """Ten thousand with all their settings, read again and again."""
    with watching(endpoints, interval=60, write=elaborate) as daemon:
        alone = [size for _, size in measured(daemon, BASE_SECONDS)][-1]
        print(
            f"{endpoints} endpoints with all their settings: {alone.mib:.0f} MiB, {alone.highest:.0f} since the start"
        )
        for _ in range(RELOADS):
            daemon.forget_highest()
            before = daemon.size()
            read_again(daemon)
            after = daemon.size()
            print(f"read again: at most {after.highest:.0f} MiB (must: {MUST}), then {after.mib:.0f};", end=" ")
            print(f"{after.cpu - before.cpu:.2f} s of CPU, what was watched meanwhile with it")


def read_again(daemon: Daemon) -> None:
    """Until the daemon says that it has."""
    said = daemon.log.read_text().count(ADOPTED)
    daemon.process.send_signal(signal.SIGHUP)
    while daemon.log.read_text().count(ADOPTED) == said:
        time.sleep(0.05)


@contextmanager
def watching(endpoints: int, interval: int, write: Write | None = None) -> Iterator[Daemon]:
    """A daemon that watches so many endpoints that answer; `write` says what there is to say of each."""
    with farm() as servers, tempfile.TemporaryDirectory(prefix="colter-bench-") as folder:
        config, log, port = Path(folder) / "config.yaml", Path(folder) / "colter.log", free_port()
        config.write_text(configuration(servers, endpoints, interval, write or plain) + f"\nlog: {{file: {log}}}\n")
        config.chmod(0o600)
        given = ["--config", config, "--state", Path(folder) / "state", "--no-input"]
        command = [PROGRAM, *given, "daemon", "--listen", f"{LOOPBACK}:{port}"]
        with subprocess.Popen([*map(str, command)]) as process:
            try:
                yield Daemon(process, port, log)
            finally:
                process.terminate()


def configuration(servers: Farm, endpoints: int, interval: int, write: Write) -> str:
    """So many endpoints, and a channel to tell of them."""
    lines = [
        f"probe: {{interval: {interval}s}}",
        "alerts: {channels: {hook: {type: webhook, url: 'http://127.0.0.1:9/'}}}",
        "endpoints:",
        *(write(number, servers.url(number)) for number in range(endpoints)),
    ]
    return "\n".join(lines)


def plain(number: int, url: str) -> str:
    """An endpoint that is a name and an address."""
    return f"  - {{name: endpoint-{number}, url: '{url}'}}"


def elaborate(number: int, url: str) -> str:
    """One of 310 bytes."""
    return f"""\
  - name: service-{number:05d}
    url: {url}/health/ready/of/the/service?check=all
    group: backend
    tags: [prod, eu-west]
    interval: 60s
    timeout: 2s
    expect: {{status: [2xx, 401], body: {{contains: x}}}}
    warn: {{latency: 500ms, size: '< 1MiB'}}
    request: {{headers: {{accept: application/json}}}}"""


def measured(daemon: Daemon, seconds: float) -> Iterator[tuple[float, Size]]:
    """How large it is every few seconds, for so long."""
    begun = time.perf_counter()
    while (at := time.perf_counter() - begun) < seconds:
        time.sleep(EVERY_SECONDS)
        yield at, daemon.size()


if __name__ == "__main__":
    main()
