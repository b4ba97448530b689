"""An Alertmanager of its own, and what it has sent on."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.influx.recorder import Recorder, recording
from tests.servers.asking import ask
from tests.servers.process import LOOPBACK, free_port, http_ready, running, server_program


@dataclass(frozen=True)
class Alertmanager:
    """Where it listens, and the webhook that it tells."""

    port: int
    webhook: Recorder

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def alerts(self) -> list[dict[str, Any]]:
        """What it holds to be going on."""
        found: list[dict[str, Any]] = ask(f"{self.url}/api/v2/alerts").well().json
        return found

    def told(self) -> list[dict[str, Any]]:
        """What its webhook was told, oldest first."""
        return [json.loads(body) for _, _, body in self.webhook.asked]


@contextmanager
def alertmanager() -> Iterator[Alertmanager]:
    """Start it, empty; it passes everything on to a webhook at once."""
    server = server_program("prometheus-alertmanager")
    with tempfile.TemporaryDirectory(prefix="colter-alertmanager-") as folder, recording(Recorder(200)) as webhook:
        port, config = free_port(), Path(folder) / "alertmanager.yml"
        route = {"receiver": "hook", "group_by": ["..."], "group_wait": "0s", "group_interval": "1s"}
        receivers = [{"name": "hook", "webhook_configs": [{"url": webhook.url}]}]
        config.write_text(json.dumps({"route": route, "receivers": receivers}))
        argv = [server, f"--config.file={config}", f"--storage.path={folder}", "--log.level=warn"]
        argv += [f"--web.listen-address={LOOPBACK}:{port}", "--cluster.listen-address="]
        with running(argv, http_ready(f"http://{LOOPBACK}:{port}/-/ready"), cwd=Path(folder)):
            yield Alertmanager(port, webhook)
