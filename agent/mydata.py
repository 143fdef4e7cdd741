"""Everything that Watchword holds about its person, to give to them: a page to read, a document, files.

It reads the files as they lie, also damaged ones, and changes nothing. Secrets are never part of it; addresses are only
if they are asked for, be they in the keyring or in the settings file.
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from agent import __version__, secrets
from agent.files import read_regular
from agent.host import Unreadable
from agent.mydata_page import page
from agent.own_files import OwnFile, find
from agent.paths import Paths
from agent.store.events import AccountKept, latest
from agent.store.events import decode as decode_journal
from config.errors import SettingsError
from config.files import read_table
from config.platforms import platform
from config.text import printable

__all__ = ["FORMAT", "MyData", "archive", "collect"]

FORMAT = "watchword.my-data/1"
#: The store holds 90 days; a file beyond this is not as we wrote it, and is named without its content.
MAX_BYTES = 64 * 1024 * 1024
#: What Python has for the bytes of a file's name that are no UTF-8.
_UNDECODED = re.compile("[\ud800-\udfff]")
NO_KEYRING = "no keyring here that keeps secrets"
#: Where the person's page has both.
ON_THE_PAGE = "open Watchword, choose What office IT can see"

ReadSecrets = Callable[[Sequence[str]], Mapping[str, str | Unreadable | None]]


@dataclass(frozen=True)
class MyData:
    """``document`` is ``data.json``, ``files`` the copies by name, ``notes`` what could not be had."""

    document: dict[str, Any]
    files: dict[str, bytes] = field(repr=False)
    notes: tuple[str, ...]


def collect(
    paths: Paths,
    home: str,
    now: datetime,
    *,
    with_addresses: bool,
    read_secrets: ReadSecrets = secrets.get_many,
) -> MyData:
    """Read all of it."""
    reading = _Reading(with_addresses=with_addresses)
    for file in find(paths, home).files:
        reading.take(file, home)
    reading.told_by_journal()
    document = {
        "format": FORMAT,
        "made_at": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "version": __version__,
        "accounts": reading.accounts(),
        "keyring": reading.keyring(read_secrets),
        **reading.document,
        "files": reading.listed,
        "notes": reading.notes,
    }
    return MyData(document, reading.files, tuple(reading.notes))


def archive(data: MyData) -> bytes:
    """A zip file of it: ``answers.html``, ``summary.txt``, ``data.json`` and ``files/``."""
    made = io.BytesIO()
    texts = {
        "answers.html": page(data.document),
        "summary.txt": "\n".join(_summary(data)) + "\n",
        "data.json": json.dumps(data.document, indent=2, ensure_ascii=False) + "\n",
    }
    # Half a character of UTF-16 in one file, which nothing can encode, must not keep all the others from their owner.
    parts = {name: text.encode(errors="backslashreplace") for name, text in texts.items()}
    parts |= {f"files/{name}": content for name, content in data.files.items()}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, datetime.fromisoformat(data.document["made_at"]).timetuple()[:6])
            entry.external_attr = 0o100600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            zipped.writestr(entry, content)
    return made.getvalue()


class _Reading:
    """What has been read so far."""

    def __init__(self, *, with_addresses: bool) -> None:
        self.document: dict[str, Any] = {"store": {}, "journal": [], "settings": None, "status": None, "health": None}
        self.files: dict[str, bytes] = {}
        self.listed: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._with_addresses = with_addresses
        self._in_settings: list[dict[str, Any]] = []

    def take(self, file: OwnFile, home: str) -> None:
        """One file: into the document where it can be understood, and as a copy."""
        shown = _from_home(file.path, home)
        name = os.path.basename(file.path)
        row: dict[str, Any] = {"path": shown, "kind": file.kind, "content": "left out: nothing of yours"}
        self.listed.append(row)
        if file.kind == "runtime":
            return
        if file.kind == "store" and name == "watchword.db" and self._store(file.path):
            row["content"] = "data.json: store"
            return
        if file.kind == "store" and name in ("watchword.db-wal", "watchword.db-shm") and self.document["store"]:
            row["content"] = "data.json: store"
            return
        if file.kind == "settings" and not self._settings(file.path):
            row["content"] = "left out: it has addresses in it, or may have"
            return
        try:
            data = read_regular(file.path, MAX_BYTES)
        except OSError as error:
            row["content"] = f"could not be read: {error.strerror}"
            self.notes.append(f"{shown} could not be read: {error.strerror}.")
            return
        kept = self._free_name(_nameable(name))
        self.files[kept] = data
        row["content"] = f"files/{kept}"
        if name == "journal.jsonl":
            self.document["journal"] = [msgspec.to_builtins(event) for event in decode_journal(data).events]
        if name in ("status.json", "health.json"):
            self.document[name.removesuffix(".json")] = _json(data)

    def told_by_journal(self) -> None:
        """Without a store that can be read, accounts are taken from the journal."""
        if not self.document["store"] and self.document["journal"]:
            self.notes.append("The store could not be read; accounts and statements are those of the journal.")

    def accounts(self) -> list[dict[str, Any]]:
        """The accounts that are listed now."""
        rows = self.document["store"].get("accounts")
        if rows is None:
            events = msgspec.convert(self.document["journal"], list[Any])
            kept = [msgspec.convert(event, AccountKept) for event in events if event.get("kind") == "account"]
            rows = [msgspec.to_builtins(event) for event in latest(kept)]
        listed = [
            {
                "id": row["id"],
                "service": platform(row["service"]).name,
                "label": row["label"],
                "added_at": row["added_at"],
                "has_address": bool(row["has_address"]),
            }
            for row in rows
            if row["origin"] == "person" and row["removed_at"] is None
        ]
        return listed + self._in_settings

    def keyring(self, read_secrets: ReadSecrets) -> dict[str, Any]:
        """What is in the keyring, and with their owner's word the addresses. The key itself never."""
        names = {secrets.address_name(each["id"]) for each in self.accounts() if each["has_address"] and "id" in each}
        owners = sorted(filter(secrets.is_known, names))
        own = (secrets.HIBP_KEY, secrets.REPORT_SECRET, *owners)
        found = read_secrets(own)
        keys = {name: _standing(found.get(name)) for name in own}
        for name, standing in keys.items():
            if standing not in ("kept", "none", NO_KEYRING):
                self.notes.append(f"The keyring did not say whether it holds {name}: {standing}.")
        if not self._with_addresses:
            return {"holds": keys}
        addresses = {name: value for name in owners if isinstance(value := found.get(name), str)}
        return {"holds": keys, "addresses": addresses}

    def _store(self, path: str) -> bool:
        try:
            with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, timeout=5)) as connection:
                connection.execute("BEGIN")  # one moment for all tables
                tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                self.document["store"] = {table: list(_rows(connection, table)) for table in sorted(tables)}
        except (sqlite3.Error, ValueError) as error:
            self.document["store"] = {}
            self.notes.append(f"The store could not be read ({error}); the file itself is among the copies.")
            return False
        return True

    def _settings(self, path: str) -> bool:
        """Whether a copy of the settings file may go with it."""
        try:
            table = read_table(path) or {}
        except SettingsError as error:
            self.notes.extend(error.problems)
            return self._with_addresses
        entries = table.get("accounts", [])
        entries = [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
        for entry in entries:
            address = entry.get("address")
            shown = {"service": entry.get("service"), "label": entry.get("label"), "has_address": bool(address)}
            self._in_settings.append({**shown, **({"address": address} if self._with_addresses else {})})
        if self._with_addresses or not any(entry.get("address") for entry in entries):
            self.document["settings"] = _plain(table)
            return True
        self.document["settings"] = _plain({**table, "accounts": [{**each, "address": ""} for each in entries]})
        self.notes.append("The settings file has addresses in it, so it is here without them.")
        return False

    def _free_name(self, name: str) -> str:
        stem, extension = os.path.splitext(name)
        number, free = 1, name
        while free in self.files:
            number += 1
            free = f"{stem}-{number}{extension}"
        return free


def _summary(data: MyData) -> Iterator[str]:
    document = data.document
    yield "What Watchword holds about you"
    yield ""
    yield f"Made on {document['made_at']} by Watchword {document['version']}, on this computer. Nothing was sent."
    yield "answers.html has your accounts and answers, to read in a browser or to print. All of it is in data.json;"
    yield "files/ has copies of the files themselves."
    yield ""
    yield f"Accounts: {len(document['accounts'])}"
    for account in document["accounts"]:
        label, service = printable(str(account["label"])), printable(str(account["service"]))
        yield f"  {label} on {service}, {'with' if account['has_address'] else 'without'} an address"
    yield ""
    store = document["store"]
    for table, name in TABLES.items():
        yield f"{name}: {len(store.get(table, ()))}"
    yield ""
    yield "In this computer's keyring:"
    for name, standing in document["keyring"]["holds"].items():
        yield f"  {name}: {standing}"
    if "addresses" not in document["keyring"]:
        yield f"  Addresses are not in here. To have them, {ON_THE_PAGE}, and tick the addresses."
    yield "  Your key for Have I Been Pwned is never part of an export."
    yield ""
    yield "Files:"
    for row in document["files"]:
        yield f"  {printable(row['path'])} ({row['content']})"
    for note in data.notes:
        yield f"Note: {printable(note)}"
    yield ""
    yield f"To remove all of it from this computer, {ON_THE_PAGE}, then Delete everything."


#: The tables of the store in words, as far as they are about the person.
TABLES = {
    "attestations": "Statements you made, and events",
    "choices": "Settings you chose",
    "reminders": "Reminders",
    "said": "Alerts shown",
    "episodes": "Findings that alerts are about",
    "history": "Changes of a finding in the last 90 days",
    "standing": "Findings as they stand",
    "memory": "Things checks remember",
}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    quoted = table.replace('"', '""')
    found = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  (a name that the store has told)
    names = [column[0] for column in found.description]
    for row in found:
        yield {name: _value(name, value) for name, value in zip(names, row, strict=True)}


def _value(name: str, value: Any) -> Any:
    """A value as JSON can hold it; columns that hold JSON are unfolded."""
    if isinstance(value, bytes):
        return value.hex()
    if name in ("record", "value") and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _plain(table: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(table, default=str))


def _standing(value: str | Unreadable | None) -> str:
    if isinstance(value, Unreadable) and value.reason == "no_keyring":
        return NO_KEYRING
    if isinstance(value, Unreadable):
        return f"could not be told ({value.reason})"
    return "none" if value is None else "kept"


def _from_home(path: str, home: str) -> str:
    inside = home and path.startswith(home.rstrip("/\\") + os.sep)
    return _nameable("~" + path[len(home.rstrip("/\\")) :] if inside else path)


def _nameable(name: str) -> str:
    """A file's name with marks for the bytes in it that are no UTF-8; no archive could hold it as it is."""
    return _UNDECODED.sub("\ufffd", name)
