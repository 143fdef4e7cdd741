"""What office IT can see: every member of a report is explained, and the bytes are those that would leave."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agent.forgetting import forget_everything
from agent.locking import FileLock
from agent.report.model import LEVELS, Report
from agent.report.reader import read
from config.report import shared_facts, staying_facts
from config.report_words import field_meanings, never_collected
from tests.agent.page.forms.household import EVIL, Household, problems


def members(part: Any, path: str = "") -> Iterator[str]:
    """Every member of the model, as a path with dots."""
    for field in msgspec.structs.fields(part):
        here = f"{path}{field.encode_name}"
        kinds = [field.type, *getattr(field.type, "__args__", ())]
        inner = [each for kind in kinds for each in (kind, *getattr(kind, "__args__", ()))]
        structs = [each for each in inner if isinstance(each, type) and issubclass(each, msgspec.Struct)]
        if structs:
            yield from members(structs[0], f"{here}.")
        else:
            yield here


def test_every_member_of_the_report_has_words_and_nothing_else_has() -> None:
    assert set(field_meanings()) == set(members(Report))


def test_every_member_and_every_fact_is_on_the_page() -> None:
    home = Household(furnished=True)
    page = home.get("/it?level=detailed")
    text = page.text.casefold()
    for path, meaning in field_meanings().items():
        if not path.startswith("checks."):
            assert path in page.text
            assert meaning.casefold() in text
    for fact in shared_facts():
        assert fact.meaning.casefold() in text
    for staying in staying_facts():
        assert staying.why.casefold() in text
    for line in never_collected():
        assert line.casefold() in text


def test_every_number_of_a_finding_has_a_name() -> None:
    home = Household(furnished=True)
    home.post("/statements/laptop/passwords.unique", answer="yes")  # a practice, with facts of its own
    page = home.get("/it?level=detailed")
    assert "Questions not answered yet, or no longer" in [one.text for one in page.all("dt")]
    assert [one for one in page.all("dt") if not one.text] == []


def test_it_says_first_that_nothing_is_sent() -> None:
    for home in (Household(), Household(furnished=True)):
        lead = next(one for one in home.get("/it").all("p") if one.attributes.get("class") == "lead")
        assert lead.text.startswith("Nothing is sent.")


@pytest.mark.parametrize("level", LEVELS)
def test_the_bytes_are_a_report_of_that_level_and_what_the_page_shows(level: str) -> None:
    home = Household(furnished=True)
    answer = home.client.get(f"/it/report.json?level={level}")
    assert answer.header("content-type") == "application/json"
    report = read(answer.body)
    assert report.privacy.level == level
    assert bool(report.checks) == (level != "summary")
    (shown,) = home.get(f"/it?level={level}").all("pre")
    assert json.loads("".join(shown.words)) == json.loads(answer.body)
    assert f"{len(answer.body)} bytes" in home.get(f"/it?level={level}").text


@pytest.mark.parametrize("level", ["", "all", "SUMMARY", "%00", "x" * 900])
def test_a_level_that_does_not_exist_is_what_an_office_gets_that_sets_none(level: str) -> None:
    home = Household(furnished=True)
    assert read(home.client.get(f"/it/report.json?level={level}").body).privacy.level == "summary"


def test_no_label_that_holds_markup_leaves_and_none_acts() -> None:
    home = Household(furnished=True)
    assert EVIL.encode() not in home.client.get("/it/report.json?level=detailed").body
    assert "onerror" not in home.client.get("/it").text.replace("&lt;img src=x onerror", "")


def test_before_the_first_check_there_is_no_report() -> None:
    home = Household()
    assert home.client.get("/it/report.json").status == 404
    assert "no report to show" in home.get("/it").text


def test_a_result_that_no_report_can_be_made_of_is_said_so() -> None:
    home = Household(furnished=True)
    status = Path(home.paths.status)
    status.write_bytes(status.read_bytes().replace(b"sha256:", b"md5:"))
    assert "no report to show" in home.get("/it").text
    assert home.client.get("/it/report.json").status == 404


def test_everything_can_be_downloaded() -> None:
    home = Household(furnished=True)
    answer = home.client.post("/it/download")
    assert answer.header("content-type") == "application/zip"
    disposition = answer.header("content-disposition") or ""
    assert re.fullmatch(r'attachment; filename="watchword-my-data-[0-9-]{10}\.zip"', disposition)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert "Work email" in json.dumps(json.loads(archive.read("data.json")))


def test_nothing_is_deleted_until_that_is_ticked() -> None:
    home = Household(furnished=True)
    for sure in ("", "no", "YES"):
        page = home.refused("/it/delete", sure=sure)
        assert problems(page) == ["Tick the box to say that you are sure. Nothing has been deleted."]
    assert len(home.labels()) == 2


def test_everything_is_deleted_and_the_page_ends() -> None:
    home = Household(furnished=True)
    answer = home.client.post("/it/delete", sure="yes")
    assert answer.status == 200
    assert "Everything is deleted" in answer.text
    assert home.client.page.lifetime.finishing
    assert not os.path.exists(home.paths.store)
    assert not [path for path in Path(home.paths.data).glob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/accounts/add", {"service": "google", "label": "After the end"}),
        ("/check", {}),
        ("/item/switch", {"check": "screen_lock", "to": "off"}),
        (
            "/reminders/times",
            {"enabled": "no", "quiet_from": "18:00", "quiet_to": "09:00", "weekends": "yes", "all_clear": "no"},
        ),
        ("/reminders/usual", {}),
        ("/it/download", {}),
    ],
)
def test_nothing_is_kept_by_another_tab_once_everything_is_deleted(path: str, fields: dict[str, str]) -> None:
    home = Household(furnished=True)
    assert home.client.post("/it/delete", sure="yes").status == 200
    shown, done = home.client.get("/"), home.client.post(path, **fields)
    assert (shown.status, done.status) == (410, 410)
    assert "This page is closed" in shown.text
    assert "Go to my page" not in shown.text
    assert not [file for file in Path(os.environ["HOME"]).rglob("*") if file.is_file()]


def test_where_it_cannot_be_deleted_the_page_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Household(furnished=True)
    lock = FileLock(home.paths.daemon_lock)
    assert lock.take()
    Path(home.paths.health).write_text('{"pid": 1}')  # never ours, so never sent a signal
    monkeypatch.setattr("agent.page.forms.it.forget_everything", partial(forget_everything, seconds=0.1))
    assert "so nothing was removed" in home.client.post("/it/delete", sure="yes").text
    lock.release()
    assert not home.client.page.lifetime.finishing
    assert home.client.get("/").status == 200
    assert len(home.labels()) == 2
