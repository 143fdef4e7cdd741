"""Run by the tests in a process of its own: children that write a store are killed, or meet the end of the disk.

``python -m tests.agent.store.crashes MODE HOME COUNT`` prints what it did and ends with 0 when nothing was lost. It
forks: a new Python for each of a hundred children would take a minute.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.paths import Paths
from agent.store import Store, StoreError, agreement
from tests.agent.store.examples import episode, finding, reminder, said, statement
from tests.builders import NOW

#: So small that every child makes its journal smaller several times.
SMALL_BYTES = 3000
FAR = NOW - timedelta(days=400)
PATCHED = ("open", "write", "fsync", "replace", "close", "stat", "fstat", "read", "lseek", "unlink")

Confirm = Callable[[str], None]


def steps(store: Store, first: int, confirm: Confirm) -> None:
    """Write without end (or until refused), and confirm each step once it is said to be kept."""
    number = first
    while True:
        number += 1
        store.keep_said(said(f"s{number}"))
        confirm(f"about {number}")
        store.keep_said(said(f"s{number}", delivered=True))
        confirm(f"shown {number}")
        store.keep_episodes([episode(f"e{number}"), episode(f"e{number - 1}", closed_at=NOW, good=True)])
        confirm(f"episode {number}")
        store.choose("device.label", number, NOW)
        confirm(f"choice {number}")
        store.keep_reminder(reminder(f"r{number % 7}", due_at=NOW + timedelta(minutes=number)))
        store.attest(statement(answer=str(number)))
        confirm(f"statement {number}")
        store.settle([("screen_lock", finding("fail", f"r{number % 3}"))], NOW + timedelta(minutes=number))


def lost(store: Store, confirmed: list[str], first: int) -> list[str]:
    """What was confirmed and is not there; and what is there in part."""
    alerts = {one.id: one.delivered for one in store.said(FAR)}
    episodes = {one.id: one for one in store.episodes(since=FAR)}
    chosen = store.choices().get("device.label", 0)
    answers = [one.answer for one in store.attestations()]
    missing = []
    for line in confirmed:
        what, number = line.split()
        there = {
            "about": f"s{number}" in alerts,
            "shown": alerts.get(f"s{number}") is True,
            "episode": f"e{number}" in episodes
            and (int(number) - 1 <= first or episodes[f"e{int(number) - 1}"].closed_at is not None),
            "choice": chosen >= int(number),
            "statement": number in answers,
        }
        if not there[what]:
            missing.append(line)
    if len(answers) != len(set(answers)):
        missing.append("a statement is there twice")
    if len([one for one in episodes.values() if one.closed_at is None]) > 2:
        missing.append("an episode was opened while the one before stayed open")
    return missing


def in_child(work: Callable[[Confirm], None]) -> tuple[int, int]:
    """Fork; returns the child's id and where its confirmations come from."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return child, reader
    code = 1
    write = os.write
    with suppress(BaseException):
        os.close(reader)
        work(lambda line: [write(writer, f"{line}\n".encode())].clear())
        code = 0
    os._exit(code)


def rest(reader: int) -> list[str]:
    """Every whole line that is still to come."""
    data = b""
    while chunk := os.read(reader, 65536):
        data += chunk
    os.close(reader)
    return [line.decode() for line in data.split(b"\n")[:-1]]


def lose_something(paths: Paths, attempt: int) -> None:
    """Now and then the database or the journal is gone as well."""
    if attempt % 4 == 3:
        for name in ("watchword.db", "watchword.db-wal", "watchword.db-shm"):
            Path(paths.data, name).unlink(missing_ok=True)
    elif attempt % 7 == 6:
        Path(paths.journal).unlink(missing_ok=True)


def killed_at_random(paths: Paths, count: int) -> str:
    """Kill a writer at random moments. Everything it had confirmed must be there."""
    agreement.LARGE_BYTES, agreement.OFTEN, agreement.GROWN = SMALL_BYTES, timedelta(0), 1.1
    chance = random.Random(count)
    confirmed: list[str] = []
    first = rewritten = 0
    for attempt in range(count):

        def work(confirm: Confirm, first: int = first) -> None:
            with Store.open(paths) as store:
                steps(store, first, confirm)

        before = os.stat(paths.journal).st_ino if os.path.exists(paths.journal) else 0
        child, reader = in_child(work)
        time.sleep(0.005 + chance.random() * 0.07)
        os.kill(child, signal.SIGKILL)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "the writer ended by itself"
        new = rest(reader)
        confirmed.extend(new)
        rewritten += os.path.exists(paths.journal) and os.stat(paths.journal).st_ino != before
        lose_something(paths, attempt)
        with Store.open(paths) as store:
            missing = lost(store, confirmed, 0)
            assert not missing, (attempt, missing)
            open_ones = [int(one.id[1:]) for one in store.episodes()]
            # Where the next writer goes on: its first step closes what this one left open.
            store.keep_episodes([episode(f"e{number}", closed_at=NOW, good=True, revision=99) for number in open_ones])
            first = max([first, *(int(line.split()[1]) for line in new), *open_ones]) + 1
            confirmed = [line for line in confirmed if int(line.split()[1]) > first - 300]
    return f"{count} killed, {first} steps, {rewritten} with a journal written anew"


def killed_at_every_step(paths: Paths, _: int) -> str:
    """Kill a writer at each of the calls to the system that it makes while its journal is made smaller."""
    with Store.open(paths) as store:
        for number in range(1, 60):
            store.choose("device.label", number, NOW)
            store.keep_said(said(f"s{number}", delivered=True))
        store.attest(statement(answer="1"))
        store.add_account("google", "Work", now=NOW)
    with open(paths.journal, "ab") as journal:
        journal.write(b"damaged line\n")
    Store.open(paths).close()
    agreement.LARGE_BYTES, agreement.OFTEN, agreement.GROWN = SMALL_BYTES, timedelta(0), 1.1
    template = f"{paths.data}.template"
    shutil.copytree(paths.data, template)
    large = os.path.getsize(paths.journal)
    kill_at = 0
    states = set()
    while True:
        shutil.rmtree(paths.data)
        shutil.copytree(template, paths.data)

        def work(confirm: Confirm, kill_at: int = kill_at) -> None:
            with Store.open(paths) as store:
                die_at(kill_at)
                store.choose("device.label", 60, NOW)
                confirm("choice 60")

        child, reader = in_child(work)
        status = os.waitpid(child, 0)[1]
        confirmed = rest(reader)
        small = os.path.getsize(paths.journal) < large
        states.add((small, bool(confirmed)))
        damaged = Path(paths.data, "journal.damaged.jsonl")
        here = Path(paths.journal).read_bytes() + (damaged.read_bytes() if damaged.exists() else b"")
        assert b"damaged line\n" in here, kill_at
        for without_database in (False, True):
            if without_database:
                for path in Path(paths.data).glob("watchword.db*"):
                    path.unlink()
            with Store.open(paths) as store:
                assert store.choices()["device.label"] in ((60,) if confirmed else (59, 60)), kill_at
                assert len(store.said(FAR)) == 59, kill_at
                assert [one.answer for one in store.attestations()] == ["1"], kill_at
                assert [one.label for one in store.accounts()] == ["Work"], kill_at
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            assert small
            assert damaged.read_bytes() == b"damaged line\n"
            break
        kill_at += 1
    assert states == {(False, False), (True, False), (True, True)}, states
    return f"killed at {kill_at} calls"


def die_at(number: int) -> None:
    """From now on the call of that number to a function of ``os`` is the last thing this process does."""
    calls = iter(range(10**9))

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if next(calls) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return call

    for name in PATCHED:
        setattr(os, name, deadly(getattr(os, name)))


def no_room(paths: Paths, count: int) -> str:
    """Files may not grow beyond a size: what is refused is refused in a sentence, and nothing of it is kept."""
    agreement.LARGE_BYTES, agreement.OFTEN, agreement.GROWN = SMALL_BYTES, timedelta(0), 1.1
    Store.open(paths).close()
    template = f"{paths.data}.template"
    shutil.copytree(paths.data, template)
    # A journal that is larger than the database's own log will be, so that it is the one that meets the limit.
    body = b'{"kind":"newer","text":"%s"}' % (b"x" * 300_000)
    foreign = b'{"sum":"%s","event":%s}\n' % (hashlib.sha256(body).hexdigest()[:16].encode(), body)
    refusals = set()
    for attempt in range(count):
        shutil.rmtree(paths.data)
        shutil.copytree(template, paths.data)
        limit = 400 + attempt * 3001
        if attempt % 2:
            Path(paths.journal).write_bytes(foreign)
            Store.open(paths).close()
            limit = len(foreign) + attempt * 101

        def work(confirm: Confirm, limit: int = limit) -> None:
            with Store.open(paths) as store:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
                try:
                    steps(store, 0, confirm)
                except StoreError as error:
                    confirm(f"refused {error}")
                    for _ in range(3):  # and it stays usable for reading
                        store.choices()

        child, reader = in_child(work)
        assert os.waitpid(child, 0)[1] == 0
        *confirmed, refused = rest(reader)
        assert refused.startswith("refused The "), refused
        assert refused.endswith("."), refused
        refusals.add(refused.rsplit(": ", 1)[-1])
        assert not attempt % 2 or foreign in Path(paths.journal).read_bytes()
        number = max([0, *(int(line.split()[1]) for line in confirmed)])
        lose_something(paths, attempt)
        with Store.open(paths) as store:
            missing = lost(store, confirmed, 0)
            assert not missing, (attempt, missing)
            assert max([0, *(int(one.id[1:]) for one in store.said(FAR))]) <= number + 1
            store.choose("device.label", 10**6, NOW)
        with Store.open(paths) as store:
            assert store.choices()["device.label"] == 10**6
    assert len(refusals) == 2, refusals  # the database's and the journal's
    return f"{count} refused: {' / '.join(sorted(refusals))}"


def main() -> int:
    """Do what the arguments say."""
    mode, home, count = sys.argv[1:]
    paths = Paths.on("linux", {"XDG_DATA_HOME": home}, home)
    modes = {"random": killed_at_random, "every": killed_at_every_step, "no_room": no_room}
    print(modes[mode](paths, int(count)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
