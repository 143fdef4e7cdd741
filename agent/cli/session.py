"""What most commands start with: where the files are, the settings in force, and the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from agent.errors import RefusedError
from agent.paths import Paths
from agent.store import Store
from config.loader import Loaded, SettingsError, load

__all__ = ["Session", "SessionError", "open_session", "session_with_notes"]


class SessionError(RefusedError):
    """The command cannot start: wrong settings, a bad recording, a wrong name. One line for each problem."""


@dataclass(frozen=True)
class Session:
    """One command's view of this computer. ``notes`` are sentences the person should see, such as a rebuilt store."""

    paths: Paths
    loaded: Loaded
    store: Store
    notes: list[str] = field(default_factory=list)


def open_session(config: str | None = None) -> Session:
    """Read the settings and open the store.

    ``config`` names a settings file to use instead of the person's own. A store that cannot be opened does not stop
    the checks: one in memory stands in, and a note says that nothing will be kept.

    Raises:
        SessionError: the settings are wrong; each line names file, key, what was found and what is allowed.
    """
    paths = Paths.here()
    user_file = Path(config or paths.config)
    try:
        loaded = load(user_file, Path(paths.policy), must_exist=config is not None)
    except SettingsError as error:
        raise SessionError(str(error)) from error
    store = Store.open_or_in_memory(paths)
    return Session(paths, loaded, store, list(store.notes))


@contextmanager
def session_with_notes(config: str | None, stderr: IO[str]) -> Iterator[Session]:
    """A session for one command: what the person should know is said first, and the store is closed at the end."""
    session = open_session(config)
    with session.store:
        for note in session.notes:
            print(f"watchword: {note}", file=stderr)
        yield session
