"""The day itself: one daemon after another lives through it, while somebody edits, kills and cuts."""

import json
import random
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from colter.core.errors import ExitCode
from tests.cli.running import PROGRAM, Machine
from tests.faults.day_story import MINUTE
from tests.faults.day_world import World, working
from tests.faults.editing import Editor

SINKS = "influx,database,file"
_LIMIT = 30  # seconds, for its end


@dataclass(frozen=True)
class Usage:
    """What a daemon has of the machine."""

    age: timedelta
    memory: int
    """KiB"""
    files: int
    threads: int


@dataclass
class Day:
    """What was done, and how it went."""

    world: World
    machine: Machine
    editor: "DayEditor"
    lives: list[list[Usage]] = field(default_factory=list)
    """Of each daemon, in order."""
    starts: list[datetime] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """All that the daemons have said on stderr."""
        return self.world.folder / "stderr.log"

    @property
    def state(self) -> Path:
        """The history."""
        return self.machine.home / "state" / "colter" / "state.db"

    def command(self, *argv: str) -> str:
        """What a command writes, which is on that day, but has all the time of the machine."""
        done = self.machine.process(*argv, env=self.world.time.environment(fast=False))
        assert done.code == 0, done.err
        return done.out


class DayEditor(Editor):
    """Leaves alone what the story is about; whatever else is in the file comes and goes, and is always well."""

    def __init__(self, path: Path, world: World, chance: random.Random) -> None:
        super().__init__(path, world.endpoints, chance, web=world.server.url(""), hook="")
        self._sections = world.sections
        self._log = world.folder / "colter.log"
        self._random = chance

    def valid(self) -> dict[str, Any]:
        chance = self._random
        others = [self._other_one(number) for number in chance.sample(range(6), chance.randrange(6))]
        endpoints = [*self._steady, *others]
        chance.shuffle(endpoints)
        return {
            **self._sections,
            "probe": {"timeout": f"{chance.randrange(40, 50)}s", "down_after": chance.choice([3, "3 of 5"])},
            "endpoints": endpoints,
            "daemon": {"every": f"{chance.randrange(5, 50)}m"},
            "log": {"level": "info", "file": str(self._log)},
        }

    def mend(self) -> None:
        """Leave it in good order."""
        self._replace(json.dumps(self.valid()))

    def _other_one(self, number: int) -> dict[str, Any]:
        chance = self._random
        url = f"{self._web}/other{number}-{chance.randrange(3)}"
        looks = {"interval": chance.choice(["30s", "1m", "5m"]), "warn": {"latency": "1h"}}
        return {"name": f"other {number}", "url": url, **looks, "tags": chance.sample(["a", "b", "c"], 2)}


def live(world: World, machine: Machine, seed: int) -> Day:
    """Live through it. In the end everything that was measured is where it belongs."""
    world.file.parent.mkdir()
    editor = DayEditor(machine.configure(""), world, random.Random(seed))
    editor.mend()
    day = Day(world, machine, editor)
    day.command("probe", world.server.url("/before"), "-q", "-o", SINKS)  # tables are made: that takes a while
    with working(world), _Life(day) as life:
        for at, act in sorted(_script(day, life), key=lambda each: each[0]):
            world.time.wait_until(at)
            life.tend()
            act()
        editor.mend()
        world.time.wait_until(world.story.ends)
        life.process.terminate()
        assert life.process.wait(_LIMIT) == -signal.SIGTERM or life.process.returncode == 143
    day.command("export")
    return day


class _Life:
    """The daemon that lives now."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._log = day.log.open("ab")
        self.process = self._born()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._log.close()

    def end(self) -> None:
        """Kill it, and let the next one live."""
        self.process.kill()
        self.process.wait()
        self._day.editor.mend()
        self.process = self._born()

    def tend(self) -> None:
        """Start another one, if this was born while the configuration could not be used."""
        if self.process.poll() is not None:
            assert self.process.returncode == ExitCode.CONFIG, self._day.log.read_text()[-4000:]
            self.end()

    def look(self) -> None:
        """Note what it has of the machine, once it is at work."""
        newest = self._day.world.web.newest
        if newest is None or newest < self._day.starts[-1]:
            return
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        told = dict(line.split(":", 1) for line in status.splitlines())
        if "VmRSS" not in told:  # it is about to end
            return
        files = len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
        age = self._day.world.time.now() - self._day.starts[-1]
        usage = Usage(age, int(told["VmRSS"].split()[0]), files, int(told["Threads"]))
        self._day.lives[-1].append(usage)

    def _born(self) -> "subprocess.Popen[bytes]":
        day = self._day
        day.starts.append(day.world.time.now())
        day.lives.append([])
        return subprocess.Popen(
            [PROGRAM, "daemon", "--listen", f"127.0.0.1:{day.world.listen}", "-o", SINKS],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**day.machine.environment, **day.world.time.environment()},
        )


_Act = tuple[datetime, Callable[[], object]]


def _script(day: Day, life: _Life) -> Iterator[_Act]:
    story, world = day.world.story, day.world
    yield from ((at, life.end) for at in story.kills)
    yield from ((at, day.editor.edit) for at in story.edits)
    for turn, (sink, spell) in enumerate(story.failures):
        yield spell.begins, lambda sink=sink, turn=turn: world.fail(sink, turn // 3)  # type: ignore[misc]
        yield spell.ends, lambda sink=sink: world.mend(sink)  # type: ignore[misc]
    for spell in (spell for part in story.parts if part.how == "closed" for spell in part.spells):
        yield spell.begins, world.door.refuse
        yield spell.ends, world.door.accept
    at = story.begins + MINUTE
    while at < story.ends:
        yield at, life.look
        at += MINUTE
