"""Computers to switch it on and off on: recorded answers, real files in the test's own home."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agent.autostart import Computer, Program
from agent.host import Completed, Unreadable
from agent.host.replay import ReplayHost
from agent.paths import Paths
from tests.builders import computer as recorded

ARGUMENTS = ("-P", "-m", "agent", "daemon")


class Answering(ReplayHost):
    """A recorded computer that keeps what it was asked, and runs ``systemctl enable`` and ``disable`` for real.

    Those two change files, and do so without a manager (``SYSTEMD_OFFLINE``); the rest is answered as recorded.
    """

    asked: list[tuple[str, ...]]

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        self.asked.append(tuple(argv))
        answer = super().run(argv, timeout)
        if isinstance(answer, Completed) and answer.exit == 0 and {"enable", "disable"} & set(argv[2:3]):
            done = subprocess.run(
                [part for part in argv if part != "--now"],
                env={
                    "SYSTEMD_OFFLINE": "1",
                    "HOME": self.home,
                    "XDG_RUNTIME_DIR": self.home,
                    "PATH": os.environ["PATH"],
                },
                capture_output=True,
                text=True,
                check=False,
            )
            return Completed(done.returncode, done.stdout, done.stderr)
        return answer


Make = Callable[..., Computer]


@pytest.fixture
def make(own_home: Path) -> Make:
    """A computer of one system in the test's own home; ``commands`` are what it answers."""

    def made(
        system: str = "linux", *, python: str = "/opt/watchword/python", home: Path = own_home, **facts: object
    ) -> Computer:
        user = {"name": "zoe", "home": str(home), "uid": 501}
        host = Answering(recorded(system, user=user, **facts).recording)
        host.asked = []
        platform = {"linux": "linux", "macos": "darwin", "windows": "win32"}[system]
        return Computer(host, Paths.on(platform, {}, str(home)), Program((python, *ARGUMENTS)))

    return made
