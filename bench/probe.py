"""CPU time of one HTTP probe, next to prometheus-blackbox-exporter on the same loopback server in the same run.

Usage: python bench/probe.py [PROBES_PER_ROUND]

The peer is Debian's package of that name; without it only our own figure is printed. Its CPU is that of the exporter
for `/probe` requests over kept connections; ours is that of the whole process, from the checks to the results.
"""

import asyncio
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from colter.core.clock import SystemClock
from colter.core.model import EndpointState, ProbeResult
from colter.sources.probe.check import check_from_url
from colter.sources.probe.prober import Prober

ROUNDS = 3
AT_ONCE = 50
PEER = "prometheus-blackbox-exporter"
SERVER = """
import asyncio
ANSWER = b"HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\nConnection: close\\r\\n\\r\\n" + b"x" * 1000
class Answers(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(ANSWER)
        self.transport.close()
async def serve():
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(serve())
"""


def main() -> None:
    """Interleaved rounds; medians."""
    probes = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with _server() as url, _peer() as peer:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_measure_prober(url, probes))
            if peer:
                theirs.append(_measure_peer(peer, url, probes))
    print(f"colter's prober: {statistics.median(ours):.3f} ms CPU per probe")
    if theirs:
        print(f"{PEER}: {statistics.median(theirs):.3f} ms CPU per probe")
        ratio = statistics.median(theirs) / statistics.median(ours)
        print(f"ratio: 1/{ratio:.1f} of the peer's CPU (must, of the whole path to the history: 1/3)")
    else:
        print(f"{PEER} is not installed: no ratio")


def _measure_prober(url: str, probes: int) -> float:
    checks = [replace(check_from_url(url), name=f"endpoint {n}") for n in range(probes)]
    results: list[ProbeResult] = []
    with closing(Prober(clock=SystemClock(), concurrency=AT_ONCE)) as prober:
        began = time.process_time()
        asyncio.run(prober.probe(checks, results.append))
        spent = time.process_time() - began
    if [result for result in results if result.state is not EndpointState.UP]:
        raise SystemExit("some probes failed; the figures would mean nothing")
    return spent * 1000 / probes


def _measure_peer(peer: "tuple[subprocess.Popen[bytes], int]", url: str, probes: int) -> float:
    process, port = peer
    before = _cpu_seconds(process.pid)
    asyncio.run(_drive(port, url, probes))
    return (_cpu_seconds(process.pid) - before) * 1000 / probes


async def _drive(port: int, url: str, probes: int) -> None:
    async def client(share: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(share):
            writer.write(f"GET /probe?module=http&target={url} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            if b"probe_success 1" not in await reader.readuntil(b"\r\n0\r\n\r\n"):  # it answers in chunks
                raise SystemExit(f"{PEER} failed to probe; the figures would mean nothing")
        writer.close()

    await asyncio.gather(*(client(probes // AT_ONCE) for _ in range(AT_ONCE)))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/" if process.stdout else ""
        finally:
            process.kill()


@contextmanager
def _peer() -> "Iterator[tuple[subprocess.Popen[bytes], int] | None]":
    if not shutil.which(PEER):
        yield None
        return
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "blackbox.yml"  # JSON is YAML
        module = {"prober": "http", "timeout": "5s", "http": {"preferred_ip_protocol": "ip4"}}
        config.write_text(json.dumps({"modules": {"http": module}}))
        command = [PEER, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await_port(port)
                yield process, port
            finally:
                process.kill()


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
    raise SystemExit(f"{PEER} did not start")


if __name__ == "__main__":
    main()
