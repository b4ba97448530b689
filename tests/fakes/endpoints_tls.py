"""Certificates, good and bad, from an authority that lives as long as the test."""

import ssl
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

import trustme


class Authority:
    """Issues server contexts; whoever trusts `bundle` trusts them."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._authority.cert_pem.bytes())

    def context(
        self, *names: str, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names, not_before=not_before, not_after=not_after).configure_cert(context)
        return context

    def pem(self, *names: str) -> bytes:
        """A private key and its certificate, in one file's bytes."""
        return self._authority.issue_cert(*names).private_key_and_cert_chain_pem.bytes()

    def chained(self, *names: str, intermediate_ends: datetime) -> ssl.SSLContext:
        """A server context whose chain has an intermediate authority that ends at a day of its own."""
        # trustme lets only leaves say when they end.
        with patch("trustme.DEFAULT_EXPIRY", intermediate_ends):
            middle = self._authority.create_child_ca()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        middle.issue_cert(*names).configure_cert(context)
        return context
