"""Filling words with facts, choosing among steps, and laying a translation over the English words."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.contract import Category, Check, Fact, Finding, Severity, Status, Words
from agent.host import System
from agent.words import load, text_for

PLAIN = """
[counted.days]
1 = "{n} day"
other = "{n} days"
[small]
and = "and"
[[alert]]
id = "mine.late"
title = "Late"
body = "It is {days:days} late."
more = "Open {app}."
steps.any = ["One", "Two", "Three"]
steps.windows = ["Start", "Settings", "Save"]
[[alert]]
id = "mine.later"
title = "Later"
body = "Still late."
like = "mine.late"
steps.any = ["Other"]
[[alert]]
id = "mine.plain"
title = "Plain"
body = "Only in English."
"""
#: Not Welsh of any quality: only something that is not English.
OTHER = """
[counted.days]
1 = "{n} diwrnod"
2 = "{n} ddiwrnod"
other = "{n} diwrnod o hyd"
[small]
and = "a"
[[alert]]
id = "mine.late"
title = "Hwyr"
body = "Mae {days:days} yn hwyr."
steps.any = ["Un", "Dau", "Tri"]
[[alert]]
id = "no.such.entry"
title = "Dim"
"""


def a_check(**words: Words) -> Check:
    return Check("mine", "Mine", Category.DEVICE, lambda context: [], frozenset(words), words=words)


def late(**facts: Fact) -> Finding:
    return Finding(status=Status.FAIL, reason="late", severity=Severity.HIGH, facts=dict(facts))


def steps_for(keys: str, system: System = System.WINDOWS, os_version: str = "", **facts: Fact) -> str:
    words = Words("Late", "", {key: (key,) for key in keys.split()})
    return " ".join(text_for(a_check(late=words), late(**facts), system, os_version).steps)


def test_placeholders_are_filled_from_facts() -> None:
    check = a_check(late=Words("{days} days late", "{apps} waited.", {"linux": ("Ask {app}",)}, more="Open {app}."))
    text = text_for(check, late(days=3, apps=["A", "B"]), System.LINUX)
    assert (text.title, text.body, text.steps) == ("3 days late", "A and B waited.", ("Ask Watchword",))


def test_where_to_go_is_told_apart_from_what_is_true() -> None:
    text = text_for(a_check(late=Words("Late", "It is late.", more="Open {app}.")), late(), System.LINUX)
    assert (text.body, text.more) == ("It is late.", "Open Watchword.")


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "1 second"), (5, "5 seconds"), (60, "1 minute"), (90, "90 seconds"), (300, "5 minutes")]
)
def test_a_number_is_said_with_what_it_counts(seconds: int, said: str) -> None:
    text = text_for(a_check(late=Words("{wait:seconds}", "")), late(wait=seconds), System.LINUX)
    assert text.title == said


def test_a_placeholder_without_a_fact_stays_readable() -> None:
    text = text_for(a_check(late=Words("{limit_days} {limit_days:days}", "")), late(), System.LINUX)
    assert text.title == "limit days limit days"


def test_a_placeholder_cannot_reach_into_values() -> None:
    check = a_check(late=Words("{days.__class__} {0} {", ""))
    assert text_for(check, late(days=1), System.LINUX).title == "{days.__class__} {0} {"


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert text_for(a_check(late=Words("{apps}", "")), late(apps=["{app}"]), System.LINUX).title == "{app}"


def test_a_reason_without_words_is_said_all_the_same() -> None:
    text = text_for(a_check(), Finding(status=Status.FAIL, reason="quite_new"), System.LINUX)
    assert text.title == "Mine: quite new"


def test_steps_for_the_persons_own_desktop_come_first() -> None:
    assert steps_for("linux linux_kde any", System.LINUX, desktop="KDE") == "linux_kde"


def test_steps_for_another_system_or_desktop_are_not_used() -> None:
    assert steps_for("linux linux_kde", System.LINUX, desktop="XFCE") == "linux"
    assert steps_for("linux macos", System.WINDOWS) == ""


def test_steps_for_any_system_come_last() -> None:
    assert steps_for("any windows") == "windows"
    assert steps_for("any linux") == "any"


def test_the_key_that_names_the_most_is_used() -> None:
    keys = "windows windows_s3 windows_10 windows_10_s3"
    assert steps_for(keys, os_version="Windows 10 22H2", standby="s3") == "windows_10_s3"
    assert steps_for(keys, os_version="Windows 11 24H2", standby="s3") == "windows_s3"
    assert steps_for(keys, os_version="Windows 10 22H2") == "windows_10"
    assert steps_for(keys, os_version="Windows 22H2") == "windows"


def test_what_an_office_manages_comes_before_everything_else() -> None:
    assert steps_for("windows_10_s3 any_managed", os_version="Windows 10", standby="s3", managed=True) == "any_managed"
    assert steps_for("windows windows_managed", managed=False) == "windows"


@pytest.mark.parametrize(
    ("os_version", "used"), [("macOS 12.7.6", "macos_12"), ("macOS 26", "macos_13plus"), ("macOS", "macos")]
)
def test_a_mac_gets_the_names_of_its_own_settings_app(os_version: str, used: str) -> None:
    assert steps_for("macos macos_12 macos_13plus", System.MACOS, os_version) == used


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "alerts.toml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "alerts.cy.toml").write_text(OTHER, encoding="utf-8")
    return tmp_path


def test_a_translation_is_laid_over_the_english_words(folder: Path) -> None:
    words = load(folder, "cy").entries["mine.late"]
    assert (words.title, words.body, words.more) == ("Hwyr", "Mae {days:days} yn hwyr.", "Open {app}.")
    assert words.steps == {"any": ("Un", "Dau", "Tri"), "windows": ("Start", "Settings", "Save")}


def test_a_translation_has_its_own_forms_of_counted_things(folder: Path) -> None:
    known = load(folder, "cy")
    assert known.counted["days"]["2"] == "{n} ddiwrnod"
    assert known.small["and"] == "a"


def test_what_is_not_translated_is_in_english(folder: Path) -> None:
    assert load(folder, "cy").entries["mine.plain"].body == "Only in English."
    assert load(folder, "cy").entries.keys() == load(folder, "en").entries.keys()


@pytest.mark.parametrize("language", ["en", "fr", "../cy", "CY", ""])
def test_a_language_without_words_is_english(folder: Path, language: str) -> None:
    assert load(folder, language) == load(folder, "en")


@pytest.mark.parametrize(
    "damage", ["alert = 3", "[[alert", '[[alert]]\nid = "mine.late"\ntitle = 3', "[alert]\nid = 1"]
)
def test_a_damaged_translation_is_english(folder: Path, damage: str) -> None:
    (folder / "alerts.cy.toml").write_text(damage, encoding="utf-8")
    assert load(folder, "cy") == load(folder, "en")


def test_a_translation_that_is_no_text_is_english(folder: Path) -> None:
    (folder / "alerts.cy.toml").write_bytes(b"\xff\xfe")
    assert load(folder, "cy") == load(folder, "en")


def test_an_entry_can_take_the_steps_of_another(folder: Path) -> None:
    words = load(folder, "en").entries["mine.later"]
    assert words.steps == {"any": ("Other",), "windows": ("Start", "Settings", "Save")}
