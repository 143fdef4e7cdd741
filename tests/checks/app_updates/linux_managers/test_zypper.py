"""zypper, from recordings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.replay import ReplayHost
from checks.app_updates.facts import Held, Pending
from checks.app_updates.linux_managers import zypper
from tests.builders import NOW, command, computer
from tests.checks.app_updates.computers import DAY, judged, mtime, outcome

RAW = "/var/cache/zypp/raw/repo-oss/repodata/repomd.xml"
UPDATE = (
    '<update kind="package" name="libopenssl3" edition="3.2.4-1.1" arch="x86_64" edition-old="3.2.3-1.1">'
    "<summary>TLS</summary></update>"
)
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def xml(updates: str = "", before: str = "") -> str:
    head = "<?xml version='1.0'?>\n" + before
    return f"{head}<stream><update-status><update-list>{updates}</update-list></update-status></stream>\n"


def suse(stdout: str, code: int = 0, age: float | None = 0) -> ReplayHost:
    files: dict[str, Any] = {
        "/etc/os-release": 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n',
        "/etc/zypp/repos.d/oss.repo": "[repo-oss]\nenabled=1\nautorefresh=1\n[cd]\nenabled=1\nautorefresh=0\n",
    }
    if age is not None:
        files[RAW] = {"present": True}
    dates = [] if age is None else [mtime(RAW, NOW - age * DAY)]
    return computer(commands=[command(zypper.UPDATES, stdout, code)], files=files, queries=dates)


def test_packages_are_read_and_patches_are_left_out_since_their_packages_are_listed_too() -> None:
    patch = '<update kind="patch" name="openSUSE-1" edition="1"/>'
    assert zypper.parse_updates(xml(UPDATE + patch)) == (Pending("libopenssl3", "3.2.3-1.1", "3.2.4-1.1"),)


def test_a_locked_package_is_held() -> None:
    blocked = f"<blocked-update-list>{UPDATE}</blocked-update-list>"
    text = f"<stream><update-status><update-list/>{blocked}</update-status></stream>"
    assert zypper.parse_updates(text) == (Pending("libopenssl3", "3.2.3-1.1", "3.2.4-1.1", held=Held.HELD),)


@pytest.mark.parametrize("code", [0, 102, 103])
def test_an_empty_list_from_fresh_copies_is_a_pass(code: int) -> None:
    assert outcome(judged(suse(xml(), code))) == ("pass", "up_to_date")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (suse("", 7), "locked"),
        (suse(xml(), 106), "unreadable"),
        (suse(xml(), 6), "unreadable"),
        (suse(""), "unreadable"),
        (suse("<stream></stream>"), "unreadable"),
        (suse(xml()[:-12]), "unreadable"),
        (suse(xml('<update kind="package" name="x"/>')), "unreadable"),
        (suse(xml(before=BOMB)), "unreadable"),
        (
            suse(xml().replace("<update-status", "<message type='error'>broken</message><update-status", 1)),
            "unreadable",
        ),
        (suse("Keine Aktualisierungen gefunden.\n"), "unreadable"),
        (suse(xml(), age=30), "stale"),
        (suse(xml(), age=None), "unreadable"),
    ],
)
def test_what_proves_nothing_is_unknown(host: ReplayHost, reason: str) -> None:
    assert outcome(judged(host)) == ("unknown", reason)


@given(
    st.text()
    | st.lists(st.sampled_from(["<stream>", "<update-list>", UPDATE, "</update-list>", "</stream>", "&a;"])).map(
        "".join
    )
)
def test_no_text_makes_the_parser_raise(text: str) -> None:
    zypper.parse_updates(text)
