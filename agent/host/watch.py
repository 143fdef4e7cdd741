"""The watching host: hands out what another host says, and writes down what was asked and answered.

What it writes down is enough for a replay to give the same answers, and nothing that was not asked for: no other
variables, files, processes or commands of the computer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agent.host import Completed, Host, Process, RegistryValue, System, Unreadable, User
from agent.host.recording import FileEntry, Query, RecordedCommand, Recording

__all__ = ["WatchedMapping", "WatchingHost"]


class WatchedMapping(Mapping[str, Any]):
    """A mapping that notes which of its keys were looked up. Who goes through all of it has asked for all of it."""

    def __init__(self, wrapped: Mapping[str, Any]) -> None:
        self._wrapped = wrapped
        self.asked: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        value = self._wrapped[key]
        self.asked[key] = value
        return value

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str) and key in self._wrapped:
            self.asked[key] = self._wrapped[key]
            return True
        return False

    def __iter__(self) -> Iterator[str]:
        self.asked.update(self._wrapped)
        return iter(list(self._wrapped))

    def __len__(self) -> int:
        return len(self._wrapped)


class WatchingHost:
    """Another host, watched. Checks may use it side by side.

    Its time stands still at the moment the watching began, as it does in a recording.
    """

    def __init__(self, wrapped: Host) -> None:
        self._wrapped = wrapped
        self._began = wrapped.now()
        self._lock = threading.Lock()
        self._env = WatchedMapping(wrapped.env)
        self.system: System = wrapped.system
        self.env: Mapping[str, str] = self._env
        self.user: User = wrapped.user
        self.home: str = wrapped.home
        self._programs: dict[str, str] = {}
        self._commands: dict[tuple[str, ...], RecordedCommand] = {}
        self._files: dict[str, str | FileEntry] = {}
        #: Windows only: path in lower case -> as it was spelt first, with backslashes.
        self._spelt: dict[str, str] = {}
        self._registry: dict[str, dict[str, RegistryValue]] = {}
        self._processes: dict[int, Process] = {}
        self._queries: dict[tuple[str, tuple[str, ...]], Query] = {}
        self._unreadable: dict[str, str] = {}

    def now(self) -> datetime:
        return self._began

    def read(self, path: str) -> str | Unreadable | None:
        data = self.read_bytes(path)
        return data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        answer = self._wrapped.read_bytes(path)
        if answer is not None:
            with self._lock:
                self._files[self._spelling(path)] = _file_entry(answer)
        return answer

    def glob(self, pattern: str) -> list[str]:
        found = self._wrapped.glob(pattern)
        with self._lock:
            for path in found:
                self._files.setdefault(self._spelling(path), FileEntry(present=True))
        return found

    def which(self, name: str) -> str | None:
        path = self._wrapped.which(name)
        if path is not None:
            with self._lock:
                self._programs.setdefault(self._bare(name), path)
        return path

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        answer = self._wrapped.run(argv, timeout)
        if isinstance(answer, Unreadable):
            command = RecordedCommand(tuple(argv), failure=answer.reason)
        else:
            command = RecordedCommand(tuple(argv), answer.exit, answer.stdout, answer.stderr)
        if command.failure != "no_tool":  # a program that is not there is not recorded
            self.which(argv[0])
            with self._lock:
                self._commands[command.argv] = command
        return answer

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        """As the other host; of a key in both views each view is written down by itself."""
        answer = self._wrapped.registry(key)
        for view in _views(key):
            self.registry(view)
        with self._lock:
            if _views(key):
                return answer
            if isinstance(answer, Unreadable):
                self._unreadable[key] = answer.reason
            elif answer is not None:
                self._registry[key] = dict(answer)
        return answer

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        answer = self._wrapped.registry_subkeys(key)
        for view in _views(key):
            self.registry_subkeys(view)
        with self._lock:
            if _views(key):
                return answer
            if isinstance(answer, Unreadable):
                self._unreadable[key] = answer.reason
            elif answer is not None:
                self._registry.setdefault(key, {})
                for name in answer:
                    self._registry.setdefault(f"{key}\\{name}", {})
        return answer

    def processes(self, *names: str) -> list[Process] | Unreadable:
        """As the other host. Asked for every process, it writes down no arguments: they may hold anything."""
        answer = self._wrapped.processes(*names)
        with self._lock:
            if isinstance(answer, Unreadable):
                self._unreadable["processes"] = answer.reason
                return answer
            for process in answer:
                bare = msgspec.structs.replace(process, argv=())
                self._processes[process.pid] = process if names else self._processes.get(process.pid, bare)
        return answer

    def query(self, name: str, *args: str) -> Any:
        """As the other host, and as a recording can hold it: whatever JSON makes of the value."""
        answer = self._wrapped.query(name, *args)
        if isinstance(answer, Unreadable):
            query = Query(name, args, failure=answer.reason)
        else:
            answer = msgspec.json.decode(msgspec.json.encode(answer))
            query = Query(name, args, answer)
        with self._lock:
            self._queries[name, args] = query
        return answer

    def to_recording(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        remembered: Mapping[str, Mapping[str, Any]] | None = None,
        comment: str = "",
    ) -> Recording:
        """Everything so far. It holds personal details: see :mod:`agent.host.redact`."""
        with self._lock:
            return Recording(
                format="watchword.recording/1",
                system=self.system,
                taken_at=self._began,
                user=self.user,
                env=dict(sorted(self._env.asked.items())),
                programs=dict(sorted(self._programs.items())),
                commands=[self._commands[argv] for argv in sorted(self._commands)],
                files=dict(sorted(self._without_known_directories().items())),
                registry=dict(sorted(self._registry.items())),
                processes=[self._processes[pid] for pid in sorted(self._processes)],
                queries=[self._queries[key] for key in sorted(self._queries)],
                unreadable=dict(sorted(self._unreadable.items())),
                config=dict(config or {}),
                remembered={check: dict(values) for check, values in sorted((remembered or {}).items()) if values},
                comment=comment,
            )

    def _without_known_directories(self) -> dict[str, str | FileEntry]:
        """The files, less the directories that exist anyway because something lies below them."""
        separator = "\\" if self.system is System.WINDOWS else "/"
        parents = set()
        for path in map(self._compared, self._files):
            while (cut := path.rfind(separator)) > 0:
                path = path[:cut]  # noqa: PLW2901  (walks up)
                parents.add(path)
        return {
            path: entry
            for path, entry in self._files.items()
            if self._compared(path) not in parents
            or (isinstance(entry, str) or not (entry.present or entry.failure == "unsupported"))
        }

    def _spelling(self, path: str) -> str:
        """One spelling for all of a file's: on Windows case makes no difference, nor which slash."""
        if self.system is not System.WINDOWS:
            return path
        spelt = path.replace("/", "\\")
        return self._spelt.setdefault(self._compared(spelt), spelt)

    def _compared(self, path: str) -> str:
        return path.lower() if self.system is System.WINDOWS else path

    def _bare(self, name: str) -> str:
        return name.rsplit("\\" if self.system is System.WINDOWS else "/", 1)[-1]


def _file_entry(answer: bytes | Unreadable) -> str | FileEntry:
    if isinstance(answer, Unreadable):
        return FileEntry(denied=True) if answer.reason == "denied" else FileEntry(failure=answer.reason)
    try:
        return answer.decode("utf-8")
    except UnicodeDecodeError:
        return FileEntry(base64=answer)


def _views(key: str) -> tuple[str, ...]:
    root, separator, rest = key.partition("\\")
    return tuple(f"{view}{separator}{rest}" for view in ("HKLM64", "HKLM32")) if root.upper() == "HKLM" else ()
