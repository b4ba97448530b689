"""A blackbox_exporter of its own."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program


@dataclass(frozen=True)
class Blackbox:
    """Where it listens."""

    port: int

    def probe(self, module: str, target: str) -> str:
        """The page that it makes of one probe."""
        asked = {"module": module, "target": target}
        return ask(f"http://{LOOPBACK}:{self.port}/probe", asked).well().body.decode()


@contextmanager
def blackbox(modules: Mapping[str, Any]) -> Iterator[Blackbox]:
    """Start it with these modules."""
    server = server_program("prometheus-blackbox-exporter")
    with tempfile.TemporaryDirectory(prefix="colter-blackbox-") as name:
        config = Path(name) / "blackbox.yml"
        config.write_text(json.dumps({"modules": modules}))  # JSON is YAML
        port = free_port()
        argv = [server, f"--config.file={config}", f"--web.listen-address={LOOPBACK}:{port}", "--log.level=error"]
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/-/healthy")):
            yield Blackbox(port)
