"""Browsers and pages that several tests share. They are made when first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from agent.page.address import Address
    from agent.paths import Paths
    from tests.browser.chromium import Window
    from tests.browser.walking import Walk


#: Other work may go on beside these tests, and one of a module opens the browser and walks through all pages for them.
SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


@dataclass(frozen=True)
class Shown:
    """A page that runs, and what it is about: ids by ``mail`` and ``evil``."""

    address: Address
    paths: Paths
    ids: dict[str, str]


@pytest.fixture(scope="session")
def _window() -> Iterator[Window]:
    pytest.importorskip("selenium", reason="selenium is not installed")
    from tests.browser.chromium import chromium

    with chromium() as window:
        yield window


@pytest.fixture
def window(_window: Window) -> Window:
    """A window of a browser, light and 1280 pixels wide; scripts run in it."""
    _window.look()
    return _window


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The page of somebody with results of every kind, accounts, breaches, reminders. It is to be left as it is."""
    yield from _page(tmp_path_factory.mktemp("furnished"), furnished=True)


@pytest.fixture(scope="session")
def walked(_window: Window, furnished: Shown) -> Walk:
    """Every link of that page followed once."""
    from tests.browser.walking import walk

    return walk(_window, furnished)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The page of somebody who has just installed it. It is to be left as it is."""
    yield from _page(tmp_path_factory.mktemp("empty"), furnished=False)


def _page(home: Path, *, furnished: bool) -> Iterator[Shown]:
    from agent.paths import Paths
    from tests.agent.page.forms.household import Household
    from tests.browser.running import opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        household = Household(furnished=furnished)
        with opened() as address:
            patch.undo()
            yield Shown(address, Paths.on("linux", {}, str(home)), household.ids)
