"""Words that are not to be mistaken for personal details."""

from __future__ import annotations

__all__ = ["COMMON", "NAME_ENDS"]

_COMMON = """
a admin administrator apple apt backup bin bitwarden brave budgie chrome chromium cinnamon computer config dashlane
debian default demo desktop dev dnf dpkg edge enpass etc fedora firefox flatpak gnome google guest home host hyprland
i3 kde keepass keepassxc laptop lastpass lib linux local locker login lxqt macos mail mate microsoft mint mozilla name
no none nordpass notebook null off office on opera opt pacman pass pc person plasma proton root rpm run saver screen
server session sh share shell snap staff status sudo sway sys system test tmp true false ubuntu user users usr var
version windows work xfce yes yum zypper 1password
"""
_NAME_ENDS = """
service socket target timer mount automount swap path slice scope device desktop conf json jsonlz4 xpi xml txt log png
svg jpg ico ini cfg db sqlite so py js css html list sources lock pid sock
"""

#: Account and host names that are words of the trade: they name nobody, and replacing them everywhere would change
#: what settings say. They are replaced only where they can be nothing but a name.
COMMON = frozenset(_COMMON.split())

#: The end of a file or unit name, never of a mail address: ``getty@tty1.service``, ``an-extension@example.org.xpi``.
NAME_ENDS = frozenset(_NAME_ENDS.split())
