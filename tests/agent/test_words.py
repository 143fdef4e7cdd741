"""The words: every reason has some, and all keep to the writing rules (docs/writing-words.md)."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
import toml

from agent.cli import COMMANDS
from agent.contract import Check, Fact, Finding, Status, Words
from agent.discovery import builtin_checks
from agent.host import System
from agent.runner import RUNNER_REASONS
from agent.words import PLACEHOLDER, catalogue, fill, load, text_for
from checks.screen_lock.catalogue import DESKTOPS
from config.links import is_official
from config.practices import practices
from tests.agent.reading_level import grade, sentences, syllables

#: Lengths that no system's notifications cut, in UTF-16 units, which is what Windows counts.
LONGEST_TITLE, LONGEST_BODY = 48, 200
LONGEST_STEP = 140
LONGEST_SENTENCE_WORDS = 25
HARDEST_GRADE = 8.0
#: The words that phishing uses, and those that blame.
BANNED = (
    "security alert", "urgent", "act now", "click", "verify your account", "suspended", "hacker", "you must", "failure",
    "non-compliant", "violation", "immediately!",
)  # fmt: skip
#: Never in a toast, which others may see.
PRIVATE = ("harass", "abuse", "threat", "stalk")
#: Words as the dictionaries of the United States have them.
AMERICAN = re.compile(
    r"\b(?:\w+(?:iz(?:e|es|ed|ing|ation))|colou?rs?(?<!colour)(?<!colours)|center|behavior|favorite|defense|license[ds]|"
    r"program(?:s)?(?=me)|catalog|check mark|canceled|fulfill)\b",
    re.IGNORECASE,
)
BRITISH_IZE = {"size", "sizes", "prize", "seize", "resize"}
#: The longest real value of each placeholder: names from the catalogues, numbers that a long absence gives.
LONGEST_VALUES: dict[str, Fact] = {
    "app": "Watchword",
    "check": "Two-step verification",
    "check_name": "Two-step verification",
    "office": "Office of the Member",
    "time": "22 November 2026, 10:04",
    "due": "22 November 2026",
}
LONGEST_NUMBER = 9999
#: What the key of steps may name beside a system.
VARIANTS = {
    "windows": {"modern", "s3", "10", "11", "managed"},
    "macos": {"12", "13plus", "managed", "softwareupdate", "appstore", "homebrew"},
    "linux": {
        "kde", "xfce", "cinnamon", "mate", "budgie", "lxqt", "sway", "hyprland", "i3", "snap", "managed",
    },
    "any": {"managed"},
}  # fmt: skip
#: Reasons that mean the same of every question to a person.
SHARED_BY_PRACTICES = {"reworded", "clock", "unreadable"}
#: Entries about several findings, or about none: they have placeholders that no judge gives.
NOT_OF_A_CHECK = {"digest", "reminder", "resolved", "item", "kind", "any"}
NOT_OF_A_CHECK |= {"all_clear", "welcome", "sharing", "and_sharing"}

#: How steps say what to choose in the app, each with what it is called.
CHOSEN_IN_APP = [
    re.compile(pattern)
    for pattern in (
        r"In \{app\}, choose ([^,]+)",
        r"\bchoose ([^,]+) in \{app\}",
        r"open \{app\} and choose ([^,]+)$",
        r"In \{app\}, .* under ([A-Z][a-z ]+[a-z]) to\b",
        r"^Choose (Pick a time|Save [a-z ]+)",
        r"office IT the (Details [A-Za-z ]+)$",
    )
]
ENTRIES = catalogue()
CHECKS = {check.id: check for check in builtin_checks()}
SOURCES = Path(__file__).parents[2] / "checks"

every_entry = pytest.mark.parametrize(("name", "words"), ENTRIES.items(), ids=ENTRIES)


@cache
def longest_values() -> dict[str, Fact]:
    managers = toml.loads(files("config").joinpath("password_managers.toml").read_text(encoding="utf-8"))["manager"]
    return LONGEST_VALUES | {
        "manager": max((str(manager["name"]) for manager in managers), key=len),
        "desktop": max((desktop.name for desktop in DESKTOPS), key=len),
    }


@cache
def on_the_page() -> str:
    """All that the page's templates say, and so all that its buttons and links are called."""
    folder = Path(__file__).parents[2] / "agent" / "page" / "templates"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html")))


def texts(words: Words) -> Iterator[str]:
    yield from (words.title, words.body, words.more)
    for steps in words.steps.values():
        yield from steps


def placeholders(text: str) -> set[str]:
    return {found[1] for found in PLACEHOLDER.finditer(text)}


def filled(text: str) -> str:
    return fill(text, {name: longest_values().get(name, LONGEST_NUMBER) for name in placeholders(text)})


def said(words: Words) -> str:
    return f"{filled(words.title)}\n{filled(words.body)} {filled(words.more)}"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_reason_a_check_can_give_has_words(check: Check) -> None:
    shared = SHARED_BY_PRACTICES if check.id in practices() else set()
    own = sorted(reason for reason in check.reasons - shared if f"{check.id}.{reason}" not in ENTRIES)
    assert own == []
    assert sorted(reason for reason in check.reasons & shared if f"any.{reason}" not in ENTRIES) == []


@pytest.mark.parametrize("reason", sorted(RUNNER_REASONS))
def test_every_reason_the_runner_gives_has_words(reason: str) -> None:
    assert f"any.{reason}" in ENTRIES


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_no_words_are_left_over_from_a_reason_that_is_gone(check: Check) -> None:
    ours = {name.partition(".")[2] for name in ENTRIES if name.partition(".")[0] == check.id}
    assert sorted(ours - check.reasons) == []


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_placeholder_is_a_fact_that_the_check_gives(check: Check) -> None:
    given = {"app", "check"} | _names_in_sources(check.id)
    used = {name: set().union(*map(placeholders, texts(words))) for name, words in ENTRIES.items()}
    ours = {name: found for name, found in used.items() if name.partition(".")[0] == check.id}
    assert {name: sorted(found - given) for name, found in ours.items() if found - given} == {}


def _names_in_sources(check_id: str) -> set[str]:
    """Every name under which the judges of a check put something into a dictionary."""
    found: set[str] = set()
    for path in (SOURCES / ("practices" if check_id in practices() else check_id)).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                found |= {
                    key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
                }
            elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                found |= {node.slice.value} if isinstance(node.slice.value, str) else set()
            elif isinstance(node, ast.Tuple) and node.elts and isinstance(node.elts[0], ast.Constant):
                found |= {node.elts[0].value} if isinstance(node.elts[0].value, str) else set()
    return found


@every_entry
def test_title_and_body_fit_a_notification(name: str, words: Words) -> None:
    title, body = filled(words.title), f"{filled(words.body)} {filled(words.more)}".strip()
    assert (units(title), title) <= (LONGEST_TITLE, title)
    assert (units(body), body) <= (LONGEST_BODY, body)
    assert title
    assert not title.startswith("-")


@every_entry
def test_words_are_calm(name: str, words: Words) -> None:
    everything = "\n".join(texts(words)).lower()
    assert [banned for banned in BANNED if banned in everything] == []
    assert "!" not in everything
    assert all(ord(character) < 0x2190 for character in everything)


@every_entry
def test_an_alert_has_no_link_address_or_number_to_call(name: str, words: Words) -> None:
    assert not re.search(r"://|www\.|[@<>&]|\b[a-z]+\.(?:com|org|uk|net)\b", said(words), re.IGNORECASE)
    plain = f"{words.title}\n{words.body} {words.more}"
    assert not re.search(r"\+?\d(?:[ ()-]?\d){4,}", plain)


@every_entry
def test_an_alert_says_nothing_that_others_should_not_see(name: str, words: Words) -> None:
    assert [word for word in PRIVATE if word in said(words).lower()] == []


@every_entry
def test_spelling_is_that_of_the_united_kingdom(name: str, words: Words) -> None:
    found = {match[0].lower() for text in texts(words) for match in AMERICAN.finditer(text)}
    assert sorted(found - BRITISH_IZE) == []


@every_entry
def test_a_computer_is_not_called_a_laptop(name: str, words: Words) -> None:
    assert [text for text in texts(words) if "laptop" in text.lower()] == []


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.startswith("breach.")])
def test_an_address_without_a_known_breach_is_never_called_safe(name: str) -> None:
    assert "safe" not in f"{ENTRIES[name].title} {ENTRIES[name].body}".lower().replace(".", "").split()


@every_entry
def test_sentences_are_short_enough_to_take_in(name: str, words: Words) -> None:
    every = [sentence for text in texts(words) for sentence in sentences(filled(text))]
    assert [text for text in every if len(text.split()) > LONGEST_SENTENCE_WORDS] == []


@every_entry
def test_a_body_is_easy_to_read(name: str, words: Words) -> None:
    body = f"{words.body} {words.more}".replace("{app}", "we").strip()
    text = fill(body, dict.fromkeys(placeholders(body), 10))
    assert grade(text) <= HARDEST_GRADE, f"{grade(text):.1f}: {text}"


@every_entry
def test_steps_are_few_and_short(name: str, words: Words) -> None:
    assert {key: len(steps) for key, steps in words.steps.items() if not 3 <= len(steps) <= 5} == {}
    assert [step for steps in words.steps.values() for step in steps if units(filled(step)) > LONGEST_STEP] == []


@every_entry
def test_the_keys_of_steps_name_what_can_be_told(name: str, words: Words) -> None:
    keys = [key.split("_") for key in words.steps]
    assert [key for key in keys if key[0] not in VARIANTS or not set(key[1:]) <= VARIANTS[key[0]]] == []


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.split(".")[0] not in NOT_OF_A_CHECK])
def test_steps_do_not_send_people_to_where_they_are(name: str) -> None:
    steps = [step for steps in ENTRIES[name].steps.values() for step in steps]
    assert [step for step in steps if step.startswith("Open {app}")] == []
    assert not re.search(r"Open \{app\}", ENTRIES[name].body), "that is what `more` is for"


@every_entry
def test_people_are_led_to_the_page_and_not_to_a_command(name: str, words: Words) -> None:
    """Of other makers' tools some have no other way: Homebrew."""
    others = {key: steps for key, steps in words.steps.items() if "homebrew" not in key}
    every = [words.title, words.body, words.more, *(step for steps in others.values() for step in steps)]
    assert [text for text in every if re.search(r"\bwatchword |`|\bterminal\b", text, re.IGNORECASE)] == []
    assert [step for steps in words.steps.values() for step in steps if "watchword " in step] == []


@every_entry
def test_what_is_to_be_chosen_in_the_app_is_called_so_on_the_page(name: str, words: Words) -> None:
    steps = [step for steps in words.steps.values() for step in steps]
    labels = {found for step in steps for way in CHOSEN_IN_APP for found in way.findall(step)}
    assert [label for label in labels if label not in on_the_page()] == []


@pytest.mark.parametrize("name", [name for name, words in ENTRIES.items() if words.command])
def test_commands_work(name: str) -> None:
    program, command, *words = ENTRIES[name].command.split()
    assert program == "watchword"
    assert ENTRIES[name].steps, "the command does what the steps come to"
    _parser(command).parse_args([command, *words])


@pytest.mark.parametrize("name", [name for name in ENTRIES if name.split(".")[0] in CHECKS])
def test_what_is_done_in_the_app_has_a_command_too(name: str) -> None:
    steps = [step for steps in ENTRIES[name].steps.values() for step in steps]
    told = [step for step in steps if re.search(r"\bin \{app\}", step, re.IGNORECASE)]
    assert not told or ENTRIES[name].command


def _parser(command: str) -> argparse.ArgumentParser:
    every = argparse.ArgumentParser()
    import_module(f"agent.cli.{COMMANDS[command]}").add_parser(every.add_subparsers())
    return every


@every_entry
def test_links_are_https_and_go_to_known_hosts_only(name: str, words: Words) -> None:
    for link in words.links:
        assert is_official(link)


def _translations() -> list[str]:
    return sorted(path.name.split(".")[1] for path in Path(str(files("config"))).glob("alerts.*.toml"))


@pytest.mark.parametrize("language", ["en", *_translations()])
def test_every_language_fits_and_keeps_the_placeholders(language: str) -> None:
    for name, words in load(files("config"), language).entries.items():
        assert set().union(*map(placeholders, texts(words))) <= set().union(*map(placeholders, texts(ENTRIES[name])))
        assert units(filled(words.title)) <= LONGEST_TITLE
        assert units(f"{filled(words.body)} {filled(words.more)}".strip()) <= LONGEST_BODY


def test_the_reading_level_tells_plain_from_hard() -> None:
    assert [syllables(word) for word in ("cat", "screen", "password", "updated", "notices", "table")] == [
        1,
        1,
        2,
        3,
        3,
        2,
    ]
    assert grade("The cat sat on the mat. It was warm.") < 2
    assert (
        grade("Organisational authentication infrastructure necessitates comprehensive administrative remediation.")
        > 20
    )


def test_an_account_is_not_sent_to_the_pages_of_another_service() -> None:
    finding = Finding(status=Status.FAIL, reason="off_social", subject="i-1", facts={"service": "X"})
    links = text_for(CHECKS["two_step"], finding, System.LINUX).links
    assert [link for link in links if "x.com" in link]
    assert not [link for link in links if "facebook" in link or "instagram" in link or "linkedin" in link]
