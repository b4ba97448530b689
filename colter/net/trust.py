"""Which certificate authorities are trusted: the machine's own, everywhere the same."""

import os
import ssl
from pathlib import Path

_USUAL_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine, macOS
)


def ca_bundle() -> str | None:
    """The file of trusted roots: `SSL_CERT_FILE`, else the system's, else certifi's; None where there is none.

    A Python of its own (pyenv, uv) and the libcurl in a wheel each look in the wrong place; so one place decides.
    """
    for place in (os.environ.get("SSL_CERT_FILE"), ssl.get_default_verify_paths().cafile, *_USUAL_BUNDLES):
        if place and Path(place).is_file():
            return place
    try:
        import certifi  # noqa: PLC0415  httpx brings it, and only bare machines need it
    except ImportError:
        return None
    return certifi.where()


def tls_context() -> ssl.SSLContext:
    """A verifying client context, TLS 1.2 or newer. Costs 50 ms: share it."""
    context = ssl.create_default_context(cafile=ca_bundle())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
