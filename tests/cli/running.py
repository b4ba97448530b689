"""Runs the real program: as a process of its own, or within this one where that says as much and is faster."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from colter.cli.context import Context, Streams
from colter.cli.main import run
from colter.core.clock import Clock
from tests.fakes.clock import FakeClock
from tests.needing import program

PROGRAM = Path(sys.executable).with_name("colter")


@dataclass
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


class Screen(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Machine:
    """A home directory of its own, and the commands that are run there."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def configure(self, text: str) -> Path:
        path = self.home / "config" / "colter" / "config.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            **self.env,
        }

    def process(self, *argv: str, env: Mapping[str, str] | None = None, stdin: str = "") -> Ended:
        done = subprocess.run(
            [PROGRAM, *argv],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            env={**self.environment, **(env or {})},
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def shell(self, script: str) -> Ended:
        done = subprocess.run(
            ["bash", "-c", f'colter="{PROGRAM}"; {script}'],
            capture_output=True,
            text=True,
            timeout=300,
            env=self.environment,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def bound(self, command: str) -> Ended:
        """By somebody for whom permissions hold, which they do not for root."""
        lost = "-dac_override,-dac_read_search"
        drop = f"{program('setpriv')} --bounding-set={lost} --inh-caps={lost}" if os.geteuid() == 0 else ""
        return self.shell(f'{drop} "$colter" {command}')

    def inside(
        self, *argv: str, terminal: bool = False, env: Mapping[str, str] | None = None, clock: Clock | None = None
    ) -> Ended:
        context = self.context(terminal=terminal, env=env, clock=clock)
        code = run(argv, context)
        return Ended(code, _text(context.streams.stdout), _text(context.streams.stderr))

    def context(
        self, *, terminal: bool = False, env: Mapping[str, str] | None = None, clock: Clock | None = None
    ) -> Context:
        make = Screen if terminal else StringIO
        streams = Streams(stdin=make(), stdout=make(), stderr=make())
        return Context(env={**self.environment, **(env or {})}, streams=streams, clock=clock or FakeClock())


def _text(stream: object) -> str:
    assert isinstance(stream, StringIO)
    return stream.getvalue()
