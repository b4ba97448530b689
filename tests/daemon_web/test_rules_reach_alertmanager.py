"""A real Prometheus scrapes a real daemon, its rules fire, and a real Alertmanager tells of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Machine
from tests.daemon_web.listening import listening
from tests.fakes.endpoints import EndpointServer, Visit, reply
from tests.servers.alertmanager import Alertmanager, alertmanager
from tests.servers.process import LOOPBACK
from tests.servers.prometheus import prometheus
from tests.watching.daemons import until

ROOT = Path(__file__).parents[2]


@dataclass
class Shop:
    """A web server that is well or not."""

    well: bool = True

    def __call__(self, visit: Visit) -> None:
        reply(200 if self.well else 500)(visit)


@pytest.fixture(name="rules")
def every_rule_that_is_given_away_but_without_its_patience(tmp_path: Path) -> list[Path]:
    page = (ROOT / "docs/prometheus.md").read_text("utf-8")
    [documented] = re.findall(r"```yaml\n(groups:.*?)```", page, re.DOTALL)
    given = {"docs.yml": documented, "deploy.yml": (ROOT / "deploy/prometheus/colter.rules.yml").read_text("utf-8")}
    for name, text in given.items():
        (tmp_path / name).write_text(re.sub(r"for: \d+[mh]$", "for: 1s", text, flags=re.MULTILINE))
    return [tmp_path / name for name in given]


@pytest.fixture(name="alerts")
def an_alertmanager() -> Iterator[Alertmanager]:
    with alertmanager() as server:
        yield server


def told(alerts: Alertmanager, name: str) -> list[dict[str, Any]]:
    """What the receiver was told of one rule, oldest first."""
    each = [alert for message in alerts.told() for alert in message["alerts"]]
    return [alert for alert in each if alert["labels"]["alertname"] == name]


def held(alerts: Alertmanager) -> set[str]:
    return {alert["labels"]["alertname"] for alert in alerts.alerts()}


def test_an_endpoint_goes_down_and_comes_back_and_everybody_hears_of_it(
    machine: Machine, rules: list[Path], alerts: Alertmanager
) -> None:
    shop = Shop()
    with EndpointServer(shop) as web:
        configured = {"name": "shop", "url": web.url(), "group": "front", "interval": "1s", "confirm": 0}
        file = machine.configure(json.dumps({"endpoints": [configured]}))
        with (
            listening(machine) as served,
            prometheus(
                [f"{LOOPBACK}:{served.port}"], rules=rules, alertmanagers=[f"{LOOPBACK}:{alerts.port}"]
            ) as server,
        ):
            file.write_text("endpoints: nonsense\n")
            assert server.scraped('colter_probe_up{endpoint="shop"} == 1')
            assert "EndpointDown" not in held(alerts)

            shop.well = False
            until(lambda: told(alerts, "EndpointDown"))
            assert "EndpointDown" in held(alerts)
            [down] = told(alerts, "EndpointDown")
            labels = {"alertname": "EndpointDown", "endpoint": "shop", "group": "front", "job": "colter"}
            assert down["labels"].items() >= labels.items()
            assert (down["status"], down["annotations"]) == ("firing", {"summary": "shop is down"})

            shop.well = True
            until(lambda: told(alerts, "EndpointDown")[-1]["status"] == "resolved")
            assert [alert["status"] for alert in told(alerts, "EndpointDown")] == ["firing", "resolved"]

            until(lambda: told(alerts, "ColterConfigurationNotTakenOver"))
    assert {alert["labels"]["alertname"] for message in alerts.told() for alert in message["alerts"]} == {
        "EndpointDown",
        "ConfigurationRefused",
        "ColterConfigurationNotTakenOver",
    }
