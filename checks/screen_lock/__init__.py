"""The screen lock check: the session locks by itself in time and asks for a password when it wakes."""

from __future__ import annotations

from datetime import timedelta

from agent.contract import Category, Check, Context, Finding
from agent.host import Host, System, Unreadable
from checks.screen_lock.facts import LockFacts, NoSession
from checks.screen_lock.judge import REASONS, judge

__all__ = ["CHECK", "judge", "read"]


def read(host: Host) -> LockFacts | NoSession | Unreadable:
    """Every way this computer's session locks, by the probe for its system."""
    if host.system is System.LINUX:
        from checks.screen_lock.linux import read as read_linux  # each system's probe is loaded only there

        return read_linux(host)
    if host.system is System.WINDOWS:
        from checks.screen_lock.windows import read as read_windows

        return read_windows(host)
    if host.system is System.MACOS:
        from checks.screen_lock.macos import read as read_macos

        return read_macos(host)
    return Unreadable("unsupported", f"screen lock on {host.system.value}")


def _run(context: Context) -> list[Finding]:
    return judge(read(context.host), context.profile)


CHECK = Check(
    id="screen_lock",
    title="Screen lock",
    category=Category.DEVICE,
    run=_run,
    reasons=REASONS,
    every=timedelta(hours=1),
    refs=("toolkit:S17",),
)
