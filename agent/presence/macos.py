"""macOS: the lock screen, meetings that keep the display awake, and power.

Focus cannot be read without a permission we never ask for, so it is unknown; macOS keeps what we show in its own list
then. The names and forms here come from documentation and were not seen on a real Mac: they only hold alerts back.
"""

from __future__ import annotations

import re

from agent.host import Host, Unreadable
from agent.host.plists import BadPlistError, parse
from agent.presence.moment import Moment, merge
from agent.presence.power import Power

__all__ = ["moment", "power"]

TIME_LIMIT_SECONDS = 3.0

#: One line of `pmset -g assertions`, "Listed by owning process".
ASSERTION = re.compile(r"\s*pid \d+\((?P<owner>[^)]*)\): \[0x[0-9a-fA-F]+\] [\d:]+ (?P<kind>\w+)\b.*")
KEEPS_DISPLAY_ON = frozenset({"PreventUserIdleDisplaySleep", "NoDisplaySleepAssertion"})
#: Programs that hold the display awake in a meeting or a presentation, by their process names.
MEETING_APPS = frozenset(
    {
        "FaceTime",
        "GoToMeeting",
        "Keynote",
        "Microsoft PowerPoint",
        "Microsoft Teams",
        "Microsoft Teams (work or school)",
        "MSTeams",
        "Webex",
        "zoom.us",
    }
)
#: `pmset -g batt`: "Now drawing from 'AC Power'", then for each battery " -InternalBattery-0 (id=1)<tab>95%; ...".
SOURCE = re.compile(r"Now drawing from '(?P<source>[^']+)'")
BATTERY = re.compile(r"\s*-InternalBattery-\d+ (?:\(id=\d+\))?\s*(?P<percent>\d{1,3})%; .*")
#: `pmset -g`: one setting a line. The newer name has 2 for "high power".
LOW_POWER = re.compile(r"\s*(?P<name>lowpowermode|powermode)\s+(?P<value>[012])\s*")


def moment(host: Host) -> Moment:
    """Whether the session is in front and open, and no meeting is on."""
    console = _console(host)
    return merge(
        [
            ("no_session", _elsewhere(host, console)),
            ("locked", _locked(console)),
            ("presenting", _in_meeting(host)),
            ("full_screen", Unreadable("unsupported", "full screen")),
            ("do_not_disturb", Unreadable("unsupported", "Focus")),
        ]
    )


def power(host: Host) -> Power:
    """What ``pmset`` says about the battery and Low Power Mode."""
    plugged, percent = _battery(host)
    return Power(plugged, percent, _low_power_mode(host))


def _console(host: Host) -> dict[str, object] | Unreadable:
    """The top of the I/O registry, which knows who is at the screen."""
    answer = _run(host, "ioreg", "-n", "Root", "-d1", "-a")
    if isinstance(answer, Unreadable):
        return answer
    try:
        return parse(answer.encode())
    except BadPlistError:
        return Unreadable("malformed", "ioreg")


def _locked(console: dict[str, object] | Unreadable) -> bool | Unreadable:
    if isinstance(console, Unreadable):
        return console
    locked = console.get("IOConsoleLocked")
    return locked if isinstance(locked, bool) else Unreadable("empty", "IOConsoleLocked")


def _elsewhere(host: Host, console: dict[str, object] | Unreadable) -> bool | Unreadable:
    """Whether another person's session is on the screen."""
    if isinstance(console, Unreadable):
        return console
    users = console.get("IOConsoleUsers")
    for user in users if isinstance(users, list) else []:
        if isinstance(user, dict) and user.get("kCGSSessionUserNameKey") == host.user.name:
            here = user.get("kCGSSessionOnConsoleKey")
            return not here if isinstance(here, bool) else Unreadable("malformed", "IOConsoleUsers")
    return Unreadable("empty", "IOConsoleUsers")


def _in_meeting(host: Host) -> bool | Unreadable:
    answer = _run(host, "pmset", "-g", "assertions")
    if isinstance(answer, Unreadable):
        return answer
    if not re.search(r"^Assertion status system-wide:", answer, re.MULTILINE):
        return Unreadable("malformed", "pmset -g assertions")
    found = [line for line in map(ASSERTION.fullmatch, answer.splitlines()) if line]
    return any(line["owner"] in MEETING_APPS and line["kind"] in KEEPS_DISPLAY_ON for line in found)


def _battery(host: Host) -> tuple[bool | Unreadable, int | Unreadable | None]:
    answer = _run(host, "pmset", "-g", "batt")
    if isinstance(answer, Unreadable):
        return answer, answer
    lines = answer.splitlines()
    source = SOURCE.fullmatch(lines[0].strip()) if lines else None
    if source is None:
        unread = Unreadable("malformed", "pmset -g batt")
        return unread, unread
    levels = [int(line["percent"]) for line in map(BATTERY.fullmatch, lines[1:]) if line]
    return source["source"] != "Battery Power", max(levels, default=None)


def _low_power_mode(host: Host) -> bool | Unreadable:
    answer = _run(host, "pmset", "-g")
    if isinstance(answer, Unreadable):
        return answer
    found = next((line for line in map(LOW_POWER.fullmatch, answer.splitlines()) if line), None)
    return found["value"] == "1" if found else Unreadable("unsupported", "Low Power Mode")


def _run(host: Host, *argv: str) -> str | Unreadable:
    done = host.run(argv, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0 or not done.stdout.strip():
        return Unreadable("failed", " ".join(argv))
    return done.stdout
