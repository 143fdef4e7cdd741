"""Which desktop, if any, this person's session runs: decided before any of its settings are read.

``XDG_CURRENT_DESKTOP`` says first, then ``DESKTOP_SESSION``, then what is running. The environment of an agent that
is started by the session's service manager can be that of an earlier session, so where a *different* desktop is seen
running, what runs is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from agent.host import Host, Process, Unreadable
from checks.screen_lock.catalogue import BY_TOKEN, DESKTOPS, SESSION_NAMES, VENDORS, Desktop, Family
from checks.screen_lock.facts import NoSession, Reading, Source

__all__ = ["Running", "Session", "decide"]

#: Always there in a session: a list with one of these is the whole list, so what it lacks does not run.
EVERYWHERE = ("dbus-broker", "dbus-broker-launch", "dbus-daemon", "systemd")
#: Of this person, these are only there when they signed in to the computer the usual way.
SIGNED_IN = ("dbus-broker", "dbus-broker-launch", "systemd")
#: Desktops whose own process locks the screen: named but not running, their settings say nothing.
LOCK_THEMSELVES = frozenset({Family.GNOME, Family.KDE, Family.CINNAMON, Family.MATE, Family.XFCE, Family.LXQT})
#: Signs of a graphical session whose desktop we may not know.
DISPLAY_SERVERS = ("Xorg", "X", "Xwayland")
#: Programs that lock the screen, or decide when.
LOCKERS = (
    "xfce4-screensaver",
    "mate-screensaver",
    "cinnamon-screensaver",
    "budgie-screensaver",
    "gnome-screensaver",
    "xscreensaver",
    "xscreensaver-systemd",
    "light-locker",
    "xautolock",
    "xss-lock",
    "xidlehook",
    "swayidle",
    "hypridle",
    "stasis",
    "quickshell",
    "qs",
    "xfce4-power-manager",
)
#: The kernel keeps this many characters of a name, and some recordings only have those.
KERNEL_NAME = 15
#: No desktop's own name is longer; what is, is only said in part.
MAX_NAME = 60


class Display(Enum):
    """What draws the session."""

    WAYLAND = "Wayland"
    X11 = "X11"
    UNSEEN = "unknown"


@dataclass(frozen=True)
class Running:
    """This person's processes that bear on locking. ``complete``: what is not among them does not run."""

    processes: tuple[Process, ...]
    complete: bool

    def of(self, *names: str) -> tuple[Process, ...]:
        """The processes with one of these names, whole or as the kernel cuts them."""
        wanted = _spellings(*names)
        return tuple(process for process in self.processes if process.name in wanted)


@dataclass(frozen=True)
class Session:
    """A graphical session: its desktop, what draws it, and what runs in it."""

    desktop: Desktop
    display: Display
    running: Running
    readings: tuple[Reading, ...]

    @property
    def shell_runs(self) -> bool:
        """Whether the desktop itself was seen among the processes."""
        return bool(self.running.of(*self.desktop.processes))


def decide(host: Host) -> Session | NoSession | Unreadable:
    """The session of this person, ``NoSession`` when there certainly is none, ``Unreadable`` when nobody can tell."""
    listed = host.processes(*_names())
    trouble = listed if isinstance(listed, Unreadable) else None
    everyone = () if isinstance(listed, Unreadable) else tuple(listed)
    own = tuple(process for process in everyone if process.user in ("", host.user.name))
    running = Running(own, any(process.name in EVERYWHERE for process in everyone))
    desktop, reading = _from_environment(host)
    if _is_open(desktop, running):
        return Unreadable("failed", "several desktops run")
    desktop, reading = _believe_what_runs(desktop, reading, running)
    if desktop is not None:
        gone = desktop.family in LOCK_THEMSELVES and running.of(*SIGNED_IN) and not running.of(*desktop.processes)
        if gone:
            return Unreadable("failed", f"{desktop.name} is named but not running")
        return Session(desktop, _display(host, desktop), running, (reading,))
    if trouble is not None:
        return Unreadable("failed", "running processes")
    if _has_display(host) or any(process.name in DISPLAY_SERVERS for process in _servers(host, everyone)):
        return Unreadable("unsupported", "a graphical session without a known desktop")
    return NoSession((Reading("desktop session", "none", Source.SETTING, "environment and running processes"),))


def _names() -> tuple[str, ...]:
    names = {*EVERYWHERE, *DISPLAY_SERVERS, *LOCKERS}
    names.update(name for desktop in DESKTOPS for name in desktop.processes)
    return tuple(sorted(_spellings(*names)))


def _spellings(*names: str) -> set[str]:
    """Every way a process of this name may be listed; some distributions wrap programs in a script."""
    spelled = {spelling for name in names for spelling in (name, f".{name}-wrapped")}
    return spelled | {name[:KERNEL_NAME] for name in spelled}


def _from_environment(host: Host) -> tuple[Desktop | None, Reading]:
    tokens = [token for token in host.env.get("XDG_CURRENT_DESKTOP", "").split(":") if token]
    if tokens:
        text = ":".join(tokens)[:MAX_NAME]
        return _by_tokens(tokens), Reading("desktop", text, Source.SETTING, "XDG_CURRENT_DESKTOP")
    name = host.env.get("DESKTOP_SESSION", "").rsplit("/", 1)[-1].removesuffix(".desktop").lower()
    known = SESSION_NAMES.get(name) or BY_TOKEN.get(name.removeprefix("none+"))
    if known is not None:
        return known, Reading("desktop", name, Source.SETTING, "DESKTOP_SESSION")
    return None, Reading("desktop", "not named", Source.SETTING, "XDG_CURRENT_DESKTOP and DESKTOP_SESSION")


def _by_tokens(tokens: Sequence[str]) -> Desktop:
    """The first name that is not a distribution's. One we do not know may only pretend to be what follows it."""
    names = [token for token in tokens if token.lower() not in VENDORS] or list(tokens)
    known = BY_TOKEN.get(names[0].lower())
    if known is not None:
        return known
    if names[-1].lower() == "wlroots":
        return Desktop(names[0][:MAX_NAME], Family.WAYLAND)
    return Desktop(names[0][:MAX_NAME], Family.UNKNOWN)


def _believe_what_runs(named: Desktop | None, reading: Reading, running: Running) -> tuple[Desktop | None, Reading]:
    """Prefer a desktop that is seen running to one that is only named."""
    seen = [desktop for desktop in DESKTOPS if desktop.processes and running.of(*desktop.processes)]
    if not seen or (named is not None and named in seen):
        return named, reading
    found = seen[0]
    if named is not None and found.is_window_manager and not (named.is_alone or running.complete):
        return named, reading  # a window manager inside the named desktop
    return found, Reading("desktop", found.name, Source.PROGRAM, "running processes")


def _is_open(named: Desktop | None, running: Running) -> bool:
    """Whether more than one full desktop runs and nothing says which of them the person is at."""
    full = [one for one in DESKTOPS if not one.is_window_manager and running.of(*one.processes)]
    return len(full) > 1 and named not in full


def _display(host: Host, desktop: Desktop) -> Display:
    kind = host.env.get("XDG_SESSION_TYPE", "")
    if not kind and "wlroots" in host.env.get("XDG_CURRENT_DESKTOP", "").lower().split(":"):
        return Display.WAYLAND  # only compositors for it say so
    if kind == "wayland" or desktop.family in (Family.WAYLAND, Family.HYPRLAND):
        return Display.WAYLAND
    if kind == "x11" or desktop.family is Family.X11:
        return Display.X11
    if host.env.get("WAYLAND_DISPLAY"):
        return Display.WAYLAND
    return Display.X11 if host.env.get("DISPLAY") else Display.UNSEEN


def _has_display(host: Host) -> bool:
    """Whether the environment names a screen here; ``localhost:10.0`` is one forwarded from elsewhere."""
    if host.env.get("XDG_SESSION_TYPE") in ("x11", "wayland") or host.env.get("WAYLAND_DISPLAY"):
        return True
    return host.env.get("DISPLAY", "").startswith((":", "unix:"))


def _servers(host: Host, everyone: Sequence[Process]) -> list[Process]:
    """Display servers that may draw this person's session. On a text or remote log-in, root's X is the greeter's."""
    remote = host.env.get("XDG_SESSION_TYPE") == "tty" or bool(host.env.get("SSH_CONNECTION"))
    owners = ("", host.user.name) if remote else ("", host.user.name, "root")
    return [process for process in everyone if process.user in owners]
