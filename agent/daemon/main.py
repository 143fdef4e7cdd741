"""``watchword daemon``: the background agent as a process: one at a time, ended cleanly by sign-out and by signals."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress

from agent import __version__
from agent.daemon.clock import Clock
from agent.daemon.doorbell import Doorbell
from agent.daemon.supervisor import Supervisor, Timing
from agent.locking import FileLock
from agent.logs import Log
from agent.paths import Paths

__all__ = ["main"]

FAILED = 4


def main(timing: Timing | None = None) -> int:
    """Run until the session ends. 0 also when another one is running already: there is nothing to restart."""
    os.umask(0o077)
    paths = Paths.here()
    log = Log(paths.logs, "daemon")
    lock = FileLock(paths.daemon_lock)
    try:
        if not lock.take():
            print("watchword: the background agent is running already", file=sys.stderr)
            return 0
        bell = Doorbell(paths.doorbell)
    except OSError as error:
        print(f"watchword: {error.filename or paths.runtime}: {error.strerror or error}", file=sys.stderr)
        log.write("not_started", error=type(error).__name__)
        return FAILED
    supervisor = Supervisor(
        argv=_worker,
        bell=bell,
        clock=Clock(),
        log=log,
        health_path=paths.health,
        watched=(paths.config, paths.policy),
        timing=timing,
    )
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, supervisor.stop)
    log.write("started", version=__version__, pid=os.getpid())
    try:
        supervisor.run()
    finally:
        with suppress(OSError):
            bell.close()
        lock.release()
    log.write("stopped", signal=supervisor.stop_signal)
    return 0


def _worker(present_since: str) -> list[str]:
    """The command that runs one round: this very program."""
    return [sys.executable, "-P", "-m", "agent", "run", "--due", "--json", "--present-since", present_since]
