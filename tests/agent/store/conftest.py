"""A store in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.paths import Paths
from agent.store import Store


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Where its files are."""
    return Paths.on("linux", {"XDG_DATA_HOME": str(tmp_path)}, str(tmp_path))


@pytest.fixture
def store(paths: Paths) -> Iterator[Store]:
    """A new store."""
    with Store.open(paths) as opened:
        yield opened
