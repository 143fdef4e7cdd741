"""The catalogue of apps on Windows and macOS: every feed that it names exists, and rests on more than memory."""

from __future__ import annotations

import pytest

from agent.host import System
from checks.app_updates.catalogue import document
from checks.app_updates.compare import FORMS
from checks.app_updates.feeds.sparkle import is_safe
from checks.app_updates.feeds.table import feed, passed_over, reader
from checks.app_updates.installed import known_apps
from checks.app_updates.versions import SCHEMES

SYSTEMS = (System.WINDOWS, System.MACOS)
FEEDS = sorted(document()["feeds"])
APPS = [(system, app) for system in SYSTEMS for app in known_apps(system) if app.feed]


@pytest.mark.parametrize("name", FEEDS)
def test_every_feed_can_be_read_and_compared(name: str) -> None:
    found = [each for system in SYSTEMS if (each := feed(name, system)) is not None]
    assert found
    for each in found:
        assert each.kind == "winget" or reader(each.kind, System.WINDOWS, "x") is not None
        assert each.scheme in SCHEMES
        assert each.form in FORMS
        assert each.also is None or each.also in FEEDS
        assert is_safe(each.url.replace("{mac}", "mac").replace("{token}", "x"))


@pytest.mark.parametrize("name", FEEDS)
def test_no_feed_rests_on_memory_alone(name: str) -> None:
    source = document()["feeds"][name]["source"]
    assert source in document()["sources"]
    assert source != "MEM"


@pytest.mark.parametrize(("system", "app"), APPS, ids=[f"{system} {app.name}" for system, app in APPS])
def test_an_app_with_a_feed_can_be_found_there_and_on_the_computer(system: System, app: object) -> None:
    found = next(each for each in known_apps(system) if each is app)
    here = feed(found.feed or "", system)
    assert here is not None
    assert here.kind != "cask" or found.cask
    assert here.kind != "winget" or found.winget
    assert found.display_name or found.family or found.bundles


def test_an_app_that_is_only_recalled_has_no_feed() -> None:
    for system in SYSTEMS:
        for entry in document()["app"]:
            here = entry.get(system.value, {})
            assert "feed" not in here or (here["source"], here["confidence"]) != ("MEM", "medium"), entry["name"]
            assert "feed" not in here or here["confidence"] == "high", entry["name"]


def test_one_bundle_belongs_to_one_app_with_a_feed() -> None:
    bundles = [bundle for system, app in APPS if system is System.MACOS for bundle in app.bundles]
    assert len(bundles) == len(set(bundles))


def test_browsers_are_left_to_their_makers_and_parts_of_windows_to_windows() -> None:
    for package in ("Google.Chrome", "Microsoft.Edge", "Mozilla.Firefox.de", "Microsoft.VCRedist.2015+.x64"):
        assert passed_over(package)
    assert not passed_over("7zip.7zip")
    assert not passed_over("Microsoft.Teams")
