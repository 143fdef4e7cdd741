"""A real session for tests: a bus, a home and a display of its own, in which real tools set real settings.

The home and the runtime directory are set before the bus starts: dconf's service otherwise writes to the old ones.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

PROBE = """
import json
from agent.host.live import LiveHost
from checks.screen_lock import CHECK
from tests.builders import context
(finding,) = CHECK.run(context(LiveHost()))
lines = [f"{line.what}: {line.value} [{line.source}]" for line in finding.evidence]
print("VERDICT", json.dumps({"said": f"{finding.status} {finding.reason}", "facts": finding.facts, "evidence": lines}))
"""


def needs(*tools: str) -> None:
    """Skip where a tool is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


@dataclass(frozen=True)
class Verdict:
    said: str
    facts: dict[str, Any]
    evidence: list[str]


class RealSession:
    """Runs shell lines in order in one session; each ``watchword`` line there is one verdict."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.home = home
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        (home / "probe.py").write_text(PROBE)
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            **env,
        }

    def verdicts(self, script: str) -> list[Verdict]:
        """Run ``script`` under a session bus; every ``watchword`` in it is the check, run as a person would."""
        prologue = f'set -eu\nwatchword() {{ "{sys.executable}" "{self.home}/probe.py"; }}\n'
        done = subprocess.run(
            ["dbus-run-session", "--", "bash", "-c", prologue + script],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        lines = [line.removeprefix("VERDICT ") for line in done.stdout.splitlines() if line.startswith("VERDICT ")]
        return [Verdict(**json.loads(line)) for line in lines]

    def said(self, script: str) -> list[str]:
        """The status and reason of each verdict."""
        return [verdict.said for verdict in self.verdicts(script)]


def display_number() -> int:
    """An X display that nobody uses."""
    return next(number for number in range(90 + os.getpid() % 400, 600) if not Path(f"/tmp/.X{number}-lock").exists())
