"""Leaving people out of a recording before it is written.

Names, addresses and serial numbers get stand-ins everywhere, keys included; what is replaced is counted. The same
detail has the same stand-in throughout, so the recorded computer still hangs together and is judged the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from agent.host import Process, RegistryValue
from agent.host.identity import HOST_FILES, HOST_VARIABLES, Identity, of_recording
from agent.host.recording import FileEntry, Query, RecordedCommand, Recording
from agent.host.secret_words import is_secret_name, without_secrets
from agent.host.standins import REMOVED, StandIns

__all__ = ["redacted"]

ACCOUNT_VARIABLES = ("USER", "LOGNAME", "USERNAME", "SUDO_USER")

#: Programs, paths and keys that speak of versions, where `115.3.0.1` is one.
VERSION_PROGRAMS = re.compile(
    r"dpkg.*|apt.*|rpm.*|dnf.*|yum|zypper|pacman|flatpak|snap|brew|winget|mas|softwareupdate|fwupdmgr|pkcon|pkgutil",
    re.IGNORECASE,
)
VERSION_WORDS = re.compile(
    r"version|release|candidate|latest|installed|update|upgrade|dpkg|apt|rpm|dnf|pacman|flatpak|snap|package"
    r"|manifest|application\.ini|compatibility\.ini|extensions\.json|Info\.plist",
    re.IGNORECASE,
)
VERSION_ARGUMENTS = frozenset({"--version", "-version", "-V", "-v", "version"})

BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

#: Chromium's state of a profile: of it only what it says about extensions is kept, and of that no web sites.
BROWSER_STATE = frozenset({"Preferences", "Secure Preferences"})


def redacted(recording: Recording, identity: Identity | None = None) -> Recording:
    """The recording without what names its people or the computer.

    ``identity`` adds what is known of this computer to what the recording itself gives away.
    """
    known = of_recording(recording) | (identity or Identity())
    names = [*recording.programs, *(command.argv[0] for command in recording.commands)]
    vocabulary = {re.split(r"[/\\]", name)[-1] for name in names} | {each.name for each in recording.processes}
    return _Redaction(StandIns(known, vocabulary=vocabulary)).recording(recording)


class _Redaction:
    """One pass over one recording."""

    def __init__(self, names: StandIns) -> None:
        self._names = names
        self._counts = names.counts

    def recording(self, old: Recording) -> Recording:
        """Every part of it, in the order in which stand-ins are numbered."""
        text = self._names.text
        user = old.user and msgspec.structs.replace(
            old.user, name=self._names.user_name(old.user.name), home=text(old.user.home)
        )
        new = msgspec.structs.replace(
            old,
            user=user,
            env={name: self._variable(name, value) for name, value in old.env.items()},
            programs={name: text(path, versions=True) for name, path in old.programs.items()},
            commands=[self._command(command) for command in old.commands],
            files=dict(self._file(path, entry) for path, entry in old.files.items()),
            registry={text(key, versions=True): self._values(key, values) for key, values in old.registry.items()},
            processes=[self._process(process) for process in old.processes],
            queries=[self._query(query) for query in old.queries],
            unreadable={text(key, versions=True): reason for key, reason in old.unreadable.items()},
            config=self._value(old.config),
            remembered=self._value(old.remembered, versions=True),
            comment=text(old.comment),
        )
        counts = {kind: count for kind, count in sorted(self._counts.items()) if count}
        before = old.redacted
        return msgspec.structs.replace(
            new, redacted={kind: before.get(kind, 0) + counts.get(kind, 0) for kind in sorted({*before, *counts})}
        )

    def _variable(self, name: str, value: str) -> str:
        if is_secret_name(name) and value:
            return self._removed()
        if name in ACCOUNT_VARIABLES:
            return self._names.user_name(value)
        if name in HOST_VARIABLES:
            return self._names.host_name(value)
        return self._names.text(value)

    def _command(self, command: RecordedCommand) -> RecordedCommand:
        program = re.split(r"[/\\]", command.argv[0])[-1]
        versions = bool(VERSION_PROGRAMS.fullmatch(program)) or not VERSION_ARGUMENTS.isdisjoint(command.argv)
        return msgspec.structs.replace(
            command,
            argv=tuple(self._names.text(word, versions=versions) for word in command.argv),
            stdout=self._names.text(command.stdout, versions=versions),
            stderr=self._names.text(command.stderr, versions=versions),
        )

    def _file(self, path: str, entry: str | FileEntry) -> tuple[str, str | FileEntry]:
        new_path = self._names.text(path, versions=True)
        versions = bool(VERSION_WORDS.search(path))
        if isinstance(entry, str):
            if path in HOST_FILES:
                return new_path, self._names.host_name(entry)
            return new_path, self._names.text(self._trimmed(path, entry), versions=versions)
        if entry.base64 is None:
            return new_path, entry
        return new_path, FileEntry(base64=self._bytes(entry.base64, versions=versions))

    def _bytes(self, data: bytes, *, versions: bool) -> bytes:
        """Bytes of any kind: as text if they are marked as UTF-16, and anyway with stand-ins of the same length."""
        codec = BYTE_ORDER_MARKS.get(data[:2])
        if codec and len(data) % 2 == 0:
            text = data.decode(codec, "surrogatepass")
            data = self._names.text(text, versions=versions).encode(codec, "surrogatepass")
        else:
            self._counts["binary_file"] += 1
        text = data.decode("utf-8", "surrogateescape")
        return self._names.text(text, versions=versions, same_length=True).encode("utf-8", "surrogateescape")

    def _trimmed(self, path: str, content: str) -> str:
        """A browser's state without its owner's accounts, sites and habits, which no check asks for."""
        if re.split(r"[/\\]", path)[-1] not in BROWSER_STATE:
            return content
        try:
            state = json.loads(content)
        except (ValueError, RecursionError):
            return content
        if not isinstance(state, dict):
            return content
        self._counts["browser_state"] += 1
        return json.dumps({"extensions": _without_sites(state["extensions"])} if "extensions" in state else {})

    def _values(self, key: str, values: Mapping[str, RegistryValue]) -> dict[str, RegistryValue]:
        return {
            self._names.text(name, versions=True): RegistryValue(
                value.type, self._named(name, value.value, versions=bool(VERSION_WORDS.search(f"{key} {name}")))
            )
            for name, value in values.items()
        }

    def _process(self, process: Process) -> Process:
        argv, removed = without_secrets(process.argv)
        self._counts["secret"] += removed
        return msgspec.structs.replace(
            process,
            name=self._names.text(process.name, versions=True),
            user=self._names.user_name(process.user),
            argv=tuple(self._names.text(word) for word in argv),
        )

    def _query(self, query: Query) -> Query:
        versions = bool(VERSION_WORDS.search(query.name))
        return msgspec.structs.replace(
            query,
            args=tuple(self._names.text(word, versions=True) for word in query.args),
            value=self._value(query.value, versions=versions),
        )

    def _value(self, value: Any, *, versions: bool = False) -> Any:
        """Any JSON value; a key that speaks of versions says so for what is below it."""
        if isinstance(value, str):
            return self._names.text(value, versions=versions)
        if isinstance(value, Mapping):
            return {
                self._names.text(key, versions=True): self._named(
                    key, item, versions=versions or bool(VERSION_WORDS.search(key))
                )
                for key, item in value.items()
            }
        if isinstance(value, Sequence):
            return [self._value(item, versions=versions) for item in value]
        return value

    def _named(self, name: str, value: Any, *, versions: bool) -> Any:
        """A value under a name; text under the name of a secret is removed, switches such as "1" are not."""
        if isinstance(value, str) and len(value) > 2 and is_secret_name(name):
            return self._removed()
        return self._value(value, versions=versions)

    def _removed(self) -> str:
        self._counts["secret"] += 1
        return REMOVED


def _without_sites(value: Any) -> Any:
    """Without the permissions of extensions, which list the sites on which their owner allowed them."""
    if isinstance(value, dict):
        return {key: _without_sites(item) for key, item in value.items() if not key.endswith("permissions")}
    if isinstance(value, list):
        return [_without_sites(item) for item in value]
    return value
