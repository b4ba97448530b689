"""The configuration of a running `colter daemon` is changed, as people and programs change files."""

import json
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

from colter.app.history.opening import DATABASE
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.sending.receiver import Receiver, receiving
from tests.watching.daemons import daemon, ended, endpoints, kept, states, until


def log(machine: Machine) -> str:
    file = machine.home / "state" / "colter" / "log" / "colter.log"
    return file.read_text() if file.exists() else ""


def told(machine: Machine) -> list[tuple[str, str]]:
    """What was decided to be told, whether it has arrived yet or not."""
    with closing(sqlite3.connect(machine.home / "state" / "colter" / DATABASE)) as connection:
        rows = connection.execute("SELECT body FROM outbox WHERE lane = 'channel'")
        notices = [json.loads(body)["notice"] for (body,) in rows]
    return [(notice["kind"], notice["target"]) for notice in notices]


def test_sighup_has_a_new_endpoint_probed_and_the_others_go_on(machine: Machine) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(endpoints(old=web.url("/old")))
        with daemon(machine) as process:
            until(lambda: web.requests)
            machine.configure(endpoints(old=web.url("/old"), new=web.url("/new")))
            process.send_signal(signal.SIGHUP)
            until(lambda: len(states(machine, "new")) > 1)
            code, said, _ = ended(process)
    assert (code, said) == (143, "")
    looks = [record["at"] for record in kept(machine) if record["target"] == "probe:old"]
    assert len(looks) == len(set(looks)) > 2
    assert "the configuration is in use: 2 endpoints and 0 sources" in log(machine)


def test_a_file_behind_a_link_is_followed_when_it_is_replaced(machine: Machine, tmp_path: Path) -> None:
    """As editors and Kubernetes do it."""
    with EndpointServer(reply()) as web:
        link = machine.configure(endpoints(one=web.url("/one")))
        first, second = tmp_path / "first", tmp_path / "second"
        link.rename(first)
        link.symlink_to(first)
        with daemon(machine) as process:
            until(lambda: states(machine, "one"))
            second.write_text(endpoints(two=web.url("/two")))
            os.utime(second, ns=(first.stat().st_mtime_ns,) * 2)
            link.with_suffix(".new").symlink_to(second)
            link.with_suffix(".new").rename(link)
            until(lambda: states(machine, "two"))
            measured = len(states(machine, "one"))
            code, said, _ = ended(process)
    assert (code, said, len(states(machine, "one"))) == (143, "", measured)


def test_a_bad_edit_is_told_once_and_survived_and_what_is_taken_out_is_told_as_removed(machine: Machine) -> None:
    def answer(visit: Visit) -> None:
        reply(500 if visit.path == "/broken" else 200)(visit)

    with EndpointServer(answer) as web, receiving(Receiver()) as hook:
        alerts = f"alerts: {{channels: {{hook: {{type: webhook, url: '{hook.url}'}}}}}}\nprobe: {{down_after: 1}}\n"
        machine.configure(alerts + endpoints(fine=web.url("/fine"), broken=web.url("/broken")))
        with daemon(machine) as process:
            until(lambda: "down" in states(machine, "broken"))
            machine.configure(f"{alerts}endpoints: [{{name: fine, url: nonsense}}]\n")
            until(lambda: "stays in use" in log(machine))
            looked = len(web.requests)
            until(lambda: len(web.requests) > looked + 3)
            machine.configure(alerts + endpoints(fine=web.url("/fine")))
            until(lambda: "the configuration is in use: 1 endpoint" in log(machine))
            until(lambda: ("removed", "broken") in told(machine))
            code, said, _ = ended(process)
    lines = [line for line in said.splitlines() if "stays in use" in line]
    assert code == 143
    assert len(lines) == 1
    assert "config.yaml:3:31: endpoints.fine.url: " in lines[0], lines[0]
