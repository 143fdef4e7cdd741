"""winget's own list of apps: ``source2.msix``, a zip with one SQLite file, ``Public/index.db``.

The tables are those of winget-cli's schema 2.0: ``packages`` has one row per app with its latest version, and the
range of versions that Windows shows for that one where it differs (``arp_min_version``, ``arp_max_version``).
``productcodes2`` and ``pfns2`` say which app an entry of Windows' own lists belongs to, in lower case.
"""

from __future__ import annotations

import io
import os
import sqlite3
import struct
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

__all__ = ["MAX_BYTES", "Listed", "Wanted", "read_index"]

MAX_BYTES = 16 * 1024 * 1024
#: Unpacked; several times what it has been.
MAX_INDEX_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
INDEX = "Public/index.db"
MAX_TEXT = 128
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: What the two libraries were seen to raise on data that is no such package.
TROUBLE = (
    sqlite3.Error,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
#: Of SQLite's virtual machine between two looks at the clock; looking one app up takes some hundreds.
STEPS = 100_000
#: For all apps together; it takes a tenth of that.
MAX_SECONDS = 5.0
#: Of one value. What the list says of an app are some dozen characters.
MAX_VALUE_BYTES = 64 * 1024
TABLES = ("packages", "productcodes2", "pfns2")


class Wanted(msgspec.Struct, frozen=True):
    """One installed app: what it is remembered by, and the ways in which winget may know it."""

    key: str
    product_code: str = ""
    family: str = ""
    package: str = ""


class Listed(msgspec.Struct, frozen=True, array_like=True):
    """What the list says of one app. ``shown`` is its latest version in the form in which Windows shows it.

    Its installers may show that one version differently: then ``shown`` is the lowest form, ``highest`` the highest.
    """

    package: str
    latest: str
    shown: str
    highest: str = ""


def read_index(body: bytes, wanted: Iterable[Wanted]) -> dict[str, Listed | None] | None:
    """For each wanted app what the list says, ``None`` for one that it does not have; ``None`` for what is no list."""
    try:
        with _unpacked(body) as address, closing(sqlite3.connect(address, uri=True)) as index:
            index.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
            index.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MAX_TEXT)
            index.execute("PRAGMA trusted_schema = OFF")
            index.execute("PRAGMA cell_size_check = ON")
            deadline = time.monotonic() + MAX_SECONDS
            index.set_progress_handler(lambda: time.monotonic() > deadline, STEPS)
            if not _plain(index):
                return None
            if index.execute("SELECT 1 FROM packages LIMIT 1").fetchone() is None:
                return None
            return {each.key: _listed(index, each) for each in wanted}
    except TROUBLE:
        return None


def _plain(index: sqlite3.Connection) -> bool:
    """Whether what is asked are tables as they are stored: a view or a virtual table can make up anything."""
    marks = ", ".join("?" * len(TABLES))
    query = f"SELECT type, rootpage, sql FROM sqlite_schema WHERE name COLLATE NOCASE IN ({marks})"  # noqa: S608
    found = index.execute(query, TABLES).fetchall()
    return bool(found) and all(
        kind == "table" and page and isinstance(sql, str) and sql.upper().startswith("CREATE TABLE")
        for kind, page, sql in found
    )


@contextmanager
def _unpacked(body: bytes) -> Iterator[str]:
    """The list in a file of its own, as it is larger unpacked than the memory we may use.

    Raises:
        BadZipFile: it is no zip, or larger unpacked than it ever was.
    """
    descriptor, path = tempfile.mkstemp(prefix="watchword-", suffix=".db")
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(io.BytesIO(body)) as package:
            if package.getinfo(INDEX).compress_type not in PACKED:
                raise zipfile.BadZipFile("packed in a way that it never was")
            size = 0
            with package.open(INDEX) as index:
                while chunk := index.read(CHUNK_BYTES):
                    size += len(chunk)
                    if size > MAX_INDEX_BYTES:
                        raise zipfile.BadZipFile("larger than any list of apps")
                    file.write(chunk)
        yield f"{Path(path).as_uri()}?mode=ro&immutable=1"
    finally:
        # A virus scanner may hold a new file for a moment; what was read from it holds all the same.
        with suppress(OSError):
            os.unlink(path)


def _listed(index: sqlite3.Connection, wanted: Wanted) -> Listed | None:
    """The one app that an entry belongs to. By its code first; the catalogue's id settles it when there are several."""
    found: Mapping[str, Listed] = {}
    if wanted.product_code:
        found = _by(index, "productcodes2", "productcode", wanted.product_code.lower())
    if not found and wanted.family:
        found = _by(index, "pfns2", "pfn", wanted.family.lower())
    if len(found) == 1:
        return next(iter(found.values()))
    if wanted.package and (not found or wanted.package in found):
        rows = index.execute(
            "SELECT id, latest_version, arp_min_version, arp_max_version FROM packages WHERE id = ? LIMIT 2",
            (wanted.package,),
        )
        found = _rows(rows)
        return next(iter(found.values())) if len(found) == 1 else None
    return None


def _by(index: sqlite3.Connection, table: str, column: str, value: str) -> dict[str, Listed]:
    query = (
        f"SELECT id, latest_version, arp_min_version, arp_max_version FROM {table} AS known "  # noqa: S608  (names from this file)
        f"JOIN packages ON packages.rowid = known.package WHERE known.{column} = ? LIMIT 20"
    )
    return _rows(index.execute(query, (value,)))


def _rows(rows: Iterable[tuple[object, object, object, object]]) -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    for package, latest, lowest, highest in rows:
        if not isinstance(package, str) or not isinstance(latest, str) or not 0 < len(latest) <= MAX_TEXT:
            continue
        low, high = (
            shown if isinstance(shown, str) and 0 < len(shown) <= MAX_TEXT else latest for shown in (lowest, highest)
        )
        found[package] = Listed(package[:MAX_TEXT], latest, low, "" if high == low else high)
    return found
