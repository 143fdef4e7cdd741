"""Where the agent's files live: one table of rules per system, and nothing else.

`watchword status` imports this module and must start about as fast as Python itself, so it uses ``os.path`` only:
importing platformdirs takes 26 ms here, this module under one. The places are platformdirs': XDG base directories on
Linux, ``~/Library`` on macOS, ``%LOCALAPPDATA%`` on Windows (never the roaming profile, which leaves the laptop).
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Paths", "status_file"]


class Paths:
    """Full paths of every file the agent keeps. Making a ``Paths`` touches no disk.

    ``config`` is the person's settings file, ``policy`` the machine policy (written by an administrator only),
    ``store`` the database, ``journal`` the append-only record beside it, ``status`` the status document and ``logs``
    a directory, as is ``outbox`` with the reports that have yet to be sent. ``health`` says how the background agent
    does. ``runtime`` is a directory for what need not outlive the session: the doorbell that wakes the background
    agent, and the address of the person's page while it is open (``page``, with its lock). ``rounds_lock`` is shared by
    all rounds that run; forgetting everything has it alone.
    """

    __slots__ = (
        "config", "daemon_lock", "data", "doorbell", "health", "journal",
        "logs", "outbox", "page", "page_lock", "policy", "rounds_lock", "runtime", "status", "store",
    )  # fmt: skip

    def __init__(self, *, config: str, policy: str, data: str, state: str, runtime: str) -> None:
        slash = "\\" if "\\" in policy else "/"
        self.config = f"{config}{slash}config.toml"
        self.policy = policy
        self.data = data
        self.store = f"{data}{slash}watchword.db"
        self.journal = f"{data}{slash}journal.jsonl"
        self.outbox = f"{data}{slash}outbox"
        self.status = f"{state}{slash}status.json"
        self.health = f"{state}{slash}health.json"
        self.logs = f"{state}{slash}logs"
        self.runtime = runtime
        # Not in the runtime directory: the session may clear that, and then a second agent would find no lock.
        self.daemon_lock = f"{data}{slash}daemon.lock"
        self.rounds_lock = f"{data}{slash}rounds.lock"
        self.doorbell = f"{runtime}{slash}daemon.bell"
        self.page = f"{runtime}{slash}page.json"
        self.page_lock = f"{runtime}{slash}page.lock"

    @classmethod
    def here(cls) -> Paths:
        """The paths for the person who is signed in to this computer."""
        if sys.platform == "win32":
            return cls.on("win32", {**os.environ, "PROGRAMDATA": _program_data()}, _home())
        return cls.on(sys.platform, os.environ, _home())

    @classmethod
    def on(cls, platform: str, env: Mapping[str, str], home: str) -> Paths:
        """The paths on a system (``sys.platform``) with this environment and home directory."""
        if platform == "win32":
            return cls._windows(env, home)
        if platform == "darwin":
            return cls._macos(home)
        return cls._xdg(env, home)

    @classmethod
    def _xdg(cls, env: Mapping[str, str], home: str) -> Paths:
        def base(variable: str, default: str) -> str:
            # The base directory specification: "all paths must be absolute; a relative one is to be ignored".
            value = env.get(variable, "")
            return f"{value.rstrip('/') if value.startswith('/') else f'{home}/{default}'}/watchword"

        return cls(
            config=base("XDG_CONFIG_HOME", ".config"),
            policy="/etc/watchword/policy.toml",
            data=base("XDG_DATA_HOME", ".local/share"),
            state=base("XDG_STATE_HOME", ".local/state"),
            runtime=base("XDG_RUNTIME_DIR", ".cache"),
        )

    @classmethod
    def _macos(cls, home: str) -> Paths:
        support = f"{home}/Library/Application Support/Watchword"
        paths = cls(
            config=support,
            policy="/Library/Application Support/Watchword/policy.toml",
            data=support,
            state=support,
            runtime=f"{home}/Library/Caches/Watchword",
        )
        paths.logs = f"{home}/Library/Logs/Watchword"
        return paths

    @classmethod
    def _windows(cls, env: Mapping[str, str], home: str) -> Paths:
        local = env.get("LOCALAPPDATA") or f"{home}\\AppData\\Local"
        folder = f"{local}\\Watchword"
        policies = env.get("PROGRAMDATA") or env.get("ProgramData") or "C:\\ProgramData"
        return cls(
            config=folder,
            policy=f"{policies}\\Watchword\\policy.toml",
            data=folder,
            state=folder,
            runtime=f"{folder}\\run",
        )


if sys.platform == "win32":
    import winreg

    def _program_data() -> str:
        """The folder of all users' data, from the machine's registry: the variable is the person's to set."""
        folders = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, folders, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
                found, kind = winreg.QueryValueEx(key, "Common AppData")
        except OSError:
            return "C:\\ProgramData"
        return found if kind == winreg.REG_SZ and found else "C:\\ProgramData"


def _home() -> str:
    """The home directory. A ``HOME`` that is empty or relative is no answer: files would lie about where one works."""
    if sys.platform == "win32" or os.environ.get("HOME", "").startswith("/"):
        return os.path.expanduser("~")
    import pwd  # of use only here, and not there on Windows

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a user id without a name, as in some containers
        return "/nonexistent"


def status_file() -> str:
    """The status document of the person who is signed in."""
    return Paths.here().status
