"""The sandbox: sample servers of every kind on loopback, and a folder with a configuration that points to them."""

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from colter.core.clock import Clock
from colter.demo.certificates import authority
from colter.demo.clock import SampleClock
from colter.demo.github import SampleGitHub
from colter.demo.packages import SampleIndex, SampleStatistics
from colter.demo.serve import Answer, Ask, as_json, refused_port, serve

_LONGER_THAN_ANY_PROBE = 30.0  # seconds
_CONFIGURATION = """\
# The sandbox of `colter demo`. All names and numbers are invented; every address is this machine's own.
github:
  api_url: {github}
  token: ${{SAMPLE_TOKEN}}
  targets: ["sample-org/*"]
  with: [downloads, issues, ci]
pypi:
  index_url: {index}/simple/
  stats_url: {statistics}
  packages: [sample-compass, sample-lantern]
probe: {{timeout: 2s, tls: {{ca: {authority}, warn: 21d}}}}
endpoints:
  - {{name: website, url: "{web}/"}}
  - {{name: api, url: "{web}/health", expect: {{json: {{"$.status": up, "$.queue": "< 100"}}}}}}
  - {{name: shop, url: "{shop}/"}}
  - {{name: wiki, url: "{wiki}/"}}
  - {{name: checkout, url: "{web}/broken"}}
  - {{name: search, url: "{web}/slow", timeout: 500ms}}
  - {{name: mail, url: "{mail}/"}}
  - {{name: database, url: "tcp://127.0.0.1:{refused}"}}
"""


class Sandbox:
    """A running sandbox. `env` is all that a command needs to work in it and nowhere else."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = SampleClock(clock)
        self._start = self.clock.now()
        self.config = folder / "config.yaml"
        self.env: Mapping[str, str] = {
            "COLTER_CONFIG": str(self.config),
            "XDG_STATE_HOME": str(folder),  # history and log
            "SAMPLE_TOKEN": "sample",
        }
        self._samples: dict[str, Any] = json.loads((files(__package__) / "samples.json").read_text("utf-8"))
        self._over = threading.Event()

    def next_day(self) -> None:
        """Let a day pass; what stands under `later` in the samples holds from now on."""
        self.clock.forward(timedelta(days=1))
        for kind in ("repositories", "packages"):
            self._samples[kind] = [{**sample, **sample["later"]} for sample in self._samples[kind]]

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Start all servers, write the configuration, and stop them in the end."""
        with ExitStack() as stack:
            stack.callback(self._over.set)
            addresses = {
                "github": stack.enter_context(serve(self._github)),
                "index": stack.enter_context(serve(self._index)),
                "statistics": stack.enter_context(serve(self._statistics)),
                "web": stack.enter_context(serve(self._web)),
                "refused": str(stack.enter_context(refused_port())),
                "authority": str(self.folder / "authority.pem"),
            }
            issuer = authority(self._start)
            issuer.write(self.folder / "authority.pem")
            for name, days_left in (("shop", 80), ("wiki", 5), ("mail", -1)):
                end = self._start + timedelta(days=days_left, hours=1)
                tls = issuer.context(end - timedelta(days=90), end, self.folder)
                addresses[name] = stack.enter_context(serve(_welcome, tls))
            self.config.touch(mode=0o600)
            self.config.write_text(_CONFIGURATION.format_map(addresses), "utf-8")
            yield

    def _github(self, ask: Ask) -> Answer:
        return SampleGitHub(self._start, self._samples["owner"], self._samples["repositories"])(ask)

    def _index(self, ask: Ask) -> Answer:
        return SampleIndex(self._start, self._samples["packages"])(ask)

    def _statistics(self, ask: Ask) -> Answer:
        return SampleStatistics(self._start, self.clock.now(), self._samples["packages"])(ask)

    def _web(self, ask: Ask) -> Answer:
        if ask.path == "/health":
            return as_json({"status": "up", "queue": 3})
        if ask.path == "/broken":
            return Answer(b"Sample error\n", 500)
        if ask.path == "/slow":
            self._over.wait(_LONGER_THAN_ANY_PROBE)
        return _welcome(ask)


@contextmanager
def sandbox(clock: Clock, *, keep: bool = False) -> Iterator[Sandbox]:
    """A sandbox in a temporary folder, which goes away in the end unless it is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix="colter-demo-"))
    try:
        box = Sandbox(folder, clock)
        with box.serving():
            yield box
    finally:
        if not keep:
            shutil.rmtree(folder)


def _welcome(ask: Ask) -> Answer:
    return Answer(f"Sample page {ask.path}\n".encode())
