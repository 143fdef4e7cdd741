"""Real alerts in a real dunst."""

from __future__ import annotations

import os
import re
import signal
import stat
from pathlib import Path

import pytest

from agent import notify
from agent.alerts.records import Episode
from agent.cli import run as watchword
from agent.contract import Basis, Severity, Status
from agent.page.address import noted
from agent.paths import Paths
from agent.store import Store
from tests.agent.notify.conftest import Dunst
from tests.agent.notify.desktop import listeners, needs, python, said_by_dunst, until
from tests.agent.page.test_server import end, serving
from tests.builders import NOW

TITLE = "Your screen does not lock itself"
TRANSIENT = re.compile(r"^\ttransient: (.*)$", re.MULTILINE)
BODY = "If you step away, someone could use this laptop. It takes about a minute to fix."


def shown(dunst: Dunst, number: int = 1) -> dict[str, str]:
    until(lambda: len(said_by_dunst(dunst.said())) >= number)
    return said_by_dunst(dunst.said())[number - 1]


def open_episode(check_id: str) -> Episode:
    return Episode(
        id=f"{check_id}-episode",
        check_id=check_id,
        subject=None,
        status=Status.FAIL,
        reason="off",
        severity=Severity.MEDIUM,
        basis=Basis.MEASURED,
        opened_at=NOW,
        seen_at=NOW,
    )


@pytest.fixture
def browser(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A "browser" that keeps a copy of the page it is given, and the file that will be."""
    needs("xdg-open")
    opened, program = own_home / "opened.html", tmp_path / "browser"
    program.write_text(f'#!/bin/sh\ncp "$1" {opened}.part && mv {opened}.part {opened}\n')
    program.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(program))
    applications = own_home / ".local/share/applications"
    applications.mkdir(parents=True)
    (applications / "copier.desktop").write_text(
        f"[Desktop Entry]\nType=Application\nName=Copier\nExec={program} %f\nMimeType=text/html;\n"
    )
    (own_home / ".config").mkdir()
    (own_home / ".config/mimeapps.list").write_text("[Default Applications]\ntext/html=copier.desktop\n")
    return opened


def test_a_server_that_runs_is_found_without_showing_anything(dunst: Dunst) -> None:
    found = notify.available()
    assert (found.shown, found.how.split()[0]) == (True, "dunst")
    assert notify.state(found) == "working"
    assert said_by_dunst(dunst.said()) == []


def test_an_alert_is_shown_as_it_was_written(dunst: Dunst) -> None:
    delivery = notify.show(TITLE, BODY, keys=["screen_lock"])
    assert (delivery.shown, delivery.reason, delivery.how.split()[0]) == (True, None, "dunst")
    assert shown(dunst) == {
        "summary": TITLE,
        "body": BODY,
        "urgency": "NORMAL",
        "category": "device",
        "desktop_entry": "watchword",
        "actions": "default, guide, later",
    }


def test_what_is_about_nothing_has_no_buttons(dunst: Dunst) -> None:
    notify.show("Fixed", "Your screen locks by itself again.")
    notify.show("Two things", "To look at.", keys=["screen_lock"], buttons=False)
    assert [shown(dunst, number)["actions"] for number in (1, 2)] == ["", ""]


def test_what_leads_to_the_page_has_one_button_for_that_and_may_be_shown_without_a_stir(dunst: Dunst) -> None:
    notify.show("3 answers get old this week", "Look again.", opens=True)
    notify.show("Nothing needs you", "These checks cover settings only.", opens=True, quiet=True)
    found = [shown(dunst, number) for number in (1, 2)]
    assert [each["actions"] for each in found] == ["default, guide", "default, guide"]
    assert [each["urgency"] for each in found] == ["NORMAL", "LOW"]
    assert TRANSIENT.findall(dunst.said()) == ["0", "1"]


@pytest.mark.parametrize(
    ("title", "body", "said"),
    [
        ("--icon=x", "-- -h", ("--icon=x", "-- -h")),
        (
            '"quoted" <b>bold</b>',
            "it's <b>not</b> & <script>",
            ('"quoted" <b>bold</b>', "it's &lt;b&gt;not&lt;/b&gt; &amp; &lt;script&gt;"),
        ),
        ("line\none\x1b[31m", "two\r\n\u202ethree", ("line one [31m", "two three")),
        ("\U0001f600" * 60, "x", ("\U0001f600" * 23 + "\u2026", "x")),
        ("a" * 10_240, "b" * 10_240, ("a" * 47 + "\u2026", "b" * 199 + "\u2026")),
        ("\ud83d half", "$(touch x) `y` %s %n", (" half".strip(), "$(touch x) `y` %s %n")),
    ],
)
def test_hostile_text_is_shown_as_text_and_cut(dunst: Dunst, title: str, body: str, said: tuple[str, str]) -> None:
    assert notify.show(title, body, keys=["screen_lock"]).shown is True
    found = shown(dunst)
    assert (found["summary"], found["body"]) == said


@pytest.mark.parametrize("dunst", ["no"], indirect=True)
def test_a_server_without_markup_is_given_the_words_themselves(dunst: Dunst) -> None:
    notify.show("Five < six", "this & <b>that</b>")
    assert (shown(dunst)["summary"], shown(dunst)["body"]) == ("Five < six", "this & <b>that</b>")


def test_pressing_it_opens_the_page_at_its_steps(dunst: Dunst, browser: Path, bus: str) -> None:
    assert watchword(["check", "screen_lock", "--plain"]) in (0, 1, 3)
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    dunst.press_it()
    page = until(lambda: browser.exists() and browser.read_text())
    address = noted(Paths.here().page)
    assert address is not None
    assert address.url("/item/screen_lock") in page
    until(lambda: not listeners(bus))
    (kept,) = (Path(Paths.here().runtime) / "page").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    end(serving(address))


def test_later_asks_when_and_keeps_the_reminder(dunst: Dunst, bus: str) -> None:
    with Store.open_or_in_memory(Paths.here()) as store:
        store.keep_episodes(open_episode(check_id) for check_id in ("app_updates", "screen_lock"))
    notify.show(TITLE, BODY, keys=["screen_lock", "app_updates"])
    shown(dunst)
    dunst.press("Later")
    assert shown(dunst, 2)["summary"] == "When shall we remind you?"
    dunst.press("Tomorrow 9:30")
    confirmed = shown(dunst, 3)
    assert confirmed["summary"].startswith("We will remind you on ")
    assert confirmed["actions"] == ""
    with Store.open_or_in_memory(Paths.here()) as store:
        assert sorted(reminder.check_id for reminder in store.reminders()) == ["app_updates", "screen_lock"]
    dunst.close_it()
    until(lambda: not listeners(bus))


def test_a_reminder_that_cannot_be_kept_is_not_confirmed(dunst: Dunst) -> None:
    notify.show(TITLE, BODY, keys=["no_such_check"])
    shown(dunst)
    dunst.press("Later")
    shown(dunst, 2)
    dunst.press("In 1 hour")
    assert shown(dunst, 3)["summary"] == "That reminder could not be kept"


def test_steps_that_cannot_be_opened_are_said_so(dunst: Dunst) -> None:
    notify.show(TITLE, BODY, keys=["screen_lock"])  # nothing was checked yet
    shown(dunst)
    dunst.press_it()
    assert shown(dunst, 2)["summary"] == "The steps could not be opened"


def test_closing_it_ends_the_waiting(dunst: Dunst, bus: str) -> None:
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    assert listeners(bus)
    dunst.close_it()
    until(lambda: not listeners(bus))


def test_who_waits_is_small_and_asleep(dunst: Dunst, bus: str) -> None:
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    (pid,) = until(lambda: len(found := listeners(bus)) == 1 and found)
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert int(status["VmRSS"].split()[0]) <= 15 * 1024
    assert int(status["voluntary_ctxt_switches"]) < 20
    assert b"lock" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_asked_to_stop_it_takes_the_alert_with_it(dunst: Dunst, bus: str) -> None:
    """A button that nobody attends to any more must not stay on the screen."""
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    until(lambda: dunst.displayed() == 1)
    (pid,) = until(lambda: len(found := listeners(bus)) == 1 and found)
    os.kill(pid, signal.SIGTERM)
    until(lambda: dunst.displayed() == 0 and not listeners(bus))


def test_at_the_end_of_its_time_it_is_withdrawn(dunst: Dunst, bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.notify import linux

    monkeypatch.setattr(linux, "WAIT_SECONDS", 1.0)
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    until(lambda: dunst.displayed() == 0 and not listeners(bus))


def test_a_strangers_signal_presses_nothing(dunst: Dunst, bus: str) -> None:
    notify.show(TITLE, BODY, keys=["screen_lock"])
    shown(dunst)
    python(
        "from jeepney import DBusAddress, new_signal\n"
        "from jeepney.io.blocking import open_dbus_connection\n"
        "to = DBusAddress('/org/freedesktop/Notifications', interface='org.freedesktop.Notifications')\n"
        "with open_dbus_connection() as c:\n"
        "    for n in range(1, 9): c.send(new_signal(to, 'ActionInvoked', 'us', (n, 'later')))\n"
    )
    dunst.press("Later")  # the real one, to know that the others were seen before
    shown(dunst, 2)
    assert len(said_by_dunst(dunst.said())) == 2


def test_the_doctor_shows_a_test_and_says_that_it_was_accepted(
    dunst: Dunst, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watchword(["doctor", "--alert"]) == 0
    assert "accepted by dunst" in capsys.readouterr().out
    assert shown(dunst)["summary"] == "A test from Watchword"
