"""What the background agent costs while it waits, and in a day.

    python benchmarks/daemon.py                   print the figures (a minute)
    python benchmarks/daemon.py --seconds 600     wait ten minutes for wake-ups
    python benchmarks/daemon.py --check           also exit 1 when a budget is exceeded

Linux only: it reads /proc. The agent runs for real, in a home of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
EVERYTHING = (
    "import agent.cli.run, agent.speaking, agent.notify.linux, requests, keyring, plyer, psutil, jeepney, sqlite3"
)
#: Every four hours, each looked at again once after a quarter of an hour because something new was found.
ROUNDS_A_DAY = 12


def status(pid: int, field: str) -> int:
    """A number of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


def cpu_seconds(pid: int) -> float:
    """Processor time of a process by itself."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(code: str, environment: dict[str, str]) -> float:
    """MiB that Python holds after running ``code``."""
    with subprocess.Popen(
        [PYTHON, "-P", "-c", f"{code}\nprint(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        child.stdout.readline()
        mib = status(child.pid, "VmRSS") / 1024
        child.kill()
    return mib


def a_day(environment: dict[str, str]) -> float:
    """Processor seconds of a day's rounds, children included; the first of the day finds nothing remembered."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(ROUNDS_A_DAY):
        subprocess.run([PYTHON, "-P", "-m", "agent", "run"], env=environment, check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure, print, and compare with the budgets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 when a budget is exceeded")
    parser.add_argument("--seconds", type=int, default=60, help="how long to wait for wake-ups (default 60)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C"}
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "PYTHONDONTWRITEBYTECODE"):
            environment.pop(name, None)
        bare = resident("", environment)
        everything = resident(EVERYTHING, environment)
        with subprocess.Popen([PYTHON, "-P", "-m", "agent", "daemon"], env=environment) as daemon:
            time.sleep(3)
            started, woken = cpu_seconds(daemon.pid), status(daemon.pid, "voluntary_ctxt_switches")
            time.sleep(args.seconds)
            woken = status(daemon.pid, "voluntary_ctxt_switches") - woken
            rest = status(daemon.pid, "VmRSS") / 1024
            idle = cpu_seconds(daemon.pid) - started
            daemon.terminate()
        day = a_day(environment) + started + idle * 86400 / args.seconds
    print(f"bare Python: {bare:.1f} MiB; with everything of ours loaded: {everything:.1f} MiB")
    print(f"the background agent at rest: {rest:.1f} MiB")
    print(f"wake-ups in {args.seconds} s at rest: {woken}; processor time meanwhile: {idle:.2f} s")
    print(f"a day of {ROUNDS_A_DAY} rounds of everything: {day:.1f} s of processor time")
    budgets = [
        ("resident at rest, MiB", rest, 15.0),
        (f"wake-ups in {args.seconds} s", float(woken), 1.0 + args.seconds // 900),
        ("processor time of a day, s", day, 20.0),
    ]
    exceeded = [f"{name}: {found:.2f} instead of {most}" for name, found, most in budgets if found > most]
    for line in exceeded:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if args.check and exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
