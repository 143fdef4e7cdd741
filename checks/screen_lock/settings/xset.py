"""When the X server's own screen saver starts, from ``xset q``. Meaningful on X11 only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, Never, waited

__all__ = ["XSaver", "parse", "read"]

TIME_LIMIT_SECONDS = 2.0
SECOND = timedelta(seconds=1)
TIMES = re.compile(r"\s*timeout:\s+(\d{1,9})\s+cycle:\s+(\d{1,9})\s*")
DPMS_TIMES = re.compile(r"\s*Standby:\s+(\d{1,9})\s+Suspend:\s+(\d{1,9})\s+Off:\s+(\d{1,9})\s*")


@dataclass(frozen=True)
class XSaver:
    """The X screen saver: idle time until it starts, and how long one of its cycles lasts.

    ``forced``: with the saver off, the display's own power saving may still start it; when is not told by ``xset``.
    """

    timeout: timedelta | Never
    cycle: timedelta
    forced: bool = False


def parse(text: str) -> XSaver | Unreadable:
    """The section ``Screen Saver:`` of ``xset q``; a timeout of 0 means that it never starts."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line[:1].strip():
            lines = sections.setdefault(line.split(":", 1)[0].strip(), [])
        else:
            lines.append(line)
    times = [found for line in sections.get("Screen Saver", []) if (found := TIMES.fullmatch(line))]
    if len(times) != 1:
        return Unreadable("malformed", "xset q")
    timeout, cycle = int(times[0][1]), int(times[0][2])
    dpms = next((lines for name, lines in sections.items() if name.startswith("DPMS")), [])
    enabled = any(line.strip() == "DPMS is Enabled" for line in dpms)
    powers = [found for line in dpms if (found := DPMS_TIMES.fullmatch(line))]
    forced = enabled and any(int(number) for found in powers for number in found.groups())
    return XSaver(waited(timeout, SECOND) if timeout else NEVER, waited(cycle, SECOND), forced)


def read(host: Host) -> XSaver | Unreadable:
    """Ask the X server of this session."""
    done = host.run(["xset", "q"], timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("not_recorded" if done.exit == 127 else "failed", "xset q")
    return parse(done.stdout)
