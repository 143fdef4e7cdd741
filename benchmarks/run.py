"""What Watchword costs on this machine, beside what it is compared with.

    python benchmarks/run.py            print the figures
    python benchmarks/run.py --check    also exit 1 when a budget is exceeded

A first round against `apt-get -s -qq dist-upgrade` alone, a round in which nothing changed, and `watchword status
--json` against an empty Python process. Whole processes, children included: medians of the time that passes, and the
least processor time, for whatever else a computer does can only add to it.

Processors are slower at one minute than at another, by half on a shared machine. So what is compared is run in turn,
and the budget of 0.4 s is for a computer on which REFERENCE takes REFERENCE_SECONDS.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

WATCHWORD = [str(Path(sys.executable).with_name("watchword"))]
EMPTY = [sys.executable, "-c", "pass"]
APT = ["apt-get", "-s", "-qq", "dist-upgrade"]
#: A Python that does what a round does most: it imports some hundred modules.
MODULES = (
    "argparse, asyncio, concurrent.futures, dataclasses, decimal, doctest, email.mime.text, http.client, "
    "logging.config, multiprocessing, pydoc, sqlite3, statistics, tomllib, unittest.mock, xml.etree.ElementTree"
)
REFERENCE = [sys.executable, "-c", f"import {MODULES}"]
#: Processor time of the reference, in seconds, where a round took 0.28 to 0.31 s.
REFERENCE_SECONDS = 0.11


@dataclass(frozen=True)
class Cost:
    """What one command costs: the median of seconds that pass, the least CPU seconds, its largest process in MiB."""

    wall: float
    cpu: float
    peak_mib: float

    @classmethod
    def of(cls, runs: Sequence[Cost]) -> Cost:
        """The cost of a command from that of several runs."""
        return cls(
            statistics.median(run.wall for run in runs),
            min(run.cpu for run in runs),
            statistics.median(run.peak_mib for run in runs),
        )


def measured(home: str, runs: int, *commands: list[str], before: list[str] | None = None) -> list[Cost]:
    """Run commands in turn, several times, in a home of their own. ``before`` runs uncounted each time."""
    environment = {**os.environ, "HOME": home, "LC_ALL": "C"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        if before is not None:
            subprocess.run(before, env=environment, check=False)
        for command, found in zip(commands, costs, strict=True):
            found.append(_once(command, environment))
    return [Cost.of(found) for found in costs]


def _once(command: list[str], environment: dict[str, str]) -> Cost:
    started = time.monotonic()
    child = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = 0
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def main() -> int:
    """Measure, print, and compare with the budgets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is exceeded")
    parser.add_argument("--runs", type=int, default=9, help="runs of each command (default 9)")
    args = parser.parse_args()
    apt_get = APT if shutil.which("apt-get") else EMPTY
    with tempfile.TemporaryDirectory() as home:
        forget = ["rm", "-rf", f"{home}/.local/share/watchword"]
        round_, status = [*WATCHWORD, "check", "--json"], [*WATCHWORD, "status", "--json"]
        apt, full = measured(home, args.runs, apt_get, round_, before=forget)
        measured(home, 2, round_)
        unchanged, reference = measured(home, args.runs, round_, REFERENCE)
        bare, quick = measured(home, args.runs * 3, EMPTY, status)
    speed = REFERENCE_SECONDS / reference.cpu
    budgets = [
        ("first round, CPU s beyond apt-get", full.cpu - apt.cpu, 1.0),
        ("warm round, wall s", unchanged.wall, 1.5),
        ("warm round, nothing changed, CPU s at the reference's speed", unchanged.cpu * speed, 0.4),
        ("status --json, times an empty Python", quick.wall / bare.wall, 2.0),
        ("largest process of a round without apt-get, MiB", unchanged.peak_mib, 60.0),
    ]
    print(f"apt-get -s -qq dist-upgrade alone: {apt.wall:.2f} s wall, {apt.cpu:.2f} s CPU, {apt.peak_mib:.0f} MiB")
    print(f"first round: {full.wall:.2f} s wall, {full.cpu:.2f} s CPU, {full.peak_mib:.0f} MiB")
    print(f"warm round: {unchanged.wall:.2f} s wall, {unchanged.cpu:.2f} s CPU, {unchanged.peak_mib:.0f} MiB")
    print(f"the reference: {reference.cpu:.3f} s CPU, where {REFERENCE_SECONDS:g} s are meant")
    print(f"status --json: {quick.wall * 1000:.1f} ms; an empty Python: {bare.wall * 1000:.1f} ms")
    exceeded = False
    for what, found, allowed in budgets:
        verdict = "ok" if found <= allowed else "OVER"
        exceeded = exceeded or found > allowed
        print(f"{verdict:>5}  {what}: {found:.2f} (budget {allowed:g})")
    return 1 if args.check and exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
