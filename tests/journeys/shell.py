"""`colter` as a shell runs it: a process of its own, with an environment of its own."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    home: Path
    env: Mapping[str, str]

    def __call__(self, command: str) -> Done:
        """Run `colter ...`, written with single spaces."""
        program, *arguments = command.split(" ")
        assert program == "colter"
        environment = {"HOME": str(self.home), "LANG": "C.UTF-8", "CI": "true", **self.env}
        done = subprocess.run(
            [sys.executable, "-m", "colter", *arguments],
            cwd=self.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
