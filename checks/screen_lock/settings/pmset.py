"""When a Mac's screen goes off, from ``pmset -g custom``: **minutes**, by power source. 0 is never."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, Power, Wait, waited

__all__ = ["COMMAND", "SECTIONS", "parse", "read"]

COMMAND = ("pmset", "-g", "custom")
TIME_LIMIT_SECONDS = 5.0
MINUTE = timedelta(minutes=1)
SECTIONS: Mapping[str, Power] = {
    "AC Power:": Power.MAINS,
    "Battery Power:": Power.BATTERY,
    "UPS Power:": Power.UPS,
}
NAME = "displaysleep"
NUMBER = re.compile(r"[0-9]{1,6}")


def parse(text: str) -> Mapping[Power, Wait] | Unreadable:
    """The wait of each power source that the text has a section for.

    A line at the margin starts a section; only those of a known one count, so that what belongs to another source is
    never taken for this one's. The number may be followed by words: "displaysleep 10 (display sleep prevented by ...)".
    """
    where = " ".join(COMMAND)
    found: dict[Power, Wait] = {}
    power: Power | None = None
    for line in text.splitlines():
        if line[:1].strip():
            power = SECTIONS.get(line.strip())
            if power is not None:
                # The same source twice is nobody's answer.
                found[power] = Unreadable("malformed" if power in found else "empty", where)
            continue
        words = line.split()
        if power is None or words[:1] != [NAME]:
            continue
        number = NUMBER.fullmatch(words[1]) if len(words) > 1 else None
        before = found[power]
        if number is None or not (isinstance(before, Unreadable) and before.reason == "empty"):
            found[power] = Unreadable("malformed", where)
        else:
            minutes = int(number[0])
            found[power] = waited(minutes, MINUTE) if minutes else NEVER
    return found if Power.MAINS in found or Power.BATTERY in found else Unreadable("malformed", where)


def read(host: Host) -> Mapping[Power, Wait] | Unreadable:
    """Ask macOS."""
    done = host.run(COMMAND, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", " ".join(COMMAND))
    return parse(done.stdout)
