"""KDE's configuration files: groups, keys, and the cascade in which an administrator may make a value final.

Checked against ``kreadconfig5`` 5.103: of the directories in ``XDG_CONFIG_DIRS`` the first counts most, the person's
own file counts more than all of them, and ``[$i]`` behind a key, a group or alone on a line makes that key, group or
file final for everything that would count more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.host import Host, Unreadable
from checks.screen_lock.facts import Setting, Source

__all__ = ["Cascade", "Entry", "Layer", "asked", "cascade", "parse"]

OPTIONS = re.compile(r"\[\$([a-z]+)\]$")
READERS = ("kreadconfig6", "kreadconfig5")
TIME_LIMIT_SECONDS = 1.0
#: What a recording answers for a command that is not in it.
NOT_RECORDED = 127
#: Two escapes can stand in a number or a switch; any other backslash makes a value nonsense here.
ESCAPES = {r"\s": " ", r"\t": "\t"}


@dataclass(frozen=True)
class Entry:
    """One value in one file. ``deleted`` undoes what the files below it said; ``expands`` needs a shell to know."""

    value: str = ""
    final: bool = False
    deleted: bool = False
    expands: bool = False
    #: Deleted and set in one file, which KDE's own reader decides by their order in ways we do not follow.
    unclear: bool = False


@dataclass
class Layer:
    """One file of a cascade: its groups, and which of them, or whether all of it, is final."""

    groups: dict[str, dict[str, Entry]] = field(default_factory=dict)
    final_groups: set[str] = field(default_factory=set)
    final: bool = False
    #: Groups whose meaning even KDE's own reader leaves to chance.
    unclear: set[str] = field(default_factory=set)


def parse(text: str) -> Layer:
    """The groups of one file. Lines that are no entry are passed over, as KDE does."""
    layer = Layer()
    group = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line == "[$i]":
            layer.final, group = True, ""
        elif line.startswith("["):
            # A header without its end is no header: what follows stays in the group before it.
            group = _open_group(layer, line) if "]" in line else group
        else:
            _add_entry(layer, group, line)
    return layer


def _open_group(layer: Layer, line: str) -> str:
    """Note a group header; ``[A][B]`` is group B within A, ``[A][$i]`` a final group."""
    parts = []
    rest = line
    while rest.startswith("[") and "]" in rest:
        part, rest = rest[1:].split("]", 1)
        parts.append(part)
    final = len(parts) > 1 and parts[-1] == "$i"
    name = "\x1d".join(parts[:-1] if final else parts)
    if final and name in layer.groups:
        layer.unclear.add(name)
    if final:
        layer.final_groups.add(name)
    layer.groups.setdefault(name, {})
    return name


def _add_entry(layer: Layer, group: str, line: str) -> None:
    key, equals, value = (part.strip() for part in line.partition("="))
    options = ""
    if found := OPTIONS.search(key):
        options, key = found[1], key[: found.start()].rstrip()
    if not key or key.endswith("]"):  # a translation, such as Name[de]
        return
    if not equals and "d" not in options:  # only a deletion needs no value
        return
    entries = layer.groups.setdefault(group, {})
    deleted = "d" in options
    before = entries.get(key)
    if before is not None and (deleted or before.deleted):
        entries[key] = replace(before, unclear=True)
        return
    if before is not None and before.final:
        return
    for escape, character in ESCAPES.items():
        value = value.replace(escape, character)
    final = "i" in options or layer.final or group in layer.final_groups
    entries[key] = Entry(value, final, deleted, "e" in options, before is not None and before.unclear)


@dataclass(frozen=True)
class Cascade:
    """The files that hold one configuration, the least important first, with who wrote each."""

    name: str
    layers: Sequence[tuple[Layer | Unreadable, Source]]

    def text(self, group: str, key: str) -> Setting[str] | None:
        """The value that counts, as written; ``None`` when no file has it."""
        where = f"{self.name} [{group}] {key}"
        found: tuple[Entry, Source] | None = None
        for layer, source in self.layers:
            if isinstance(layer, Unreadable):
                # It may hold the value, or the word that makes one final.
                return Setting(Unreadable(layer.reason, where), source, where)
            if group in layer.unclear:
                return Setting(Unreadable("malformed", where), source, where)
            entry = layer.groups.get(group, {}).get(key)
            if entry is not None and entry.unclear:
                return Setting(Unreadable("malformed", where), source, where)
            if entry is not None:
                found = (entry, source)
            if layer.final or group in layer.final_groups or (entry is not None and entry.final):
                if found is not None:
                    found = (found[0], Source.POLICY if source is not Source.USER else source)
                break
        if found is None or found[0].deleted:
            return None
        entry, source = found
        value: str | Unreadable = entry.value
        if entry.expands and "$" in entry.value:
            value = Unreadable("unsupported", where)
        return Setting(value, source, where)


def cascade(host: Host, name: str) -> Cascade:
    """Read a configuration's files: those of ``XDG_CONFIG_DIRS`` from last to first, then the person's own."""
    directories = [path for path in host.env.get("XDG_CONFIG_DIRS", "").split(":") if path] or ["/etc/xdg"]
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    places = [(path, Source.SYSTEM) for path in reversed(directories)] + [(own, Source.USER)]
    layers: list[tuple[Layer | Unreadable, Source]] = []
    for directory, source in places:
        data = host.read_bytes(f"{directory.rstrip('/')}/{name}")
        if isinstance(data, bytes):
            # KDE does not know the byte order mark: a file with one loses its first line. With a zero it is no text.
            odd = data.startswith(b"\xef\xbb\xbf") or b"\0" in data
            layer = Unreadable("malformed", name) if odd else parse(data.decode("utf-8", errors="replace"))
            layers.append((layer, source))
        elif data is not None:
            layers.append((data, source))
    return Cascade(name, tuple(layers))


def asked(host: Host, name: str, group: str, key: str, default: str) -> Setting[str] | None:
    """What KDE's own reader answers; ``None`` where it is not there, or says the default.

    For configurations of which no file was seen: the reader may know of places that our environment does not name.
    """
    where = f"{name} [{group}] {key}"
    for program in READERS:
        for rest in (("--default", default), ()) if host.which(program) is not None else ():
            done = host.run([program, "--file", name, "--group", group, "--key", key, *rest], TIME_LIMIT_SECONDS)
            if isinstance(done, Unreadable):
                return Setting(Unreadable(done.reason, where), Source.SETTING, where)
            if done.exit == NOT_RECORDED:
                continue
            if done.exit != 0:
                return Setting(Unreadable("failed", where), Source.SETTING, where)
            text = done.stdout.strip()
            return Setting(text, Source.SETTING, where) if text not in ("", default) else None
    return None
