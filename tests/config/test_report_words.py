"""The words about reports: everything that can be wrong has some, and they are calm, short and plain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from inspect import getsource
from typing import Any

import pytest
import toml

from agent import http, secrets
from agent.report.answers import CODE_PROBLEMS, PROBLEMS
from agent.report.model import LEVELS
from agent.report.sharing import Standing
from config import report_words
from tests.agent.reading_level import grade, sentences
from tests.agent.test_words import AMERICAN, BANNED, BRITISH_IZE, HARDEST_GRADE, LONGEST_SENTENCE_WORDS

TABLE: dict[str, Any] = toml.loads(files("config").joinpath("report_words.toml").read_text(encoding="utf-8"))
#: What the agent itself has a word for.
OWN = {"no_secret", "malformed", "busy", "redirect"}
#: Functions of the network that give a reason as it is.
GIVE_REASONS = {"_why_no_answer", "_body"}

said = pytest.mark.parametrize(
    ("table", "name"),
    [(table, name) for table in ("standing", "notice", "problem", "keyring") for name in TABLE[table]],
)


def network_reasons() -> set[str]:
    """Every reason in the source of the network for that there was no answer to what was posted."""
    found = set()
    for node in ast.walk(ast.parse(getsource(http))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Unreadable":
            found.add(node.args[0])
        elif isinstance(node, ast.FunctionDef) and node.name in GIVE_REASONS:
            found |= set(_returned(node))
    return {node.value for node in found if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from (node.value.body, node.value.orelse) if isinstance(node.value, ast.IfExp) else (node.value,)


def keyring_reasons() -> set[str]:
    return set(secrets._REASONS) | {"timeout"}


def slugs() -> set[str]:
    return {slug for table in (PROBLEMS, CODE_PROBLEMS) for each in table.values() for slug in each}


def test_the_reasons_are_found_in_the_source() -> None:
    assert network_reasons() >= {"offline", "timeout", "refused", "tls", "insecure", "incomplete", "too_large"}
    assert keyring_reasons() == {"no_keyring", "locked", "timeout", "failed"}


@pytest.mark.parametrize("slug", sorted(slugs()))
def test_every_word_of_the_protocol_has_words(slug: str) -> None:
    assert slug in TABLE["problem"]


@pytest.mark.parametrize("reason", sorted(network_reasons()))
def test_every_reason_of_the_network_has_words(reason: str) -> None:
    assert reason in TABLE["problem"]


@pytest.mark.parametrize("reason", sorted(keyring_reasons()))
def test_every_reason_of_the_keyring_has_words_for_sending_and_for_beginning(reason: str) -> None:
    assert f"keyring_{reason}" in TABLE["problem"]
    assert reason in TABLE["keyring"]


def test_no_words_are_left_over_from_something_that_is_gone() -> None:
    waiting = {f"keyring_{reason}" for reason in keyring_reasons()}
    assert set(TABLE["problem"]) == slugs() | network_reasons() | waiting | OWN | {"any"}
    assert set(TABLE["keyring"]) == keyring_reasons() | {"any"}
    assert set(TABLE["standing"]) == {each.value for each in Standing}
    assert set(TABLE["level"]) == set(LEVELS)
    assert set(TABLE["notice"]) <= set(TABLE["standing"])


def test_what_has_no_words_of_its_own_has_those_for_anything() -> None:
    assert report_words.problem_words("http_418") == TABLE["problem"]["any"]
    assert report_words.keyring_words("") == TABLE["keyring"]["any"]


@said
def test_it_is_said_in_whole_short_sentences(table: str, name: str) -> None:
    text = TABLE[table][name]
    assert text[0].isupper()
    assert text.endswith(".")
    assert "  " not in text
    assert [each for each in sentences(text) if len(each.split()) > LONGEST_SENTENCE_WORDS] == []


@said
def test_it_is_calm_and_has_no_link_address_or_number(table: str, name: str) -> None:
    text = TABLE[table][name]
    assert [banned for banned in BANNED if banned in text.lower()] == []
    assert not re.search(r"[!@<>&/]|://|www\.|\d", text)


@said
def test_it_is_spelled_as_in_the_united_kingdom(table: str, name: str) -> None:
    found = {match[0].lower() for match in AMERICAN.finditer(TABLE[table][name])}
    assert sorted(found - BRITISH_IZE) == []


@pytest.mark.parametrize("table", ["standing", "notice", "problem", "keyring"])
def test_each_table_is_easy_to_read(table: str) -> None:
    assert grade(" ".join(TABLE[table].values())) <= HARDEST_GRADE


@pytest.mark.parametrize("name", [each.value for each in Standing])
def test_the_first_words_say_whether_anything_leaves(name: str) -> None:
    assert TABLE["standing"][name].startswith("You share " if name == "sharing" else "Nothing is sent")


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_is_the_end_of_a_sentence(level: str) -> None:
    text = TABLE["level"][level]
    assert text[0].islower()
    assert not text.endswith(".")


@pytest.mark.parametrize("name", TABLE["problem"])
def test_enrolling_is_never_said_to_be_tried_again_by_itself(name: str) -> None:
    assert "by itself" not in TABLE["problem"][name]
