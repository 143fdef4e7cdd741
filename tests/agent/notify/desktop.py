"""A real desktop to show alerts on: a message bus of its own, a screen that nobody sees, a notification server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

XFCE4_NOTIFYD = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd"
NOTIFICATION_DAEMON = "/usr/lib/notification-daemon/notification-daemon"
WAIT_SECONDS = 20.0


def needs(*programs: str) -> None:
    """Skip where one of them is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{Path(program).name} is not installed")


def until(condition: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """Wait for something to be so; what it is."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def running(argv: list[str], env: Mapping[str, str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program, for as long as the block."""
    child = subprocess.Popen(argv, env=dict(env), start_new_session=True, **options)
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def message_bus(home: Path, address: str = "") -> Iterator[str]:
    """A session bus; its address. It starts no programs by itself."""
    needs("dbus-daemon")
    config = home / "bus.conf"
    listen = address or f"unix:dir={home}"
    allow = '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>'
    anonymous = "<auth>ANONYMOUS</auth><allow_anonymous/>" if address else ""
    config.write_text(
        '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "busconfig.dtd">'
        f"<busconfig><type>session</type><listen>{listen}</listen>{anonymous}<servicedir>{home}/services</servicedir>"
        f'<policy context="default">{allow}</policy></busconfig>'
    )
    argv = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
    with running(argv, os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bus:
        assert bus.stdout is not None
        yield bus.stdout.readline().decode().strip()


@contextmanager
def screen() -> Iterator[str]:
    """An X server; its display."""
    needs("Xvfb")
    argv = ["Xvfb", "-displayfd", "1", "-screen", "0", "800x400x24", "-nolisten", "tcp"]
    with running(argv, os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        yield f":{int(server.stdout.readline())}"


def has_server(address: str) -> bool:
    """Whether something on that bus shows notifications."""
    code = "from agent.host.native import desktop; print(desktop.notification_server())"
    return "name" in python(code, {"DBUS_SESSION_BUS_ADDRESS": address}) if address else False


def python(code: str, variables: Mapping[str, str] | None = None) -> str:
    """What a Python of its own prints, with these variables as well."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return done.stdout.strip()


def listeners(address: str) -> list[int]:
    """The processes that wait for a button on that bus."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            argv = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes().split(b"\0")
            if b"agent.notify.listen" in argv and f"DBUS_SESSION_BUS_ADDRESS={address}".encode() in environment:
                found.append(int(folder.name))
    return found


def said_by_dunst(text: str) -> list[dict[str, str]]:
    """The notifications that ``dunst -print`` tells of."""
    found = []
    for block in re.findall(r"^\{\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL):
        entries = dict(re.findall(r"^\t(summary|body|category|urgency|desktop_entry): '?(.*?)'?$", block, re.MULTILINE))
        entries["actions"] = ", ".join(sorted(re.findall(r'^\t\t"(\w+)": ', block, re.MULTILINE)))
        found.append(entries)
    return found
