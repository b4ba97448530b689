"""What messages say of a target beside its name."""

import pytest

from colter.app.alerting.about import read_about
from colter.config.settings import make_settings
from colter.config.yaml.document import parse_document
from colter.core.alerting.wording import NOTHING, About
from colter.core.model import Target
from tests.config.opening import locked

CONFIG = """\
endpoints:
  - {name: api, url: "https://api.example.org/health?token=canary#x", group: backend, tags: [web, prod]}
  - {name: names, dns: {server: 127.0.0.1, name: example.org}}
  - {name: backup, heartbeat: {every: 1h, grace: 10m}}
"""


@pytest.mark.parametrize(
    ("target", "about"),
    [
        (Target("probe", "api"), About("https://api.example.org/health", "backend", ("web", "prod"))),
        (Target("probe", "names"), About("dns://127.0.0.1/example.org?type=A")),
        (Target("probe", "backup"), NOTHING),
        (Target("probe", "gone"), NOTHING),
        (Target("github", "api"), NOTHING),
    ],
    ids=["endpoint", "dns", "heartbeat", "unknown", "repository"],
)
def test_addresses_are_shown_without_their_secrets(target: Target, about: About) -> None:
    config = make_settings(parse_document(CONFIG.encode(), "config.yaml"), {}, locked).config
    assert read_about(config)(target) == about
