"""F22: the configuration is edited while the daemon runs, well and badly, hundreds of times.

Nobody ends, nothing that was not touched begins anew, and nobody is told of it. With --full: 10,000 edits.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.faults.editing import Editor
from tests.faults.hurried import FastClock, daemon_meanwhile
from tests.full import FULL
from tests.sending.receiver import Receiver, receiving
from tests.watching.daemons import looks as looks_of
from tests.watching.daemons import until, untold
from tests.withheld import Withheld

EDITS = 10_000 if FULL else 200
SPEED = 20
"""So many times as fast as life: the daemon looks at its file 20 times a second."""
INTERVAL, SPELL, ENOUGH = 2, 25, 20
"""Seconds from look to look; looks after which one endpoint changes its mind, and looks that it takes to be told."""
TOO_OLD = timedelta(seconds=3 * INTERVAL)


def test_whatever_is_done_to_the_configuration_what_is_not_touched_goes_on(tmp_path: Path) -> None:
    machine, clock, server, busy = Machine(tmp_path), FastClock(SPEED), _Moody(), Withheld(os.getpid())
    with EndpointServer(server) as web, receiving(Receiver()) as hook:
        steady = [
            _steady("well", web.url("/fine/steady")),
            _steady("ill", web.url("/broken/steady"), down_after=2),
            _steady("moody", web.url("/moody"), down_after=ENOUGH, up_after=ENOUGH),
        ]
        editor = Editor(machine.configure(""), steady, random.Random(EDITS), web=web.url(""), hook=hook.url)
        editor.settle(_steady("first", web.url("/fine/first")))
        done = daemon_meanwhile(machine, clock, lambda: _edit(editor, web, server, machine), "-o", "file")
        busy.look()
        told = [f"{said['state']} {said['target']}" for request in hook.taken for said in request.json["alerts"]]
    kept = machine.inside("export", "--since", "30d", "-f", "jsonl", "-q", clock=clock)  # from old, packed rounds too
    looks = [json.loads(line) for line in kept.out.splitlines()]
    moody, well = (_states(looks, name) for name in ("moody", "well"))
    assert done.code == 143, done.err
    assert len(editor.kinds) == 6
    assert [said for said in told if said.endswith(("well", "ill"))] == ["firing probe:ill"]
    heard = [said.partition(" ")[0] for said in told if said.endswith("moody")]
    assert heard == list(_changes(moody))
    assert len(heard) > 1 or _disturbed(moody)
    machine.inside("probe", "last", "-q", "-o", "file", clock=clock)  # brings the sink what it is owed
    files = [file.read_text() for file in tmp_path.glob("**/?.jsonl")]
    assert len(files) == 3
    brought = Counter(f"{look['at']} {look['target']}" for look in map(json.loads, "".join(files).splitlines()))
    assert set(brought.values()) == {1}
    assert {f"{look['at']} {look['target']}" for look in looks} <= set(brought)
    _assert_regular([at for at, _ in well], busy.seconds)


def _steady(name: str, url: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "url": url, "interval": f"{INTERVAL}s", "timeout": "9s", "confirm": 0, **options}


class _Moody:
    """Answers that change from spell to spell, until it is calm."""

    def __init__(self) -> None:
        self.calm = False
        self._looks = 0

    def __call__(self, visit: Visit) -> None:
        bad = visit.path.startswith("/broken")
        if visit.path == "/moody":
            bad = not self.calm and self._looks // SPELL % 2 == 1
            self._looks += 1
        reply(500 if bad else 200)(visit)


def _edit(editor: Editor, web: EndpointServer, server: _Moody, machine: Machine) -> None:
    def asked(path: str) -> bool:
        return any(f"GET {path} ".encode() in request for request in web.requests[-1000:])

    chance = random.Random(1)
    until(lambda: asked("/fine/first"))
    for _ in range(EDITS):
        editor.edit()
        time.sleep(chance.choice([0, 0.5, 1.2, 2.5]) / SPEED)
    editor.settle(_steady("last", web.url("/fine/last")))
    until(lambda: asked("/fine/last"))
    server.calm = True
    until(lambda: [*_changes(looks_of(machine, "moody"))][-1:] != ["firing"])
    # What there is to tell waits a while for more, and longer after 30 messages in an hour.
    until(lambda: untold(machine) == 0)


def _states(looks: Iterable[Mapping[str, Any]], endpoint: str) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(each["at"]), each["state"]) for each in looks if each.get("endpoint") == endpoint]


def _changes(looks: Iterable[tuple[datetime, str]]) -> Iterator[str]:
    """What there is to tell of these; one that tells nothing counts for nothing, nor do those before a long gap."""
    firing, run, last = False, 0, None
    for at, mood in looks:
        if last and at - last > TOO_OLD:
            run = 0
        last = at
        if mood == "unknown":
            continue
        run = run + 1 if (mood == "down") != firing else 0
        if run == ENOUGH:
            firing, run = not firing, 0
            yield "firing" if firing else "ok"


def _disturbed(looks: Sequence[tuple[datetime, str]]) -> bool:
    """Whether the machine was too busy to look in time: then there may be nothing to tell."""
    too_old = any(later - earlier > TOO_OLD for (earlier, _), (later, _) in pairwise(looks))
    return too_old or "unknown" in {mood for _, mood in looks}


def _assert_regular(at: Sequence[datetime], withheld: float) -> None:
    """As many looks as there were intervals, and not many more or fewer for having been planned anew.

    `withheld`: seconds for which others had the processor.
    """
    intervals = (at[-1] - at[0]).total_seconds() / INTERVAL
    assert 0.8 * intervals - withheld * SPEED / INTERVAL <= len(at) - 1 <= intervals + 1
