"""dnf 4 and 5, from recordings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.replay import ReplayHost
from checks.app_updates.linux_managers import dnf
from checks.app_updates.linux_managers.rpm_database import QUERY
from tests.builders import NOW, command, computer
from tests.checks.app_updates.computers import DAY, judged, mtime, outcome

FEDORA = 'ID=fedora\nVERSION_ID="43"\n'
INSTALLED = "firefox\t0\t153.0\t1.fc43\tx86_64\tFedora Project\nkernel\t0\t6.19.3\t200.fc43\tx86_64\tFedora Project\n"
TEXT = """
firefox.x86_64                154.0-1.fc43            updates
kernel.x86_64                 6.19.4-200.fc43         updates
"""
JSON = json.dumps({"upgrades": [{"name": "firefox", "arch": "x86_64", "evr": "154.0-1.fc43", "repository": "updates"}]})
NEVRA = "firefox-154.0-1.fc43.x86_64"
ADVISORIES = json.dumps([{"name": "FEDORA-1", "type": "security", "severity": "Important", "nevra": NEVRA}])
REPOSITORIES = "[updates]\nname=Updates\nenabled=1\n[testing]\nenabled=0\n[extras]\nskip_if_unavailable=True\n"


def copy(repository: str) -> str:
    return f"/var/cache/libdnf5/{repository}-0123456789abcdef/repodata/aa-primary.xml.zck"


def fedora(
    *commands: dict[str, Any],
    installed: str = INSTALLED,
    age: float | None = 0,
    repositories: str = REPOSITORIES,
) -> ReplayHost:
    dates = [] if age is None else [mtime(copy("updates"), NOW - age * DAY)]
    return computer(
        commands=[*commands, command(QUERY, installed)],
        files={
            "/etc/os-release": FEDORA,
            "/etc/yum.repos.d/fedora.repo": repositories,
            **({} if age is None else {copy("updates"): {"present": True}}),
        },
        queries=dates,
    )


def dnf5(stdout: str, code: int = 0) -> dict[str, Any]:
    return command(dnf.DNF5_JSON, stdout, code)


def dnf4(stdout: str, code: int) -> dict[str, Any]:
    return command(dnf.DNF4, stdout, code)


def test_dnf5_says_what_is_pending_in_json() -> None:
    finding = judged(fedora(dnf5(JSON), command(dnf.DNF5_SECURITY, ADVISORIES)))
    assert outcome(finding) == ("unknown", "age_unknown")
    item = finding.items[0]
    assert (item.name, item.installed, item.latest, item.security) == ("Firefox", "153.0-1.fc43", "154.0-1.fc43", True)


def test_an_older_dnf5_that_has_no_json_is_asked_in_words() -> None:
    host = fedora(dnf5("", 2), command(dnf.DNF5_TEXT, TEXT, 100))
    assert judged(host).facts["pending"] == 2


def test_dnf4_says_what_is_pending_in_words() -> None:
    sec = "FEDORA-1 Important/Sec. firefox-154.0-1.fc43.x86_64\n"
    finding = judged(fedora(dnf4(TEXT, 100), command(dnf.DNF4_SECURITY, sec)))
    assert {item.name: item.security for item in finding.items} == {"Firefox": True, "kernel": False}


def test_not_knowing_which_are_security_updates_is_not_saying_that_none_is() -> None:
    assert {item.security for item in judged(fedora(dnf4(TEXT, 100))).items} == {None}


@pytest.mark.parametrize("said", [dnf5("{}"), dnf5('{"upgrades": []}'), dnf4("", 0), dnf4("\n", 0)])
def test_nothing_pending_is_a_pass_where_the_copies_and_the_database_are_there(said: dict[str, Any]) -> None:
    assert outcome(judged(fedora(said))) == ("pass", "up_to_date")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (fedora(dnf5("{}"), age=None), "no_lists"),
        (fedora(dnf5("{}"), age=20), "stale"),
        (fedora(dnf5("{}"), installed=""), "unreadable"),
        (fedora(dnf5("{}"), installed="garbage\n"), "unreadable"),
        (fedora(dnf5("")), "unreadable"),
        (fedora(dnf5("[]")), "unreadable"),
        (fedora(dnf5('{"upgrades": [{"name": ""}]}')), "unreadable"),
        (fedora(dnf5("Error: Cache-only enabled but no cache", 1)), "unreadable"),
        (fedora(dnf4("", 1)), "unreadable"),
        (fedora(dnf4("", 100)), "unreadable"),
        (fedora(dnf4(TEXT, 0)), "unreadable"),
        (fedora(dnf4("Fehler: etwas\n", 100)), "unreadable"),
        (fedora(), "no_tool"),
    ],
)
def test_what_proves_nothing_is_unknown(host: ReplayHost, reason: str) -> None:
    assert outcome(judged(host)) == ("unknown", reason)


def test_an_enabled_repository_without_a_copy_makes_silence_unknown() -> None:
    host = fedora(dnf5("{}"), repositories=REPOSITORIES + "[rpmfusion]\nname=More\n")
    assert outcome(judged(host)) == ("unknown", "no_lists")


def test_a_name_too_long_for_its_column_goes_on_in_the_next_line() -> None:
    text = f"{'very-' * 12}long-name.noarch\n                  1.0-1.fc43         updates\n"
    assert dnf.parse_check_update(text) == [(f"{'very-' * 12}long-name", "noarch", "1.0-1.fc43")]


def test_what_replaces_another_package_is_no_update_and_remarks_on_the_kernel_are_none() -> None:
    remark = "Security: kernel-core-6.5.fc38.x86_64 is an installed security update\n"
    obsolete = "Obsoleting Packages\nnew.noarch   1.0-1   updates\n    old.noarch   0.9-1   @updates\n"
    assert dnf.parse_check_update(remark + TEXT + obsolete) == dnf.parse_check_update(TEXT)


@given(st.text(), st.sampled_from([0, 1, 2, 100, 127]))
def test_no_output_makes_the_check_raise_or_pass_by_accident(text: str, code: int) -> None:
    for answer in (dnf5(text, code), dnf4(text, code), command(dnf.DNF5_TEXT, text, code)):
        finding = judged(fedora(answer))
        assert finding.reason != "up_to_date" or (code == 0 and not text.strip())


LEAVES = st.none() | st.booleans() | st.text()


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_any_json_is_read_or_refused(document: Any) -> None:
    dnf.parse_json(json.dumps(document))
    dnf.parse_json(json.dumps({"upgrades": document}))
