"""Nothing on the page sends anybody to a terminal, whatever is wrong."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from agent.autostart import Program
from agent.page import background
from agent.paths import Paths
from agent.store import Store
from tests.agent.page.client import Client
from tests.agent.page.furnished import furnish
from tests.agent.page.markup import read

PATHS = [
    "/",
    "/item/screen_lock",
    "/item/two_step/MAIL",
    "/item/breach/MAIL",
    "/item/app_updates",
    "/item/recovery_plan",
    "/accounts",
    "/accounts/add",
    "/accounts/import",
    "/accounts/MAIL",
    "/breaches",
    "/confirm",
    "/statements",
    "/reminders",
    "/history",
    "/it",
    "/it/delete",
    "/left",
    "/new-phone",
    "/about",
    "/help",
    "/recovery-plan",
    "/print",
    "/finish",
]
#: A command of ours, or where it would be typed.
COMMAND = re.compile(r"\bwatchword [a-z-]+|\bstart\.py\b|\bterminal\b|\bcommand line\b|`")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_names_a_command(path: str) -> None:
    ids = furnish()
    answer = Client().get(path.replace("MAIL", ids["mail"]))
    assert answer.status == 200
    assert COMMAND.findall(read(answer.text).all("body")[0].text) == []


def test_a_choice_that_is_no_longer_possible_is_told_without_one() -> None:
    furnish()
    with Store.open(Paths.here()) as store:
        store.choose("profile", 7, datetime.now(UTC))
    shown = read(Client().get("/").text).all("body")[0].text
    assert "your choice: profile: found 7" in shown
    assert "This choice is not used; office IT can help." in shown
    assert COMMAND.findall(shown) == []


def test_settings_that_cannot_be_used_are_told_without_one() -> None:
    furnish()
    config = Path(Paths.here().config)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("profile = 7\n")
    shown = read(Client().get("/").text).all("body")[0].text
    assert "the last good ones are in force" in shown
    assert COMMAND.findall(shown) == []


def test_what_is_downloaded_says_where_on_the_page_the_rest_is() -> None:
    furnish()
    with zipfile.ZipFile(BytesIO(Client().post("/it/download").body)) as zipped:
        texts = [zipped.read(name).decode() for name in zipped.namelist() if name.endswith(".txt")]
    assert any("open Watchword, choose What office IT can see, then Delete everything" in text for text in texts)
    assert [found for text in texts for found in COMMAND.findall(text)] == []


def test_a_copy_that_cannot_start_by_itself_is_told_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = Program((str(Path(Paths.here().data) / "python"), "-P", "-m", "agent", "daemon"))
    monkeypatch.setattr(background, "this_program", lambda: nowhere)
    answer = Client().post("/background", back="/")
    shown = read(answer.text).all("body")[0].text
    assert answer.status == 422
    assert "cannot start by itself from where it is" in shown
    assert COMMAND.findall(shown) == []
