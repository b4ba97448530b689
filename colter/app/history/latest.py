"""The newest looks that a daemon shows: of endpoints, only those that it watches now."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from colter.core.model import Latest


def only_endpoints(latest: Sequence[Latest], names: Collection[str]) -> list[Latest]:
    """The newest of everything, without endpoints that have other names than these.

    The history itself drops an endpoint that was taken out of the configuration only when all others were looked at
    once more. Where one of them is looked at once a day, that takes a day.
    """
    return [replace(each, results=[result for result in each.results if result.endpoint in names]) for each in latest]
