"""What the configuration knows of targets, for the words of messages."""

from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.core.alerting.wording import NOTHING, About, Lookup
from colter.core.model import Target
from colter.sources.probe.url import parse_url


def read_about(config: Config) -> Lookup:
    """Of a target what is configured, and of any other nothing."""
    endpoints = {Target("probe", endpoint.name): endpoint for endpoint in config.endpoints}

    def about(target: Target) -> About:
        endpoint = endpoints.get(target)
        return NOTHING if endpoint is None else About(_shown(endpoint), endpoint.group or "", tuple(endpoint.tags))

    return about


def _shown(endpoint: Endpoint) -> str:
    if endpoint.address is None:
        return ""
    try:
        return parse_url(endpoint.address)[0].shown
    except ValueError:  # its probe says so
        return ""
