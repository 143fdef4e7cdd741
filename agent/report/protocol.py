"""What is sent to the office's collector, and how it is signed: ``docs/report-protocol.md``, version 1.

Pure: times, random numbers and secrets are handed in, and nothing is sent from here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import quote, urlsplit

import msgspec

from agent.host import Unreadable
from config.confirmation_words import confirmation_words

__all__ = ["SECRET_BYTES", "Key", "Outgoing", "endpoint", "enrolment", "leave", "report"]
__all__ += ["secret_of", "secret_text", "signature", "signing_text"]

#: What a device secret has: as much as the hash that it is used with.
SECRET_BYTES = 32
#: In base64url, without the ``=`` at the end.
SECRET_TEXT = re.compile(r"[A-Za-z0-9_-]{43}")
#: What a path may have besides letters and digits without being percent-encoded (RFC 3986, 3.3).
PATH_SIGNS = "-._~!$&'()*+,;=:@"
ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Key:
    """What a laptop signs with. ``device_id`` is the one in its reports."""

    device_id: str
    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """By which the collector finds the key: 16 hexadecimal digits that say nothing of the secret."""
        return hashlib.sha256(b"watchword key id\n" + self.secret).hexdigest()[:16]

    @property
    def words(self) -> tuple[str, str, str]:
        """What the person reads out, and office IT compare with what the collector shows, before they let it in."""
        digest = hmac.digest(self.secret, b"watchword confirmation words\n", "sha256")
        words = confirmation_words()
        return words[digest[0]], words[digest[1]], words[digest[2]]


@dataclass(frozen=True)
class Outgoing:
    """One request, ready to be posted. Its body may hold a code and a secret, so it is not shown."""

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class _Enrolment(msgspec.Struct, frozen=True):
    format: Literal["watchword.enrolment/1"]
    code: str
    secret: str
    device_id: str
    platform: str
    agent_version: str


class _Leave(msgspec.Struct, frozen=True):
    format: Literal["watchword.leave/1"]


def secret_text(secret: bytes) -> str:
    """A device secret as it is kept in the keyring and sent at enrolment."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode("ascii")


def secret_of(text: str) -> bytes | Unreadable:
    """The device secret in such a text; ``malformed`` when it is none, as after an edit by hand."""
    if SECRET_TEXT.fullmatch(text):
        try:
            secret = base64.b64decode(text + "=", altchars=b"-_", validate=True)
        except binascii.Error:
            return Unreadable("malformed", "report_secret")
        if secret_text(secret) == text:  # the last letter has two bits that mean nothing: one way to write it is right
            return secret
    return Unreadable("malformed", "report_secret")


def endpoint(base: str, name: Literal["enrolments", "reports", "leave"]) -> str:
    """Where a request goes. Written as it is sent, so that what is signed is what the collector sees."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}{_plain_path(parts.path)}/v1/{name}"


def enrolment(
    base: str, *, code: str, key: Key, platform: Literal["windows", "macos", "linux"], agent_version: str
) -> Outgoing:
    """Asks to be let in. The one request that carries the secret, and the one that is not signed.

    Args:
        base: ``report.url``.
        code: as :func:`agent.report.enrolment_code.normalised` gives it.
        key: with the secret as the keyring has it already.
        platform: as in the report.
        agent_version: as in the report.
    """
    body = _Enrolment("watchword.enrolment/1", code, secret_text(key.secret), key.device_id, platform, agent_version)
    return Outgoing(endpoint(base, "enrolments"), msgspec.json.encode(body), {"Content-Type": "application/json"})


def report(base: str, body: bytes, *, key: Key, at: datetime, nonce: str) -> Outgoing:
    """Delivers a report: exactly these bytes. ``nonce`` is 32 random hexadecimal digits, new for every attempt."""
    return _signed(endpoint(base, "reports"), body, key, at, nonce)


def leave(base: str, *, key: Key, at: datetime, nonce: str) -> Outgoing:
    """Ends the enrolment, and asks the collector to delete what it holds of this laptop."""
    return _signed(endpoint(base, "leave"), msgspec.json.encode(_Leave("watchword.leave/1")), key, at, nonce)


def signing_text(method: str, path: str, at: str, nonce: str, body: bytes) -> bytes:
    """What a signature is over: every part that could be mixed up, a line each."""
    digest = hashlib.sha256(body).hexdigest()
    return f"watchword-signature/1\n{method}\n{path}\n{at}\n{nonce}\n{digest}".encode("ascii")


def signature(secret: bytes, text: bytes) -> str:
    """The value of ``Watchword-Signature``."""
    return f"v1={hmac.new(secret, text, hashlib.sha256).hexdigest()}"


def _signed(url: str, body: bytes, key: Key, at: datetime, nonce: str) -> Outgoing:
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = signing_text("POST", urlsplit(url).path, time, nonce, body)
    headers = {
        "Content-Type": "application/json",
        "Watchword-Device": key.device_id,
        "Watchword-Key": key.id,
        "Watchword-Time": time,
        "Watchword-Nonce": nonce,
        "Watchword-Signature": signature(key.secret, text),
    }
    return Outgoing(url, body, headers)


def _plain_path(path: str) -> str:
    """The one way to write a path (RFC 3986, 6.2.2) that no HTTP library changes, without a ``/`` at its end."""
    segments: list[str] = []
    for segment in path.split("/"):
        written = ESCAPED.sub(_plain_escape, segment)
        encoded = "".join(each if ESCAPED.fullmatch(each) else quote(each, safe=PATH_SIGNS) for each in _signs(written))
        if encoded == "..":
            del segments[-1:]
        elif encoded not in ("", "."):
            segments.append(encoded)
    return "".join(f"/{segment}" for segment in segments)


def _plain_escape(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    return sign if sign.isascii() and (sign.isalnum() or sign in "-._~") else found[0].upper()


def _signs(text: str) -> list[str]:
    return re.findall(r"%[0-9A-F]{2}|.", text, re.DOTALL)
