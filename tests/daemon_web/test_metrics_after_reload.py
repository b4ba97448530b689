"""What `/metrics` tells when the configuration was changed: of what is watched now, with counters that go on."""

import json

from tests.cli.running import Machine
from tests.daemon_web.listening import listening
from tests.fakes.endpoints import EndpointServer, reply
from tests.watching.daemons import until

UP, RELOADED = "colter_probe_up", "colter_config_last_reload_success_timestamp_seconds"


def configuration(web: EndpointServer, *names: str) -> str:
    """Each is looked at every second, but for `rare`."""
    endpoints = [
        {"name": name, "url": web.url(f"/{name}"), "interval": "1h" if name == "rare" else "1s"} for name in names
    ]
    return json.dumps({"endpoints": endpoints})


def test_what_is_taken_out_vanishes_at_once_though_others_are_looked_at_once_an_hour(machine: Machine) -> None:
    with EndpointServer(reply()) as web:
        machine.configure(configuration(web, "fine", "gone", "rare"))
        with listening(machine) as served:

            def shown() -> set[str]:
                return {dict(labels)["endpoint"] for name, labels in served.numbers("/metrics") if name == UP}

            until(lambda: shown() >= {"fine", "gone"})
            before, loaded = served.number("colter_looks_total", kind="probe"), served.number(RELOADED)
            machine.configure(configuration(web, "fine", "rare"))
            until(lambda: served.number(RELOADED) > loaded)
            assert shown() <= {"fine", "rare"}
            assert served.number("colter_looks_total", kind="probe") >= before, "the same daemon counts on"
