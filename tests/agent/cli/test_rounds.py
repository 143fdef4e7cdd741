"""A round and forgetting everything: neither begins while the other goes on, so that nothing comes back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.cli.rounds import round_in
from agent.cli.session import open_session
from agent.errors import WatchwordError
from agent.forgetting import forget_everything
from agent.host.live import LiveHost
from agent.locking import FileLock
from agent.paths import Paths
from tests.agent.cli.conftest import Watchword


def forget(home: Path, seconds: float = 0.2) -> None:
    forget_everything(Paths.here(), str(home), switch_off={}, may_prompt=False, seconds=seconds)


def test_nothing_is_forgotten_while_a_round_runs(own_home: Path) -> None:
    refused = []

    def begun(_: Sequence[str]) -> None:
        with pytest.raises(WatchwordError, match="Another round is running, so nothing was removed"):
            forget(own_home)
        refused.append(True)

    session = open_session()
    with session.store:
        round_in(session, ["two_step"], fresh=False, host=LiveHost(), on_start=begun)
    assert refused
    assert Path(Paths.here().status).exists()
    forget(own_home)
    assert not [path for path in own_home.rglob("*") if path.is_file()]


def test_rounds_run_beside_each_other(own_home: Path) -> None:
    session = open_session()

    def begun(_: Sequence[str]) -> None:
        round_in(session, ["two_step"], fresh=False, host=LiveHost())

    with session.store:
        result = round_in(session, ["passwords"], fresh=False, host=LiveHost(), on_start=begun)
    assert result.whole is not None
    assert {"passwords", "two_step"} <= {row.id for row in result.whole.checks}


def test_none_begins_while_everything_is_being_forgotten(watchword: Watchword, own_home: Path) -> None:
    lock = FileLock(Paths.here().rounds_lock)
    assert lock.take()
    done = watchword("check", "two_step")
    lock.release()
    assert (done.returncode, done.stdout) == (4, "")
    assert "is being removed" in done.stderr
    assert not Path(Paths.here().status).exists()


def test_what_was_forgotten_since_it_was_read_is_not_kept_again(own_home: Path) -> None:
    session = open_session()
    with session.store:
        forget(own_home)
        with pytest.raises(WatchwordError, match="is being removed"):
            round_in(session, ["two_step"], fresh=False, host=LiveHost())
    assert not Path(Paths.here().status).exists()
