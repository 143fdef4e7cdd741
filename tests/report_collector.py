"""The collector's side of ``docs/report-protocol.md``, word for word and in memory; no sockets.

Written from the document, not with the agent's functions, so that each is a test of the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.report.reader import ReportError, read
from config.confirmation_words import confirmation_words

MOST_REPORT = 1024 * 1024
MOST_OTHER = 4096
CLOCK_WINDOW = timedelta(minutes=10)
NONCE_MEMORY = timedelta(minutes=20)
CODE_LIFE = timedelta(days=7)
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: After so many wrong codes within an hour nobody is let in for a while.
MOST_WRONG_CODES = 10

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
SIGNED_HEADERS = {
    "watchword-device": UUID,
    "watchword-key": re.compile(r"[0-9a-f]{16}"),
    "watchword-time": re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"),
    "watchword-nonce": re.compile(r"[0-9a-f]{32}"),
    "watchword-signature": re.compile(r"v1=[0-9a-f]{64}"),
}
ENROLMENT = {
    "format": re.compile(r"watchword\.enrolment/1"),
    "code": re.compile(r"[0-9A-Z]{12,64}"),
    "secret": re.compile(r"[A-Za-z0-9_-]{43}"),
    "device_id": UUID,
    "platform": re.compile(r"windows|macos|linux"),
    "agent_version": re.compile(r"[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.-]+)?"),
}


@dataclass(frozen=True)
class Reply:
    """An answer before it is HTTP."""

    status: int
    document: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A report that was taken, with its exact bytes."""

    device_id: str
    report_id: str
    sequence: int
    body: bytes


@dataclass
class Code:
    """A one-time code, of which only the hash is kept, and the key that used it."""

    expires: datetime
    used_by: str | None = None


@dataclass
class Enrolment:
    """A laptop's key. The secret goes when the enrolment ends; that there was one is remembered."""

    device_id: str
    secret: bytes
    state: str
    last_sequence: int = 0
    reports: dict[str, str] = field(default_factory=dict)  # report_id: the hash of its bytes


class _Refused(Exception):  # noqa: N818  (an answer, not an error)
    def __init__(self, status: int, error: str, **more: str) -> None:
        super().__init__(error)
        self.reply = Reply(status, {"error": error, **more})


class Collector:
    """What a collector knows and decides. Every method may be called from any thread.

    Attributes:
        ahead: how far its clock is from the computer's; tests change it.
        approves: whether a laptop that enrols is let in at once; else ``approve`` lets it in.
        most_devices: more are refused with ``full``.
        taken: every report that was accepted, in this order.
    """

    def __init__(self, *, approves: bool = False) -> None:
        self.ahead = timedelta()
        self.approves = approves
        self.most_devices = 50
        self.taken: list[Kept] = []
        self._codes: dict[bytes, Code] = {}
        self._enrolments: dict[str, Enrolment] = {}
        self._nonces: dict[tuple[str, str], datetime] = {}
        self._wrong_codes: list[datetime] = []
        self._lock = threading.RLock()

    # What office IT do

    def now(self) -> datetime:
        """What the collector's clock says, to the second."""
        return (datetime.now(UTC) + self.ahead).replace(microsecond=0)

    def new_code(self, *, life: timedelta = CODE_LIFE) -> str:
        """A code as it is handed to a person: 80 random bits in groups of four."""
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(16))
        with self._lock:
            self._codes[_hash(code)] = Code(self.now() + life)
        return "-".join(code[at : at + 4] for at in range(0, 16, 4))

    def words(self, device_id: str) -> tuple[str, ...]:
        """What the collector shows about a laptop that waits, to compare with what the person reads out."""
        with self._lock:
            secret = self._newest(device_id).secret
        digest = hmac.new(secret, b"watchword confirmation words\n", hashlib.sha256).digest()
        return tuple(confirmation_words()[byte] for byte in digest[:3])

    def approve(self, device_id: str) -> None:
        """Let in the laptop that waits. A key that it had before ends now."""
        with self._lock:
            newest = self._newest(device_id)
            for each in self._of(device_id):
                if each is not newest:
                    _end(each)
            newest.state = "accepted"

    def end(self, device_id: str) -> None:
        """End what a laptop has, as after a theft. What it reported is another matter."""
        with self._lock:
            for each in self._of(device_id):
                _end(each)

    def state(self, device_id: str) -> str | None:
        """``pending``, ``accepted`` or ``ended``; ``None`` for a laptop that never enrolled."""
        with self._lock:
            known = self._of(device_id)
            return known[-1].state if known else None

    # What laptops ask

    def answer(self, path: str, route: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a POST whose body has been read.

        Args:
            path: as it was sent, which is what was signed.
            route: the part of the path below the base address.
            headers: by lower-case name.
            body: all of it.
        """
        with self._lock:
            if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                return Reply(415, {"error": "media_type"})
            try:
                if route == "/v1/enrolments":
                    return self._enrol(body)
                enrolment = self._signer(path, headers, body)
                return self._leave(enrolment, body) if route == "/v1/leave" else self._report(enrolment, body)
            except _Refused as refusal:
                return refusal.reply

    def _enrol(self, body: bytes) -> Reply:
        now = self.now()
        self._wrong_codes = [at for at in self._wrong_codes if now - at < timedelta(hours=1)]
        if len(self._wrong_codes) >= MOST_WRONG_CODES:
            return Reply(429, {"error": "too_many"}, {"Retry-After": "3600"})
        asked = _members(body, ENROLMENT)
        secret = _secret(asked["secret"])
        key_id = hashlib.sha256(b"watchword key id\n" + secret).hexdigest()[:16]
        code = self._codes.get(_hash(asked["code"]))
        if code is None:
            self._wrong_codes.append(now)
            raise _Refused(403, "code_unknown")
        known = self._enrolments.get(key_id)
        if code.used_by is not None:
            if code.used_by != key_id or known is None or known.state == "ended":
                raise _Refused(403, "code_used")
            if known.device_id != asked["device_id"]:
                raise _Refused(409, "conflict")
            return Reply(200, {"state": known.state})
        if now >= code.expires:
            raise _Refused(403, "code_expired")
        if known is not None:
            if known.device_id != asked["device_id"] or known.secret != secret:
                raise _Refused(409, "conflict")
            code.used_by = key_id
            return Reply(200, {"state": known.state})
        return self._new(key_id, code, asked["device_id"], secret)

    def _new(self, key_id: str, code: Code, device_id: str, secret: bytes) -> Reply:
        others = {each.device_id for each in self._enrolments.values() if each.state != "ended"} - {device_id}
        if len(others) >= self.most_devices:
            raise _Refused(403, "full")
        code.used_by = key_id
        self._enrolments[key_id] = Enrolment(device_id, secret, "pending")
        if self.approves:
            self.approve(device_id)
        return Reply(201, {"state": self._enrolments[key_id].state})

    def _signer(self, path: str, headers: Mapping[str, str], body: bytes) -> Enrolment:
        """Whose request it is, once that is sure."""
        values = {name: headers.get(name, "") for name in SIGNED_HEADERS}
        if not all(form.fullmatch(values[name]) for name, form in SIGNED_HEADERS.items()):
            raise _Refused(400, "headers")
        at = _time(values["watchword-time"])
        key_id = values["watchword-key"]
        enrolment = self._enrolments.get(key_id)
        if enrolment is None:
            raise _Refused(401, "unknown_key")
        if enrolment.state == "ended":
            raise _Refused(410, "ended")
        if enrolment.device_id != values["watchword-device"]:
            raise _Refused(403, "wrong_device")
        lines = ["watchword-signature/1", "POST", path, values["watchword-time"], values["watchword-nonce"]]
        text = "\n".join([*lines, hashlib.sha256(body).hexdigest()]).encode()
        expected = f"v1={hmac.new(enrolment.secret, text, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected, values["watchword-signature"]):
            raise _Refused(401, "signature")
        now = self.now()
        if abs(now - at) > CLOCK_WINDOW:
            raise _Refused(401, "clock")
        self._nonces = {seen: when for seen, when in self._nonces.items() if now - when <= NONCE_MEMORY}
        if (key_id, values["watchword-nonce"]) in self._nonces:
            raise _Refused(409, "replayed")
        self._nonces[key_id, values["watchword-nonce"]] = now
        return enrolment

    def _report(self, enrolment: Enrolment, body: bytes) -> Reply:
        if enrolment.state == "pending":
            raise _Refused(403, "pending")
        try:
            report = read(body)
        except ReportError as error:
            raise _Refused(422, "schema", at=_place(error)) from error
        if report.device.id != enrolment.device_id:
            raise _Refused(403, "wrong_device")
        digest = hashlib.sha256(body).hexdigest()
        if report.report_id in enrolment.reports:
            if enrolment.reports[report.report_id] != digest:
                raise _Refused(409, "conflict")
            return Reply(200, {"state": "taken"})
        if report.sequence <= enrolment.last_sequence:
            raise _Refused(409, "older")
        enrolment.last_sequence = report.sequence
        enrolment.reports[report.report_id] = digest
        self.taken.append(Kept(enrolment.device_id, report.report_id, report.sequence, body))
        return Reply(202, {"state": "taken"})

    def _leave(self, enrolment: Enrolment, body: bytes) -> Reply:
        _members(body, {"format": re.compile(r"watchword\.leave/1")})
        if enrolment.state == "pending":
            _end(enrolment)
            return Reply(202, {"state": "taken"})
        for each in self._of(enrolment.device_id):
            _end(each)
        self.taken = [each for each in self.taken if each.device_id != enrolment.device_id]
        return Reply(202, {"state": "taken"})

    def _of(self, device_id: str) -> list[Enrolment]:
        return [each for each in self._enrolments.values() if each.device_id == device_id]

    def _newest(self, device_id: str) -> Enrolment:
        return [each for each in self._of(device_id) if each.state != "ended"][-1]


def _end(enrolment: Enrolment) -> None:
    enrolment.state = "ended"
    enrolment.secret = b""
    enrolment.reports.clear()


def _place(error: ReportError) -> str:
    found = re.search(r"`(\$[^`]*)`", str(error))
    return found[1] if found else "$"


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _secret(text: str) -> bytes:
    secret = base64.urlsafe_b64decode(text + "=")
    if base64.urlsafe_b64encode(secret).decode().rstrip("=") != text:
        raise _Refused(422, "schema", at="$.secret")
    return secret


def _time(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise _Refused(400, "headers") from error


def _members(body: bytes, forms: Mapping[str, re.Pattern[str]]) -> dict[str, str]:
    """A flat JSON object that has these members and no other, each a text of its form, once."""
    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _Refused(422, "schema", at="$") from error
    if len(body) > MOST_OTHER or not isinstance(document, dict) or document.keys() - forms.keys():
        raise _Refused(422, "schema", at="$")
    for name, form in forms.items():
        value = document.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _Refused(422, "schema", at=f"$.{name}")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members
