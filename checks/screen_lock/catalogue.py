"""The Linux desktops by the names they go by: in ``XDG_CURRENT_DESKTOP``, as a session, and as a process."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["BY_TOKEN", "DESKTOPS", "SESSION_NAMES", "VENDORS", "Desktop", "Family"]


class Family(Enum):
    """Desktops that keep their lock settings in the same way."""

    GNOME = "gnome"
    GNOME_KEYS = "other desktops that obey GNOME's keys"
    BUDGIE = "budgie"
    CINNAMON = "cinnamon"
    MATE = "mate"
    KDE = "kde"
    XFCE = "xfce"
    LXQT = "lxqt"
    HYPRLAND = "hyprland"
    WAYLAND = "wayland compositors with an idle program"
    X11 = "x11 window managers with a locker"
    #: Its lock settings are not known to us, or not confirmed.
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Desktop:
    """One desktop. ``name`` is shown to people; ``tokens`` and ``processes`` are how it is recognised."""

    name: str
    family: Family
    tokens: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    #: It is its own window manager: another one running means that this desktop is not.
    is_alone: bool = False

    @property
    def is_window_manager(self) -> bool:
        """Whether it may run inside a full desktop."""
        return self.family in (Family.X11, Family.WAYLAND, Family.HYPRLAND)


def _plain(family: Family, *names: str) -> tuple[Desktop, ...]:
    """Desktops that are called the same everywhere."""
    return tuple(Desktop(name, family, (name,), (name, name.lower()), True) for name in names)


#: Full desktops first: a compositor or window manager may be part of one.
DESKTOPS: tuple[Desktop, ...] = (
    Desktop("KDE", Family.KDE, ("KDE",), ("plasmashell", "ksmserver")),
    Desktop("XFCE", Family.XFCE, ("XFCE",), ("xfce4-session",)),
    Desktop(
        "Cinnamon",
        Family.CINNAMON,
        ("X-Cinnamon", "Cinnamon"),
        ("cinnamon-session", "cinnamon-session-binary", "cinnamon"),
        True,
    ),
    Desktop("MATE", Family.MATE, ("MATE",), ("mate-session",)),
    Desktop("LXQt", Family.LXQT, ("LXQt",), ("lxqt-session",)),
    Desktop("Budgie", Family.BUDGIE, ("Budgie",), ("budgie-panel", "budgie-wm", "budgie-daemon"), True),
    Desktop("Unity", Family.GNOME_KEYS, ("Unity", "Unity7"), ("unity-panel-service",)),
    Desktop("GNOME Flashback", Family.UNKNOWN, ("GNOME-Flashback",), ("gnome-flashback",)),
    Desktop("COSMIC", Family.UNKNOWN, ("COSMIC",), ("cosmic-session", "cosmic-comp"), True),
    Desktop("Pantheon", Family.UNKNOWN, ("Pantheon",), ("gala",), True),
    Desktop("Deepin", Family.UNKNOWN, ("Deepin", "DDE"), ("dde-session", "startdde")),
    Desktop("UKUI", Family.UNKNOWN, ("UKUI",), ("ukui-session",)),
    Desktop("Phosh", Family.UNKNOWN, ("Phosh",), ("phosh",), True),
    Desktop("Lomiri", Family.UNKNOWN, ("Lomiri",), ("lomiri",), True),
    Desktop("Trinity", Family.UNKNOWN, ("TDE", "Trinity"), ("tdeinit", "twin")),
    Desktop("Enlightenment", Family.UNKNOWN, ("Enlightenment",), ("enlightenment",), True),
    Desktop("LXDE", Family.X11, ("LXDE",), ("lxsession",)),
    Desktop("GNOME", Family.GNOME, ("GNOME", "GNOME-Classic"), ("gnome-shell",), True),
    Desktop("Hyprland", Family.HYPRLAND, ("Hyprland",), ("Hyprland", "hyprland"), True),
    *_plain(Family.WAYLAND, "sway", "river", "labwc", "wayfire", "niri", "dwl", "Miracle-WM", "scroll"),
    *_plain(Family.X11, "i3", "awesome", "bspwm", "dwm", "fluxbox", "herbstluftwm", "icewm", "jwm"),
    *_plain(Family.X11, "openbox", "qtile", "spectrwm", "xmonad"),
)

BY_TOKEN = {token.lower(): desktop for desktop in DESKTOPS for token in desktop.tokens} | {
    "wlroots": Desktop("wlroots", Family.WAYLAND)
}

#: Distributions that put their own name before the desktop's. Their sessions are that desktop, lock included.
VENDORS = frozenset({"debian", "endless", "fedora", "kubuntu", "pop", "rhel", "ubuntu", "xubuntu", "zorin"})

#: ``DESKTOP_SESSION`` is the name of a session file, which often differs from the desktop's.
SESSION_NAMES = {
    name: BY_TOKEN[token]
    for token, names in {
        "gnome": (
            "gnome",
            "gnome-classic",
            "gnome-classic-xorg",
            "gnome-wayland",
            "gnome-xorg",
            "pop",
            "pop-wayland",
            "ubuntu",
            "ubuntu-wayland",
            "ubuntu-xorg",
        ),
        "kde": ("plasma", "plasmawayland", "plasmax11", "plasma5", "kde", "kde-plasma", "kubuntu"),
        "cinnamon": ("cinnamon", "cinnamon2d", "cinnamon-wayland"),
        "mate": ("mate",),
        "xfce": ("xfce", "xfce4", "xubuntu"),
        "lxqt": ("lxqt", "lubuntu", "lxqt-wayland"),
        "budgie": ("budgie-desktop", "budgie"),
        "unity": ("unity",),
        "gnome-flashback": ("gnome-flashback-metacity", "gnome-flashback-compiz"),
        "cosmic": ("cosmic",),
        "hyprland": ("hyprland", "hyprland-uwsm"),
    }.items()
    for name in names
}
