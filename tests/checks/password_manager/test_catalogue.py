"""The catalogue of managers."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest
import toml

from checks.password_manager import catalogue

TEXT = files("config").joinpath(catalogue.FILE).read_text(encoding="utf-8")
LINUX = catalogue.load("linux")


def test_the_reader_makes_of_the_file_what_the_standard_reader_does() -> None:
    assert toml.loads(TEXT) == tomllib.loads(TEXT)


def test_chromium_ids_are_32_letters_from_a_to_p() -> None:
    assert [key for key in LINUX.ids("chromium") if not re.fullmatch("[a-p]{32}", key)] == []


def test_all_managers_and_their_ids_are_there() -> None:
    assert len(LINUX.managers) == 45
    assert {"1Password", "Bitwarden", "KeePassXC", "Proton Pass", "pass"} <= {
        manager.name for manager in LINUX.managers
    }
    assert len(LINUX.ids("chromium")) == 84


@pytest.mark.parametrize("part", ["keyring", "kwallet", "seahorse", "keychain", "login"])
def test_the_systems_own_secret_store_is_no_manager(part: str) -> None:
    ids = [key for kind in catalogue.ID_KINDS if kind != "macos_bundle" for key in LINUX.ids(kind)]
    assert [key for key in ids if part in key.lower()] == []


def test_what_does_not_count_is_not_in_the_tables() -> None:
    excluded = [key for entry in toml.loads(TEXT)["not_counted"] for key in entry.get("chromium", [])]
    assert excluded
    assert not set(excluded) & set(LINUX.ids("chromium"))


def test_managers_built_into_a_browser_have_no_ids() -> None:
    built_in = [manager for manager in LINUX.managers if manager.kind == "browser"]
    assert len(built_in) == 3
    kinds = {entry.manager.kind for kind in catalogue.ID_KINDS for entry in LINUX.ids(kind).values()}
    assert kinds == {"app", "command"}


def test_icloud_passwords_do_not_count_where_they_cannot_work() -> None:
    icloud = "pejdijmoenmkgeppbflobdenhhabjlaj"
    assert icloud not in LINUX.ids("chromium")
    assert icloud in catalogue.load("macos").ids("chromium")


@pytest.mark.parametrize(
    ("line", "confirmed"),
    [
        ("x | high | STORE", True),
        ("x | medium | SEEN1 STORE", True),
        ("x | high | RECALLED", False),
        ("x | medium | SEEN1", False),
        ("x | medium | SEEN1 RECALLED", False),
        ("x | low | STORE", False),
    ],
)
def test_only_a_public_source_confirms_an_id(line: str, confirmed: bool) -> None:
    entry = catalogue.parse(one(f'snap = ["{line}"]'), "linux").ids("snap")["x"]
    assert entry.confirmed is confirmed


@pytest.mark.parametrize(
    "line",
    ['snap = ["x"]', 'snap = ["x | sure | STORE"]', 'snap = ["x | high | GOSSIP"]', "snap = 3", 'colour = "red"'],
)
def test_a_bad_entry_is_refused_with_its_place(line: str) -> None:
    with pytest.raises(catalogue.BadCatalogueError, match=catalogue.FILE):
        catalogue.parse(one(line), "linux")


def test_an_id_cannot_stand_for_two_managers() -> None:
    line = 'chromium = ["x | high | STORE"]'
    with pytest.raises(catalogue.BadCatalogueError, match="stands for"):
        catalogue.parse(one(line) + f'\n[[manager]]\nname = "Other"\nkind = "app"\n{line}\n', "linux")


def test_another_edition_is_told_from_this_one() -> None:
    assert catalogue.parse(TEXT + "\n", "linux").edition != LINUX.edition


def one(line: str) -> str:
    return (
        'checked_on = "2026-11-22"\n[sources]\nSTORE = "s"\nSEEN1 = "1"\nRECALLED = "r"\n\n'
        f'[[manager]]\nname = "Mine"\nkind = "app"\n{line}\n'
    )
