"""What messages say about a target beside what was measured: its address, group and tags, as configured."""

from colter.config.schema.config import Config
from colter.config.schema.endpoints import Endpoint
from colter.core.alerting.wording import NOTHING, About, Lookup
from colter.core.model import Target
from colter.sources.probe.url import parse_url


def read_about(config: Config) -> Lookup:
    """A function that tells what is configured of a target; nothing, when it is not configured."""
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
