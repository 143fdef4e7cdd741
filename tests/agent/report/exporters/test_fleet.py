"""Fleet's queries, asked of tables that are filled as its agent fills them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.report.exporters import fleet
from agent.status import encode
from tests.agent.report.builders import document, row
from tests.agent.report.exporters.entries import LATER, passing

KIT = Path(__file__).parents[4] / "installers/it/fleet/watchword.yml"
HOME = "/home/{}/.local/state/watchword/status.json"


def leaves(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """``parent``, ``key`` and ``value`` of every leaf, as ``parse_json`` has them."""
    if isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(child, (*keys, str(key)))
    else:
        yield "/".join(keys[:-1]), keys[-1], str(value)


def asked(query: str, files: dict[str, bytes]) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE file (path TEXT)")
    database.execute("CREATE TABLE parse_json (path TEXT, fullkey TEXT, parent TEXT, key TEXT, value TEXT)")
    for path, data in files.items():
        database.execute("INSERT INTO file VALUES (?)", [path])
        try:
            found = list(leaves(json.loads(data)))
        except ValueError:
            continue
        database.executemany(
            "INSERT INTO parse_json VALUES (?, ?, ?, ?, ?)",
            [(path, f"{parent}/{key}" if parent else key, parent, key, value) for parent, key, value in found],
        )
    rows = database.execute(query).fetchall()
    database.close()
    return rows


def status(*rows: Any, age: timedelta = timedelta(hours=3)) -> bytes:
    made = json.loads(encode(document(*rows or (passing(),))))
    made["generated_at"] = (datetime.now(UTC) - age).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps(made).encode()


def passes(**people: bytes) -> bool:
    files = {HOME.format(name): data for name, data in people.items()}
    return bool(asked(fleet.policy_query("linux"), files))


def test_the_policy_passes_when_everybody_is_well() -> None:
    assert passes(alex=status(), sam=status())


@pytest.mark.parametrize(
    "other",
    [
        status(row()),
        status(age=timedelta(days=8)),
        status(age=timedelta(days=-1)),
        status()[:-40],
        b"",
        b"{}",
        b'{"schema": "watchword.status/1", "generated_at": "soon", "summary": {"overall": "ok"}}',
        b'{"schema": "other/1", "summary": {"overall": "ok"}}',
    ],
)
def test_the_policy_fails_when_anybody_is_not_or_nobody_knows(other: bytes) -> None:
    assert not passes(alex=status(), sam=other)
    assert not passes(sam=other)


def test_the_policy_fails_without_any_file() -> None:
    assert not passes()


def test_the_summary_has_a_row_for_each_file_and_no_name_of_anybody() -> None:
    files = {HOME.format("alex"): status(row()), HOME.format("sam"): b"{", HOME.format("kim"): status()}
    files[HOME.format("jo")] = status(age=timedelta(days=9))
    found = asked(fleet.summary_query("linux"), files)
    assert sorted(found, key=str) == [(0, "unknown", 216), (0, "unknown", None), (1, "action", 3), (1, "ok", 3)]


def test_the_kit_has_the_file_as_it_is_printed() -> None:
    assert KIT.read_bytes() == fleet.render([], LATER)
    kinds = [json.loads(part)["kind"] for part in KIT.read_text().split("---\n")[1:]]
    assert kinds == ["policy", "query"] * 3
