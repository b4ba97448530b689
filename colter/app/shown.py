"""What a daemon shows of the newest looks: those at endpoints that it watches."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from colter.core.model import Latest


def of_endpoints(latest: Sequence[Latest], names: Collection[str]) -> list[Latest]:
    """The newest of everything, of endpoints only those with these names.

    The history takes an endpoint that was taken out for one that is watched until all others were looked at: for a day,
    where one of them is looked at once a day.
    """
    return [replace(each, results=[result for result in each.results if result.endpoint in names]) for each in latest]
