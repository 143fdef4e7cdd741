"""``watchword run``: what is due, once, with when to come back."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.contract import Attestation
from agent.discovery import built_in
from agent.first_round import first_round_at
from agent.locking import FileLock
from agent.paths import Paths
from agent.status import load
from agent.store import Store
from config.loader import default_settings
from tests.agent.cli.conftest import Watchword

QUIET = '[checks]\ndisabled = ["app_updates", "password_manager", "breach", "screen_lock"]\n'


def settings(home: Path, text: str = QUIET) -> Path:
    path = home / ".config/watchword/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def answer(watchword: Watchword, *more: str) -> dict[str, Any]:
    done = watchword("run", "--due", "--json", *more)
    return dict(json.loads(done.stdout))


def status(home: Path) -> dict[str, object]:
    return dict(json.loads((home / ".local/state/watchword/status.json").read_text()))


def test_the_first_round_runs_everything_and_the_next_one_nothing(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    first = answer(watchword)
    assert "two_step" in str(first["ran"])
    assert status(own_home)["schema"] == "watchword.status/1"
    second = answer(watchword)
    assert second["ran"] == []
    assert str(second["next_at"]) > str(status(own_home)["generated_at"])


def test_without_due_everything_runs_and_the_answer_is_a_sentence(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    answer(watchword)
    done = watchword("run")
    assert done.stdout.startswith("Checked: ")
    assert "Next round on " in done.stdout
    assert done.returncode == 3


def test_changed_settings_make_everything_due(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    answer(watchword)
    settings(own_home, 'profile = "heightened"\n' + QUIET)
    assert "two_step" in str(answer(watchword)["ran"])
    assert answer(watchword)["ran"] == []


def test_a_settings_file_that_went_bad_does_not_stop_the_rounds(watchword: Watchword, own_home: Path) -> None:
    settings(own_home, 'profile = "heightened"\n' + QUIET)
    answer(watchword)
    settings(own_home, "profile = 5\n")
    done = watchword("run", "--due", "--json")
    assert "next_at" in json.loads(done.stdout)
    shown = watchword("status")
    assert "heightened profile" in shown.stdout
    assert "config.toml: profile: found 5" in shown.stderr
    assert "the last good settings stay in use" in shown.stderr
    assert watchword("run").returncode == 2


def test_a_new_account_makes_everything_due(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    answer(watchword)
    settings(own_home, QUIET + '[[accounts]]\nservice = "google"\nlabel = "Work"\n')
    assert "two_step" in str(answer(watchword)["ran"])
    assert answer(watchword)["ran"] == []


def test_an_alert_that_could_not_be_shown_is_not_tried_again_at_once(watchword: Watchword, own_home: Path) -> None:
    settings(own_home, QUIET + '[alerts]\nquiet_from = "00:00"\nquiet_to = "00:00"\nquiet_weekends = false\n')
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    watchword("attest", "Work", "--method", "none")
    first = answer(watchword)
    assert (first["kind"], first["delivered"]) == ("item", False)  # nobody is here to show it
    assert answer(watchword)["ran"] == []  # and it is not tried again at once
    assert watchword("status").returncode == 1


ALL_DAY = '[alerts]\nquiet_from = "00:00"\nquiet_to = "00:00"\nquiet_weekends = false\n'


def answered(watchword: Watchword, days_ago: int) -> None:
    """An account whose second step the person told so many days ago."""
    watchword("accounts", "add", "google", "--label", "Work", "--no-address")
    at = datetime.now(UTC) - timedelta(days=days_ago)
    with Store.open(Paths.here()) as store:
        account = store.accounts()[0].id
        store.attest(Attestation(subject=account, statement="two_step.method", answer="passkey", at=at))


def test_an_answer_that_gets_old_this_week_is_named_and_not_tried_again_at_once(
    watchword: Watchword, own_home: Path
) -> None:
    settings(own_home, QUIET + ALL_DAY)
    answered(watchword, default_settings().profile.attestation_days.account - 3)
    first = answer(watchword)
    assert (first["kind"], first["delivered"]) == ("answers", False)  # nobody is here to show it
    assert answer(watchword)["held"] == "retry"


def test_on_the_first_day_the_person_is_greeted(watchword: Watchword, own_home: Path) -> None:
    settings(own_home, QUIET + ALL_DAY)
    answered(watchword, 1)
    assert answer(watchword)["kind"] == "welcome"


def test_a_month_after_the_first_round_with_all_good_everything_is_looked_at_and_it_is_said(
    watchword: Watchword, own_home: Path
) -> None:
    others = sorted(point.name for point in built_in() if point.name != "two_step")
    checks = f"[checks]\ndisabled = {json.dumps(others)}\n"
    settings(own_home, f"{checks}[alerts]\nenabled = false\n")
    answered(watchword, 1)
    assert "kind" not in answer(watchword)
    settings(own_home, f"{checks}{ALL_DAY}")
    with Store.open(Paths.here()) as store:
        first = first_round_at(store)
        assert first is not None
        store.remember({"agent": {"first_round_at": (first - timedelta(days=30)).isoformat()}})
    told = answer(watchword)
    assert (told["kind"], told["delivered"], len(told["ran"])) == ("all_clear", False, len(others) + 1)
    assert answer(watchword)["ran"] == []


def test_two_rounds_at_once_are_one(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    lock = FileLock(str(own_home / ".local/share/watchword/round.lock"))
    assert lock.take()
    try:
        assert set(answer(watchword)) == {"next_at"}
        assert watchword("run").stdout == "Another round is running just now.\n"
    finally:
        lock.release()


def test_what_it_did_is_in_the_log_in_slugs(watchword: Watchword, own_home: Path) -> None:
    settings(own_home)
    answer(watchword)
    (line,) = (own_home / ".local/state/watchword/logs/rounds.log").read_text().splitlines()
    assert json.loads(line)["event"] == "round"


def test_a_wrong_moment_is_refused(watchword: Watchword) -> None:
    done = watchword("run", "--due", "--present-since", "yesterday")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--present-since" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process's memory cannot be limited")
@pytest.mark.parametrize("megabytes", [30, 36, 42, 48, 64])
def test_a_round_with_too_little_memory_ends_cleanly_and_leaves_whole_files(own_home: Path, megabytes: int) -> None:
    import resource

    most = megabytes * 1024 * 1024
    done = subprocess.run(
        [sys.executable, "-m", "agent", "run"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (most, most)),
    )
    assert done.returncode in (1, 3, 4), done.stderr
    assert "Traceback" not in done.stderr
    path = Path(Paths.here().status)
    if done.returncode != 4:
        assert load(path.read_bytes()).checks
    elif path.exists():
        load(path.read_bytes())
