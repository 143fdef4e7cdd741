"""The recording format ``watchword.recording/1``: one computer's facts in one file.

Every key but ``format`` and ``system`` is optional. What is not in a recording is not on that computer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from agent.host import Process, RegistryValue, System, User

__all__ = ["BadRecordingError", "FileEntry", "Query", "RecordedCommand", "Recording", "load"]


class BadRecordingError(Exception):
    """A recording that cannot be used; the message names the file and the place in it."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A recorded file that is not plain text: ``denied``, bytes in ``base64``, or ``present`` with content unread."""

    denied: bool = False
    base64: bytes | None = None
    present: bool = False


class RecordedCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One command and its answer. ``failure`` (``timeout``, ``too_large``, ``failed``) says it did not end."""

    argv: tuple[str, ...]
    exit: int = 0
    stdout: str = ""
    stderr: str = ""
    failure: str | None = None


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One native call and its value; ``failure`` is the reason when it could not be answered."""

    name: str
    args: tuple[str, ...] = ()
    value: Any = None
    failure: str | None = None


class Recording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The whole file."""

    format: Literal["watchword.recording/1"]
    system: System
    taken_at: datetime | None = None
    user: User = User("person", "/home/person", 1000)
    env: dict[str, str] = {}
    programs: dict[str, str] = {}
    commands: list[RecordedCommand] = []
    files: dict[str, str | FileEntry] = {}
    registry: dict[str, dict[str, RegistryValue]] = {}
    processes: list[Process] = []
    queries: list[Query] = []
    config: dict[str, Any] = {}
    #: What the agent remembered when the recording was taken, by check, so that ages replay as they were.
    remembered: dict[str, dict[str, Any]] = {}
    #: How many of each kind of personal detail were replaced by stand-ins.
    redacted: dict[str, int] = {}
    comment: str = ""


def load(data: bytes, name: str = "recording") -> Recording:
    """Read a recording.

    Raises:
        BadRecordingError: it is not JSON, or not of this format; the message names the place.
    """
    try:
        return msgspec.json.decode(data, type=Recording)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecordingError(f"{name}: {error}") from error
