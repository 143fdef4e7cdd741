"""macOS: a launch agent of the person's own. Written from documentation, not yet tried on a Mac."""

from __future__ import annotations

import os
import plistlib
import re
import time
from collections.abc import Callable

from agent.autostart import Computer, Method, NotOursError, Problem, Standing, Started, files, templates
from agent.autostart.standing import Starter, judge
from agent.host import Completed, Host, plists

__all__ = ["LABEL", "read", "turn_off", "turn_on"]

LABEL = "org.saferpolitics.watchword"
#: A line of `launchctl print-disabled`; "true" and "false" before macOS 13.
DISABLED_LINE = re.compile(r'\s*"(?P<label>[^"]+)" => (?P<state>disabled|enabled|true|false)')
#: `bootout` returns before the old one is gone, and `bootstrap` fails until then (error 5 or 37).
BOOTSTRAP_TRIES = 10
BETWEEN_TRIES_SECONDS = 0.5


def read(computer: Computer) -> Standing:
    """How it stands: our file is there, and launchd has not been told to leave it."""
    path = _path(computer.host)
    try:
        data = files.read(path, _is_ours)
    except NotOursError as error:
        return Standing("unknown", problem=Problem.NOT_OURS, where=error.where)
    except OSError as error:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=error.filename or path)
    if data is None:
        return Standing("off")
    disabled = _is_disabled(computer.host)
    same = plists.parse(data).get("ProgramArguments") == list(computer.program.argv)
    return judge([Starter(Method.LAUNCHD, path, not disabled, same, disabled)])


def turn_on(computer: Computer, *, start: bool, wait: Callable[[float], None] = time.sleep) -> Started:
    """Write the launch agent and load it. Loading starts it, so with ``start`` off launchd finds it at sign-in.

    Raises:
        NotOursError: somebody else's file is in its place; nothing has been written.
        OSError: the file cannot be written.
    """
    host, path = computer.host, _path(computer.host)
    files.read(path, _is_ours)  # before anything is written
    os.makedirs(computer.paths.logs, mode=0o700, exist_ok=True)  # launchd starts nothing whose log has no folder
    changed = files.write(path, definition(computer), _is_ours)
    _launchctl(host, "enable", _target(host))
    if not start:
        return "at_sign_in"
    if not changed and _launchctl(host, "kickstart", _target(host)):
        return "now"
    _launchctl(host, "bootout", _target(host))
    for attempt in range(BOOTSTRAP_TRIES):
        if attempt:
            wait(BETWEEN_TRIES_SECONDS)
        if _launchctl(host, "bootstrap", _domain(host), path):
            return "now"
        if not _launchctl(host, "print", _domain(host)):
            break  # nobody is signed in at the screen (ssh)
    return "at_sign_in"


def turn_off(computer: Computer) -> bool:
    """Unload and remove the launch agent if it is ours. Says whether there was one.

    Raises:
        NotOursError: it is somebody else's.
        OSError: it cannot be removed.
    """
    path = _path(computer.host)
    if files.read(path, _is_ours) is None:
        return False
    _launchctl(computer.host, "bootout", _target(computer.host))
    return files.remove(path, _is_ours)


def definition(computer: Computer) -> bytes:
    """The launch agent: the template with the program and the place for what it says if it cannot start."""
    values = plistlib.loads(templates.template("macos", f"{LABEL}.plist").encode())
    values["ProgramArguments"] = list(computer.program.argv)
    values["StandardErrorPath"] = f"{computer.paths.logs}/start.log"
    return plistlib.dumps(values, sort_keys=False)


def _is_ours(data: bytes) -> bool:
    """A launch agent with our label, which is a reversed domain name and so nobody else's."""
    try:
        return plists.parse(data).get("Label") == LABEL
    except plists.BadPlistError:
        return False


def _is_disabled(host: Host) -> bool:
    answer = host.run(["launchctl", "print-disabled", _domain(host)])
    if not isinstance(answer, Completed) or answer.exit != 0:
        return False
    lines = filter(None, map(DISABLED_LINE.fullmatch, answer.stdout.splitlines()))
    return any(line["label"] == LABEL and line["state"] in ("disabled", "true") for line in lines)


def _path(host: Host) -> str:
    return f"{host.home}/Library/LaunchAgents/{LABEL}.plist"


def _domain(host: Host) -> str:
    return f"gui/{host.user.uid}"


def _target(host: Host) -> str:
    return f"{_domain(host)}/{LABEL}"


def _launchctl(host: Host, *arguments: str) -> bool:
    answer = host.run(["launchctl", *arguments])
    return isinstance(answer, Completed) and answer.exit == 0
