"""Computers with several people, laid out in a folder as the discovery scripts find them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from agent.contract import Status
from agent.status import Document, encode
from tests.agent.report.builders import document, row
from tests.agent.report.exporters.entries import passing

BELOW = ".local/state/watchword/status.json"


def status(*rows: Any, age: timedelta = timedelta(hours=5, minutes=30), **changes: Any) -> bytes:
    at = (datetime.now(UTC) - age).replace(microsecond=0)
    made: Document = msgspec.structs.replace(document(*rows or (passing(),)), generated_at=at, **changes)
    return encode(made)


def edited(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """A good document with a change, written as the agent writes it."""
    tree = json.loads(status())
    change(tree)
    return msgspec.json.format(json.dumps(tree).encode(), indent=2) + b"\n"


def home(root: Path, name: str, data: bytes | None = None) -> Path:
    path = root / "home" / name / BELOW
    path.parent.mkdir(parents=True, exist_ok=True)
    if data is not None:
        path.write_bytes(data)
    return path


def _linked(root: Path) -> None:
    home(root / "elsewhere", "x", status())
    home(root, "alex").symlink_to(root / "elsewhere" / "home" / "x" / BELOW)


def _linked_folder(root: Path) -> None:
    home(root / "elsewhere", "x", status())
    (root / "home" / "alex").mkdir(parents=True)
    (root / "home" / "alex" / ".local").symlink_to(root / "elsewhere" / "home" / "x" / ".local")


def _device(root: Path) -> None:
    home(root, "alex").symlink_to("/dev/zero")


def _pipe(root: Path) -> None:
    os.mkfifo(home(root, "alex"))


def _huge(root: Path) -> None:
    with home(root, "alex").open("wb") as file:
        file.write(status())
        file.truncate(9 * 1024 * 1024)


def _files(**people: bytes) -> Callable[[Path], None]:
    def lay_out(root: Path) -> None:
        for name, data in people.items():
            home(root, name, data)

    return lay_out


WARNS = row(status=Status.WARN)
HOSTILE = passing(
    label='", "overall": "ok"', facts={"status": '"pass",\n  "generated_at": "2099"', "x": "$(id) `id` '"}
)
LYING = {"pass": 9}
NO_DAY = "2026-02-30T10:00:00Z"

#: Each computer with the state that must be found.
COMPUTERS: Mapping[str, tuple[Callable[[Path], Any], str]] = MappingProxyType(
    {
        "nobody": (lambda root: (root / "home").mkdir(), "missing"),
        "one who is well": (_files(alex=status()), "current"),
        "three": (_files(alex=status(), sam=status(row(), age=timedelta(days=2)), kim=status(WARNS)), "current"),
        "something to look at": (_files(alex=status(WARNS)), "current"),
        "unknown": (_files(alex=status(passing(status=Status.UNKNOWN, reason="timeout"))), "current"),
        "no findings": (_files(alex=edited(lambda tree: None)), "current"),
        "a name with a space": (_files(**{"Alex O'Brien $(id)": status()}), "current"),
        "quotes in values": (_files(alex=status(HOSTILE, passing("breach"))), "current"),
        "almost too old": (_files(alex=status(age=timedelta(days=7, hours=-1))), "current"),
        "too old": (_files(alex=status(age=timedelta(days=7, minutes=1)), sam=status()), "stale"),
        "a failure too old": (_files(alex=status(row(), age=timedelta(days=20))), "stale"),
        "a failure and too old": (_files(alex=status(row()), sam=status(age=timedelta(days=9))), "stale"),
        "from the future": (_files(alex=status(age=timedelta(days=-3))), "future"),
        "cut short": (_files(alex=status()[:-3]), "damaged"),
        "cut in half": (_files(alex=status()[:400]), "damaged"),
        "empty": (_files(alex=b""), "damaged"),
        "nonsense": (_files(alex=b"\xff\x00\xfe" * 1000), "damaged"),
        "one line": (_files(alex=json.dumps(json.loads(status())).encode()), "damaged"),
        "another format": (_files(alex=edited(lambda tree: tree.update(schema="watchword.status/2"))), "damaged"),
        "a lie in a word": (_files(alex=status(row()).replace(b'"action"', b'"ok"')), "damaged"),
        "a lie in a count": (
            _files(alex=edited(lambda tree: tree["summary"]["counts"].update(LYING))),
            "damaged",
        ),
        "a day that is not": (
            _files(alex=edited(lambda tree: tree.update(generated_at=NO_DAY))),
            "damaged",
        ),
        "no time": (_files(alex=edited(lambda tree: tree.update(generated_at="soon"))), "damaged"),
        "a second document": (_files(alex=status() + status()), "damaged"),
        "Windows line ends": (_files(alex=status().replace(b"\n", b"\r\n")), "damaged"),
        "a link": (_linked, "unreadable"),
        "a folder that is a link": (_linked_folder, "unreadable"),
        "a device": (_device, "unreadable"),
        "a pipe": (_pipe, "unreadable"),
        "a folder": (lambda root: home(root, "alex").mkdir(), "unreadable"),
        "a huge file": (_huge, "unreadable"),
    }
)
