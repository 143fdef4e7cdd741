"""Where reports go, how much and how often: the machine policy says it, nobody else, and only while it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.errors import SettingsError
from config.keys import KEYS
from config.loader import Loaded, choice_problems, default_settings, from_values, keepable, load, shareable
from config.schema import ReportSettings
from tests.config.administrators import ME, write

OURS = sorted(key for key in KEYS if key.startswith("report."))
NOTHING = ReportSettings(url="", drop="", level="summary", every_hours=24, office="")
ASKS = """
[report]
url = "https://it.example.org/watchword"
level = "standard"
every_hours = 12
office = "Office of the Member"
"""
ASKED = ReportSettings("https://it.example.org/watchword", "", "standard", 12, "Office of the Member")


def loaded(folder: Path, policy: str, **options: Any) -> Loaded:
    folder.chmod(0o755)
    return load(None, write(folder, policy, "policy.toml"), administrators=ME, **options)


def test_all_of_it_is_the_machine_policys_alone_and_in_no_digest() -> None:
    assert OURS == ["report.drop", "report.every_hours", "report.level", "report.office", "report.url"]
    assert all(KEYS[key].policy_only and KEYS[key].personal for key in OURS)


def test_at_first_nobody_asks_for_anything() -> None:
    assert default_settings().report == NOTHING


def test_the_machine_policy_says_it(tmp_path: Path) -> None:
    assert loaded(tmp_path, ASKS).settings.report == ASKED


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", '"https://it.example.org"'),
        ("url", '"http://127.0.0.1:8080/x"'),
        ("url", '"http://[::1]:8080"'),
        ("url", '""'),
        ("level", '"detailed"'),
        ("every_hours", "1"),
        ("every_hours", "168"),
        ("office", '""'),
        ("office", f'"{"x" * 60}"'),
        ("drop", '"/var/lib/watchword/reports"'),
        ("drop", "'C:\\ProgramData\\Watchword\\reports'"),
    ],
)
def test_what_it_may_be(tmp_path: Path, key: str, value: str) -> None:
    assert loaded(tmp_path, f"[report]\n{key} = {value}\n").problems == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("url", '"http://it.example.org"'),
        ("url", '"https://user:password@it.example.org"'),
        ("url", '"https://it.example.org/?token=x"'),
        ("url", '"https://it.example.org/#x"'),
        ("url", '"ftp://it.example.org"'),
        ("url", '"it.example.org"'),
        ("url", '"https://"'),
        ("url", '"https://it.example.org/a b"'),
        ("url", '["https://it.example.org"]'),
        ("level", '"everything"'),
        ("level", '"Summary"'),
        ("every_hours", "0"),
        ("every_hours", "169"),
        ("every_hours", "1.5"),
        ("every_hours", "true"),
        ("every_hours", '"24"'),
        ("office", f'"{"x" * 61}"'),
        ("office", '"it@example.org"'),
        ("office", '"two\\nlines"'),
        ("drop", '"reports"'),
        ("drop", '"../reports"'),
    ],
)
def test_what_it_may_not_be(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"report.{key}"):
        loaded(tmp_path, f"[report]\n{key} = {value}\n")


@pytest.mark.parametrize("line", ['url = "https://evil.example"', 'level = "detailed"', "every_hours = 1"])
def test_the_persons_own_settings_cannot_say_it(tmp_path: Path, line: str) -> None:
    with pytest.raises(SettingsError, match="only the machine policy"):
        load(write(tmp_path, f"[report]\n{line}\n"), None)


@pytest.mark.parametrize("key", OURS)
def test_nor_can_a_choice_or_a_recording(key: str) -> None:
    value = {"report.every_hours": 1, "report.level": "detailed", "report.office": "IT"}.get(key, "")
    assert choice_problems({key: value}) != []
    assert load(None, None, {key: value}).settings.report == NOTHING
    with pytest.raises(SettingsError):
        from_values({"report": {key.removeprefix("report."): value}}, "recording.json")


def test_a_recording_does_not_tell_where_reports_go(tmp_path: Path) -> None:
    assert "report" not in shareable(loaded(tmp_path, ASKS))


def test_it_changes_no_digest(tmp_path: Path) -> None:
    assert loaded(tmp_path, ASKS).digest == loaded(tmp_path, "").digest


@pytest.mark.parametrize("broken", ["[report", 'profile = "none"', ASKS + 'token = "x"', '[report]\nurl = "x"\n'])
def test_of_a_policy_that_can_no_longer_be_read_nothing_about_reports_is_left(tmp_path: Path, broken: str) -> None:
    good = loaded(tmp_path, 'profile = "heightened"\n' + ASKS)
    after = loaded(tmp_path, broken, last_good=keepable(good))
    assert after.problems
    assert after.settings.profile.name == "heightened"
    assert after.settings.report == NOTHING
    assert {after.origins[key] for key in OURS} == {"default"}


def test_what_somebody_writes_into_the_store_as_last_good_says_nothing_about_reports(tmp_path: Path) -> None:
    forged = {"policy": {"report.url": "https://evil.example", "report.level": "detailed"}, "user": {"report.url": "x"}}
    after = loaded(tmp_path, "[report", last_good=forged)
    assert after.settings.report == NOTHING


def test_a_policy_that_can_be_read_again_says_it_again(tmp_path: Path) -> None:
    good = loaded(tmp_path, ASKS)
    assert loaded(tmp_path, ASKS, last_good=keepable(good)).settings.report == ASKED
