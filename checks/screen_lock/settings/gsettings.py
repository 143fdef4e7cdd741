"""Values from GSettings (GNOME, Cinnamon, MATE, Budgie, light-locker), asked one key at a time of ``gsettings``.

``gsettings get`` answers the schema's default on any computer where the schema is installed, whether or not that
desktop is running: the caller decides the desktop first.
"""

from __future__ import annotations

import re
from typing import TypeVar

from agent.host import Host, Unreadable
from checks.screen_lock.facts import Setting, Source

__all__ = ["GSettings", "parse"]

#: One answer takes about 5 ms; a program that needs this long is hung, and so will be the next one.
TIME_LIMIT_SECONDS = 2.0

#: GVariant text as ``gsettings`` prints it: an optional type, then a literal (GLib, "GVariant Text Format").
INTEGER = re.compile(r"(?:(?:byte|int16|uint16|int32|uint32|int64|uint64|handle) )?(-?\d{1,20})")
STRING = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")

#: GLib and dconf say on stderr that what they answer is not what is stored; the answer is then only a default.
NOT_WHAT_IS_STORED = (
    re.compile(r"Using the 'memory' GSettings backend"),
    re.compile(r"unable to open named profile .{1,300} using the null configuration"),
    re.compile(r"unable to open file .{1,300}: Permission denied"),
)
NO_SUCH = re.compile(r"No such (?:schema|key)\b")
#: GSettings back ends that hold nothing the person chose.
EMPTY_BACKENDS = ("memory", "null")

Kind = TypeVar("Kind", bool, int)


def parse(text: str) -> bool | int | str | Unreadable:
    """One printed value: ``true``, ``uint32 300``, ``5`` or ``'blank-only'``. Other types are ``malformed``."""
    value = text.strip()
    if not value:
        return Unreadable("empty")
    if value in ("true", "false"):
        return value == "true"
    if number := INTEGER.fullmatch(value):
        return int(number[1])
    if string := STRING.fullmatch(value):
        return string[1] if string[1] is not None else string[2]
    return Unreadable("malformed")


class GSettings:
    """Reads keys for one round. After a time-out it stops asking, so that a hung store costs one time limit."""

    def __init__(self, host: Host) -> None:
        self._host = host
        backend = host.env.get("GSETTINGS_BACKEND", "")
        self._gave_up = Unreadable("unsupported", f"GSETTINGS_BACKEND={backend}") if backend in EMPTY_BACKENDS else None

    def boolean(self, schema: str, key: str) -> Setting[bool]:
        """A key that is on or off."""
        return self._typed(schema, key, bool)

    def number(self, schema: str, key: str) -> Setting[int]:
        """A key that holds a whole number, zero or more; its unit is the schema's."""
        setting = self._typed(schema, key, int)
        if not isinstance(setting.value, Unreadable) and setting.value < 0:
            return Setting(Unreadable("malformed", setting.where), setting.source, setting.where)
        return setting

    def optional_boolean(self, schema: str, key: str) -> Setting[bool] | None:
        """A key that not every version of the desktop has: ``None`` where there is no such key.

        Only a clear "no such key" counts as that; any other trouble is as unreadable as elsewhere.
        """
        setting = self.boolean(schema, key)
        absent = isinstance(setting.value, Unreadable) and setting.value.reason in ("no_such_key", "not_recorded")
        return None if absent else setting

    def _typed(self, schema: str, key: str, kind: type[Kind]) -> Setting[Kind]:
        where = f"{schema} {key}"
        answer = self._ask("get", schema, key)
        value = answer if isinstance(answer, Unreadable) else parse(answer)
        if isinstance(value, Unreadable):
            return Setting(Unreadable(value.reason, where), Source.SETTING, where)
        # A bool is an int to Python, not to GSettings.
        if type(value) is not kind:
            return Setting(Unreadable("malformed", where), Source.SETTING, where)
        return Setting(value, Source.POLICY if self._locked(schema, key) else Source.SETTING, where)

    def _locked(self, schema: str, key: str) -> bool:
        """Whether an administrator locked the key. It changes who is named as the source, never the verdict."""
        answer = self._ask("writable", schema, key)
        return not isinstance(answer, Unreadable) and answer.strip() == "false"

    def _ask(self, verb: str, schema: str, key: str) -> str | Unreadable:
        if self._gave_up is not None:
            return self._gave_up
        done = self._host.run(["gsettings", verb, schema, key], timeout=TIME_LIMIT_SECONDS)
        if isinstance(done, Unreadable):
            if done.reason in ("timeout", "no_tool"):
                self._gave_up = done
            return done
        if done.exit == 127:
            return Unreadable("not_recorded", schema)
        if done.exit != 0:
            return Unreadable("no_such_key" if NO_SUCH.match(done.stderr.strip()) else "failed", schema)
        if any(warning.search(done.stderr) for warning in NOT_WHAT_IS_STORED):
            return Unreadable("failed", schema)
        return done.stdout
