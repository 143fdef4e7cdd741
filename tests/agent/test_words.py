"""The words: every reason has some, and all keep to the writing rules."""

from __future__ import annotations

import re
import string
from urllib.parse import urlsplit

import pytest

from agent.contract import Category, Check, Finding, Severity, Status, Words
from agent.discovery import builtin_checks
from agent.host import System
from agent.runner import RUNNER_REASONS
from agent.words import catalogue, text_for

#: Writing rules: lengths hold on every system's notifications; the words are those that phishing uses.
LONGEST_TITLE = 48
LONGEST_BODY = 200
BANNED = (
    "security alert", "urgent", "act now", "click", "verify your account", "suspended", "hacker", "you must", "failure",
    "non-compliant", "violation",
)  # fmt: skip
LINK_HOSTS = {
    "faq.whatsapp.com",
    "haveibeenpwned.com",
    "help.instagram.com",
    "help.x.com",
    "saferpolitics.org",
    "support.tiktok.com",
    "reportharmfulcontent.com",
    "www.facebook.com",
    "www.gov.uk",
    "www.linkedin.com",
    "report.ncsc.gov.uk",
    "www.ncsc.gov.uk",
    "www.security.gov.uk",
}
#: A value as long as a fact may reasonably be, for each placeholder.
LONG_VALUES = {"app": "Watchword", "check": "Two-step verification"}

ENTRIES = catalogue()
CHECKS = {check.id: check for check in builtin_checks()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def filled(text: str) -> str:
    return text.format_map({name: LONG_VALUES.get(name, "Facebook 14") for name in placeholders(text)})


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_reason_a_check_can_give_has_words(check: Check) -> None:
    assert sorted(reason for reason in check.reasons if f"{check.id}.{reason}" not in ENTRIES) == []


@pytest.mark.parametrize("reason", sorted(RUNNER_REASONS))
def test_every_reason_the_runner_gives_has_words(reason: str) -> None:
    assert f"any.{reason}" in ENTRIES


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_no_words_are_left_over_from_a_reason_that_is_gone(check: Check) -> None:
    ours = {name.partition(".")[2] for name in ENTRIES if name.partition(".")[0] == check.id}
    assert sorted(ours - check.reasons) == []


@pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)
def test_title_and_body_fit_a_notification(name: str, words: Words) -> None:
    assert len(filled(words.title).encode("utf-16-le")) // 2 <= LONGEST_TITLE
    assert len(filled(words.body).encode("utf-16-le")) // 2 <= LONGEST_BODY
    assert not words.title.startswith("-")


@pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)
def test_words_are_calm_and_carry_no_link_or_address(name: str, words: Words) -> None:
    said = f"{words.title}\n{words.body}\n" + "\n".join(step for steps in words.steps.values() for step in steps)
    assert [banned for banned in BANNED if banned in said.lower()] == []
    assert not re.search(r"://|www\.|@|!|<|\d{5}", f"{words.title}\n{words.body}")
    assert all(ord(character) < 0x2190 for character in said)


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.startswith("breach.")])
def test_an_address_without_a_known_breach_is_never_called_safe(name: str) -> None:
    assert "safe" not in f"{ENTRIES[name].title} {ENTRIES[name].body}".lower().replace(".", "").split()


@pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)
def test_sentences_are_short_enough_to_take_in(name: str, words: Words) -> None:
    sentences = re.split(r"(?<=[.?]) ", filled(words.body))
    assert max((len(sentence.split()) for sentence in sentences), default=0) <= 25


@pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)
def test_steps_are_few(name: str, words: Words) -> None:
    assert {system: len(steps) for system, steps in words.steps.items() if not 3 <= len(steps) <= 5} == {}


@pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)
def test_links_are_https_and_go_to_known_hosts_only(name: str, words: Words) -> None:
    for link in words.links:
        parts = urlsplit(link)
        assert parts.scheme == "https"
        assert parts.hostname in LINK_HOSTS


def a_check(**words: Words) -> Check:
    return Check("mine", "Mine", Category.DEVICE, lambda context: [], frozenset(words), words=words)


def test_placeholders_are_filled_from_facts() -> None:
    check = a_check(late=Words("{days} days late", "{apps} waited.", {"linux": ("Open {app}",)}))
    finding = Finding(status=Status.FAIL, reason="late", severity=Severity.HIGH, facts={"days": 3, "apps": ["A", "B"]})
    text = text_for(check, finding, System.LINUX)
    assert (text.title, text.body, text.steps) == ("3 days late", "A and B waited.", ("Open Watchword",))


def test_a_placeholder_without_a_fact_stays_readable() -> None:
    text = text_for(a_check(late=Words("{limit_days}", "")), Finding(status=Status.FAIL, reason="late"), System.LINUX)
    assert text.title == "limit days"


def test_a_placeholder_cannot_reach_into_values() -> None:
    check = a_check(late=Words("{days.__class__} {0} {", ""))
    text = text_for(check, Finding(status=Status.FAIL, reason="late", facts={"days": 1}), System.LINUX)
    assert text.title == "{days.__class__} {0} {"


def test_a_reason_without_words_is_said_all_the_same() -> None:
    text = text_for(a_check(), Finding(status=Status.FAIL, reason="quite_new"), System.LINUX)
    assert text.title == "Mine: quite new"


def test_steps_for_the_persons_own_desktop_come_first() -> None:
    check = a_check(off=Words("Off", "", {"linux": ("general",), "linux_kde": ("on plasma",)}))
    finding = Finding(status=Status.FAIL, reason="off", facts={"desktop": "KDE"})
    assert text_for(check, finding, System.LINUX).steps == ("on plasma",)
