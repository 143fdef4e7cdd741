"""The strict reader and the published schema agree: an independent validator says so over thousands of documents."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agent.contract import Basis, Category, Severity, Status
from agent.report.build import build
from agent.report.model import LEVELS, Report
from agent.report.reader import MAX_BYTES, ReportError, encode, read
from agent.report.schema import json_schema
from agent.status import Document
from tests.agent.report.builders import CATALOGUE, document, frame, report, row

VALIDATOR = Draft202012Validator(json_schema())
MANY = 10_000
JUNK: tuple[Any, ...] = (
    None, True, -1, 10**20, 1.5, "", "alex@example.org", "x" * 200, "two\nlines", [], {}, {"a": 1}, [None],
)  # fmt: skip


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_ten_thousand_reports_satisfy_the_published_schema() -> None:
    chance = random.Random(10)
    for number in range(MANY):
        made = build(made_up(chance), frame(chance.choice(LEVELS), number + 1), catalogue=CATALOGUE)
        VALIDATOR.validate(json.loads(encode(made)))


def made_up(chance: random.Random) -> Document:
    """A document with findings of every kind, some of which fit into no report."""
    words = ("Work", "alex@example.org", "C:\\x", "Zoë", "x" * 90, "", "a\nb", "Facebook", "Laptop 3")
    found = [
        row(
            chance.choice(["screen_lock", "app_updates", "two_step", "breach", "odd__id", "practice_one"]),
            chance.choice(list(Status)),
            category=chance.choice(list(Category)),
            severity=chance.choice(list(Severity)),
            basis=chance.choice(list(Basis)),
            reason=chance.choice(["off", "too_long", "trailing_", "good"]),
            instance=chance.choice([None, "i-3fa1c09b77de", "alex@example.org"]),
            label=chance.choice([None, *words]),
            notified=chance.choice([0, 3, 5000]),
            facts={
                name: chance.choice(
                    [True, 5, -(10**12), chance.choice(words), "sms", ["Zoom", chance.choice(words)] * 20]
                )
                for name in chance.sample(["idle_minutes", "apps", "method", "new", "passwords", "odd"], 3)
            },
            refs=tuple(chance.sample(["toolkit:S17", "ncsc:2sv", "elsewhere"], chance.randrange(4))),
        )
        for _ in range(chance.randrange(6))
    ]
    return document(*found, label=chance.choice(words), os_version=chance.choice(["Debian 12", "x" * 50, "<b>"]))


def test_ten_thousand_spoilt_reports_are_refused_with_the_place() -> None:
    chance = random.Random(6)
    whole = json.loads(encode(report(row(), row("app_updates", facts={"apps": ["Zoom"]}), level="detailed")))
    refused = 0
    while refused < MANY:
        spoilt = json.loads(json.dumps(whole))
        place = spoil(spoilt, chance)
        data = json.dumps(spoilt).encode()
        if VALIDATOR.is_valid(spoilt):
            assert isinstance(read(data), Report), place
            continue
        with pytest.raises(ReportError) as error:
            read(data)
        assert "$" in str(error.value)
        refused += 1


def spoil(tree: Any, chance: random.Random) -> str:
    """Change one thing somewhere: another value, a member less or more; returns where."""
    place = "$"
    while True:
        keys = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
        if not keys:
            tree_add(tree)
            return place
        key = chance.choice(keys)
        place += f".{key}"
        child = tree[key]
        if isinstance(child, dict | list) and chance.random() < 0.75:
            tree = child
            continue
        action = chance.random()
        if action < 0.6:
            tree[key] = chance.choice(JUNK)
        elif action < 0.8:
            del tree[key]
        else:
            tree_add(tree)
        return place


def tree_add(tree: Any) -> None:
    if isinstance(tree, dict):
        tree["hostname"] = "laptop-of-alex"
    else:
        tree.append("more")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Expecting value"),
        (b"\xff", "not UTF-8"),
        (b"[1, 2", "Expecting"),
        (b'{"format": 1, "format": 2}', "'format' is there twice"),
        (b'{"format": NaN}', "NaN is no JSON number"),
        (b"[" * 100 + b"]" * 100, "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        (b"{} {}", "Extra data"),
        (b" " * (MAX_BYTES + 1), "longer than"),
        (b"5", "Expected `object`"),
        (b'{"format": "watchword.report/1\\n"}', "control characters"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(data: bytes, said: str) -> None:
    with pytest.raises(ReportError, match=said.replace("(", r"\(")) as error:
        read(data)
    assert len(str(error.value).splitlines()) == 1


def test_half_a_report_is_refused_wherever_it_ends() -> None:
    data = encode(report())
    for end in range(len(data)):
        with pytest.raises(ReportError):
            read(data[:end])
