"""Verdicts on profiles that the real Chromium wrote, with KeePassXC-Browser in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.checks.password_manager.computers import KEEPASSXC, Watched, look, said
from tests.checks.password_manager.real_chromium import Chromium, needs_chromium

PACKAGED = Path("/usr/share/webext/keepassxc-browser")
FOUND = ("pass", "found")
NOT_ENABLED = ("warn", "not_enabled")
NOT_FOUND = ("warn", "not_found")


@pytest.fixture(autouse=True)
def tools() -> None:
    needs_chromium()
    if not PACKAGED.is_dir():
        pytest.skip("webext-keepassxc-browser is not installed")


def current(directory: Path) -> dict[str, Any]:
    """The packaged extension, with its own key and so its own id, in the form that today's Chromium runs."""
    directory.mkdir(parents=True)
    packaged = json.loads((PACKAGED / "manifest.json").read_text())
    manifest = {key: packaged[key] for key in ("name", "version", "key")}
    manifest |= {"manifest_version": 3, "background": {"service_worker": "worker.js"}, "permissions": ["storage"]}
    (directory / "manifest.json").write_text(json.dumps(manifest))
    (directory / "worker.js").write_text("")
    return manifest


def from_store(home: Path, *, packaged: bool = False) -> Path:
    """A profile with the extension where one from the store would be; the browser has not seen it yet."""
    profile = home / ".config/chromium/Default"
    directory = profile / "Extensions" / KEEPASSXC / "1.9.0_0"
    if packaged:
        shutil.copytree(PACKAGED, directory)
        manifest = json.loads((directory / "manifest.json").read_text())
    else:
        manifest = current(directory)
    entry = {"location": 1, "path": f"{KEEPASSXC}/1.9.0_0", "manifest": manifest, "from_webstore": True}
    (profile / "Preferences").write_text(json.dumps({"extensions": {"settings": {KEEPASSXC: entry}}}))
    return directory


def entry_in(home: Path) -> dict[str, Any] | None:
    preferences = json.loads((home / ".config/chromium/Default/Preferences").read_text())
    entry: dict[str, Any] | None = preferences["extensions"].get("settings", {}).get(KEEPASSXC)
    return entry


def test_a_browser_without_extensions_has_no_manager(own_home: Path) -> None:
    with Chromium(own_home):
        pass
    finding = look(Watched())
    assert said(finding) == NOT_FOUND
    assert finding.evidence[-1].value == "1"


def test_an_extension_that_is_loaded_counts_while_it_is_on(own_home: Path) -> None:
    current(own_home / "extension")
    with Chromium(own_home) as browser:
        assert browser.load(own_home / "extension") == KEEPASSXC
    finding = look(Watched())
    assert said(finding) == FOUND
    assert [(item.name, item.source) for item in finding.items] == [("KeePassXC", "Chromium extension")]


def test_one_that_the_person_switched_off_does_not_count(own_home: Path) -> None:
    current(own_home / "extension")
    with Chromium(own_home) as browser:
        browser.load(own_home / "extension")
        browser.switch(KEEPASSXC, on=False)
        assert browser.states() == {KEEPASSXC: False}
    finding = look(Watched())
    assert said(finding) == NOT_ENABLED
    assert finding.facts == {"manager": "KeePassXC"}


def test_one_that_the_person_removed_is_gone(own_home: Path) -> None:
    current(own_home / "extension")
    with Chromium(own_home) as browser:
        browser.load(own_home / "extension")
        browser.call("Extensions.uninstall", id=KEEPASSXC)
        assert browser.states() == {}
    assert not entry_in(own_home), "an empty entry may stay"
    assert said(look(Watched())) == NOT_FOUND


def test_one_from_the_store_follows_its_switch(own_home: Path) -> None:
    directory = from_store(own_home)
    with Chromium(own_home) as browser:
        assert browser.states() == {KEEPASSXC: True}
    assert said(look(Watched())) == FOUND
    with Chromium(own_home) as browser:
        browser.switch(KEEPASSXC, on=False)
    assert said(look(Watched())) == NOT_ENABLED
    with Chromium(own_home) as browser:
        browser.switch(KEEPASSXC, on=True)
    assert said(look(Watched())) == FOUND
    shutil.rmtree(directory.parent)
    with Chromium(own_home):
        pass
    assert entry_in(own_home) is not None, "the browser keeps the entry of one whose files are gone"
    assert said(look(Watched())) == NOT_FOUND


def test_one_too_old_for_the_browser_is_switched_off_by_it(own_home: Path) -> None:
    from_store(own_home, packaged=True)
    with Chromium(own_home) as browser:
        assert browser.states() == {KEEPASSXC: False}
    assert said(look(Watched())) == NOT_ENABLED


def test_the_packaged_ones_are_too_old_for_the_browser_and_do_not_count(own_home: Path) -> None:
    with Chromium(own_home) as browser:
        assert browser.states() == {}
    assert said(look(Watched())) == NOT_FOUND


def test_one_given_on_the_command_line_leaves_an_entry_that_counts_for_nothing(own_home: Path) -> None:
    current(own_home / "extension")
    with Chromium(own_home, f"--load-extension={own_home}/extension") as browser:
        assert browser.states() == {KEEPASSXC: True}
    with Chromium(own_home) as browser:
        assert browser.states() == {}
    assert entry_in(own_home) is not None
    assert said(look(Watched())) == NOT_FOUND


def test_a_second_profile_made_by_the_browser_is_looked_at(own_home: Path) -> None:
    current(own_home / "extension")
    with Chromium(own_home):
        pass
    with Chromium(own_home, "--profile-directory=Profile 1") as browser:
        browser.load(own_home / "extension")
    finding = look(Watched())
    assert said(finding) == FOUND
    assert finding.evidence[-1].value == "2"
