"""Windows: a task that starts Watchword at this person's sign-in, else a value of the registry's Run key.

The task is better: it starts Watchword again after a crash. Where it is refused (policy, rights) or cannot be found
again after it was registered, the Run key takes its place. There is never more than one of the two.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import suppress

from agent.autostart import Computer, Method, NotOursError, Problem, Standing, Started, task
from agent.autostart.standing import Starter, judge
from agent.files import read_regular
from agent.host import Completed, Host, Unreadable

if sys.platform != "win32":
    raise ImportError("only Windows has tasks and a registry")

from agent.autostart import run_key
from agent.autostart.sid import own_sid
from agent.host.native import winfiles

__all__ = ["read", "task_name", "turn_off", "turn_on"]

TIMEOUT_SECONDS = 30.0
RUN_VALUE = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\Watchword"


def task_name() -> str:
    """The task's name. All people of a computer share the Task Scheduler's folder, so it has the SID in it."""
    return f"Watchword {own_sid()}"


def read(computer: Computer) -> Standing:
    """How it stands."""
    argv = computer.program.argv
    try:
        name, command, switched_off = task_name(), run_key.read(), run_key.is_switched_off()
    except OSError:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=RUN_VALUE)
    found = _task(computer.host, name)
    if isinstance(found, Unreadable):
        return Standing("unknown", problem=Problem.NO_ANSWER, where=name)
    stranger = _stranger(found, command, name)
    if stranger is not None:
        return Standing("unknown", problem=Problem.NOT_OURS, where=stranger)
    starters = []
    if found is not None:
        starters.append(Starter(Method.TASK, name, found.enabled, found.starts(argv), not found.enabled))
    if command is not None:
        same = command == subprocess.list2cmdline(argv)
        starters.append(Starter(Method.RUN_KEY, RUN_VALUE, not switched_off, same, switched_off))
    return judge(starters, complete=len(starters) < 2)


def turn_on(computer: Computer, *, start: bool) -> Started:
    """Register the task, or else keep the command in the Run key. Only a task can be started from here.

    Raises:
        NotOursError: a task or a value has our name and is somebody else's; nothing has been changed.
        OSError: the registry refuses as well.
    """
    host, argv, name = computer.host, computer.program.argv, task_name()
    _must_be_ours(host, name)
    if task.can_hold(argv) and _register(host, name, task.definition(argv, own_sid())):
        found = _task(host, name)
        if isinstance(found, task.Task) and found.enabled and found.starts(argv):
            run_key.forget()
            return "now" if start and _schtasks(host, "/Run", "/TN", name) else "at_sign_in"
    # Also one that was registered and did not come out as it should.
    _schtasks(host, "/Delete", "/TN", name, "/F")
    run_key.keep(argv)
    return "at_sign_in"


def turn_off(computer: Computer) -> bool:
    """End and remove the task, and forget the Run key's value. Says whether there was anything.

    Raises:
        NotOursError: a task or a value is somebody else's; nothing has been changed.
        OSError: the registry refuses, or the task cannot be removed.
    """
    host, name = computer.host, task_name()
    _must_be_ours(host, name)
    had_task = _task(host, name) is not None
    if had_task:
        _schtasks(host, "/End", "/TN", name)
        if not _schtasks(host, "/Delete", "/TN", name, "/F"):
            raise PermissionError(13, "The Task Scheduler does not remove it", name)
    return run_key.forget() or had_task


def _must_be_ours(host: Host, name: str) -> None:
    stranger = _stranger(_task(host, name), run_key.read(), name)
    if stranger is not None:
        raise NotOursError(stranger)


def _stranger(found: task.Task | Unreadable | None, command: str | None, name: str) -> str | None:
    """What has our name and is somebody else's."""
    if isinstance(found, task.Task) and not found.is_ours:
        return f"The task {name!r}"
    return RUN_VALUE if command is not None and not run_key.starts_ours(command) else None


def _register(host: Host, name: str, definition: bytes) -> bool:
    descriptor, path = tempfile.mkstemp(suffix=".xml", prefix="watchword-")
    try:
        with open(descriptor, "wb") as file:
            file.write(definition)
        return _schtasks(host, "/Create", "/TN", name, "/XML", path, "/F")
    finally:
        with suppress(OSError):
            os.unlink(path)


def _task(host: Host, name: str) -> task.Task | Unreadable | None:
    """The registered task, as the Task Scheduler tells it, or its file if it says nothing (as under Wine).

    Its exit code is 1 both for "there is none" and for "you may not know". Every task has a file in this folder, so
    that there is none is certain only where there is no file.
    """
    answer = host.run(["schtasks", "/Query", "/TN", name, "/XML"], TIMEOUT_SECONDS)
    said = answer.stdout if isinstance(answer, Completed) and answer.exit == 0 else None
    found = task.parse(said) if said else None
    if found is not None:
        return found
    try:
        data = read_regular(os.path.join(winfiles.system_directory(), "Tasks", name), 1024 * 1024)
    except FileNotFoundError:
        return Unreadable("malformed", name) if said else None
    except OSError:
        return Unreadable("denied", name)
    kept = task.parse(data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace"))
    return kept if kept is not None and said == "" else Unreadable("no_answer", name)


def _schtasks(host: Host, *arguments: str) -> bool:
    answer = host.run(["schtasks", *arguments], TIMEOUT_SECONDS)
    return isinstance(answer, Completed) and answer.exit == 0
