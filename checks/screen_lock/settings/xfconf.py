"""XFCE's settings: what ``xfconf-query`` answers, or the channel files when there is nobody to ask.

A channel is a tree of properties in ``~/.config/xfce4/xfconf/xfce-perchannel-xml/NAME.xml``; the files under
``XDG_CONFIG_DIRS`` hold an administrator's defaults, which the attribute ``locked`` makes final.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from xml.parsers import expat  # document types, the way to entity bombs, are refused below

from agent.host import Host, Unreadable
from checks.screen_lock.facts import Setting, Source

__all__ = ["Channel", "Property", "parse_channel"]

TIME_LIMIT_SECONDS = 2.0
NUMBER = re.compile(r"-?\d{1,9}")
SWITCH = {"true": True, "false": False}
LISTED = re.compile(r"(/\S+)\s+(\S.*)")
#: xfconf keeps a few levels; anything deeper was not written by it.
DEEPEST = 32
NOT_SET = re.compile(r"(?:Property|Channel) .{1,300} does not exist\b")
FOLDER = "xfce4/xfconf/xfce-perchannel-xml"


@dataclass(frozen=True)
class Property:
    """One property of a channel file; ``locked`` lists whom it is final for (``*``, users, ``@groups``)."""

    value: str
    locked: tuple[str, ...] = ()


Layer = Mapping[str, Property] | Unreadable
V = TypeVar("V", bool, int)


class _RefusedError(Exception):
    """The file is not one that xfconf writes."""


def parse_channel(data: bytes) -> Mapping[str, Property] | Unreadable:
    """The properties of a channel file by path (``/lock/enabled``)."""
    found: dict[str, Property] = {}
    path: list[str] = []
    locks: list[tuple[str, ...]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        locked = tuple(part for part in attributes.get("locked", "").split(";") if part)
        if tag == "channel" and not locks:
            locks.append(locked)
            return
        if not locks or len(path) >= DEEPEST:
            raise _RefusedError
        # Array items are values without a name: none of ours is an array.
        path.append(attributes.get("name", "") if tag == "property" else "")
        locks.append(locks[-1] + locked)
        if tag == "property" and attributes.get("type", "empty") not in ("empty", "array"):
            found["/" + "/".join(path)] = Property(attributes.get("value", ""), locks[-1])

    def end(tag: str) -> None:
        locks.pop()
        if tag != "channel":
            path.pop()

    def refuse(*_: Any) -> None:
        raise _RefusedError

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _RefusedError, ValueError):
        return Unreadable("malformed")
    return found


class Channel:
    """One channel, read for one round: one command lists it; files answer where nobody can be asked."""

    def __init__(self, host: Host, name: str) -> None:
        self._host = host
        self._name = name
        self._stopped: Unreadable | None = None
        self._listed = self._list()

    def boolean(self, path: str, default: bool) -> Setting[bool]:
        """A switch; ``default`` is what the program does when nobody set it."""
        return self._typed(path, bool, SWITCH.get, default)

    def number(self, path: str, default: int) -> Setting[int]:
        """A whole number in the property's own unit."""
        return self._typed(path, int, lambda text: int(text) if NUMBER.fullmatch(text) else None, default)

    def _typed(self, path: str, _kind: type[V], convert: Callable[[str], V | None], default: V) -> Setting[V]:
        where = f"xfconf {self._name} {path}"
        text = self._text(path)
        source = self._source(path)
        if isinstance(text, Unreadable):
            return Setting(Unreadable(text.reason, where), source, where)
        if text is None:
            return Setting(default, Source.DEFAULT, where)
        value = convert(text.strip())
        return Setting(Unreadable("malformed", where) if value is None else value, source, where)

    def _text(self, path: str) -> str | Unreadable | None:
        """The property as text; ``None`` when it is certain that it is not set."""
        if self._listed is not None:
            return self._listed.get(path)
        answer = self._ask("-p", path)
        if isinstance(answer, str):
            return answer if answer.strip() else Unreadable("empty", path)
        return answer if answer is None else self._from_files(path, answer)

    def _list(self) -> dict[str, str] | None:
        answer = self._ask("-l", "-v")
        if not isinstance(answer, str):
            return None
        rows = [LISTED.fullmatch(line.strip()) for line in answer.splitlines() if line.strip()]
        return {row[1]: row[2] for row in rows if row} if all(rows) else None

    def _ask(self, *arguments: str) -> str | Unreadable | None:
        if self._stopped is not None:
            return self._stopped
        done = self._host.run(["xfconf-query", "-c", self._name, *arguments], timeout=TIME_LIMIT_SECONDS)
        if isinstance(done, Unreadable):
            self._stopped = done
            return done
        if done.exit == 0:
            return done.stdout
        if NOT_SET.search(done.stderr.strip() or done.stdout.strip()):
            return None
        if done.exit != 127:
            # Without a session bus it answers nothing, however often it is asked.
            self._stopped = Unreadable("failed", self._name)
        return Unreadable("not_recorded" if done.exit == 127 else "failed", self._name)

    def _from_files(self, path: str, why: Unreadable) -> str | Unreadable | None:
        """What the channel files say, when ``xfconf-query`` would not (``why``)."""
        own, system = self._files
        if own is None and not system:
            return why
        layers = [layer for layer in (own, *system) if layer is not None]
        unread = next((layer for layer in layers if isinstance(layer, Unreadable)), None)
        if unread is not None:
            return unread
        held = [layer[path] for layer in layers if not isinstance(layer, Unreadable) and path in layer]
        if any(name.startswith("@") for entry in held for name in entry.locked):
            return Unreadable("unsupported", path)  # final for a group: who is in it is not for us to read
        final = [entry for entry in held if self._is_final(entry)]
        return (final or held)[0].value if held else None

    def _is_final(self, entry: Property) -> bool:
        return any(name in ("*", self._host.user.name) for name in entry.locked)

    def _source(self, path: str) -> Source:
        own, system = self._files
        for layer in system:
            held = None if isinstance(layer, Unreadable) else layer.get(path)
            if held is not None and self._is_final(held):
                return Source.POLICY
        if own is not None and not isinstance(own, Unreadable) and path in own:
            return Source.USER
        return Source.SETTING if self._listed is not None else Source.SYSTEM

    @cached_property
    def _files(self) -> tuple[Layer | None, tuple[Layer, ...]]:
        """The person's own file, and those for the whole computer, the one that counts most first."""
        env = self._host.env
        own = self._read(env.get("XDG_CONFIG_HOME") or f"{self._host.home}/.config")
        directories = [path for path in env.get("XDG_CONFIG_DIRS", "").split(":") if path] or ["/etc/xdg"]
        system = (self._read(directory) for directory in directories)
        return own, tuple(layer for layer in system if layer is not None)

    def _read(self, directory: str) -> Layer | None:
        data = self._host.read_bytes(f"{directory.rstrip('/')}/{FOLDER}/{self._name}.xml")
        return parse_channel(data) if isinstance(data, bytes) else data
