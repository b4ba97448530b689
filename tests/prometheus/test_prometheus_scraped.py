"""A real Prometheus scrapes us and a real Pushgateway, and answers with every number as it was read."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest

from colter.core.model import Latest
from tests.prometheus.looks import HARD, NOW, Series, Shelf, expected, package
from tests.prometheus.pushing import push, showing
from tests.prometheus.scraping import serving
from tests.servers.prometheus import Prometheus, prometheus
from tests.servers.pushgateway import Pushgateway

QUOTED = Latest("pypi", readings=[package(name, number, number) for number, name in enumerate(HARD[:6])])
SHOWN: Sequence[Latest] = (*NOW[:2], QUOTED)


@pytest.fixture(name="server", scope="module")
def a_prometheus(pushgateway_server: Pushgateway) -> Iterator[Prometheus]:
    """It scrapes both at once; its first scrape takes five seconds to come."""
    with ExitStack() as stack:
        pushgateway_server.wipe()
        push(pushgateway_server.url, showing(*SHOWN), instance="pushed from")
        served = stack.enter_context(serving(Shelf(SHOWN)))
        yield stack.enter_context(prometheus([f"127.0.0.1:{pushgateway_server.port}", f"127.0.0.1:{served.port}"]))
        pushgateway_server.wipe()


def answered(server: Prometheus, selector: str, added: Sequence[str]) -> dict[Series, float]:
    """Every series of ours that it has, without the labels that scraping or pushing has added."""
    server.scraped(f"colter_last_success_timestamp_seconds{selector}")
    found = {}
    for point in server.query(f'{{__name__=~"colter_.+", __name__!="colter_build_info", {selector[1:]}'):
        name = point.labels.pop("__name__")
        dropped = [label for label in added if label != "source" or name != "colter_last_success_timestamp_seconds"]
        labels = {label: text for label, text in point.labels.items() if label not in dropped}
        found[name, frozenset(labels.items())] = point.value
    return found


def test_what_was_pushed_is_there_value_by_value_under_our_labels(server: Prometheus) -> None:
    assert answered(server, '{instance="pushed from"}', ["job", "instance", "source"]) == expected(SHOWN)


def test_what_is_scraped_is_there_value_by_value(server: Prometheus) -> None:
    assert answered(server, '{instance!="pushed from"}', ["job", "instance"]) == expected(SHOWN)


def test_the_queries_of_the_manual_find_what_they_look_for(server: Prometheus) -> None:
    answered(server, '{instance="pushed from"}', [])
    failed = server.query('colter_target_up{instance="pushed from"} == 0')
    assert {(point.labels["tracker"], point.labels["target"]) for point in failed} == {
        ("github", "a/gone"),
        ("probe", "offline"),
    }
    assert server.query('colter_probe_up{endpoint="gone"} == 0')
