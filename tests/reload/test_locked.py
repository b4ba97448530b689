"""A vault that cannot be opened any more pauses what needs its secrets, and nothing else; nobody is asked."""

import json
import signal
from typing import Any

from colter.config.vault.vault import OpenVault, create
from colter.core.secret import Secret
from tests.cli.running import Machine
from tests.fakes.endpoints import EndpointServer, reply
from tests.sending.receiver import Receiver, receiving
from tests.watching.daemons import daemon, ended, until

PASSWORD = "the password of the daemon"


def private(name: str, vault: OpenVault, web: EndpointServer, token: str) -> dict[str, Any]:
    place = ("endpoints", name, "request", "auth", "bearer")
    sealed = vault.seal(place, web.url(""), Secret(token))
    return {**public(name, web), "request": {"auth": {"bearer": sealed}}}


def public(name: str, web: EndpointServer) -> dict[str, Any]:
    return {"name": name, "url": web.url(f"/{name}"), "interval": "1s", "confirm": 0}


def asked(web: EndpointServer, path: str, token: str = "") -> int:
    return sum(f"/{path} ".encode() in each and token.encode() in each for each in web.requests)


def test_another_vault_pauses_what_is_sealed_in_it_and_everything_else_changes(machine: Machine) -> None:
    machine.env = {"COLTER_MASTER_PASSWORD": PASSWORD, "CI": "1"}
    ours, foreign = create(Secret(PASSWORD)), create(Secret("a password that nobody told it"))
    with EndpointServer(reply()) as web, receiving(Receiver()) as hook:

        def write(vault: OpenVault, *endpoints: dict[str, Any]) -> None:
            url = vault.seal(("alerts", "channels", "chat", "url"), "slack", Secret(hook.url))
            channels = {"hook": {"type": "webhook", "url": hook.url}, "chat": {"type": "slack", "url": url}}
            config = {"vault": vault.header, "alerts": {"channels": channels}, "endpoints": endpoints}
            machine.configure(json.dumps(config))

        write(ours, private("old", ours, web, "first"), public("fine", web))
        with daemon(machine) as process:
            until(lambda: asked(web, "old", "Bearer first") and asked(web, "fine"))
            write(
                foreign, private("old", foreign, web, "second"), private("new", foreign, web, "x"), public("more", web)
            )
            until(lambda: asked(web, "more"))
            before, fine = asked(web, "old", "Bearer first"), asked(web, "fine")
            until(lambda: asked(web, "old", "Bearer first") > before + 1)
            assert (asked(web, "old", "second"), asked(web, "new"), asked(web, "fine")) == (0, 0, fine)
            write(ours, private("old", ours, web, "third"), private("new", ours, web, "x"))
            process.send_signal(signal.SIGHUP)
            until(lambda: asked(web, "old", "Bearer third") and asked(web, "new", "Bearer x"))
            code, said, _ = ended(process)
    assert code == 143
    assert [line for line in said.splitlines() if "secrets cannot be opened" in line] != []
    assert "second" not in said
