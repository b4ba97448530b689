"""Certificates, good and bad, from an authority that lives as long as the test."""

import ssl
from datetime import datetime
from pathlib import Path

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
