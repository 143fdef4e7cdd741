"""What is kept in ``golden/v1``: reports of version 1 at each level, and what each format makes of the same entries.

They are compared byte for byte. Reports of version 1 that somebody has collected stay readable, so the reports there
may never be changed; when a format is changed on purpose, ``python -m tests.agent.report.golden_files`` writes it anew.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from agent.report.exporters import FORMATS
from agent.report.model import LEVELS
from agent.report.reader import encode
from tests.agent.report.exporters.entries import LATER, UNKNOWN, busy, current, well

FOLDER = Path(__file__).parent / "golden" / "v1"


def reports() -> dict[str, bytes]:
    """Each report by the name of its file."""
    return {f"report.{level}.json": encode(busy(level=level)) + b"\n" for level in LEVELS}


def exports() -> dict[str, bytes]:
    """What each format makes of laptops of all kinds. The configurations are in the kits."""
    entries = [current(), current(well()), *UNKNOWN.values()]
    found = {f"export.{name}": each.render(entries, LATER) for name, each in FORMATS.items() if each.about_computers}
    # The file itself has the version of SQLite in it.
    database = sqlite3.connect(":memory:")
    database.deserialize(found.pop("export.osquery"))
    found["export.osquery.sql"] = "\n".join([*database.iterdump(), ""]).encode()
    database.close()
    return found


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in exports().items():
        (FOLDER / name).write_bytes(data)
    for name, data in reports().items():
        if not (FOLDER / name).exists():
            (FOLDER / name).write_bytes(data)
