"""A chain as public authorities hand them out: a root with RSA 4096, an intermediate on P-384, a leaf on P-256."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def make_chain(folder: Path, addresses: Sequence[str]) -> tuple[Path, ssl.SSLContext]:
    """What to trust, and a server's context for these addresses."""
    root, middle = rsa.generate_private_key(65537, 4096), ec.generate_private_key(ec.SECP384R1())
    leaf = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address)) for address in addresses])
    authority = x509.BasicConstraints(ca=True, path_length=None)
    trusted = _certificate("root", root, "root", root, authority)
    between = _certificate("middle", middle, "root", root, authority)
    own = _certificate("leaf", leaf, "middle", middle, names)
    bundle, server = folder / "root.pem", folder / "server.pem"
    bundle.write_bytes(_pem(trusted))
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server.write_bytes(key + _pem(own) + _pem(between))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    context.num_tickets = 0
    return bundle, context


def _certificate(name: str, key: Key, by: str, signer: Key, extension: x509.ExtensionType) -> x509.Certificate:
    start = datetime.now(UTC) - timedelta(days=1)  # noqa: TID251  a real certificate, for real clocks
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=90))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(signer, hashes.SHA256())
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"bench {name}")])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
