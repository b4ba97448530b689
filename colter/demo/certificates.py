"""A certificate authority for one run of the demo, and two certificates: a good one and one that has expired."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LOOPBACK = ipaddress.ip_address("127.0.0.1")
_SIGNS_CERTIFICATES = x509.KeyUsage(  # Python 3.13 verifies strictly and misses it
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates for 127.0.0.1. Its key lives in memory only."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def context(self, start: datetime, end: datetime, folder: Path) -> ssl.SSLContext:
        """A server's TLS context with a fresh certificate that is valid from `start` to `end`.

        OpenSSL reads keys from files only: one is written to `folder`, readable to us alone, and removed at once.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        issued = (
            _builder("Colter demo, sample server", self.certificate.subject, key, start, end)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(_LOOPBACK)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_from_authority(self.key), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file = folder / "server.pem"
        file.touch(mode=0o600)
        try:
            file.write_bytes(_key_pem(key) + _pem(issued))
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(file)
        finally:
            file.unlink()
        return context

    def write(self, file: Path) -> None:
        """The authority's certificate, as the file that clients are told to trust."""
        file.write_bytes(_pem(self.certificate))


def authority(now: datetime) -> Authority:
    """A new authority that is valid from a year ago until 90 days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Colter demo, sample authority")
    certificate = (
        _builder("Colter demo, sample authority", name, key, now - timedelta(days=365), now + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _from_authority(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
