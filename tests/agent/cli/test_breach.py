"""`watchword breach acknowledge`: from a finding to a pass and back, in a real store."""

from __future__ import annotations

import argparse
import io
from datetime import date
from pathlib import Path

import pytest

from agent.accounts import known_accounts
from agent.cli import breach
from agent.cli.session import open_session
from checks.breach.remembered import Acknowledged, Remembered, Shown
from tests.agent.cli.conftest import Watchword
from tests.builders import NOW

CONFIG = """
[[accounts]]
service = "google"
label = "Work"

[[accounts]]
service = "x"
label = "Posting"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    return path


def ask(*arguments: str, action: str = "acknowledge") -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    breach.add_parser(parser.add_subparsers())
    args = parser.parse_args(["breach", action, *arguments])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(), out, err), out.getvalue(), err.getvalue()


def show(config: Path, **breaches: dict[str, int]) -> dict[str, str]:
    """Leave behind what a check would have shown for each label; the ids of the accounts."""
    session = open_session(str(config))
    with session.store as store:
        ids = {account.label: account.id for account in known_accounts(session.loaded.settings, store).accounts}
        for label, weights in breaches.items():
            Remembered(store.memory("breach"), NOW).put(f"shown:{ids[label]}", Shown("", weights))
    return ids


def dealt_with(config: Path, account_id: str) -> dict[str, int]:
    session = open_session(str(config))
    with session.store as store:
        kept = store.memory("breach").recall(f"acknowledged:{account_id}")
    return dict(kept["weights"]) if kept else {}


def test_one_account_is_dealt_with_and_another_is_not(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4, "Forum": 2}, Posting={"X": 2})

    code, out, err = ask("Work", "--config", str(config))

    assert (code, err) == (0, "")
    assert out.startswith(f"Work ({ids['Work']}): 2 breaches dealt with.\n")
    assert dealt_with(config, ids["Work"]) == {"Adobe": 4, "Forum": 2}
    assert dealt_with(config, ids["Posting"]) == {}


def test_all_accounts_at_once(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4})

    code, out, _ = ask("--all", "--config", str(config))

    assert code == 0
    assert "1 breach dealt with" in out
    assert f"Posting ({ids['Posting']}): nothing to deal with." in out


def test_an_account_that_does_not_exist_is_wrong_usage(config: Path, watchword: Watchword) -> None:
    done = watchword("breach", "acknowledge", "Nobody", "--config", str(config))

    assert (done.returncode, done.stdout) == (2, "")
    assert "Nobody" in done.stderr


def test_what_is_kept_is_what_the_check_reads(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4})
    ask("Work", "--config", str(config))

    session = open_session(str(config))
    with session.store as store:
        kept = store.memory("breach").recall(f"acknowledged:{ids['Work']}")

    assert set(kept) == set(Acknowledged.__struct_fields__)


def test_several_accounts_by_name_and_back(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4}, Posting={"X": 2})

    code, out, _ = ask("Work", "post", "--config", str(config))
    assert (code, out.count("1 breach dealt with")) == (0, 2)
    code, out, _ = ask("Posting", "--config", str(config), action="take-back")
    assert (code, out.splitlines()[0]) == (0, f"Posting ({ids['Posting']}): 1 breach open again.")
    assert (dealt_with(config, ids["Work"]), dealt_with(config, ids["Posting"])) == ({"Adobe": 4}, {})
    assert "nothing to take back" in ask("Posting", "--config", str(config), action="take-back")[1]


def test_the_day_on_which_it_was_done_may_be_told(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4})
    ask("Work", "--on", "2026-11-20", "--config", str(config))

    session = open_session(str(config))
    with session.store as store:
        kept = store.memory("breach").recall(f"acknowledged:{ids['Work']}")
    assert kept["details"]["Adobe"]["on"] == "2026-11-20"


def test_what_was_done_before_a_breach_happened_is_not_taken_for_it_and_said(config: Path) -> None:
    ids = show(config, Work={"Adobe": 4})
    session = open_session(str(config))
    with session.store as store:
        shown = Shown("", {"Adobe": 4}, happened={"Adobe": date(2026, 11, 20)})
        Remembered(store.memory("breach"), NOW).put(f"shown:{ids['Work']}", shown)

    code, out, _ = ask("Work", "--on", "2026-11-19", "--config", str(config))

    assert code == 0
    assert out.startswith(f"Work ({ids['Work']}): nothing dealt with: 1 breach happened after that day.\n")
    assert dealt_with(config, ids["Work"]) == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acknowledge"], "say which accounts, or --all"),
        (["acknowledge", "Work", "--all"], "say which accounts, or --all"),
        (["take-back"], "say which accounts, or --all"),
        (["acknowledge", "Work", "--on", "yesterday"], "--on: found 'yesterday'; allowed: a day such as"),
        (["acknowledge", "Work", "--on", "2999-01-01"], "is still to come"),
    ],
)
def test_wrong_usage_is_one_clear_line(config: Path, watchword: Watchword, arguments: list[str], message: str) -> None:
    done = watchword("breach", *arguments, "--config", str(config))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert message in done.stderr
