"""What most commands start with: where the files are, the settings in force, and the store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from agent.errors import RefusedError
from agent.paths import Paths
from agent.store import Store
from config.loader import Loaded, SettingsError, keepable, load

__all__ = ["Session", "SessionError", "keep_settings", "open_session", "session_with_notes", "settings_in_force"]


class SessionError(RefusedError):
    """The command cannot start: wrong settings, a bad recording, a wrong name. One line for each problem."""


@dataclass(frozen=True)
class Session:
    """One command's view of this computer. ``notes`` are sentences the person should see, such as a rebuilt store."""

    paths: Paths
    loaded: Loaded
    store: Store
    notes: list[str] = field(default_factory=list)


def open_session(config: str | None = None, *, last_good: bool = False, on_page: bool = False) -> Session:
    """Open the store and read the settings, which the person's choices in the store are part of.

    ``config`` names a settings file to use instead of the person's own. A store that cannot be opened does not stop
    the checks: one in memory stands in, and a note says that nothing will be kept. With ``last_good`` a settings file
    that cannot be used does not stop them either: what :func:`keep_settings` kept last takes its place,
    ``loaded.problems`` says what is wrong, and so do the notes. ``on_page`` leaves commands out of these.

    Raises:
        SessionError: the settings are wrong; each line names file, key, what was found and what is allowed.
        agent.store.StoreError: the store was opened and then could not be read.
    """
    paths = Paths.here()
    store = Store.open_or_in_memory(paths)
    try:
        loaded = _load(paths, config, store.choices(), (store.settings_kept() or {}) if last_good else None)
    except BaseException:  # Ctrl-C too: let go of it, then go on raising
        store.close()
        raise
    return Session(paths, loaded, store, [*store.notes, *_notes(loaded, on_page=on_page)])


def keep_settings(session: Session) -> None:
    """Keep the settings of a round that was run with them, if their files are as they should be.

    ``store.settings_kept()["digest"]`` then names them, so that the next round sees whether they have changed.

    Raises:
        agent.store.StoreError: they could not be kept.
    """
    if not session.loaded.problems:
        session.store.keep_settings(keepable(session.loaded))


def settings_in_force(config: str | None = None) -> tuple[Loaded, list[str]]:
    """The settings for a command that needs nothing else of the store, and notes. It makes no store.

    Raises:
        SessionError: the settings are wrong, a line for each problem.
        agent.store.StoreError: the store was opened and then could not be read.
    """
    paths = Paths.here()
    choices: dict[str, Any] = {}
    notes: list[str] = []
    if os.path.exists(paths.store) or os.path.exists(paths.journal):
        with Store.open_or_in_memory(paths) as store:
            choices = store.choices()
            notes.extend(store.notes)
    loaded = _load(paths, config, choices, None)
    return loaded, [*notes, *_notes(loaded)]


def _load(paths: Paths, config: str | None, choices: Mapping[str, Any], last_good: Mapping[str, Any] | None) -> Loaded:
    try:
        return load(config or paths.config, paths.policy, choices, must_exist=config is not None, last_good=last_good)
    except SettingsError as error:
        raise SessionError(str(error)) from error


def _notes(loaded: Loaded, *, on_page: bool = False) -> list[str]:
    mend = "; office IT can help." if on_page else "; `watchword config unset` takes it back."
    notes = [f"{problem}. This choice is not used{mend}" for problem in loaded.ignored]
    if loaded.problems:
        notes.append("The settings cannot be used as they are, so the last good ones are in force:")
        notes.extend(loaded.problems)
    return notes


@contextmanager
def session_with_notes(config: str | None, stderr: IO[str], *, last_good: bool = False) -> Iterator[Session]:
    """A session for one command: what the person should know is said first, and the store is closed at the end."""
    session = open_session(config, last_good=last_good)
    with session.store:
        for note in session.notes:
            print(f"watchword: {note}", file=stderr)
        yield session
