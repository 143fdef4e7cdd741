"""XScreenSaver's settings: ``~/.xscreensaver`` over ``/etc/X11/app-defaults/XScreenSaver`` (version 6.06)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import Setting, Source

__all__ = ["XScreenSaver", "parse", "read"]

OWN = ".xscreensaver"
DEFAULTS = "/etc/X11/app-defaults/XScreenSaver"
LINE = re.compile(r"\*?([A-Za-z]\w*)\s*:(.*)")
TIME = re.compile(r"(\d{1,4}):([0-5]?\d):([0-5]?\d)")
SWITCHES = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
MODES = frozenset({"blank", "off", "one", "random", "random-same"})
#: What the program does where neither file says; it does not lock.
BUILT_IN = {"timeout": "0:10:00", "lock": "False", "lockTimeout": "0:00:00", "mode": "random"}


def parse(text: str) -> Mapping[str, str]:
    """The settings of one file by name. A backslash at the end joins lines; ``!`` and ``#`` begin comments."""
    found: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if line[:1] not in ("!", "#") and (match := LINE.fullmatch(line)):
            found[match[1]] = match[2].strip()
    return found


class XScreenSaver:
    """The settings that bear on locking, each with the file it came from."""

    def __init__(self, own: Mapping[str, str] | Unreadable, defaults: Mapping[str, str] | Unreadable) -> None:
        self._own = own
        self._defaults = defaults
        self.timeout = self._time("timeout")
        self.lock_timeout = self._time("lockTimeout")
        self.lock = self._switch("lock")
        self.runs = self._mode()

    def _text(self, name: str) -> Setting[str]:
        where = f"~/{OWN} {name}"
        if isinstance(self._own, Unreadable):
            return Setting(Unreadable(self._own.reason, where), Source.USER, where)
        if name in self._own:
            return Setting(self._own[name], Source.USER, where)
        if isinstance(self._defaults, Unreadable):
            return Setting(Unreadable(self._defaults.reason, DEFAULTS), Source.SYSTEM, DEFAULTS)
        return Setting(self._defaults.get(name, BUILT_IN[name]), Source.DEFAULT, DEFAULTS)

    def _time(self, name: str) -> Setting[int]:
        """``H:MM:SS`` in seconds, the one form that the program itself writes."""
        text = self._text(name)
        if isinstance(text.value, Unreadable):
            return Setting(text.value, text.source, text.where)
        time = TIME.fullmatch(text.value)
        if time is None:
            return Setting(Unreadable("malformed", text.where), text.source, text.where)
        whole = timedelta(hours=int(time[1]), minutes=int(time[2]), seconds=int(time[3]))
        return Setting(int(whole.total_seconds()), text.source, text.where)

    def _switch(self, name: str) -> Setting[bool]:
        text = self._text(name)
        if isinstance(text.value, Unreadable):
            return Setting(text.value, text.source, text.where)
        known = SWITCHES.get(text.value.lower())
        return Setting(Unreadable("malformed", text.where) if known is None else known, text.source, text.where)

    def _mode(self) -> Setting[bool]:
        """Whether the saver starts at all: every mode but ``off``."""
        text = self._text("mode")
        if isinstance(text.value, Unreadable):
            return Setting(text.value, text.source, text.where)
        known = text.value.lower() in MODES
        return Setting(
            text.value.lower() != "off" if known else Unreadable("malformed", text.where), text.source, text.where
        )


def read(host: Host) -> XScreenSaver:
    """Both files; one that does not exist says nothing."""
    own, defaults = host.read(f"{host.home}/{OWN}"), host.read(DEFAULTS)
    return XScreenSaver(
        parse(own or "") if not isinstance(own, Unreadable) else own,
        parse(defaults or "") if not isinstance(defaults, Unreadable) else defaults,
    )
