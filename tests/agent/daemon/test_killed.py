"""Killed at any moment, on a full disk, with damaged files: nothing the person said is lost, no alert is repeated.

Real processes, a real session bus and a notification server that notes what it is given. ``faketime`` moves the clock
on from round to round, so that weeks of alerts fit into the test. WATCHWORD_KILLS says how often something is killed.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.paths import Paths
from agent.status import load
from agent.store import Store
from tests.agent.notify.desktop import listeners, message_bus, needs, running, until

KILLS = int(os.environ.get("WATCHWORD_KILLS", "60"))
STEP = timedelta(hours=7)
#: What was said and what is over is kept for 90 days (agent.store.forgetting), and five hundred kills may take longer.
REMEMBERED = timedelta(days=80)
SETTINGS = """
[checks]
disabled = ["app_updates", "password_manager", "breach"]
[alerts]
quiet_from = "00:00"
quiet_to = "00:00"
quiet_weekends = false
"""
#: No journal line, database page or status document fits any more.
ROOM_BYTES = 200
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
DAEMON = """
from agent.daemon.main import main
from agent.daemon.supervisor import Timing
class Quick(Timing):
    settle, spread, gap, back_off = 0.0, 0.0, 0.1, 0.2
main(Quick())
"""


@dataclass
class Laptop:
    """A home, a bus, a clock, and what was seen on the screen, with the time it was seen at."""

    home: Path
    notes: Path
    ahead: timedelta = timedelta(0)
    shown: list[tuple[timedelta, str]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        seconds = int(self.ahead.total_seconds())
        if seconds == 0:
            return dict(os.environ)
        return {**os.environ, "LD_PRELOAD": str(FAKETIME), "FAKETIME": f"+{seconds}s"}

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "agent", *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.DEVNULL),
            stderr=options.pop("stderr", subprocess.DEVNULL),
            **options,
        )

    def run(self, *arguments: str, **options: Any) -> int:
        with self.start(*arguments, **options) as child:
            return child.wait(60)

    def kill_after(self, seconds: float, *arguments: str) -> int | None:
        """Start a command and kill it after a while; its exit code if it was done before."""
        with self.start(*arguments) as child:
            try:
                return child.wait(seconds)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                return None

    def look(self) -> None:
        """Note what has appeared since, at the time it is now."""
        until(lambda: not listeners(os.environ["DBUS_SESSION_BUS_ADDRESS"]))
        seen = [json.loads(line)["title"] for line in self.notes.read_text().splitlines()]
        self.shown.extend((self.ahead, title) for title in seen[len(self.shown) :])


@pytest.fixture
def laptop(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    if not FAKETIME.exists() or shutil.which("dbus-daemon") is None:
        pytest.skip("faketime or dbus is not installed")
    (tmp_path / "services").mkdir()
    (own_home / ".config/watchword").mkdir(parents=True)
    (own_home / ".config/watchword/config.toml").write_text(SETTINGS)
    notes = tmp_path / "notes"
    with message_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        server = [sys.executable, "-m", "tests.agent.daemon.noting_server", str(notes)]
        with running(server, os.environ, stdout=subprocess.PIPE) as noting:
            assert noting.stdout is not None
            assert noting.stdout.readline() == b"ready\n"
            yield Laptop(own_home, notes)
        for pid in listeners(address):
            os.kill(pid, signal.SIGKILL)


def account(laptop: Laptop) -> str:
    assert laptop.run("accounts", "add", "google", "--label", "Work email", "--no-address") == 0
    with Store.open(Paths.here()) as store:
        return store.accounts()[0].id


def test_an_alert_is_shown_for_what_is_wrong(laptop: Laptop) -> None:
    laptop.run("attest", account(laptop), "--method", "none")
    laptop.run("run", "--due")
    laptop.look()
    assert len(laptop.shown) == 1
    laptop.run("run")
    laptop.look()
    assert len(laptop.shown) == 1


def test_what_an_alert_would_name_is_looked_at_once_more_before_it_is_said(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("kreadconfig5")
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    settings, lock = laptop.home / ".config/watchword/config.toml", laptop.home / ".config/kscreenlockerrc"
    lock.write_text("[Daemon]\nAutolock=false\nLockOnResume=false\n")
    settings.write_text(SETTINGS.replace('quiet_to = "00:00"', 'quiet_to = "23:59"'))
    laptop.run("run")
    laptop.ahead = timedelta(minutes=20)
    laptop.run("run", "--due")
    with Store.open(Paths.here()) as store:
        assert [(one.check_id, one.confirmed_at is not None) for one in store.episodes()] == [("screen_lock", True)]
    lock.write_text("[Daemon]\nAutolock=true\nTimeout=5\nLockGrace=0\n")
    settings.write_text(SETTINGS)
    laptop.ahead = timedelta(minutes=30)
    laptop.run("run", "--due")
    laptop.look()
    assert laptop.shown == [(laptop.ahead, "Watchword now checks this computer")]


@pytest.mark.timeout(1500)
def test_killed_at_any_moment_nothing_is_lost_and_no_alert_is_repeated(laptop: Laptop) -> None:
    chance = random.Random(20261122)
    email = account(laptop)
    stated: list[str] = []
    perhaps: set[int] = set()
    chosen: set[str] = {"toolkit"}
    assert laptop.run("config", "set", "profile", "toolkit") == 0
    attesting, rounding = timed(laptop, "attest", email, "--method", "none"), timed(laptop, "run")
    stated.append("none")
    episodes: dict[str, datetime | None] = {}
    paths = Paths.here()
    killed = number = 0
    while killed < KILLS * 9 // 10:
        number += 1
        laptop.ahead += STEP
        method = "none" if number % 8 < 6 else "passkey"
        done = laptop.kill_after(chance.uniform(*attesting), "attest", email, "--method", method)
        killed += done is None
        if done != 0:
            perhaps.add(len(stated))
        stated.append(method)
        if number % 5 == 0:
            profile = chance.choice(["toolkit", "standard", "heightened"])
            if laptop.kill_after(chance.uniform(*attesting), "config", "set", "profile", profile) == 0:
                chosen = {profile}
            else:
                chosen.add(profile)
        killed += laptop.kill_after(chance.uniform(*rounding), "run") is None
        if number % 20 == 10:
            damage(paths, chance)
            laptop.run("run")
        laptop.look()
        if Path(paths.status).exists():
            load(Path(paths.status).read_bytes())
        episodes = the_same_or_more(episodes, datetime.now(UTC) + laptop.ahead)
    assert laptop.run("run") in (0, 1, 3)
    load(Path(paths.status).read_bytes())
    with Store.open(paths) as store:
        answers = [made.answer for made in store.attestations()]
        assert store.choices()["profile"] in chosen
        said = store.said(datetime.now(UTC) + laptop.ahead - REMEMBERED - timedelta(days=1))
    assert_in_order(answers, stated, perhaps)
    moments = [at for at, _ in laptop.shown]
    assert sum(at >= laptop.ahead - REMEMBERED for at in moments) <= len(said)
    assert all(later - earlier >= timedelta(hours=23) for earlier, later in pairwise(moments))
    assert all(sum(start <= at < start + timedelta(days=7) for at in moments) <= 3 for start in moments)
    assert moments, "nothing was ever shown: the test shows nothing"


def timed(laptop: Laptop, *arguments: str) -> tuple[float, float]:
    """From when to when to kill a command, in seconds: however quick this computer is, some are done before."""
    begun = time.monotonic()
    assert laptop.run(*arguments) in (0, 1, 3)
    took = time.monotonic() - begun
    return 0.1 * took, 1.3 * took


def the_same_or_more(before: dict[str, datetime | None], now: datetime) -> dict[str, datetime | None]:
    """The episodes that are known, each with its end. Only one that has been over for long may be gone."""
    with Store.open(Paths.here()) as store:
        known = {episode.id: episode.closed_at for episode in store.episodes(since=datetime(2020, 1, 1, tzinfo=UTC))}
    gone = {episode: closed_at for episode, closed_at in before.items() if episode not in known}
    assert all(closed_at is not None and closed_at < now - REMEMBERED for closed_at in gone.values()), gone
    return known


def assert_in_order(answers: list[str], stated: list[str], perhaps: set[int]) -> None:
    """Every answer that was acknowledged is there, in order; one that was cut off may be there or not."""
    places = {0}
    for number, answer in enumerate(stated):
        kept = {place + 1 for place in places if place < len(answers) and answers[place] == answer}
        places = kept | (places if number in perhaps else set())
        assert places, f"answer {number} is lost"
    assert len(answers) in places


def damage(paths: Paths, chance: random.Random) -> None:
    """What a bad disk does to the database and to status.json."""
    store = Path(paths.store)
    data = bytearray(store.read_bytes())
    for _ in range(200):
        data[chance.randrange(len(data))] = chance.randrange(256)
    store.write_bytes(bytes(data[: chance.randrange(1, len(data))]))
    for companion in ("-wal", "-shm"):
        Path(paths.store + companion).unlink(missing_ok=True)
    Path(paths.status).write_text('{"schema": "watchword.status/1", "generated')


@pytest.mark.timeout(600)
def test_a_killed_daemon_leaves_room_for_the_next_and_no_alert_is_repeated(laptop: Laptop) -> None:
    chance = random.Random(7)
    laptop.run("attest", account(laptop), "--method", "none")
    for _ in range(max(5, KILLS // 10)):
        with subprocess.Popen([sys.executable, "-P", "-c", DAEMON], env=laptop.environment()) as daemon:
            time.sleep(chance.uniform(0.1, 2.0))
            assert daemon.poll() is None
            daemon.kill()
    # Its worker is a session of its own; it ends by itself.
    time.sleep(3)
    laptop.look()
    assert laptop.run("run") in (0, 1, 3)
    laptop.look()
    assert len(laptop.shown) <= 1
    load(Path(Paths.here().status).read_bytes())


def test_of_three_daemons_started_at_once_one_runs(laptop: Laptop) -> None:
    daemons = [
        subprocess.Popen([sys.executable, "-P", "-m", "agent", "daemon"], stderr=subprocess.PIPE) for _ in range(3)
    ]
    try:
        until(lambda: sum(daemon.poll() is None for daemon in daemons) == 1)
        time.sleep(0.5)
        ended = [daemon for daemon in daemons if daemon.poll() is not None]
        assert [daemon.returncode for daemon in ended] == [0, 0]
        assert all(daemon.stderr and b"running already" in daemon.stderr.read() for daemon in ended)
    finally:
        for daemon in daemons:
            daemon.terminate()
        codes = [daemon.wait(20) for daemon in daemons]
        for daemon in daemons:
            assert daemon.stderr is not None
            daemon.stderr.close()
    assert codes == [0, 0, 0]


def test_on_a_full_disk_nothing_is_said_that_could_not_be_kept(laptop: Laptop) -> None:
    laptop.run("attest", account(laptop), "--method", "none")

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, resource.RLIM_INFINITY))

    for _ in range(3):
        assert laptop.run("run", preexec_fn=full) == 4
    laptop.look()
    assert laptop.shown == []
    assert laptop.run("run") in (1, 3)
    laptop.look()
    assert len(laptop.shown) == 1


def test_under_a_clock_of_no_year_of_ours_the_round_says_so_and_the_store_stays_as_it_was(laptop: Laptop) -> None:
    laptop.run("attest", account(laptop), "--method", "none")
    assert laptop.run("run") in (1, 3)
    laptop.ahead = timedelta(days=80_000)
    for _ in range(2):
        with laptop.start("run", "--due", stderr=subprocess.PIPE) as child:
            _, said = child.communicate(timeout=60)
        assert child.returncode == 4
        assert b"clock" in said
    laptop.ahead = timedelta(0)
    assert not list(Path(Paths.here().data).glob("*damaged*"))
    with Store.open(Paths.here()) as store:
        assert store.notes == []
        assert store.last_runs()


def test_in_a_home_that_cannot_be_written_nothing_is_said_and_the_daemon_says_why(laptop: Laptop) -> None:
    # A place where nobody, not even root, can make a directory.
    environment = {**os.environ, "HOME": "/proc/self/fdinfo"}

    def watchword(command: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-P", "-m", "agent", command]
        return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=60, check=False)

    done = watchword("run")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    started = watchword("daemon")
    assert started.returncode == 4
    assert len(started.stderr.splitlines()) == 1
    laptop.look()
    assert laptop.shown == []
