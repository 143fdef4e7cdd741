"""An authority made for one test, and certificates by it: good, for another name, out of date."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest


class Authority:
    """Makes certificates that last a day. ``file`` is what ``network.ca_file`` may name.

    Args:
        folder: where its files go; one authority a folder.
    """

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("cryptography.x509", reason="cryptography makes the certificate")
        self._folder = folder
        self._key, self._certificate = _signed("stand-in authority")
        self.file = folder / "authority.pem"
        self.file.write_bytes(_pem(self._certificate))

    def server(self, address: str = "127.0.0.1", *, expired: bool = False) -> ssl.SSLContext:
        """The server's side of a certificate for an address."""
        key, certificate = _signed("stand-in", address, expired=expired, by=(self._key, self._certificate))
        public, private = self._folder / "server.pem", self._folder / "server.key"
        public.write_bytes(_pem(certificate))
        private.write_bytes(_private(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(public, private)
        return context


def _signed(
    name: str, address: str | None = None, *, expired: bool = False, by: tuple[Any, Any] | None = None
) -> tuple[Any, Any]:
    """A key and its certificate: an authority's own, or one for an address ``by`` an authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    signing_key, issuer = by or (key, None)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + (-timedelta(hours=1) if expired else timedelta(days=1))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=2))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()), critical=False)
    )
    if address is None:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
        )
        builder = builder.add_extension(
            x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False),
            critical=True,
        )
    else:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = builder.add_extension(names, critical=False)
    return key, builder.sign(signing_key, hashes.SHA256())


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    written: bytes = certificate.public_bytes(Encoding.PEM)
    return written


def _private(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    written: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return written
