"""Verdicts on profiles that the real Firefox wrote, with KeePassXC-Browser in it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

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
    finding = look(Watched())
    assert said(finding) == FOUND
    assert [(item.name, item.source, item.installed) for item in finding.items] == [
        ("KeePassXC", "Firefox extension", "1.8.4")
    ]
    with Firefox(own_home, profile) as browser:
        assert browser.add_on(KEEPASSXC, "disable") == [False, False]
    finding = look(Watched())
    assert said(finding) == NOT_ENABLED
    assert finding.facts == {"manager": "KeePassXC"}
    with Firefox(own_home, profile) as browser:
        browser.add_on(KEEPASSXC, "uninstall")
        assert browser.add_on(KEEPASSXC) is None
    assert said(look(Watched())) == NOT_FOUND


def test_an_add_on_of_the_system_follows_its_switch(own_home: Path, profile: Path) -> None:
    configure(profile, extensions_enabledScopes=EVERYWHERE, extensions_autoDisableScopes=0)
    with Firefox(own_home, profile) as browser:
        assert browser.add_on(KEEPASSXC) == [True, True]
    finding = look(Watched())
    assert said(finding) == FOUND
    assert "KeePassXC" in str(finding.facts["found"])
    with Firefox(own_home, profile) as browser:
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
