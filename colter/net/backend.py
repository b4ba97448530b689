"""How httpx gets its connections: through our own resolver, and never left open."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import httpcore

from colter.net.dns import Resolver

_PATIENCE = 3.0
"""Seconds for an address while there is another one: on many machines IPv6 leads nowhere, silently."""


class Backend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that our own resolver finds, the first that answers.

    A name that is not found raises ResolveError, through httpcore and httpx as it is.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to a host, or the failure of its last address."""
        failure: Exception = httpcore.ConnectError("no address")
        found = await asyncio.wrap_future(self._resolver.resolve(host))
        *others, last = _alternating(found)
        for address in (*others, last):
            patience = timeout if address == last else _PATIENCE
            try:
                return _Stream(await self._inner.connect_tcp(address, port, patience, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _alternating(addresses: Sequence[str]) -> list[str]:
    """The addresses with their families in turn, so that not all of a dead family are tried first (RFC 8305, 4)."""
    preferred = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    others = [address for address in addresses if address not in preferred]
    return [address for pair in zip_longest(preferred, others) for address in pair if address]


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when a deadline ends its TLS handshake; httpcore's own stays open then."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:
            await self._inner.aclose()
            raise

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
