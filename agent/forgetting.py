"""Removing everything that Watchword holds about its person: files, keyring, start at sign-in. Never the program.

What cannot be removed is told, and does not keep the rest from being removed. Only what runs and would not end does:
it would write all of it anew.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from agent import secrets
from agent.account_list import why_not
from agent.errors import WatchwordError
from agent.files import read_regular
from agent.host import Unreadable
from agent.locking import FileLock
from agent.own_files import Found, OwnFile, find
from agent.paths import Paths
from agent.stopping import serves_the_page, still_running, stop

__all__ = ["Forgotten", "Plan", "SwitchOff", "SwitchedOff", "forget_everything", "plan", "remove_last_lock"]

#: Ids of accounts as the store makes them. Looked for in the bytes of all its files, so also in damaged ones.
_ACCOUNT = re.compile(rb"i-[0-9a-f]{12}")
MAX_BYTES = 64 * 1024 * 1024
#: How long Windows may keep a file that a program has just closed.
IN_USE_SECONDS = 2.0
#: Held by `watchword run` for as long as it runs.
ROUND_LOCK = "round.lock"
#: How the names of all locks end.
LOCK = ".lock"
#: After these, no other secret could be removed either.
NO_USE = frozenset({"no_keyring", "locked", "timeout"})


@dataclass(frozen=True)
class SwitchedOff:
    """What came of switching one thing off: whether it was on, and in a sentence what is left of it."""

    was_on: bool
    rest: str = ""


#: Switches one thing off, if it is on.
SwitchOff = Callable[[], SwitchedOff]


@dataclass(frozen=True)
class Plan:
    """What there is to remove. ``secrets`` are names in the keyring, those that are there if it can tell."""

    found: Found
    secrets: tuple[str, ...]
    running: tuple[str, ...]
    keyring_problem: Unreadable | None = None


@dataclass(frozen=True)
class Forgotten:
    """What came of it. ``left`` is what is still there, a sentence each; ``ended`` names what was on and is off now."""

    files: int
    secrets: int
    left: tuple[str, ...]
    ended: tuple[str, ...] = ()


def plan(paths: Paths, home: str, *, may_prompt: bool) -> Plan:
    """What there is to remove. Nothing is changed."""
    found = find(paths, home)
    names = _names(found.files)
    kept = secrets.kept_names(may_prompt=may_prompt)
    if isinstance(kept, list):
        return Plan(found, tuple(sorted(_there(names, kept))), tuple(still_running(paths)))
    # One that nobody can use now may hold what another session kept in it.
    return Plan(found, tuple(sorted(names)), tuple(still_running(paths)), kept)


def forget_everything(
    paths: Paths, home: str, *, switch_off: dict[str, SwitchOff], may_prompt: bool, seconds: float = 15.0
) -> Forgotten:
    """Remove it all. ``switch_off`` are the things outside our folders, by what they are called.

    Raises:
        WatchwordError: something runs and does not end; no file and no secret was removed.
    """
    ended, left = _switched_off(switch_off)
    running = stop(paths, seconds)
    if running:
        raise WatchwordError(f"{' and '.join(running)} could not be stopped, so nothing was removed. Sign out and in.")
    # Held until the end, so that no page, no background agent and no round starts meanwhile.
    locks = {paths.page_lock: "The page was opened again", paths.daemon_lock: "The background agent was started again"}
    locks |= dict.fromkeys((os.path.join(paths.data, ROUND_LOCK), paths.rounds_lock), "Another round is running")
    ours = serves_the_page(paths)
    if ours:
        del locks[paths.page_lock]
    with ExitStack() as held:
        for lock, otherwise in locks.items():
            held.enter_context(_held(lock, seconds, otherwise))
        todo = plan(paths, home, may_prompt=may_prompt)
        removed_secrets, problems = _remove_secrets(todo, may_prompt=may_prompt)
        left += problems
        removed = _remove_files(todo.found)
        removed += _remove_files(find(paths, home))  # another command may have been writing
        if sys.platform != "win32":  # which removes no file that somebody has open
            removed += _remove_locks(find(paths, home))
    # On Windows, the page that this is asked from has its own lock open until it ends: then it is removed.
    soon = {os.path.abspath(paths.page_lock)} if ours and sys.platform == "win32" else set()
    if sys.platform == "win32":
        removed += _remove_locks(find(paths, home), but=soon)
    _remove_folders(find(paths, home).folders)
    rest = find(paths, home)
    left += [f"{file.path} could not be removed." for file in rest.files if file.path not in soon]
    left += [f"{path} is not Watchword's, or cannot be looked into, so it is left." for path in rest.strangers]
    return Forgotten(removed, removed_secrets, tuple(left), tuple(ended))


def remove_last_lock(lock: FileLock, home: str) -> None:
    """Let go of the lock of a page that is about to end, and remove it, if everything else was forgotten."""
    found = find(Paths.here(), home)
    if [file.path for file in found.files] == [os.path.abspath(lock.path)]:
        lock.release()
        _remove_locks(found)
        _remove_folders(found.folders)


def _switched_off(switch_off: dict[str, SwitchOff]) -> tuple[list[str], list[str]]:
    """The names of what was on and is off now, and what is left, a sentence each."""
    ended: list[str] = []
    left: list[str] = []
    for name, off in switch_off.items():
        try:
            done = off()
        except (WatchwordError, OSError) as error:
            left.append(f"{name} could not be switched off: {error}")
            continue
        ended += [name] if done.was_on else []
        left += [done.rest] if done.rest else []
    return ended, left


def _names(files: tuple[OwnFile, ...]) -> set[str]:
    """Every name under which there may be a secret."""
    names = {secrets.HIBP_KEY, secrets.REPORT_SECRET, secrets.REPORT_SECRET_NEW}
    for file in files:
        if file.kind in ("store", "journal", "status"):
            with suppress(OSError):
                ids = set(_ACCOUNT.findall(read_regular(file.path, MAX_BYTES)))
                names |= {secrets.address_name(each.decode("ascii")) for each in ids}
    return names


def _there(names: set[str], kept: list[str]) -> set[str]:
    """Those of the names that hold something, with all that the keyring itself knows."""
    found = secrets.get_many(sorted(names))
    return set(kept) | {name for name, value in found.items() if value is not None}


def _remove_secrets(todo: Plan, *, may_prompt: bool) -> tuple[int, list[str]]:
    if todo.keyring_problem is not None and todo.keyring_problem.reason == "no_keyring":
        return 0, []
    removed, problems = 0, []
    for place, name in enumerate(todo.secrets):
        done = secrets.remove(name, may_prompt=may_prompt)
        if isinstance(done, Unreadable):
            rest = todo.secrets[place:] if done.reason in NO_USE else (name,)
            problems.append(f"The keyring may still hold {', '.join(rest)}, {why_not(done)}.")
            if done.reason in NO_USE:
                break
        else:
            removed += done
    return removed, problems


@contextmanager
def _held(path: str, seconds: float, otherwise: str) -> Iterator[None]:
    """Hold a lock; ``otherwise`` says who keeps it from us.

    One that cannot be made, on a disk that takes no file, cannot be held by others either.

    Raises:
        WatchwordError: somebody else keeps holding it.
    """
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    try:
        while not lock.take():
            if time.monotonic() > deadline:
                raise WatchwordError(f"{otherwise}, so nothing was removed. Try again in a minute.")
            time.sleep(0.05)
    except OSError:
        pass
    try:
        yield
    finally:
        lock.release()


def _remove_files(found: Found) -> int:
    """All but the locks, which keep nobody out once their files are gone."""
    return _remove(file for file in found.files if not file.path.endswith(LOCK))


def _remove_locks(found: Found, but: Collection[str] = ()) -> int:
    return _remove(file for file in found.files if file.path.endswith(LOCK) and file.path not in but)


def _remove(files: Iterable[OwnFile]) -> int:
    removed = 0
    for file in files:
        with suppress(OSError):
            _unlink(file.path)
            removed += 1
    return removed


def _unlink(path: str) -> None:
    deadline = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            return os.unlink(path)
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > deadline:
                raise
            with suppress(OSError):
                os.chmod(path, stat.S_IWRITE)
        time.sleep(0.05)


def _remove_folders(folders: tuple[str, ...]) -> None:
    for folder in folders:
        with suppress(OSError):  # one with a stranger in it stays
            os.rmdir(folder)
