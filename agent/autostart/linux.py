"""Linux: a unit of the person's own systemd, and an XDG autostart entry for desktops that start programs themselves.

Where both are there the entry tells systemd and GNOME to skip it, so that the unit alone starts Watchword. A desktop
that reaches ``graphical-session.target`` and starts entries as well would start a second one, which finds the first
and ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from agent.autostart import Computer, Method, NotOursError, Problem, Standing, Started, files, templates
from agent.autostart.sections import section
from agent.autostart.standing import Starter, judge
from agent.host import Completed, Host

__all__ = ["read", "turn_off", "turn_on"]

UNIT = "watchword.service"
TARGET = "graphical-session.target"
MARK = b"# Written by Watchword."
#: What `systemctl is-system-running` says when there is a manager (systemctl(1)); its exit code tells how it is.
MANAGER_STATES = frozenset({"initializing", "starting", "running", "degraded", "maintenance", "stopping"})
START_TIMEOUT_SECONDS = 30.0
#: Names in XDG_CURRENT_DESKTOP of desktops that start the entries of the Desktop Application Autostart Specification.
STARTS_ENTRIES = frozenset(
    {"Budgie", "Cinnamon", "COSMIC", "DDE", "Deepin", "Enlightenment", "GNOME", "KDE", "LXDE", "LXQt", "MATE"}
    | {"Pantheon", "Unity", "XFCE", "X-Cinnamon"}
)


def read(computer: Computer) -> Standing:
    """How it stands."""
    places = _Places(computer.host)
    try:
        unit = files.read(places.unit, _is_ours)
        entry = files.read(places.entry, _is_ours)
    except NotOursError as error:
        return Standing("unknown", problem=Problem.NOT_OURS, where=error.where)
    except OSError as error:
        return Standing("unknown", problem=Problem.NO_ANSWER, where=error.filename or "")
    standing = _judged(computer, unit, entry, places)
    if standing.problem is None and standing.method and not _desktop_starts_it(computer.host, standing.method):
        return msgspec.structs.replace(standing, problem=Problem.NOT_THIS_DESKTOP)
    return standing


def _judged(computer: Computer, unit: bytes | None, entry: bytes | None, places: _Places) -> Standing:
    found = []
    wanted = unit is not None and os.path.lexists(places.wanted)
    if unit is not None:  # one that the desktop's target does not ask for starts nothing: `systemctl --user disable`
        same = section(unit, "Service").get("ExecStart") == templates.systemd_exec(computer.program.argv)
        found.append(Starter(Method.SYSTEMD, places.unit, wanted, same, not wanted))
    skips = False
    if entry is not None:
        keys = section(entry, "Desktop Entry")
        same = keys.get("Exec") == templates.desktop_exec(computer.program.argv)
        hidden = keys.get("Hidden") == "true" or keys.get("X-GNOME-Autostart-enabled") == "false"
        skips = keys.get("X-systemd-skip") == "true"
        found.append(Starter(Method.XDG, places.entry, not hidden and not skips, same, hidden))
    return judge(found, complete=entry is not None and skips == wanted)


def turn_on(computer: Computer, *, start: bool) -> Started:
    """Write what is needed here, and start Watchword if systemd is there to start it.

    Raises:
        NotOursError: somebody else's file is in its place; nothing has been written.
        OSError: a file cannot be written.
    """
    host, places = computer.host, _Places(computer.host)
    for path in (places.unit, places.entry):
        files.read(path, _is_ours)  # before anything is written
    changed = asked_for = False
    if _manager_answers(host):
        command = templates.systemd_exec(computer.program.argv)
        unit = templates.fill(templates.template("linux", UNIT), EXEC=command)
        changed = files.write(places.unit, unit.encode(), _is_ours)
        asked_for = _systemctl(host, "daemon-reload") and _systemctl(host, "enable", UNIT)
        asked_for = asked_for and os.path.lexists(places.wanted)
    if not asked_for:
        _remove_unit(host, places)
    entry = templates.fill(
        templates.template("linux", "watchword.desktop"),
        EXEC=templates.desktop_exec(computer.program.argv),
        UNIT="true" if asked_for else "false",
    )
    files.write(places.entry, entry.encode(), _is_ours)
    if not (start and asked_for):
        return "at_sign_in"
    started = _systemctl(host, "restart" if changed else "start", UNIT)
    return "now" if started else "at_sign_in"


def turn_off(computer: Computer) -> bool:
    """Stop the unit and remove what is ours. Says whether there was anything.

    Raises:
        NotOursError: a file is somebody else's. What is ours has been removed nevertheless.
        OSError: a file cannot be removed.
    """
    places = _Places(computer.host)
    refused: NotOursError | None = None
    found = False
    removals: tuple[Callable[[], bool], ...] = (
        lambda: _remove_unit(computer.host, places),
        lambda: files.remove(places.entry, _is_ours),
    )
    for removal in removals:
        try:
            found = removal() or found
        except NotOursError as error:
            refused = error
    if refused is not None:
        raise refused
    return found


class _Places:
    """Where the unit, its link and the entry belong for this person."""

    def __init__(self, host: Host) -> None:
        named = host.env.get("XDG_CONFIG_HOME", "")
        config = named if named.startswith("/") else f"{host.home}/.config"
        self.unit = f"{config}/systemd/user/{UNIT}"
        self.wanted = f"{config}/systemd/user/{TARGET}.wants/{UNIT}"
        self.entry = f"{config}/autostart/watchword.desktop"


def _is_ours(data: bytes) -> bool:
    return data.startswith(MARK)


def _remove_unit(host: Host, places: _Places) -> bool:
    if files.read(places.unit, _is_ours) is None:
        return False
    _systemctl(host, "disable", "--now", UNIT)
    if os.path.islink(places.wanted):  # without a manager nobody else does it
        os.unlink(places.wanted)
    removed = files.remove(places.unit, _is_ours)
    _systemctl(host, "daemon-reload")
    return removed


def _manager_answers(host: Host) -> bool:
    answer = host.run(["systemctl", "--user", "is-system-running"])
    return isinstance(answer, Completed) and answer.stdout.strip() in MANAGER_STATES


def _systemctl(host: Host, *arguments: str) -> bool:
    answer = host.run(["systemctl", "--user", *arguments], START_TIMEOUT_SECONDS)
    return isinstance(answer, Completed) and answer.exit == 0


def _desktop_starts_it(host: Host, method: Method) -> bool:
    """Whether the desktop in use is known to start it. Without a desktop here (ssh) nothing speaks against it."""
    names = host.env.get("XDG_CURRENT_DESKTOP", "")
    if not names or STARTS_ENTRIES.intersection(names.split(":")):
        return True
    return method is Method.SYSTEMD and _systemctl(host, "is-active", "--quiet", TARGET)
