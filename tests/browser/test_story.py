"""From the first start to the last, as one person lives it: what the page shows after each step, and what is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from agent.contract import Status
from agent.paths import Paths
from agent.status import CheckRow, load
from agent.store import Store
from tests.agent.notify.desktop import until
from tests.browser.chromium import Window, chromium
from tests.browser.running import opened, watchword
from tests.hibp_server import KEY, HibpServer, address_of, hibp_server

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
#: Longer than any answer about an account is good for, shorter than one about the team.
LATER = timedelta(days=100)
KEYRING = "printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A session bus with an unlocked keyring on it."""
    for tool in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if not FAKETIME.exists():
        pytest.skip("faketime is not installed")
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", f"{KEYRING}; echo $DBUS_SESSION_BUS_ADDRESS; cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        assert bus.stdin is not None
        assert bus.stdout is not None
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.stdout.readline().strip())
        yield
        bus.stdin.close()
        bus.wait(10)


@pytest.fixture
def breaches(keyring: None) -> Iterator[HibpServer]:
    """What knows of breaches. The checks that look at this computer's own programs are not part of the story."""
    with hibp_server() as server:
        config = Path(Paths.here().config)
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[breach]\nbase_url = "{server.base_url}"\n[app_updates]\nfeeds = false\n'
            '[checks]\ndisabled = ["app_updates"]\n'
        )
        watchword("secret", "set", "hibp_api_key", stdin=f"{KEY}\n")
        yield server


class Life:
    """The person's window and what their computer keeps."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.paths = Paths.here()

    def store(self) -> Store:
        return Store.open(self.paths)

    def labels(self) -> list[str]:
        with self.store() as store:
            return sorted(account.label for account in store.accounts())

    def stated(self, statement: str) -> list[str]:
        with self.store() as store:
            return [one.answer for one in store.attestations() if one.statement == statement]

    def row(self, check: str, label: str = "") -> CheckRow:
        rows = load(Path(self.paths.status).read_bytes()).checks
        (row,) = [row for row in rows if row.id == check and (row.label or "") == label]
        return row

    # One step each

    def add(self, service: str, label: str, address: str = "") -> None:
        self.window.follow("Accounts")
        self.window.follow("Add another account" if self.labels() else "Add an account")
        self.window.select("Which service is it?", service)
        self.window.fill("What do you call it? (optional)", label)
        if address:
            self.window.fill("Its email address (optional)", address)
        self.window.press("Add this account")
        assert self.window.said == f"Added {label}."
        assert self.window.heading == "My accounts"

    def second_step(self, label: str, answer: str) -> None:
        self.window.follow("Accounts")
        self.window.follow(label)
        self.window.follow("Second step")
        self.window.choose(answer)
        self.window.choose("I have just looked at its settings")
        self.window.press("Save this answer")


def test_a_life(breaches: HibpServer, tmp_path: Path) -> None:
    with chromium(downloads=tmp_path / "downloads") as window:
        life = Life(window)
        with opened() as address:
            window.go(address.url())
            first_run(life)
            three_accounts(life)
            second_steps(life)
            finish(life)
        moved = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": f"+{int(LATER.total_seconds())}s"}
        with opened(moved) as address:
            window.go(address.url())
            expired(life)
            snooze(life)
            somebody_has_left(life)
            breach_dealt_with(life)
            exported(life, tmp_path / "downloads")
            deleted(life)


def first_run(life: Life) -> None:
    window = life.window
    assert window.heading == "Nothing has been checked yet"
    assert "It reads settings and changes nothing." in window.text
    assert not Path(life.paths.status).exists()
    window.press("Check this laptop now")
    assert "Everything was checked just now." in window.said
    assert "Your laptop was last checked today" in window.text
    assert life.row("breach").status is not Status.PASS
    assert life.row("two_step").status is not Status.PASS


def three_accounts(life: Life) -> None:
    life.add("Google", "Work email", address_of("multiple-breaches"))
    life.add("X", "Campaign")
    life.add("WhatsApp", "Team chat")
    assert life.labels() == ["Campaign", "Team chat", "Work email"]
    assert address_of("multiple-breaches").encode() not in Path(life.paths.journal).read_bytes()


def second_steps(life: Life) -> None:
    life.second_step("Work email", "A passkey")
    assert life.window.said == "Kept: a passkey."
    life.second_step("Campaign", "None")
    assert life.window.heading != "Campaign", "nobody is left alone with this answer"
    life.window.follow("Go on")
    life.second_step("Team chat", "A PIN or extra password that you chose, as in WhatsApp, Signal or Telegram")
    assert sorted(life.stated("two_step.method")) == ["none", "passkey", "pin"]
    assert life.row("two_step", "Work email").status is Status.PASS
    assert life.row("two_step", "Campaign").status is Status.FAIL
    life.window.follow("My page")
    assert "to look at" in life.window.heading


def finish(life: Life) -> None:
    life.window.follow("finish now")
    life.window.press("Close the page")
    assert "closed" in life.window.text
    until(lambda: not os.path.exists(life.paths.page))


def expired(life: Life) -> None:
    life.window.press("Check everything now")
    assert life.row("two_step", "Work email").status is Status.UNKNOWN
    assert life.row("two_step", "Work email").reason == "expired"
    life.window.follow("Two-step verification: Work email")
    assert "Not checked" in life.window.text


def snooze(life: Life) -> None:
    window = life.window
    window.follow("My page")
    window.follow("Two-step verification: Campaign")
    window.choose("At another time")
    at = datetime.now(UTC) + LATER + timedelta(days=3)
    window.driver.execute_script(
        "document.getElementsByName('at')[0].value = arguments[0]", at.strftime("%Y-%m-%dT10:30")
    )
    window.press("Remind me then")
    assert "Set aside until" in window.said
    with life.store() as store:
        (reminder,) = store.reminders()
    assert reminder.check_id == "two_step"
    assert timedelta(days=2) < reminder.due_at - (datetime.now(UTC) + LATER) < timedelta(days=4)
    window.follow("My page")
    assert "Set aside until" in window.text


def somebody_has_left(life: Life) -> None:
    window = life.window
    window.follow("Someone has left the team")
    window.press("Someone has left")
    assert "0 of 3 done" in window.text
    assert life.row("leaver").status is not Status.PASS
    for box in window.all("input[name=account]"):
        box.click()
    window.choose("Yes, all of it", under="Is their access removed from every account and posting tool?")
    window.press("Save")
    assert window.said == "Kept. 2 of the three things left."
    window.choose("They knew none", under="Is every password that they knew changed?")
    window.choose(
        "Yes, I looked at each account",
        under="Do recovery emails and phone numbers lead to you, and to nobody who has left?",
    )
    window.choose("A colleague confirmed it")
    window.press("Save")
    assert window.said == "Kept. All three are done."
    assert life.stated("event.leaver") == ["happened"]
    assert life.row("leaver").status is Status.PASS


def breach_dealt_with(life: Life) -> None:
    window = life.window
    window.follow("Accounts")
    window.follow("Known data breaches")
    assert "Forum" in window.text
    assert "ComboList" in window.text
    assert life.row("breach", "Work email").status is not Status.PASS
    window.choose("Forum")
    window.press("Save what I ticked")
    assert window.said == "Kept: 1 breach of Work email dealt with."
    window.press("I have done all of them")
    assert window.said == "Kept: 2 breaches of Work email dealt with."
    assert "Dealt with (3)" in window.text
    until(lambda: life.row("breach", "Work email").status is Status.PASS)


def exported(life: Life, downloads: Path) -> None:
    window = life.window
    window.follow("My page")
    window.follow("What office IT can see")
    assert "Nothing is sent." in window.text
    window.press("Download everything", stay=True)
    (file,) = until(lambda: list(downloads.glob("watchword-my-data-*.zip")))
    with zipfile.ZipFile(file) as archive:
        content = b"".join(map(archive.read, archive.namelist()))
    assert b"Campaign" in content
    assert b"event.leaver" in content
    assert address_of("multiple-breaches").encode() not in content


def deleted(life: Life) -> None:
    window = life.window
    window.follow("Delete everything")
    window.press("Delete everything")
    assert "There is something to put right" in window.text
    assert life.labels(), "it was not ticked"
    window.choose("I am sure: delete all of it")
    window.press("Delete everything")
    assert window.heading == "Everything is deleted"
    until(lambda: not os.path.exists(life.paths.page))
    for path in (life.paths.store, life.paths.journal, life.paths.status, life.paths.config):
        assert not os.path.exists(path), path
    left = subprocess.run(["secret-tool", "search", "--all", "service", "watchword"], capture_output=True, check=False)
    assert KEY.encode() not in left.stdout + left.stderr
