from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Watchword


@pytest.fixture
def email(watchword: Watchword) -> str:
    """The id of an email account."""
    watchword("accounts", "add", "google", "--label", "Work email", "--no-address")
    account_id: str = json.loads(watchword("accounts", "list", "--json").stdout)[0]["id"]
    return account_id


def second_step(watchword: Watchword) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(watchword("accounts", "list", "--json").stdout)[0]["second_step"]
    return row


def statements(home: Path) -> list[dict[str, Any]]:
    journal = home / ".local/share/watchword/journal.jsonl"
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()] if journal.exists() else []
    return [event["attestation"] for event in events if event["kind"] == "attestation"]


def test_an_answer_is_kept_and_says_until_when(watchword: Watchword, email: str) -> None:
    done = watchword("attest", email, "--method", "passkey")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Kept for Work email: a passkey" in done.stdout
    assert "Good until " in done.stdout
    assert second_step(watchword)["status"] == "pass"


def test_the_check_sees_the_answer(watchword: Watchword, email: str) -> None:
    watchword("attest", email, "--method", "none")
    done = watchword("check", "two_step", "--json")
    (row,) = [row for row in json.loads(done.stdout)["checks"] if row["id"] == "two_step"]
    assert (row["instance"], row["status"], row["reason"], row["basis"]) == (email, "fail", "off_email", "attested")
    assert row["expires_at"] is not None
    assert done.returncode == 1


def test_answering_again_corrects_an_answer_and_keeps_the_old_one(
    watchword: Watchword, email: str, own_home: Path
) -> None:
    watchword("attest", email, "--method", "none")
    watchword("attest", email, "--method", "app")
    assert second_step(watchword)["method"] == "app"
    assert [made["answer"] for made in statements(own_home)] == ["none", "app"]


@pytest.mark.parametrize("name", ["Work email", "work", "GOOGLE", "i-"])
def test_an_account_is_found_by_its_label_service_or_the_start_of_one(
    watchword: Watchword, email: str, name: str
) -> None:
    assert watchword("attest", name, "--method", "Security Key").returncode == 0
    assert second_step(watchword)["method"] == "security_key"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Work email", "--method", "txt"], "did you mean text?"),
        (["Work email", "--method", ""], "is not an answer"),
        (["Work email"], "say your answer with --method: passkey"),
        (["Work emial", "--method", "app"], "did you mean Work email"),
        (["", "--method", "app"], "say which account"),
        (["Work email", "--statement", "nonsense", "--method", "app"], "there is two_step.method"),
        (["laptop", "--method", "app"], "--method is about an account"),
        (["laptop", "--answer", "passkey"], "allowed: app, browser"),
    ],
)
def test_a_wrong_word_is_one_clear_line_and_keeps_nothing(
    watchword: Watchword, email: str, own_home: Path, arguments: list[str], message: str
) -> None:
    done = watchword("attest", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert statements(own_home) == []


def test_a_method_the_platform_is_not_known_to_offer_is_kept_and_doubted(watchword: Watchword) -> None:
    watchword("accounts", "add", "bluesky", "--no-address")
    done = watchword("attest", "bluesky", "--method", "app")
    assert done.returncode == 0
    assert "please look once more" in done.stderr
    assert second_step(watchword)["status"] == "unknown"


def test_something_can_be_said_about_the_laptop(watchword: Watchword, own_home: Path) -> None:
    done = watchword("attest", "laptop", "--answer", "browser")
    assert done.returncode == 0
    (made,) = statements(own_home)
    assert (made["subject"], made["statement"], made["answer"]) == ("laptop", "password_manager.kind", "browser")


def test_where_nothing_can_be_kept_it_does_not_say_that_it_was(
    watchword: Watchword, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_home / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(own_home / "file"))
    done = watchword("attest", "laptop", "--answer", "app")
    assert (done.returncode, done.stdout) == (4, "")
    assert "could not be kept" in done.stderr


def on_a_terminal(*arguments: str, typed: str) -> tuple[int, str]:
    """Run the command on a terminal of its own and type an answer: exit code and everything on the screen."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "agent", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        os.write(ours, typed.encode())
        screen = b""
        deadline = time.monotonic() + 30
        try:
            while (part := os.read(ours, 4096)) and time.monotonic() < deadline:
                screen += part
        except OSError:
            pass  # Linux answers EIO once the other side is closed
        finally:
            os.close(ours)
        return running.wait(timeout=10), screen.decode()


@pytest.mark.parametrize("typed", ["4\n\n", "app\n\n"])
def test_on_a_terminal_it_asks_and_takes_a_number_or_a_word(watchword: Watchword, email: str, typed: str) -> None:
    code, screen = on_a_terminal("attest", email, typed=typed)
    assert code == 0
    assert "Which second step is on?" in screen
    assert " 8  not sure" in screen, "codes by email are no second step of Google's"
    assert second_step(watchword)["method"] == "app"


def test_on_a_terminal_it_says_where_to_look_and_which_of_two_counts(watchword: Watchword, email: str) -> None:
    _, screen = on_a_terminal("attest", email, typed="\n")
    words = " ".join(screen.split())
    assert "Where to look: https://myaccount.google.com/" in words
    assert "choose the weakest that still works" in words
    assert "the person whose account this is" in words


@pytest.mark.parametrize(("typed", "evidence"), [("4\n2\n", "second_person"), ("4\n\n", "none"), ("4\n3\n", "none")])
def test_on_a_terminal_it_asks_how_that_is_known(
    watchword: Watchword, email: str, own_home: Path, typed: str, evidence: str
) -> None:
    _, screen = on_a_terminal("attest", email, typed=typed)
    assert "How do you know?" in screen
    assert [(made["answer"], made["evidence"]) for made in statements(own_home)] == [("app", evidence)]


def test_who_is_not_sure_is_not_asked_how_they_know(watchword: Watchword, email: str) -> None:
    _, screen = on_a_terminal("attest", email, typed="8\n")
    assert "How do you know?" not in screen


@pytest.mark.parametrize("typed", ["\n", "q\n", "\x04"])
def test_on_a_terminal_a_question_can_be_left(watchword: Watchword, email: str, own_home: Path, typed: str) -> None:
    code, _ = on_a_terminal("attest", email, typed=typed)
    assert code == 2
    assert statements(own_home) == []


@pytest.mark.parametrize("typed", ["99", "0", "9", "maybe"])
def test_what_is_no_answer_is_asked_again(watchword: Watchword, email: str, own_home: Path, typed: str) -> None:
    code, screen = on_a_terminal("attest", email, typed=f"{typed}\n4\n1\n")
    assert code == 0
    assert "That is none of the answers." in screen
    assert [(made["answer"], made["evidence"]) for made in statements(own_home)] == [("app", "looked_at_settings")]


def test_ctrl_d_at_the_question_leaves_a_tidy_screen(watchword: Watchword, email: str) -> None:
    code, screen = on_a_terminal("attest", email, typed="\x04")
    assert code == 2
    assert screen.endswith(":\x20\r\nwatchword: nothing was kept\r\n")


def rows(watchword: Watchword) -> dict[str, tuple[str, str]]:
    """What ``status.json`` says of what is about no account."""
    found = json.loads(watchword("status", "--json").stdout)["checks"]
    return {row["id"]: (row["status"], row["reason"]) for row in found if row["instance"] is None}


def test_any_statement_can_be_answered_by_its_name(watchword: Watchword, email: str, own_home: Path) -> None:
    done = watchword("attest", "laptop", "--statement", "recovery_plan.plan", "--answer", "checked")
    assert (done.returncode, done.stderr) == (0, "")
    done = watchword(
        "attest", email, "--statement", "mail_forwarding.rules", "--answer", "only-mine",
        "--evidence", "looked_at_settings",
    )  # fmt: skip
    assert done.returncode == 0
    assert [(made["statement"], made["answer"], made["evidence"]) for made in statements(own_home)] == [
        ("recovery_plan.plan", "checked", "none"),
        ("mail_forwarding.rules", "only_mine", "looked_at_settings"),
    ]


def test_a_statement_about_another_kind_of_account_is_refused(watchword: Watchword, email: str) -> None:
    done = watchword("attest", email, "--statement", "linked_devices.devices", "--answer", "all_mine")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no statement 'linked_devices.devices' about this account" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "say which account (or: laptop), or let --due ask"),
        (["laptop", "--due"], "leave the account out"),
        (["laptop", "--left"], "leave the account out"),
        (["laptop", "--answer", "app", "--yes"], "--yes goes with --left"),
    ],
)
def test_all_or_one_but_not_both(watchword: Watchword, arguments: list[str], message: str) -> None:
    done = watchword("attest", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_where_nobody_can_be_asked_what_is_due_is_listed(watchword: Watchword, email: str, own_home: Path) -> None:
    done = watchword("attest", "--due")
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.split("  ")[:2] for line in done.stdout.splitlines()]
    assert lines[:2] == [[email, "two_step.method"], [email, "mail_forwarding.rules"]]
    assert ["laptop", "recovery_plan.plan"] in lines
    assert statements(own_home) == []


def test_all_that_is_due_is_asked_until_the_person_stops(watchword: Watchword, email: str, own_home: Path) -> None:
    code, screen = on_a_terminal("attest", "--due", typed="1\n\n99\nyes\nq\n")
    assert code == 0
    assert "1 of " in screen
    assert "Work email, Google" in screen
    assert "That is none of the answers" in screen
    assert "Kept: 2 answers." in screen
    assert [(made["statement"], made["answer"]) for made in statements(own_home)] == [
        ("two_step.method", "passkey"),
        ("passwords.unique", "yes"),
    ]


@pytest.mark.parametrize("typed", ["q\n", "\x04"])
def test_stopping_at_once_keeps_nothing(watchword: Watchword, email: str, own_home: Path, typed: str) -> None:
    code, screen = on_a_terminal("attest", "--due", typed=typed)
    assert code == 0
    assert "Kept: 0 answers." in screen
    assert statements(own_home) == []


def test_an_answer_that_shows_a_fault_brings_the_steps_at_once(watchword: Watchword, email: str) -> None:
    _, screen = on_a_terminal("attest", "--due", typed="1\n2\nq\n")
    assert "Call office IT" in screen
    assert "Take a screenshot of what you found" in screen


def test_the_last_result_knows_an_answer_as_soon_as_it_is_kept(watchword: Watchword) -> None:
    watchword("check", "--json")
    assert rows(watchword)["recovery_plan"] == ("unknown", "no_answer")
    watchword("attest", "laptop", "--statement", "recovery_plan.plan", "--answer", "no")
    assert rows(watchword)["recovery_plan"] == ("warn", "missing")
    assert "screen_lock" in rows(watchword)


def test_someone_has_left_opens_three_tasks_and_keeps_no_name(watchword: Watchword, own_home: Path) -> None:
    watchword("check", "--json")
    done = watchword("attest", "--left")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("  - ") == 3
    assert rows(watchword)["leaver"] == ("warn", "open")
    for item in ("access", "passwords", "recovery"):
        watchword("attest", "laptop", "--statement", f"leaver.{item}", "--answer", "done")
    assert rows(watchword)["leaver"] == ("pass", "done")
    assert {made["subject"] for made in statements(own_home)} == {"laptop"}


def test_a_leaver_that_was_a_mistake_is_taken_back(watchword: Watchword) -> None:
    watchword("check", "--json")
    watchword("attest", "--left")
    watchword("attest", "laptop", "--statement", "event.leaver", "--answer", "taken_back")
    assert rows(watchword)["leaver"] == ("not_applicable", "nobody")


def test_a_new_phone_asks_for_second_steps_anew(watchword: Watchword, email: str) -> None:
    watchword("attest", email, "--method", "app")
    assert watchword("attest", "--new-phone").returncode == 0
    assert second_step(watchword)["status"] == "unknown"
    assert f"{email}  two_step.method" in watchword("attest", "--due").stdout


LEFT = ["event.leaver", "leaver.access", "leaver.passwords", "leaver.recovery"]


def test_on_a_terminal_a_leaver_is_dealt_with_at_once(watchword: Watchword, own_home: Path) -> None:
    code, screen = on_a_terminal("attest", "--left", typed="yes\n1\n2\n2\nq\n")
    assert code == 0
    assert "1 of 4" in screen
    assert [made["statement"] for made in statements(own_home)] == LEFT


@pytest.mark.parametrize("typed", ["\n", "no\n", "\x04"])
def test_on_a_terminal_nobody_has_left_until_the_person_says_so(own_home: Path, typed: str) -> None:
    code, screen = on_a_terminal("attest", "--left", typed=typed)
    assert code == 0
    assert "Nothing was noted." in screen
    assert statements(own_home) == []


def test_a_second_time_it_goes_on_with_what_is_open_unless_another_has_left(
    watchword: Watchword, own_home: Path
) -> None:
    watchword("attest", "--left")
    code, screen = on_a_terminal("attest", "--left", typed="no\n1\n2\n1\nq\n")
    assert code == 0
    assert "3 of the 3 things are open" in " ".join(screen.split())
    assert [made["statement"] for made in statements(own_home)] == LEFT


def test_where_nobody_can_be_asked_a_second_leaver_is_noted_only_when_that_is_said(
    watchword: Watchword, own_home: Path
) -> None:
    watchword("attest", "--left")
    done = watchword("attest", "--left")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Has someone else left as well? Then say --yes" in done.stderr
    assert watchword("attest", "--left", "--yes").returncode == 0
    assert [made["statement"] for made in statements(own_home)] == ["event.leaver", "event.leaver"]
