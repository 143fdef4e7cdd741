"""The replaying host: a recorded computer, of any system, judged on any system."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.host import Completed, Process, RegistryValue, System, Unreadable, User
from agent.host.recording import FileEntry, Recording

COMMAND_NOT_RECORDED = 127
VIEWS = ("hklm64\\", "hklm32\\")


class ReplayHost:
    """A computer as it was recorded. What is not in the recording is not on that computer."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.system: System = recording.system
        self.env: Mapping[str, str] = recording.env
        self.user: User = recording.user
        self.home: str = recording.user.home
        windows = self.system is System.WINDOWS
        self._separator = "\\" if windows else "/"
        self._files = {self._path(path): entry for path, entry in recording.files.items()}
        self._spelling = {self._path(known): known for known in _with_parents(recording.files, self._separator)}
        self._registry = {key.lower(): values for key, values in recording.registry.items()}
        self._now = recording.taken_at or datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def read(self, path: str) -> str | Unreadable | None:
        data = self.read_bytes(path)
        return data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        entry = self._files.get(self._path(path))
        if isinstance(entry, str):
            return entry.encode("utf-8", errors="surrogatepass")
        if entry is None:
            return Unreadable("unsupported", path) if self._path(path) in self._spelling else None
        if entry.denied:
            return Unreadable("denied", path)
        return Unreadable("not_recorded", path) if entry.base64 is None else entry.base64

    def glob(self, pattern: str) -> list[str]:
        wanted = re.compile(_as_regex(self._path(pattern), self._separator))
        return sorted(spelling for path, spelling in self._spelling.items() if wanted.fullmatch(path))

    def which(self, name: str) -> str | None:
        bare = name.rsplit(self._separator, 1)[-1]
        listed = self.recording.programs.get(bare)
        if listed is not None:
            return listed if name in (bare, listed) else None
        for command in self.recording.commands:
            if command.argv and command.argv[0].rsplit(self._separator, 1)[-1] == bare:
                return command.argv[0] if self._separator in command.argv[0] else f"/usr/bin/{bare}"
        return None

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        where = " ".join(argv)
        if self.which(argv[0]) is None:
            return Unreadable("no_tool", where)
        asked = [argv[0].rsplit(self._separator, 1)[-1], *argv[1:]]
        for command in self.recording.commands:
            if [command.argv[0].rsplit(self._separator, 1)[-1], *command.argv[1:]] == asked:
                if command.failure is not None:
                    return Unreadable(command.failure, where)
                return Completed(command.exit, command.stdout, command.stderr)
        return Completed(COMMAND_NOT_RECORDED)

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        found: dict[str, RegistryValue] | None = None
        for name in _views(key):
            values = self._registry.get(name)
            if values is not None:
                found = {value.lower(): content for value, content in values.items()} | (found or {})
        if found is None and self.registry_subkeys(key):
            return {}
        return found

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        names: dict[str, str] = {}
        exists = False
        for view in _views(key):
            for recorded in self.recording.registry:
                if recorded.lower() == view:
                    exists = True
                elif recorded.lower().startswith(view + "\\"):
                    child = recorded[len(view) + 1 :].split("\\", 1)[0]
                    names.setdefault(child.lower(), child)
        return sorted(names.values()) if names or exists else None

    def processes(self, *names: str) -> list[Process] | Unreadable:
        return [process for process in self.recording.processes if not names or process.name in names]

    def query(self, name: str, *args: str) -> Any:
        for query in self.recording.queries:
            if query.name == name and query.args == args:
                return query.value if query.failure is None else Unreadable(query.failure, name)
        return Unreadable("not_recorded", name)

    def _path(self, path: str) -> str:
        """A path as it is compared: Windows ignores case and takes either slash."""
        return path.replace("/", "\\").lower() if self.system is System.WINDOWS else path


def _with_parents(files: Mapping[str, str | FileEntry], separator: str) -> Iterator[str]:
    """Every recorded path and every directory that one lies below."""
    for path in files:
        spelled = path.replace("/", "\\") if separator == "\\" else path
        yield spelled
        while (cut := spelled.rfind(separator)) > 0:
            spelled = spelled[:cut]
            yield spelled


def _as_regex(pattern: str, separator: str) -> str:
    """A glob as a regular expression in which ``*`` and ``?`` stay within one component and skip hidden names."""
    parts = []
    for part in pattern.split(separator):
        expression = fnmatch.translate(part).removesuffix(r"\Z").removesuffix(r"\z")
        within = expression.replace(".*", f"[^{re.escape(separator)}]*")
        hidden = r"(?!\.)" if part[:1] in "*?[" and part else ""
        parts.append(hidden + within)
    return re.escape(separator).join(parts)


def _views(key: str) -> tuple[str, ...]:
    """The recorded names that answer for a key: ``HKLM\\`` is both views, 64-bit first; a view also reads ``HKLM\\``."""
    lowered = key.lower().rstrip("\\")
    if lowered.startswith("hklm\\"):
        rest = lowered.removeprefix("hklm\\")
        return (lowered, *(view + rest for view in VIEWS))
    for view in VIEWS:
        if lowered.startswith(view):
            return (lowered, "hklm\\" + lowered.removeprefix(view))
    return (lowered,)
