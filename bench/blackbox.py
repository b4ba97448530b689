"""prometheus-blackbox-exporter as a peer: Debian's package of that name, asked for `/probe` over kept connections."""

import asyncio
import json
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

NAME = "prometheus-blackbox-exporter"
_PHASES = re.compile(rb'probe_http_duration_seconds\{phase="(?:connect|tls|processing|transfer)"\} (\S+)')
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")
_PATIENCE = 30


class Seen(NamedTuple):
    """What it said of one endpoint."""

    up: bool
    latency_ms: float
    """The sum of its phases, without looking up the name."""


class Blackbox:
    """A running one."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self._process = process
        self._port = port

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        return cpu_seconds(self._process.pid)

    async def probe(self, urls: Sequence[str], *, over: float = 0.0, at_once: int | None = None) -> list[Seen]:
        """Have these probed: one after the other over so many seconds, or as fast as that many at once go."""
        began, waiting, seen = time.perf_counter(), iter(enumerate(urls)), list[Seen]()

        async def client() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            for number, url in waiting:
                if over:
                    await asyncio.sleep(max(0.0, began + over * number / len(urls) - time.perf_counter()))  # noqa: TID251  the pace
                seen.append(await _ask(reader, writer, url))
            writer.close()

        await asyncio.gather(*(client() for _ in range(min(at_once or len(urls), len(urls)))))
        return seen


@contextmanager
def blackbox(authority: Path | None = None) -> Iterator[Blackbox | None]:
    """One that trusts this authority; None, said aloud, where it is not installed."""
    if not shutil.which(NAME):
        print(f"{NAME} is not installed: no peer")
        yield None
        return
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "blackbox.yml"  # JSON is YAML
        tls = {"tls_config": {"ca_file": str(authority)}} if authority else {}
        module = {"prober": "http", "timeout": "5s", "http": {"preferred_ip_protocol": "ip4", **tls}}
        config.write_text(json.dumps({"modules": {"http": module}}))
        command = [NAME, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await_port(port)
                yield Blackbox(process, port)
            finally:
                process.kill()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, by the kernel's own nanoseconds for each of its threads."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str) -> Seen:
    path = f"/probe?module=http&target={quote(url, safe='')}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    async with asyncio.timeout(_PATIENCE):
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)  # a long answer comes in chunks
        answer = await (reader.readexactly(int(length[1])) if length else reader.readuntil(b"\r\n0\r\n\r\n"))
    return Seen(b"probe_success 1" in answer, sum(float(spent) for spent in _PHASES.findall(answer)) * 1000)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _await_port(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{NAME} did not start")
