"""winget's list of apps, read as the database that it is."""

from __future__ import annotations

import io
import os
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.app_updates.feeds import winget_index
from checks.app_updates.feeds.winget_index import Listed, Wanted, read_index
from tests.checks.app_updates.desktops import winget_list, zipped

ZOOM = ("Zoom.Zoom", "6.5.60598", "6.5.7 (60598)", ("{AAA-1}", "ZoomUMX"), ())
SEVEN = ("7zip.7zip", "25.01", None, ("7-Zip",), ())
TEAMS = ("Microsoft.Teams", "25060.205.3499.6849", None, (), ("MSTeams_8wekyb3d8bbwe",))


def one(body: bytes, **ways: str) -> Listed | None:
    found = read_index(body, [Wanted("it", **ways)])
    assert found is not None
    return found["it"]


def test_an_entry_is_found_by_its_key_in_any_case() -> None:
    body = winget_list(ZOOM, SEVEN)
    assert one(body, product_code="7-ZIP") == Listed("7zip.7zip", "25.01", "25.01")
    assert one(body, product_code="{aaa-1}") == Listed("Zoom.Zoom", "6.5.60598", "6.5.7 (60598)")
    both = winget_list((*ZOOM[:2], ("6.5.7 (60598)", "6.5.60598"), *ZOOM[3:]))
    assert one(both, product_code="{aaa-1}") == Listed("Zoom.Zoom", "6.5.60598", "6.5.7 (60598)", "6.5.60598")


def test_a_store_app_is_found_by_its_family() -> None:
    assert one(winget_list(TEAMS), family="MSTeams_8wekyb3d8bbwe") == Listed(
        "Microsoft.Teams", "25060.205.3499.6849", "25060.205.3499.6849"
    )


def test_an_app_of_the_catalogue_is_found_by_its_id_when_its_key_is_not_known() -> None:
    assert one(winget_list(SEVEN), product_code="{new}", package="7zip.7zip") == Listed("7zip.7zip", "25.01", "25.01")


def test_a_key_of_several_apps_is_settled_by_the_catalogue_or_not_at_all() -> None:
    body = winget_list(("A.Stable", "2", None, ("Shared",), ()), ("A.Beta", "3", None, ("Shared",), ()))
    assert one(body, product_code="Shared") is None
    assert one(body, product_code="Shared", package="A.Stable") == Listed("A.Stable", "2", "2")
    assert one(body, product_code="Shared", package="A.Nightly") is None


def test_what_the_list_does_not_have_is_none() -> None:
    assert one(winget_list(SEVEN), product_code="Odd") is None
    assert one(winget_list(SEVEN)) is None


def test_no_file_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for body in (winget_list(SEVEN), b"nonsense", zipped({"Public/index.db": b"no database"}), zipped({"x": b""})):
        read_index(body, [Wanted("it", product_code="7-Zip")])
    assert os.listdir(tmp_path) == []


def test_a_folder_with_signs_of_an_address_in_its_name_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    question = "" if sys.platform == "win32" else "?"  # Windows has no such names
    folder = tmp_path / f"100% Zoë{question}mode=rw#x"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert one(winget_list(SEVEN), product_code="7-Zip") is not None


def database(script: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.db"
        index = sqlite3.connect(path)
        index.executescript(script)
        index.close()
        return zipped({"Public/index.db": path.read_bytes()})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>sign in</html>",
        winget_list(SEVEN)[:-100],
        winget_list(),
        zipped({}),
        zipped({"Public/index.db": b""}),
        zipped({"Public/index.db": b"SQLite format 3\0" + b"\xff" * 5000}),
        database("CREATE TABLE other(x);"),
        database("CREATE TABLE packages(id); INSERT INTO packages VALUES ('a');"),
    ],
    ids=["empty", "page", "cut", "no apps", "empty zip", "empty file", "damaged", "other tables", "other columns"],
)
def test_what_is_no_list_says_nothing(body: bytes) -> None:
    assert read_index(body, [Wanted("it", product_code="7-Zip", package="7zip.7zip")]) is None


def test_a_list_that_is_packed_as_it_never_was_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as package:
        package.writestr("Public/index.db", zipfile.ZipFile(io.BytesIO(GOOD)).read("Public/index.db"))
    assert read_index(buffer.getvalue(), [Wanted("it", product_code="7-Zip")]) is None


def test_a_list_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(winget_index, "MAX_INDEX_BYTES", 1_000_000)
    assert read_index(zipped({"Public/index.db": bytes(3_000_000)}), [Wanted("it")]) is None


def test_a_table_that_never_ends_is_left() -> None:
    endless = (
        "CREATE VIEW packages AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        " SELECT x AS id, x AS latest_version, x AS arp_min_version, x AS arp_max_version FROM n WHERE x < 0;"
    )
    assert read_index(database(endless), [Wanted("it", package="a")]) is None


OTHERS = "CREATE TABLE productcodes2(productcode, package); CREATE TABLE pfns2(pfn, package);"
PACKAGES = "CREATE TABLE packages(id, latest_version, arp_min_version, arp_max_version);"
GROWING = "hex(zeroblob(450000000))"


@pytest.mark.parametrize(
    "script",
    [
        (
            f"CREATE VIEW packages AS SELECT 1 AS rowid, 'a' AS id, {GROWING} AS latest_version,"
            " '1' AS arp_min_version, '1' AS arp_max_version;"
        ),
        (
            "CREATE TABLE packages(id, arp_min_version, arp_max_version,"
            " latest_version AS (hex(zeroblob(length(id) + 450000000)))); INSERT INTO packages VALUES ('a', '1', '1');"
        ),
        (
            f"{PACKAGES} INSERT INTO packages VALUES ('a', '1', '1', '1');"
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE VIEW packages AS SELECT 1 AS id, "
            f"{GROWING} AS latest_version, 1 AS arp_min_version, 1 AS arp_max_version' WHERE name = 'packages';"
        ),
        (
            "CREATE VIRTUAL TABLE packages USING fts5(id, latest_version, arp_min_version, arp_max_version);"
            "INSERT INTO packages VALUES ('a', '1', '1', '1');"
        ),
    ],
    ids=["view", "generated", "view in the place of a table", "virtual"],
)
def test_only_what_is_stored_in_tables_is_read(script: str) -> None:
    resource = pytest.importorskip("resource", reason="Windows does not say how much memory was used")
    body = database(script + OTHERS)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert read_index(body, [Wanted("it", package="a")]) is None
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def test_a_value_longer_than_any_is_no_version_and_takes_no_memory() -> None:
    body = database(
        f"{PACKAGES} INSERT INTO packages VALUES ('a', CAST(zeroblob(50000000) AS TEXT), '1', '1');{OTHERS}"
    )
    assert read_index(body, [Wanted("it", package="a")]) is None


def test_a_look_up_that_takes_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 200000) SELECT x, '1', '1', '1' FROM n;"
    )
    body = database(f"{PACKAGES} INSERT INTO packages {rows}{OTHERS}")
    assert read_index(body, [Wanted("it", package="a")]) == {"it": None}
    monkeypatch.setattr(winget_index, "MAX_SECONDS", 0.0)
    assert read_index(body, [Wanted("it", package="a")]) is None


def test_values_that_are_not_text_are_not_versions() -> None:
    body = database(
        f"{PACKAGES} CREATE TABLE productcodes2(productcode, package);"
        "INSERT INTO packages VALUES ('a', 5, 6, 6), ('b', x'00', NULL, NULL), ('c', '', NULL, NULL),"
        " ('d', '1.0', 7, 7);"
        "INSERT INTO productcodes2 VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4);"
    )
    assert [one(body, product_code=code) for code in "abc"] == [None, None, None]
    assert one(body, product_code="d") == Listed("d", "1.0", "1.0")


GOOD = winget_list(ZOOM, SEVEN, TEAMS)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4))
def test_a_damaged_list_gives_what_it_can_or_nothing(at: int, damage: bytes) -> None:
    body = GOOD[:at] + damage + GOOD[at + len(damage) :]
    found = read_index(body, [Wanted("it", product_code="7-Zip", package="7zip.7zip")])
    assert found is None or found.keys() == {"it"}


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_name_can_be_looked_up(code: str, package: str) -> None:
    assert read_index(GOOD, [Wanted("it", product_code=code, family=code, package=package)]) is not None
