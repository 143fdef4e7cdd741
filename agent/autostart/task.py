"""The Windows logon task: its XML written, and what the Task Scheduler answers read back.

``schtasks /Query /XML`` answers in the console's code page, which has no room for every name. So the task carries a
digest of its command, in plain ASCII, which tells whether it starts this very program.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import subprocess
from collections.abc import Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import msgspec

from agent.autostart import templates

__all__ = ["Task", "can_hold", "definition", "digest", "parse"]

NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
SOURCE = "Watchword"
#: The Task Scheduler puts variables' values into a command, and has no way to write a percent sign otherwise.
VARIABLE = re.compile("%[^%]+%")
MAX_CHARACTERS = 256 * 1024


class Task(msgspec.Struct, frozen=True):
    """What matters of a registered task."""

    source: str
    digest: str
    command: str
    arguments: str
    enabled: bool

    @property
    def is_ours(self) -> bool:
        """Whether Watchword registered it."""
        return self.source == SOURCE

    def starts(self, argv: Sequence[str]) -> bool:
        """Whether it starts exactly this. A path that the code page may have spoilt counts by its digest alone."""
        same_words = self.command == argv[0] or not argv[0].isascii()
        return self.digest == digest(argv) and same_words and self.arguments == subprocess.list2cmdline(argv[1:])


def definition(argv: Sequence[str], sid: str) -> bytes:
    """The task's XML for the person with this SID, as schtasks wants it: UTF-16 with a byte order mark."""
    text = templates.fill(
        templates.template("windows", "watchword-task.xml"),
        DIGEST=digest(argv),
        SID=escape(sid),
        COMMAND=escape(argv[0]),
        ARGUMENTS=escape(subprocess.list2cmdline(argv[1:])),
    )
    return codecs.BOM_UTF16_LE + text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-16-le")


def can_hold(argv: Sequence[str]) -> bool:
    """Whether a task can start this: not if a part of the path looks like a variable."""
    return VARIABLE.search(argv[0]) is None


def digest(argv: Sequence[str]) -> str:
    """Names a command, in ASCII."""
    return "sha256:" + hashlib.sha256("\0".join(argv).encode()).hexdigest()


def parse(text: str) -> Task | None:
    """What the Task Scheduler says of a task; ``None`` if it is nothing of the kind."""
    text = text.replace("\0", "").lstrip("\ufeff").strip()  # UTF-16 that nobody announced
    if not text or len(text) > MAX_CHARACTERS or "<!DOCTYPE" in text:
        return None
    # The declaration names an encoding, which this text no longer has.
    body = re.sub(r"\A<\?xml[^>]*\?>", "", text)
    try:
        root = ET.fromstring(body)  # noqa: S314  (no document type, so nothing to expand)
    except (ET.ParseError, ValueError):
        return None
    if root.tag != f"{NAMESPACE}Task":
        return None
    switches = (
        _text(root, "Settings/Enabled"),
        _text(root, "Triggers/LogonTrigger/Enabled"),
    )
    return Task(
        source=_text(root, "RegistrationInfo/Source"),
        digest=_text(root, "RegistrationInfo/Documentation"),
        command=_text(root, "Actions/Exec/Command"),
        arguments=_text(root, "Actions/Exec/Arguments"),
        enabled="false" not in switches and root.find(_path("Triggers/LogonTrigger")) is not None,
    )


def _path(path: str) -> str:
    return "/".join(NAMESPACE + name for name in path.split("/"))


def _text(root: ET.Element, path: str) -> str:
    return (root.findtext(_path(path)) or "").strip()
