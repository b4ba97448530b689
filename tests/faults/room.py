"""A daemon on a disk that is filled and emptied under it: a program, to be run on a small disk.

    python -m tests.faults.room DISK CYCLES with|without

Says as JSON what came of it. Without: before anything was told, somebody has taken the room that is held back, and
reads the history, so that its log cannot begin anew.
"""

import json
import sqlite3
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

from colter.app.history.opening import DATABASE
from colter.core.clock import SystemClock
from tests.cli.running import Machine
from tests.daemon_web.listening import Listening
from tests.fakes.endpoints import EndpointServer, reply
from tests.faults.filling import empty, fill
from tests.sending.receiver import Receiver, receiving
from tests.servers.process import LOOPBACK, free_port
from tests.servers.smtp import MailServer, mail_server
from tests.watching.daemons import daemon, ended, endpoints, kept, until
from tests.withheld import withheld

ENDPOINTS = 150
"""So many that they need more room every second than a log has that begins anew."""
CONFIGURATION = """\
alerts: {{channels: {{
  hook: {{type: webhook, url: "{hook}"}},
  late: {{type: webhook, url: "{late}"}},
  ops: {{type: email}}}}}}
smtp: {{smtp_server: 127.0.0.1, smtp_port: {smtp}, starttls: never, sender: c@example.org, recipient: a@example.org}}
log: {{file: "{log}"}}
"""


class Listeners:
    """Whoever is to be told: a webhook, one that is not ready at first, and somebody's mail."""

    def __init__(self, stack: ExitStack) -> None:
        self.hook = stack.enter_context(receiving(Receiver()))
        self.late = stack.enter_context(receiving(Receiver(script=[503])))
        self.mail: MailServer = stack.enter_context(mail_server())

    @property
    def told(self) -> list[list[str]]:
        """What each has heard."""
        return [self.hook.titles, self.late.titles, [str(mail.letter["Subject"]) for mail in self.mail.taken]]


def main(disk: Path, cycles: int, *, reserve: bool) -> None:
    machine, log = Machine(disk), disk.with_name("colter.log")
    with ExitStack() as stack:
        web, listeners = stack.enter_context(EndpointServer(reply())), Listeners(stack)
        looked_at = endpoints(**{f"e{number}": web.url() for number in range(ENDPOINTS)})
        to = {"hook": listeners.hook.url, "late": listeners.late.url, "smtp": listeners.mail.port}
        machine.configure(looked_at + CONFIGURATION.format(**to, log=log))
        served = Listening(free_port())
        with daemon(machine, "--listen", f"{LOOPBACK}:{served.port}") as process:
            until(lambda: served.answers("/readyz"))
            found = [_cycle(disk, served, web, listeners, process.pid, reserve=reserve) for _ in range(cycles)]
            lost = served.number("colter_lost_entries_total")
            code, _, _ = ended(process)
        owing = json.loads(machine.inside("status", "-f", "json", clock=SystemClock()).out)["owing"]
        told = {
            "code": code,
            "seconds": [seconds for seconds, _ in found],
            "told": [told for _, told in found] + [listeners.told],
            "owed": [each["to"] for each in owing if each["deliveries"]],
            "past": log.read_text().count(": told without the history: "),
            "lost": lost,
            "looks": len(web.requests),
            "kept": len(kept(machine)),
        }
    json.dump(told, sys.stdout)


def _cycle(
    disk: Path, served: Listening, web: EndpointServer, listeners: Listeners, pid: int, *, reserve: bool
) -> tuple[float, list[list[str]]]:
    """Seconds of its own that the daemon takes until nothing waits any more, when there is room; and what was told."""

    state = disk / "state" / "colter"

    def waiting() -> float:
        return served.number("colter_unkept_entries")

    def full() -> bool:
        if not reserve:
            (state / "state.db-reserve").unlink(missing_ok=True)
        fill(disk)
        return waiting() > 1

    with closing(sqlite3.connect(f"file:{state / DATABASE}?mode=ro", uri=True)) as reader:
        if not reserve:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM round").fetchone()
        until(full)
        until(lambda: full() and all(listeners.told))
        looks = len(web.requests)
        until(lambda: full() and len(web.requests) > looks + ENDPOINTS)
        told = listeners.told
    empty(disk)
    with withheld(pid) as busy:
        since = time.perf_counter()
        until(lambda: not waiting())
        seconds = time.perf_counter() - since
    return seconds - busy.seconds, told


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), reserve=sys.argv[3] == "with")
