"""A resolver whose names a test makes up: some lead to addresses, some hang."""

import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from colter.net.dns import Resolver


class Names(Resolver):
    """Knows the names it is given; `None` as addresses: the name server never answers. Asks the system for others."""

    def __init__(self, names: Mapping[str, Sequence[str] | None]) -> None:
        super().__init__()
        self._names = names

    def resolve(self, host: str, family: int = socket.AF_UNSPEC) -> "Future[tuple[str, ...]]":
        if host not in self._names:
            return super().resolve(host, family)
        flight: Future[tuple[str, ...]] = Future()
        addresses = self._names[host]
        if addresses is not None:
            flight.set_result(tuple(addresses))
        return flight
