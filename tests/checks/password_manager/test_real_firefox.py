"""Verdicts on profiles that the real Firefox wrote, with KeePassXC-Browser in it."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from agent.contract import Finding
from tests.checks.password_manager.computers import Watched, look, said
from tests.checks.password_manager.real_firefox import Firefox, configure, create_profile, needs_firefox

PACKAGED = Path("/usr/share/webext/keepassxc-browser")
KEEPASSXC = "keepassxc-browser@keepassxc.org"
BROWSERPASS = "browserpass@maximbaz.com"
FOUND = ("pass", "found")
NOT_ENABLED = ("warn", "not_enabled")
NOT_FOUND = ("warn", "not_found")

#: XPIProvider's scopes: 1 is the profile alone, 15 all of them.
PROFILE_ONLY = 1
EVERYWHERE = 15


@pytest.fixture(autouse=True)
def tools() -> None:
    needs_firefox()
    if not PACKAGED.is_dir():
        pytest.skip("webext-keepassxc-browser is not installed")


def eventually(expected: tuple[str, str]) -> Finding:
    """The finding once Firefox, still running, has written what it just did."""
    for _ in range(100):
        finding = look(Watched())
        if said(finding) == expected:
            return finding
        time.sleep(0.05)
    raise AssertionError(f"{said(finding)} instead of {expected}")


@pytest.fixture
def profile(own_home: Path) -> Path:
    return create_profile(own_home, "person")


def test_a_new_profile_has_no_manager(profile: Path) -> None:
    finding = look(Watched())
    assert said(finding) == NOT_FOUND
    assert finding.evidence[-1].value == "1"


def test_an_add_on_in_the_profile_follows_its_switch(own_home: Path, profile: Path, tmp_path: Path) -> None:
    package = tmp_path / "keepassxc.xpi"
    with zipfile.ZipFile(package, "w") as archive:
        for path in PACKAGED.rglob("*"):
            archive.write(path, path.relative_to(PACKAGED))
    configure(profile, extensions_enabledScopes=PROFILE_ONLY)
    with Firefox(own_home, profile) as browser:
        browser.install(package)
        assert browser.add_on(KEEPASSXC) == [True, True]
        finding = eventually(FOUND)
        assert [(item.name, item.source, item.installed) for item in finding.items] == [
            ("KeePassXC", "Firefox extension", "1.8.4")
        ]
        assert browser.add_on(KEEPASSXC, "disable") == [False, False]
        finding = eventually(NOT_ENABLED)
        assert finding.facts == {"manager": "KeePassXC"}
        assert browser.add_on(KEEPASSXC, "enable") == [True, True]
        eventually(FOUND)
        browser.add_on(KEEPASSXC, "uninstall")
        assert browser.add_on(KEEPASSXC) is None
        eventually(NOT_FOUND)
    assert said(look(Watched())) == NOT_FOUND


def test_an_add_on_of_the_system_follows_its_switch(own_home: Path, profile: Path) -> None:
    configure(profile, extensions_enabledScopes=EVERYWHERE, extensions_autoDisableScopes=0)
    with Firefox(own_home, profile) as browser:
        assert browser.add_on(KEEPASSXC) == [True, True]
        finding = eventually(FOUND)
        assert "KeePassXC" in str(finding.facts["found"])
        assert browser.add_on(KEEPASSXC, "disable") == [False, False]
        browser.add_on(BROWSERPASS, "disable")
    assert said(look(Watched())) == NOT_ENABLED


def test_an_add_on_of_the_system_that_the_person_has_not_accepted_does_not_count(own_home: Path, profile: Path) -> None:
    configure(profile, extensions_enabledScopes=EVERYWHERE, extensions_autoDisableScopes=EVERYWHERE)
    with Firefox(own_home, profile) as browser:
        assert browser.add_on(KEEPASSXC) == [False, False]
    assert said(look(Watched())) == NOT_ENABLED


def test_add_ons_of_the_system_that_the_office_keeps_out_are_gone(own_home: Path, profile: Path) -> None:
    configure(profile, extensions_enabledScopes=PROFILE_ONLY)
    with Firefox(own_home, profile) as browser:
        assert browser.add_on(KEEPASSXC) is None
    assert said(look(Watched())) == NOT_FOUND
