"""The recording format ``watchword.recording/1``: one computer's facts in one file.

Every key but ``format`` and ``system`` is optional. What is not in a recording is not on that computer.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from agent.host import Process, RegistryValue, System, User
from config.text import quoted

__all__ = ["BadRecordingError", "FileEntry", "Query", "RecordedCommand", "Recording", "default_user", "encode", "load"]

MAX_BYTES = 64 * 1024 * 1024
#: Of each kind. A whole laptop has some thousand files.
MAX_ENTRIES = 250_000
#: No system lets a path be as deep, and each step of one costs as much memory as the path is long.
MAX_STEPS = 128
MAX_PATH_COST = 64 * 1024 * 1024
#: When a recording may have been taken: far enough from the ends of the calendar to count days from it.
FIRST_YEAR, LAST_YEAR = 2000, 2999

#: A reason of :class:`agent.host.Unreadable`.
Reason = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]


class BadRecordingError(Exception):
    """A recording that cannot be used; the message is one line that names the file and the place in it."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recorded file that is not plain text. Exactly one of these is set.

    ``denied`` may not be read, ``base64`` holds bytes, ``present`` exists and was not read, and ``failure`` is any
    other reason why it could not be read (``too_large``).
    """

    denied: bool = False
    base64: bytes | None = None
    present: bool = False
    failure: Reason | None = None

    def __post_init__(self) -> None:
        """Refuse an entry that says nothing, or two things at once."""
        if sum((self.denied, self.base64 is not None, self.present, self.failure is not None)) != 1:
            raise ValueError("needs exactly one of denied, base64, present and failure")


class RecordedCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One command and its answer. ``failure`` (``timeout``, ``too_large``, ``failed``) says it did not end."""

    argv: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    exit: int = 0
    stdout: str = ""
    stderr: str = ""
    failure: Reason | None = None


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One native call and its value; ``failure`` is the reason when it could not be answered."""

    name: str
    args: tuple[str, ...] = ()
    value: Any = None
    failure: Reason | None = None


class Recording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The whole file."""

    format: Literal["watchword.recording/1"]
    system: System
    taken_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    user: User | None = None
    env: dict[str, str] = {}
    programs: dict[str, str] = {}
    commands: list[RecordedCommand] = []
    files: dict[str, str | FileEntry] = {}
    registry: dict[str, dict[str, RegistryValue]] = {}
    processes: list[Process] = []
    queries: list[Query] = []
    #: What could not be read although it is there, with the reason: ``processes``, or a registry key by its name.
    unreadable: dict[str, Reason] = {}
    config: dict[str, Any] = {}
    #: What the agent remembered when the recording was taken, by check, so that ages replay as they were.
    remembered: dict[str, dict[str, Any]] = {}
    #: How many of each kind of personal detail were replaced by stand-ins.
    redacted: dict[str, int] = {}
    comment: str = ""


def default_user(system: System) -> User:
    """Who uses a recorded computer that does not say."""
    if system is System.WINDOWS:
        return User("person", r"C:\Users\person")
    return User("person", "/Users/person" if system is System.MACOS else "/home/person", 1000)


def encode(recording: Recording) -> bytes:
    """The recording as a file: indented JSON that a person can read before sending it."""
    return msgspec.json.format(msgspec.json.encode(recording), indent=2) + b"\n"


def load(data: bytes, name: str = "recording") -> Recording:
    """Read a recording; ``name`` stands for it in errors.

    Raises:
        BadRecordingError: it is not JSON, or not of this format; the message names the place.
    """
    if len(data) > MAX_BYTES:
        raise BadRecordingError(f"{name}: is larger than 64 MiB, which no recording needs to be")
    try:
        return _bounded(_converted(_json(data, name), name), name)
    except MemoryError as error:
        raise BadRecordingError(f"{name}: needs more memory than there is") from error


def _converted(document: Any, name: str) -> Recording:
    try:
        return msgspec.convert(document, Recording, str_keys=True)
    except UnicodeEncodeError as error:  # half of a surrogate pair, in bytes or in a reason
        raise BadRecordingError(f"{name}: holds {error.object[error.start]!a}, which is no character") from error
    except (msgspec.ValidationError, RecursionError) as error:
        from agent.host.recording_errors import place_of  # only for a file that is wrong

        raise BadRecordingError(f"{name}: {place_of(document, Recording) or error}") from error


def _bounded(recording: Recording, name: str) -> Recording:
    """The recording, if it is not larger or deeper than any computer, and its time is one that can be counted with."""
    for kind in ("commands", "files", "registry", "processes", "queries", "programs", "env"):
        if len(getattr(recording, kind)) > MAX_ENTRIES:
            raise BadRecordingError(f"{name}: $.{kind}: has more than {MAX_ENTRIES:,} entries, which no computer needs")
    cost = 0
    for path in (*recording.files, *recording.registry):
        steps = path.count("/") + path.count("\\")
        cost += steps * len(path)
        if steps > MAX_STEPS or cost > MAX_PATH_COST:
            where = "files" if path in recording.files else "registry"
            raise BadRecordingError(f"{name}: $.{where}: {quoted(path)} is deeper than any path")
    at = recording.taken_at
    if at is not None and not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise BadRecordingError(f"{name}: $.taken_at: must be between the years {FIRST_YEAR} and {LAST_YEAR}")
    return recording


def _json(data: bytes, name: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadRecordingError(f"{name}: line {line}: is not UTF-8 text") from error
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        why = error.msg[:1].lower() + error.msg[1:]
        raise BadRecordingError(f"{name}: is not JSON: line {error.lineno}, column {error.colno}: {why}") from error
    except RecursionError as error:
        raise BadRecordingError(f"{name}: is nested too deeply") from error
    except ValueError as error:  # a key that is there twice, NaN, or a number of thousands of digits
        raise BadRecordingError(f"{name}: {error}".splitlines()[0]) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; JSON readers differ in which of two equal keys they believe, so neither is."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {json.dumps(key)[:80]} is there twice in one object")
            seen.add(key)
    return found


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number that JSON has")
