"""Daemons that listen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.cli.running import Machine
from tests.prometheus.looks import Series, text_series
from tests.servers.asking import Answer, ask
from tests.servers.process import LOOPBACK, free_port
from tests.watching.daemons import daemon, until


@dataclass(frozen=True)
class Listening:
    """A daemon, and where it listens."""

    port: int

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """One exchange; names of headers are written with underscores."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return ask(f"http://{LOOPBACK}:{self.port}{path}", method=method, body=body, headers=named)

    def numbers(self, path: str) -> dict[Series, float]:
        """Every series of a page."""
        return text_series(self.ask(path).well().body.decode())

    def number(self, name: str, **labels: str) -> float:
        """One number of `/metrics`."""
        return self.numbers("/metrics")[name, frozenset(labels.items())]

    def answers(self, path: str) -> bool:
        """Whether it answers well there."""
        try:
            return self.ask(path).status == 200
        except OSError:
            return False


@contextmanager
def listening(machine: Machine, *options: str) -> Iterator[Listening]:
    """A daemon that has measured something already."""
    served = Listening(free_port())
    with daemon(machine, "--listen", f"{LOOPBACK}:{served.port}", *options) as process:
        until(lambda: process.poll() is not None or served.answers("/readyz"))
        assert process.poll() is None, process.communicate()
        yield served
