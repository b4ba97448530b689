"""Everybody whom the daemon meets on that day: servers, jobs, sinks and channels. They note what they did."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.faults.day_story import DOWN_AFTER, UP_AFTER, Part, Story
from tests.faults.fast_time import FastTime
from tests.meanwhile import meanwhile
from tests.sending.receiver import Receiver, receiving
from tests.servers.asking import ask
from tests.servers.postgres import Postgres
from tests.servers.process import LOOPBACK, free_port
from tests.servers.smtp import MailServer, mail_server
from tests.servers.toxics import Proxy, Toxic
from tests.servers.victoriametrics import VictoriaMetrics


@dataclass(frozen=True)
class Answer:
    """What one request has got."""

    at: datetime
    status: int


@dataclass(frozen=True)
class Beat:
    """A report of a job: it arrived after it was begun, and before its answer was there."""

    begun: datetime
    heard: datetime


@dataclass
class Web:
    """Answers as the story has it. The number of an answer is the length of its body, so that it can be told apart."""

    story: Story
    time: FastTime
    answers: dict[str, dict[int, Answer]] = field(default_factory=lambda: defaultdict(dict))
    """By endpoint and number."""
    newest: datetime | None = None
    """When somebody asked last."""

    def __call__(self, visit: Visit) -> None:
        name = visit.path[1:]
        at, part = self.time.now(), self._parts.get(name)
        self.newest = at
        down = part is not None and any(spell.holds(at) for spell in part.spells)
        if part and down and part.how == "silent":
            visit.pause(5)
            return
        if part and down and part.how == "cutting":
            return
        answers, status = self.answers[name], 500 if part and down and part.how == "ill" else 200
        number = len(answers) + 1
        answers[number] = Answer(at, status)
        reply(status, b"x" * number)(visit)

    def __post_init__(self) -> None:
        self._parts: Mapping[str, Part] = {part.name: part for part in self.story.parts}


@dataclass
class World:
    """All of them."""

    story: Story
    time: FastTime
    folder: Path
    web: Web
    server: EndpointServer
    door: Proxy
    """Before the server, and closed at times."""
    hook: Receiver
    mail: MailServer
    victoria: VictoriaMetrics
    postgres: Postgres
    database: str
    influx_line: Proxy
    database_line: Proxy
    listen: int = field(default_factory=free_port)
    """Port where the daemon takes the reports of jobs."""
    beats: dict[str, list[Beat]] = field(default_factory=lambda: defaultdict(list))

    @property
    def endpoints(self) -> list[dict[str, Any]]:
        """All that the story is about, as it is configured."""
        return [self._endpoint(part) for part in self.story.parts]

    @property
    def sections(self) -> dict[str, Any]:
        """Of sinks and channels."""
        database = {"driver": "postgresql", "host": LOOPBACK, "port": self.database_line.port, "name": self.database}
        return {
            "influxdb": {"url": f"http://{LOOPBACK}:{self.influx_line.port}", "org": "o", "bucket": "b"},
            "database": {**database, "user": self.postgres.user},
            "file": {"path": str(self.file)},
            "smtp": {
                "smtp_server": LOOPBACK,
                "smtp_port": self.mail.port,
                "starttls": "never",
                "sender": "colter@example.org",
                "recipient": "me@example.org",
            },
            "alerts": {"channels": {"hook": {"type": "webhook", "url": self.hook.url}, "ops": {"type": "email"}}},
        }

    @property
    def file(self) -> Path:
        return self.folder / "out" / "all.jsonl"

    def fail(self, sink: str, turn: int) -> None:
        """Have a sink take nothing; how changes from turn to turn."""
        if sink == "file":
            self.file.parent.rename(self.folder / "away")
            self.file.parent.touch()
            return
        line = {"influx": self.influx_line, "database": self.database_line}[sink]
        troubles = [None, Toxic(hang=True), Toxic(lose_answer_to=b""), Toxic(cut_request_after=300)]
        if trouble := troubles[turn % len(troubles)]:
            line.behave(trouble)
            line.reset()
        else:
            line.refuse()

    def mend(self, sink: str) -> None:
        if sink == "file":
            self.file.parent.unlink()
            (self.folder / "away").rename(self.file.parent)
            return
        line = {"influx": self.influx_line, "database": self.database_line}[sink]
        line.behave(Toxic())
        line.accept()
        line.reset()

    def report(self, part: Part) -> bool:
        """A job reports, if it is at work; whether that arrived, or there was nothing to say."""
        at = self.time.now()
        if any(spell.holds(at) for spell in part.spells):
            return True
        with suppress(OSError):
            if ask(f"http://{LOOPBACK}:{self.listen}/beat/{_token(part)}", method="POST").status == 200:
                self.beats[part.name].append(Beat(at, self.time.now()))
                return True
        return False

    def _endpoint(self, part: Part) -> dict[str, Any]:
        if part.how == "tardy":
            half = f"{self.story.patience.total_seconds() / 2:.0f}s"
            return {"name": part.name, "heartbeat": {"every": half, "grace": half, "token": _token(part)}}
        url = f"tcp://{LOOPBACK}:{self.door.port}" if part.how == "closed" else self.server.url(f"/{part.name}")
        looks = {"interval": "1m", "timeout": "50s", "confirm": 0, "down_after": DOWN_AFTER, "up_after": UP_AFTER}
        return {"name": part.name, "url": url, "warn": {"latency": "1h"}, **looks}


@contextmanager
def world(story: Story, time: FastTime, folder: Path, victoria: VictoriaMetrics, postgres: Postgres) -> Iterator[World]:
    web = Web(story, time)
    with ExitStack() as stack:
        server = stack.enter_context(EndpointServer(web))
        yield World(
            story,
            time,
            folder,
            web,
            server,
            stack.enter_context(Proxy(server.port)),
            stack.enter_context(receiving(Receiver())),
            stack.enter_context(mail_server()),
            victoria,
            postgres,
            postgres.new_database(),
            stack.enter_context(Proxy(victoria.port)),
            stack.enter_context(Proxy(postgres.port)),
        )


@contextmanager
def working(world: World) -> Iterator[None]:
    """Jobs are at work while this lasts: each reports three times as often as it must, and again until it is heard."""
    pause = world.story.patience.total_seconds() / 6 / world.time.speed
    jobs = [part for part in world.story.parts if part.how == "tardy"]

    def work(over: threading.Event) -> None:
        while not over.is_set():
            heard = [world.report(part) for part in jobs]
            over.wait(pause if all(heard) else pause / 5)

    with meanwhile(work):
        yield


def _token(part: Part) -> str:
    return f"token-of-{part.name.replace(' ', '-')}".ljust(24, "-")
