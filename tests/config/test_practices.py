"""The catalogue of practices: complete, consistent, and refused where it is not."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from config.links import HOSTS, is_official
from config.practices import NOT_SURE, Practice, PracticesError, checked_on, load, practices

every = pytest.mark.parametrize("practice", practices().values(), ids=list(practices()))

GOOD = """
checked_on = "2026-11-22"
[[event]]
id = "event.leaver"
subject = "laptop"
question = "Has someone left?"
[[practice]]
id = "plan"
title = "Plan"
category = "practice"
help = "Why."
links = ["https://www.ncsc.gov.uk/"]
[[practice.question]]
id = "there"
short = "a plan"
ask = "Is there a plan?"
valid = "habit"
evidence = ["none"]
ends_with = ["event.leaver"]
answers = [
  { id = "yes", words = "yes", status = "pass", reason = "confirmed" },
  { id = "no", words = "no", status = "warn", reason = "missing", severity = "low" },
]
"""


def test_the_example_of_these_tests_is_good() -> None:
    (practice,) = load(GOOD).practice
    assert practice.question[0].id == "plan.there"
    assert practice.question[0].answers[-1] == NOT_SURE


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('valid = "habit"', 'valid = "ever"', "valid"),
        ('status = "pass"', 'status = "fine"', "status"),
        ('evidence = ["none"]', 'evidence = ["rumour"]', "evidence"),
        ('evidence = ["none"]', "evidence = []", "no kind of evidence"),
        ('help = "Why."', 'halp = "Why."', "halp"),
        ("www.ncsc.gov.uk", "www.ncsc-gov.uk", "not on the list of links"),
        ('"event.leaver"]', '"event.gone"]', "there is no event event.gone"),
        ('id = "no"', 'id = "yes"', "two answers have the same id"),
        ('id = "no"', 'id = "No!"', "no simple name"),
        ('reason = "missing"', 'reason = "expired"', "expired is what we say"),
        (', severity = "low"', "", "a warning or failure has a severity"),
        ('help = "Why."', 'help = "Why."\nalerted = false', "what is never alerted can be no fault"),
        ('help = "Why."', 'help = "Why."\nopened_by = "event.gone"', "there is no event event.gone"),
        ('short = "a plan"', 'short = "a plan"\nkinds = ["social"]', "has the category account"),
        ('short = "a plan"', 'short = "a plan"\nkinds = ["radio"]', "kinds"),
        ('short = "a plan"', 'short = "a plan"\nto_do = "write one"', "the item of a task, and no other"),
        ('help = "Why."', 'help = "Why."\nopened_by = "event.leaver"', "the item of a task, and no other"),
        ("checked_on", "chequed_on", "chequed_on"),
        ("[[practice]]", "[[practice", "practices.toml"),
    ],
)
def test_a_mistake_is_refused_and_named(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(PracticesError, match=message.replace("[", r"\[")):
        load(GOOD.replace(old, new, 1))


def test_two_of_the_same_are_refused() -> None:
    again = GOOD[GOOD.index("[[practice]]") :]
    with pytest.raises(PracticesError, match="two practices have the same id"):
        load(GOOD + again)


def test_it_was_checked_on_a_date() -> None:
    assert date.fromisoformat(checked_on()) <= date(2100, 1, 1)
    assert load(files("config").joinpath("practices.toml").read_text("utf-8")).checked_on == checked_on()


@every
def test_somebody_can_confirm_it(practice: Practice) -> None:
    for question in practice.question:
        assert "pass" in {answer.status for answer in question.answers}


@every
def test_questions_are_short_calm_and_ask_for_no_secret(practice: Practice) -> None:
    for question in practice.question:
        assert len(question.ask) <= 140
        assert question.ask.rstrip().endswith("?") or "?" in question.ask
        texts = [question.ask, question.short, practice.help, *question.checklist]
        texts += [answer.words for answer in question.answers]
        assert not [text for text in texts if "!" in text or "laptop" in text.lower() or "must" in text.split()]
        assert not [text for text in texts if "type your password" in text.lower() or "what is your password" in text]


def test_what_others_may_not_nag_about_is_an_offer() -> None:
    assert [practice.id for practice in practices().values() if not practice.alerted] == ["self_search"]


@pytest.mark.parametrize(
    "url",
    [
        "http://www.ncsc.gov.uk/",
        "https://www.ncsc.gov.uk.example.org/",
        "https://www.ncsc.gov.uk:8443/",
        "https://www.ncsc.gov.uk@example.org/",
        "https://user@www.ncsc.gov.uk/",
        "https://WWW.ncsc.gov.uk/",
        "https://have-ibeenpwned.com/",
        "https://haveibeenpwned.com.evil.example/",
        "https://www.ncsc.gov.uk:x/",
        "https://[/",
        "javascript:alert(1)",
        "//www.ncsc.gov.uk/",
        "",
    ],
)
def test_a_look_alike_is_not_official(url: str) -> None:
    assert not is_official(url)


@pytest.mark.parametrize("host", sorted(HOSTS))
def test_each_host_is_official_over_https(host: str) -> None:
    assert is_official(f"https://{host}/a/page?q=1")
