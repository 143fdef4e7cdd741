"""rpm-ostree, from recordings."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.replay import ReplayHost
from checks.app_updates.linux_managers import rpm_ostree
from tests.builders import NOW, command, computer
from tests.checks.app_updates.computers import DAY, judged, outcome


def image(checksum: str, age: float, **more: Any) -> dict[str, Any]:
    built = int((NOW - age * DAY).timestamp())
    return {"checksum": checksum, "version": f"43.{checksum}", "timestamp": built, "booted": False, **more}


def silverblue(status: object, code: int = 0, **more: Any) -> ReplayHost:
    text = status if isinstance(status, str) else json.dumps(status)
    files = {"/etc/os-release": "ID=fedora\n", "/run/ostree-booted": ""}
    commands = [command(rpm_ostree.COMMAND, text, code), command("dnf5 --cacheonly check-upgrade --json", "{}")]
    return computer(commands=commands, files=files, **more)


def status(*deployments: dict[str, Any], cached: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"deployments": list(deployments), "transaction": None, "cached-update": cached, "update-driver": None}


RUNNING = image("a", 2, booted=True)


def test_a_recent_image_with_nothing_after_it_is_a_pass_and_dnf_is_not_asked() -> None:
    assert outcome(judged(silverblue(status(RUNNING, image("old", 9))))) == ("pass", "up_to_date")


def test_an_image_that_waits_for_a_restart_is_pending() -> None:
    finding = judged(silverblue(status(image("b", 1, staged=True), RUNNING)))
    assert outcome(finding) == ("unknown", "age_unknown")
    assert (finding.items[0].name, finding.items[0].installed, finding.items[0].latest) == (
        "System image",
        "43.a",
        "43.b",
    )


def test_an_image_that_the_last_check_found_is_pending_and_its_advisories_count() -> None:
    found = image("b", 1, advisories=[["FEDORA-1", 1, 3, ["firefox"], {}]])
    assert judged(silverblue(status(RUNNING, cached=found))).items[0].security is True


def test_the_image_that_runs_is_not_pending_though_the_last_check_found_it() -> None:
    layered = {**RUNNING, "base-checksum": "b"}
    assert outcome(judged(silverblue(status(layered, cached=image("b", 1))))) == ("pass", "up_to_date")


def test_going_back_to_an_older_image_is_no_update() -> None:
    assert judged(silverblue(status(image("old", 9), RUNNING))).facts["pending"] == 0


def test_an_old_image_with_no_word_of_a_newer_one_is_unknown() -> None:
    finding = judged(silverblue(status(image("a", 40, booted=True))))
    assert outcome(finding) == ("unknown", "stale")
    assert finding.facts["list_days"] == 40


@pytest.mark.parametrize(
    ("said", "code"),
    [("", 0), ("{}", 0), ("[]", 0), ('{"deployments": []}', 0), ("error", 1), (status(image("a", 1)), 0)],
)
def test_what_proves_nothing_is_unknown(said: object, code: int) -> None:
    assert outcome(judged(silverblue(said, code))) == ("unknown", "unreadable")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_any_json_is_read_or_refused(document: Any) -> None:
    assert judged(silverblue(json.dumps(document))).status == "unknown"
    judged(silverblue(status(RUNNING, cached=document if isinstance(document, dict) else None)))
