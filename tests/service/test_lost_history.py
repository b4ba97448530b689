"""The history is removed or damaged under a running daemon: that is told once, and a new one begins."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.sending.receiver import Receiver, receiving
from tests.service.test_supervisor import manager
from tests.watching.daemons import daemon, ended, endpoints, log_of, until

PAGE = 4096


def state_of(machine: Machine) -> Path:
    return machine.home / "state" / "colter"


def configure(machine: Machine, web: EndpointServer, hook: Receiver) -> None:
    hooked = f"alerts: {{channels: {{hook: {{type: webhook, url: '{hook.url}'}}}}}}\n"
    machine.configure(hooked + endpoints(fine=web.url("/")))


def rows(state: Path, query: str) -> list[str]:
    """What stands in the history now; nothing, while there is none."""
    try:
        with closing(sqlite3.connect(f"file:{state / 'state.db'}?mode=ro", uri=True)) as history:
            return [str(row[0]) for row in history.execute(query)]
    except sqlite3.DatabaseError:
        return []


def rounds(state: Path) -> int:
    return len(rows(state, "SELECT round_key FROM round"))


def owed_news(state: Path) -> list[str]:
    return rows(state, "SELECT body FROM outbox WHERE lane = 'channel'")


def removed(state: Path) -> None:
    shutil.rmtree(state)


def moved_away(state: Path) -> None:
    state.rename(state.with_name("elsewhere"))


def only_the_file(state: Path) -> None:
    (state / "state.db").unlink()


@pytest.mark.parametrize("lose", [removed, moved_away, only_the_file])
def test_one_that_is_removed_is_begun_anew_and_that_is_told_once(
    machine: Machine, tmp_path: Path, lose: Callable[[Path], None]
) -> None:
    state = state_of(machine)
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook, manager(tmp_path) as supervisor:
        configure(machine, web, hook)
        machine.env["NOTIFY_SOCKET"] = supervisor.named
        with daemon(machine) as process:
            until(lambda: rounds(state))
            lose(state)
            until(lambda: rounds(state))
            until(lambda: owed_news(state))
            [news] = owed_news(state)
            asked = len(web.requests)
            until(lambda: len(web.requests) > asked)
            code, said, _ = ended(process)
        log = log_of(machine)
        heard = [message.replace("\n", " ").split()[0] for message in supervisor.listen()]
    assert code == 143
    assert (heard.count("STOPPING=1"), heard[-1]) == (1, "STOPPING=1")
    [line] = said.splitlines()
    assert line.endswith(f"{state / 'state.db'} was removed, or another one put in its place: a new history is begun")
    assert line.partition(": ")[2] in log
    assert "lost_history" in news


def test_one_that_is_moved_away_and_back_again_is_gone_on_with(machine: Machine) -> None:
    state = state_of(machine)
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook:
        configure(machine, web, hook)
        with daemon(machine) as process:
            until(lambda: rounds(state))
            for _ in range(3):
                state.rename(state.with_name("elsewhere"))
                state.with_name("elsewhere").rename(state)
            kept = rounds(state)
            until(lambda: rounds(state) > kept + 4)
            assert owed_news(state) == []
            assert ended(process)[:2] == (143, "")


def test_where_none_can_be_begun_that_is_told_over_the_channels_and_it_ends(machine: Machine) -> None:
    state = state_of(machine)
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook:
        configure(machine, web, hook)
        with daemon(machine) as process:
            until(lambda: rounds(state))
            state.rename(state.with_name("elsewhere"))
            state.write_text("no directory")
            _, said = process.communicate(timeout=300)
    assert process.returncode == 3
    assert f"colter: {state} is not a directory" in said
    [title] = hook.titles
    assert title.startswith("Unusable history of Colter: ")


def test_damage_that_shows_itself_is_mended_as_at_the_start(machine: Machine) -> None:
    state = state_of(machine)
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook:
        configure(machine, web, hook)
        with daemon(machine) as process:
            until(lambda: rounds(state) > 1)
            damage(state / "state.db")
            until(lambda: list(state.glob("state.db.damaged-*")))
            until(lambda: rounds(state))
            until(lambda: owed_news(state))
            [news] = owed_news(state)
            code, said, _ = ended(process)
    assert code == 143
    first, second = [line for line in said.splitlines() if line.startswith("ERROR")]
    assert first.endswith("is damaged: all of it is looked through")
    assert ": it was moved to " in second
    assert "damaged_history" in news


def damage(path: Path) -> None:
    """All pages but the first, and what is not written back yet."""
    with path.open("r+b") as file:
        for place in range(PAGE, file.seek(0, 2), PAGE):
            file.seek(place)
            file.write(b"\xff" * 200)
    with path.with_name(f"{path.name}-wal").open("r+b") as file:
        file.truncate(0)
