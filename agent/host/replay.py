"""The replaying host: a recorded computer, of any system, judged on any system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.host import Completed, Process, RegistryValue, System, Unreadable, User
from agent.host.recorded_registry import RecordedRegistry
from agent.host.recorded_tree import RecordedTree
from agent.host.recording import RecordedCommand, Recording, default_user
from agent.host.windows_paths import leads_away

__all__ = ["ReplayHost"]

COMMAND_NOT_RECORDED = 127


class ReplayHost:
    """A computer as it was recorded. What is not in the recording is not on that computer."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.system: System = recording.system
        self.env: Mapping[str, str] = recording.env
        self.user: User = recording.user or default_user(recording.system)
        self.home: str = self.user.home
        self._separator = "\\" if self.system is System.WINDOWS else "/"
        self._tree = RecordedTree(recording.files, windows=self.system is System.WINDOWS)
        self._registry = RecordedRegistry(recording.registry, recording.unreadable)
        self._queries = {(query.name, query.args): query for query in reversed(recording.queries)}
        self._now = (recording.taken_at or datetime.now(UTC)).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def read(self, path: str) -> str | Unreadable | None:
        data = self.read_bytes(path)
        return data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data

    def read_bytes(self, path: str) -> bytes | Unreadable | None:
        if self._leads_away(path):
            return Unreadable("unsupported", path)
        entry = self._tree.entry(path)
        if isinstance(entry, str):
            return entry.encode("utf-8", errors="surrogatepass")
        if entry is None:
            return Unreadable("unsupported", path) if self._tree.is_directory(path) else None
        if entry.denied:
            return Unreadable("denied", path)
        if entry.failure is not None:
            return Unreadable(entry.failure, path)
        return Unreadable("not_recorded", path) if entry.base64 is None else entry.base64

    def glob(self, pattern: str) -> list[str]:
        return [] if self._leads_away(pattern) else self._tree.glob(pattern)

    def which(self, name: str) -> str | None:
        """As recorded; a program of which only a command was recorded is there as well."""
        bare = self._bare(name)
        listed = self.recording.programs.get(bare)
        if listed is not None:
            return listed if name in (bare, listed) else None
        for command in self.recording.commands:
            spelt = command.argv[0]
            if self._same_program(spelt, name) and command.failure != "no_tool":
                full = next((each for each in (spelt, name) if each != bare), None)
                return full or (f"/usr/bin/{bare}" if self._separator == "/" else rf"C:\Windows\System32\{bare}")
        return None

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        del timeout
        where = " ".join(argv)
        if not argv or self.which(argv[0]) is None:
            return Unreadable("no_tool", where)
        command = next((command for command in self.recording.commands if self._is_same(command, argv)), None)
        if command is None:
            return Completed(COMMAND_NOT_RECORDED)
        if command.failure is not None:
            return Unreadable(command.failure, where)
        return Completed(command.exit, command.stdout, command.stderr)

    def registry(self, key: str) -> Mapping[str, RegistryValue] | Unreadable | None:
        return self._registry.values(key)

    def registry_subkeys(self, key: str) -> list[str] | Unreadable | None:
        return self._registry.subkeys(key)

    def processes(self, *names: str) -> list[Process] | Unreadable:
        failure = self.recording.unreadable.get("processes")
        if failure is not None:
            return Unreadable(failure, "processes")
        wanted = {self._name(name) for name in names}
        return [process for process in self.recording.processes if not names or self._name(process.name) in wanted]

    def query(self, name: str, *args: str) -> Any:
        if any(map(self._leads_away, args)):
            return Unreadable("unsupported", name)
        query = self._queries.get((name, args))
        if query is None:
            return Unreadable("not_recorded", name)
        return query.value if query.failure is None else Unreadable(query.failure, name)

    def _leads_away(self, path: str) -> bool:
        """As the live host: what lies on another computer is not looked at, and is not to be believed either."""
        return self.system is System.WINDOWS and leads_away(path, self.home)

    def _is_same(self, command: RecordedCommand, argv: Sequence[str]) -> bool:
        return command.argv[1:] == tuple(argv[1:]) and self._same_program(command.argv[0], argv[0])

    def _same_program(self, recorded: str, asked: str) -> bool:
        """Whether two spellings are one program: equal, or one bare and the other its full path."""
        bare = self._bare(asked)
        return recorded == asked or (self._bare(recorded) == bare and bare in (recorded, asked))

    def _name(self, name: str) -> str:
        """A process name as it is compared: Windows ignores case."""
        return name.lower() if self.system is System.WINDOWS else name

    def _bare(self, name: str) -> str:
        return name.rsplit(self._separator, 1)[-1]
