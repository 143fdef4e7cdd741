"""Killed at any moment of making and sending reports: each arrives once, in order, and the newest in the end.

Real processes (:mod:`tests.agent.sender`) against a collector on loopback that misbehaves all the while.
WATCHWORD_SEND_KILLS says how often one is killed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.report.outbox import LAST_SENT, MOST, Outbox
from config.schema import NetworkSettings
from tests.agent.report.laptop import Laptop, laptop, said
from tests.certificates import Authority
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

if sys.platform == "win32":
    pytest.skip("no forks and no SIGKILL there", allow_module_level=True)

KILLS = int(os.environ.get("WATCHWORD_SEND_KILLS", "200"))
STATES = ("fail", "warn", "pass", "unknown")
#: What goes wrong besides; mostly nothing.
FAULTS: tuple[Fault | Say | None, ...] = (
    None, None, None, None, Fault.LOSE_ANSWER, Fault.LOSE_ANSWER, Fault.CUT_ANSWER, Fault.DROP, Fault.HANG_UP,
    Fault.GARBAGE, Say(503), Say(302, {"Location": "{here}/elsewhere"}),
)  # fmt: skip
#: Of the time that a round takes: any moment of it may be hit, and some come to their end.
LATEST_KILL = 2.0
#: How often a round is left alone, to see how long it takes on this computer just now.
LEFT_ALONE = 10


class Rounds:
    """The process that runs rounds, and kills them when told. ``seconds`` is what one takes to send one report."""

    def __init__(self, process: subprocess.Popen[str], outbox: Outbox) -> None:
        self._process = process
        self._outbox = outbox
        self.seconds = 0.2

    def start(self, **asked: Any) -> None:
        assert self._process.stdin is not None
        print(json.dumps(asked), file=self._process.stdin, flush=True)

    def kill(self) -> None:
        assert self._process.stdin is not None
        print("now", file=self._process.stdin, flush=True)

    def ended(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert answer["killed"] or answer["code"] == 0, answer["said"]
        return answer

    def undisturbed(self, status: str) -> None:
        """One that is not killed."""
        had_to_send = len(self._outbox.waiting())
        self.start(status=status, kill_after=None)
        self.seconds = self.ended()["seconds"] / (had_to_send + 1)


@contextmanager
def rounds_of(made: Laptop, folder: Path) -> Iterator[Rounds]:
    where = {
        "home": str(folder),
        "url": made.asks.url,
        "ca_file": made.settings.ca_file,
        "keyring": made.keyring.kept,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.agent.sender"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdin is not None
        print(json.dumps(where), file=process.stdin, flush=True)
        yield Rounds(process, made.outbox)
        process.stdin.close()
        assert process.wait(30) == 0


def requested(server: ReportServer) -> list[tuple[int, str, bytes]]:
    """Number, id and bytes of every report that was sent, taken or not."""
    bodies = [each.body for each in server.requests if each.path.endswith("/v1/reports") and each.body]
    return [(*said(body)[:2], body) for body in bodies]


class Seen:
    """What was ever in the outbox, and what may have been dropped there because seven newer ones came."""

    def __init__(self, made: Laptop, collector: Collector) -> None:
        self._outbox, self._collector = made.outbox, collector
        self.ids: set[str] = set()
        self.dropped: set[str] = set()

    def look(self) -> str:
        """Between two rounds; the status of the newest report that is known."""
        waiting = [(one, ready.data) for one in self._outbox.waiting() if (ready := self._outbox.ready(one))]
        assert len(waiting) <= MOST + 1  # one more by a round that was killed before it had dropped the oldest
        self.ids |= {one.report_id for one, _ in waiting}
        self.dropped |= {one.report_id for one, _ in waiting[: len(waiting) + 1 - MOST] if len(waiting) >= MOST}
        known = [said(data) for _, data in waiting] + [said(each.body) for each in self._collector.taken[-1:]]
        return max(known, default=(0, "", STATES[0]))[2]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_killed_at_any_moment_every_report_arrives_once_in_order_and_the_newest_in_the_end(
    tmp_path: Path, tls: bool
) -> None:
    chance = random.Random(20261128)
    authority = Authority(tmp_path) if tls else None
    collector = Collector(approves=True)
    kills = KILLS // 8 if tls else KILLS - KILLS // 8
    killed = in_the_answer = 0
    with (
        report_server(authority.server() if authority else None, collector=collector) as server,
        laptop(tmp_path, server.base_url) as made,
    ):
        if authority:
            made.settings = NetworkSettings(offline=False, ca_file=str(authority.file))
        made.enrol(collector.new_code())
        made.store.close()
        seen = Seen(made, collector)
        with rounds_of(made, tmp_path) as rounds:
            for number in range(10 * kills):
                if killed >= kills:
                    break
                status = STATES[STATES.index(seen.look()) - 1]
                server.faults.clear()
                if number % LEFT_ALONE == 0:
                    rounds.undisturbed(status)
                elif number % 6 == 5:
                    in_the_answer += killed_in_the_answer(server, rounds, status, chance)
                    killed += 1
                else:
                    server.faults += [chance.choice(FAULTS) for _ in range(MOST)]
                    rounds.start(status=status, kill_after=chance.uniform(0.0, LATEST_KILL * rounds.seconds))
                    killed += rounds.ended()["killed"]
                if number % 25 == 24:  # the journal is all that is left
                    for suffix in ("", "-wal", "-shm"):
                        Path(made.paths.store + suffix).unlink(missing_ok=True)
            server.faults.clear()
            last = STATES[STATES.index(seen.look()) - 1]
            rounds.undisturbed(last)
        sent = requested(server)
    taken = collector.taken
    assert killed >= kills
    assert in_the_answer >= kills // 10
    assert len(taken) >= kills // 10, "hardly anything arrived: the test shows nothing"
    assert [report_id for report_id, count in Counter(each.report_id for each in taken).items() if count > 1] == []
    assert all(earlier.sequence < later.sequence for earlier, later in pairwise(taken))
    assert said(taken[-1].body)[2] == last
    assert seen.ids - {each.report_id for each in taken} <= seen.dropped
    # Whatever was tried how often: one number, one id, one set of bytes.
    assert len({number for number, _, _ in sent}) == len({report_id for _, report_id, _ in sent}) == len(set(sent))
    assert made.files() == [LAST_SENT]


def killed_in_the_answer(server: ReportServer, rounds: Rounds, status: str, chance: random.Random) -> bool:
    """Kill a round while the collector has its report and has not answered. Whether there was one."""
    server.faults.append(chance.choice([Fault.HOLD, Fault.DRIP]))
    server.released.clear()
    before = len(server.requests)
    rounds.start(status=status, kill_after="told")
    asked = server.wait_for(lambda: len(server.requests) > before)
    rounds.kill()
    ended = rounds.ended()
    server.released.set()
    assert ended["killed"], ended
    return asked
