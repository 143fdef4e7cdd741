"""``docs/report.md`` names every field of the report, no other, with the values that it may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent.report.build import Frame, build
from agent.report.reader import read
from agent.report.schema import json_schema
from config.report import shared_facts, staying_facts
from tests.agent.report.builders import CATALOGUE, NOW, REPORT, document

TEXT = (Path(__file__).parents[3] / "docs/report.md").read_text("utf-8")
SCHEMA = json_schema()


def section(title: str) -> list[list[str]]:
    """The cells of the table below a heading, without code marks, and without its two lines of headings."""
    part = TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines[2:]]


def fields(part: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every member by its place, ``checks[].id`` for instance, with its part of the schema."""
    part = resolved(part)
    if part.get("properties"):
        for name, child in part["properties"].items():
            inner = f"{place}.{name}" if place else name
            yield inner, resolved(child)
            yield from fields(child, inner)
    elif part.get("type") == "array" and "$ref" in part.get("items", {}):
        yield from fields(part["items"], f"{place}[]")


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of the schema without references, and without the ``null`` of an optional one."""
    for each in part.get("anyOf", []):
        if each.get("type") != "null":
            return resolved(each)
    if "$ref" in part:
        return resolved(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
    return part


def test_every_field_of_the_model_is_described_and_no_other() -> None:
    assert [row[0] for row in section("Fields")] == [place for place, _ in fields(SCHEMA)]


def test_every_value_that_a_field_may_have_is_named() -> None:
    described = {row[0]: row[1] for row in section("Fields")}
    for place, part in fields(SCHEMA):
        for value in part.get("enum", []):
            assert value in re.split(r"[ ,]+", described[place]), place


def test_the_level_from_which_a_field_is_shared_is_the_one_that_holds() -> None:
    levels = {row[0]: row[2] for row in section("Fields")}
    at_summary = build(document(), Frame(REPORT, 1, "summary", NOW), catalogue=CATALOGUE)
    assert at_summary.checks == ()
    assert {level for place, level in levels.items() if place.startswith("checks")} == {"standard"}
    assert {level for place, level in levels.items() if not place.startswith("checks")} == {"summary"}


def test_every_fact_that_may_be_shared_is_listed() -> None:
    assert section("Facts") == [[fact.check, fact.name, fact.kind, fact.level, fact.meaning] for fact in shared_facts()]


def test_every_fact_that_stays_is_listed_with_the_reason() -> None:
    assert section("What stays") == [[fact.check, fact.name, fact.why] for fact in staying_facts()]


def test_the_example_is_a_report() -> None:
    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    assert read(example[1].encode()).privacy.level == "standard"
