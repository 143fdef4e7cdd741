"""Whether the window in front fills the screen, as the X server knows it (``xprop``, where it is installed).

On Wayland nobody may ask about windows. Those of old programs are still known to the X server there: one that fills
the screen counts, but that none does proves nothing.
"""

from __future__ import annotations

import re

from agent.host import Host, Unreadable

__all__ = ["full_screen"]

TIME_LIMIT_SECONDS = 2.0
#: What `xprop -notype` prints (EWMH: _NET_ACTIVE_WINDOW of the root window, _NET_WM_STATE of a window).
ACTIVE = re.compile(r"_NET_ACTIVE_WINDOW: (?:window id # (0x[0-9a-f]{1,8})(?:, 0x0)?| not found\.)")
STATE = re.compile(r"_NET_WM_STATE(?: = (?P<states>[A-Z_0-9, ]*)|: {2}(?:not found\.|no such atom on any window\.))")
NO_WINDOW = "0x0"
FULL_SCREEN = "_NET_WM_STATE_FULLSCREEN"


def full_screen(host: Host) -> bool | Unreadable:
    """Whether the window in front fills the screen."""
    if not host.env.get("DISPLAY"):
        return Unreadable("unsupported", "full screen")
    found = _active_is_full(host)
    if found is False and host.env.get("WAYLAND_DISPLAY"):
        return Unreadable("unsupported", "full screen on Wayland")
    return found


def _active_is_full(host: Host) -> bool | Unreadable:
    line = _xprop(host, "-root", "-notype", "_NET_ACTIVE_WINDOW")
    if isinstance(line, Unreadable):
        return line
    active = ACTIVE.fullmatch(line)
    if active is None:
        return Unreadable("malformed", "_NET_ACTIVE_WINDOW")
    if active[1] in (None, NO_WINDOW):
        return False
    line = _xprop(host, "-id", active[1], "-notype", "_NET_WM_STATE")
    if isinstance(line, Unreadable):
        return line
    state = STATE.fullmatch(line)
    if state is None:
        return Unreadable("malformed", "_NET_WM_STATE")
    return FULL_SCREEN in (state["states"] or "").split(", ")


def _xprop(host: Host, *arguments: str) -> str | Unreadable:
    done = host.run(["xprop", *arguments], timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", "xprop")
    return done.stdout.strip("\n")
