"""What hypridle was told to do: its listeners and the commands for locking and sleep."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import waited
from checks.screen_lock.settings import hyprlang
from checks.screen_lock.settings.commands import with_resume

__all__ = ["Idle", "hyprlock_grace", "parse", "read"]

NUMBER = re.compile(r"\d{1,9}")
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Idle:
    """The idle times with their commands, in seconds, and the commands for a lock request and before sleep."""

    timeouts: tuple[tuple[int, str], ...]
    lock_command: str
    before_sleep: str


def parse(text: str, include: Callable[[str], str | Unreadable | None]) -> Idle | Unreadable:
    """A configuration file; a listener whose timeout is no number makes all of it unreadable."""
    sections = hyprlang.parse(text, include)
    if isinstance(sections, Unreadable):
        return sections
    timeouts = []
    for section in sections:
        if section.name != "listener" or not section.values.get("on-timeout"):
            continue
        seconds = section.values.get("timeout", "")
        if not NUMBER.fullmatch(seconds):
            return Unreadable("malformed", "hypridle.conf listener timeout")
        if int(seconds):
            command = with_resume(section.values["on-timeout"], section.values.get("on-resume", ""))
            timeouts.append((int(seconds), command))
    general = hyprlang.merged(sections, "general")
    return Idle(tuple(timeouts), general.get("lock_cmd", ""), general.get("before_sleep_cmd", ""))


def read(host: Host, given: str | None) -> Idle | Unreadable | None:
    """The file given on the command line, else the first of the usual places; ``None`` when there is no file."""
    text = _first(host, [_absolute(host, given)] if given else _places(host, "hypridle.conf"))
    return parse(text, _includer(host)) if isinstance(text, str) else text


def hyprlock_grace(host: Host) -> timedelta | Unreadable:
    """How long hyprlock lets people back in without the password (``general:grace``, seconds)."""
    text = _first(host, _places(host, "hyprlock.conf"))
    if text is None:
        return timedelta(0)
    sections = text if isinstance(text, Unreadable) else hyprlang.parse(text, _includer(host))
    if isinstance(sections, Unreadable):
        return sections
    grace = hyprlang.merged(sections, "general").get("grace", "0")
    return waited(int(grace), SECOND) if NUMBER.fullmatch(grace) else Unreadable("malformed", "hyprlock.conf grace")


def _places(host: Host, name: str) -> list[str]:
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    system = [path for path in host.env.get("XDG_CONFIG_DIRS", "").split(":") if path] or ["/etc/xdg"]
    return [f"{directory.rstrip('/')}/hypr/{name}" for directory in (own, *system)]


def _first(host: Host, paths: list[str]) -> str | Unreadable | None:
    return next((text for text in (host.read(path) for path in paths) if text is not None), None)


def _includer(host: Host) -> Callable[[str], str | Unreadable | None]:
    """Reads what a ``source`` line names; a pattern is more than one file and is left unread."""

    def include(path: str) -> str | Unreadable | None:
        if any(character in path for character in "*?[$"):
            return Unreadable("unsupported", "source pattern")
        return host.read(_absolute(host, path))

    return include


def _absolute(host: Host, path: str) -> str:
    if path.startswith("~/"):
        return f"{host.home}{path[1:]}"
    own = host.env.get("XDG_CONFIG_HOME") or f"{host.home}/.config"
    return path if path.startswith("/") else f"{own}/hypr/{path.removeprefix('./')}"
