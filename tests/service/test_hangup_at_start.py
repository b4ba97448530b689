"""SIGHUP that comes before the daemon can follow it does not end it."""

import signal
from pathlib import Path

from colter.config.vault.vault import create
from colter.core.secret import Secret
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import daemon, ended, until

PASSWORD = "the password of the daemon"
COMMAND = """#!/bin/sh
echo begun > {begun}
while [ ! -e {go} ]; do sleep 0.1; done
echo '{password}'
"""


def test_while_it_still_waits_for_its_password_it_can_be_told_to_reload(machine: Machine, tmp_path: Path) -> None:
    begun, go, command = tmp_path / "begun", tmp_path / "go", tmp_path / "command"
    command.write_text(COMMAND.format(begun=begun, go=go, password=PASSWORD))
    command.chmod(0o700)
    machine.env.update(CI="1", COLTER_PASSWORD_COMMAND=str(command))
    vault = create(Secret(PASSWORD))
    with EndpointServer(reply()) as web:
        sealed = vault.seal(("endpoints", "fine", "request", "auth", "bearer"), web.url(""), Secret("x"))
        machine.configure(
            f"vault: {vault.header}\n"
            "probe: {interval: 1s}\n"
            f"endpoints: [{{name: fine, url: '{web.url('/')}', request: {{auth: {{bearer: '{sealed}'}}}}}}]\n"
        )
        with daemon(machine) as process:
            until(begun.exists)
            for _ in range(3):
                process.send_signal(signal.SIGHUP)
            go.touch()
            until(lambda: web.requests)
            assert ended(process)[:2] == (143, "")
