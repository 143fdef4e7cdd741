"""Reports of version 1 and what becomes of them stay as they are."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from agent.report.reader import encode, read
from agent.report.schema import json_schema
from tests.agent.report.golden_files import FOLDER, exports, reports


@pytest.mark.parametrize("name", sorted(reports()))
def test_a_report_of_version_1_is_made_as_ever(name: str) -> None:
    assert (FOLDER / name).read_bytes() == reports()[name]


@pytest.mark.parametrize("name", sorted(exports()))
def test_a_format_is_as_it_was(name: str) -> None:
    assert (FOLDER / name).read_bytes() == exports()[name]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("report.*.json")), ids=lambda path: path.name)
def test_a_report_that_was_kept_can_be_read_and_satisfies_the_schema(path: object) -> None:
    data = (FOLDER / str(path)).read_bytes()
    Draft202012Validator(json_schema()).validate(json.loads(data))
    assert encode(read(data)) == data.removesuffix(b"\n")
