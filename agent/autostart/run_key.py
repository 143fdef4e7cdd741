r"""The Windows fallback: a value of ``HKCU\...\CurrentVersion\Run``, which Explorer runs after sign-in.

The person can switch it off in Task Manager or Settings, which keep that in ``StartupApproved``: the first byte is even
for on and odd for off (seen: 02 and 06, 03 and 07).
"""

from __future__ import annotations

import subprocess
import sys
import winreg
from collections.abc import Sequence

if sys.platform != "win32":
    raise ImportError("only Windows has a registry")

__all__ = ["VALUE", "forget", "is_switched_off", "keep", "read", "starts_ours"]

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
POLICY = r"Software\Microsoft\Windows\CurrentVersion\Policies\Explorer"
VALUE = "Watchword"


def read() -> str | None:
    """The command that is kept, or ``None``.

    Raises:
        OSError: the registry does not say.
    """
    found = _value(winreg.HKEY_CURRENT_USER, RUN, VALUE)
    return None if found is None else found[0] if isinstance(found[0], str) and found[1] == winreg.REG_SZ else ""


def starts_ours(command: str) -> bool:
    """Whether a command is one that Watchword keeps: some Python and our arguments."""
    return command.endswith(" -P -m agent daemon")


def keep(argv: Sequence[str]) -> None:
    """Keep the command, and take back that it had been switched off.

    Raises:
        OSError: the registry refuses.
    """
    with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, RUN, 0, winreg.KEY_SET_VALUE) as key:
        winreg.SetValueEx(key, VALUE, 0, winreg.REG_SZ, subprocess.list2cmdline(argv))
    _delete(APPROVED)


def forget() -> bool:
    """Remove the command. Says whether there was one.

    Raises:
        OSError: the registry refuses.
    """
    _delete(APPROVED)
    return _delete(RUN)


def is_switched_off() -> bool:
    """Whether the command, if there is one, is not run: by policy, or because the person switched it off.

    Raises:
        OSError: the registry does not say.
    """
    policies = (
        _value(root, POLICY, "DisableCurrentUserRun") for root in (winreg.HKEY_LOCAL_MACHINE, winreg.HKEY_CURRENT_USER)
    )
    if any(policy is not None and policy[0] != 0 for policy in policies):
        return True
    approved = _value(winreg.HKEY_CURRENT_USER, APPROVED, VALUE)
    return (
        approved is not None and isinstance(approved[0], bytes) and approved[0][0:1] != b"" and approved[0][0] % 2 == 1
    )


def _value(root: int, path: str, name: str) -> tuple[object, int] | None:
    try:
        with winreg.OpenKey(root, path) as key:
            return winreg.QueryValueEx(key, name)
    except FileNotFoundError:
        return None


def _delete(path: str) -> bool:
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_SET_VALUE) as key:
            winreg.DeleteValue(key, VALUE)
    except FileNotFoundError:
        return False
    return True
