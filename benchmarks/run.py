"""What Watchword costs on this machine, beside what it is compared with.

    python benchmarks/run.py            print the figures
    python benchmarks/run.py --check    also exit 1 when a budget is exceeded

A warm round against `apt-get -s -qq dist-upgrade` alone, a round in which nothing changed, and
`watchword status --json` against an empty Python process. Medians of whole processes, children included.
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
from dataclasses import dataclass
from pathlib import Path

WATCHWORD = [str(Path(sys.executable).with_name("watchword"))]
EMPTY = [sys.executable, "-c", "pass"]
APT = ["apt-get", "-s", "-qq", "dist-upgrade"]


@dataclass(frozen=True)
class Cost:
    """One command's median cost: seconds of wall and CPU time, and its largest process in MiB."""

    wall: float
    cpu: float
    peak_mib: float


def measured(argv: list[str], home: str, *, runs: int, before: list[str] | None = None) -> Cost:
    """Run a command several times in a home of its own and take the medians. ``before`` runs uncounted each time."""
    costs = []
    environment = {**os.environ, "HOME": home, "LC_ALL": "C"}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    for _ in range(runs):
        if before is not None:
            subprocess.run(before, env=environment, check=False)
        started = time.monotonic()
        child = subprocess.Popen(
            argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, _, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        child.returncode = 0
        costs.append(Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "peak_mib")))


def main() -> int:
    """Measure, print, and compare with the budgets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is exceeded")
    parser.add_argument("--runs", type=int, default=9, help="runs of each command (default 9)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        forget = ["rm", "-rf", f"{home}/.local/share/watchword"]
        round_, empty, status = [*WATCHWORD, "check", "--json"], EMPTY, [*WATCHWORD, "status", "--json"]
        apt = measured(APT, home, runs=args.runs) if shutil.which("apt-get") else Cost(0, 0, 0)
        full = measured(round_, home, runs=args.runs, before=forget)
        measured(round_, home, runs=2)
        unchanged = measured(round_, home, runs=args.runs)
        bare = measured(empty, home, runs=args.runs * 3)
        quick = measured(status, home, runs=args.runs * 3)
    budgets = [
        ("first round, CPU s beyond apt-get", full.cpu - apt.cpu, 1.0),
        ("warm round, wall s", unchanged.wall, 1.5),
        ("warm round, nothing changed, CPU s", unchanged.cpu, 0.4),
        ("status --json, times an empty Python", quick.wall / bare.wall, 2.0),
        ("largest process of a round without apt-get, MiB", unchanged.peak_mib, 60.0),
    ]
    print(f"apt-get -s -qq dist-upgrade alone: {apt.wall:.2f} s wall, {apt.cpu:.2f} s CPU, {apt.peak_mib:.0f} MiB")
    print(f"first round: {full.wall:.2f} s wall, {full.cpu:.2f} s CPU, {full.peak_mib:.0f} MiB")
    print(f"warm round: {unchanged.wall:.2f} s wall, {unchanged.cpu:.2f} s CPU, {unchanged.peak_mib:.0f} MiB")
    print(f"status --json: {quick.wall * 1000:.1f} ms; an empty Python: {bare.wall * 1000:.1f} ms")
    exceeded = False
    for what, found, allowed in budgets:
        verdict = "ok" if found <= allowed else "OVER"
        exceeded = exceeded or found > allowed
        print(f"{verdict:>5}  {what}: {found:.2f} (budget {allowed:g})")
    return 1 if args.check and exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
