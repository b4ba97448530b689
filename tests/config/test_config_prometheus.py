"""The section `prometheus`: a Pushgateway, a file, or both."""

from pathlib import Path

import pytest

from colter.core.errors import ConfigError
from tests.config.opening import load


def test_either_way_will_do_and_so_will_both(tmp_path: Path) -> None:
    gateway = load(tmp_path, "prometheus: {gateway: 'push.example.org:9091'}").config.prometheus
    file = load(tmp_path, "prometheus: {textfile: ~/textfiles/colter.prom}").config.prometheus
    both = load(
        tmp_path, "prometheus: {gateway: 'https://push.example.org', textfile: /srv/colter.prom}"
    ).config.prometheus
    assert gateway
    assert file
    assert both
    assert (gateway.gateway, gateway.job, gateway.instance) == ("http://push.example.org:9091", "colter", None)
    assert (file.gateway, file.textfile) == (None, "~/textfiles/colter.prom")
    assert (both.gateway, both.textfile) == ("https://push.example.org", "/srv/colter.prom")


def test_the_password_is_for_the_gateway_alone(tmp_path: Path) -> None:
    config = load(tmp_path, "prometheus: {gateway: 'https://Push.example.org/path', user: me, password: word}").config
    assert {ref.key: ref.audience for ref in config.secrets} == {
        "prometheus.password": "https://push.example.org:443",
    }


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{}", "expected gateway or textfile"),
        ("{job: colter}", "expected gateway or textfile"),
        ("{textfile: /srv/colter.txt}", "expected a path that ends in .prom, got '/srv/colter.txt'"),
        ("{textfile: /srv/.prom}", "expected a path that ends in .prom"),
        ("{textfile: /srv/colter.prom, user: me, password: word}", "expected gateway beside user"),
        ("{gateway: 'push.example.org', password: word}", "expected user beside password"),
        ("{gateway: 'https://me:word@push.example.org'}", "a user name or password does not belong in an address"),
        ("{gateway: 'ftp://push.example.org'}", "expected an address beginning with http:// or https://"),
        ("{gateway: 'push.example.org', instance: ''}", "prometheus.instance"),
    ],
)
def test_what_is_wrong_is_told_without_the_password(tmp_path: Path, section: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, f"prometheus: {section}")
    assert said in str(caught.value)
    assert "word" not in str(caught.value).replace("password", "")
