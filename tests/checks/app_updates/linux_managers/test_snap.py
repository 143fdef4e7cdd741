"""snap, from recordings of what snapd says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host.replay import ReplayHost
from checks.app_updates.linux_managers import snap
from config.schema import NetworkSettings
from tests.builders import NOW, DictMemory
from tests.checks.app_updates.computers import DAY, debian, judged, outcome

FIREFOX = {"name": "firefox", "version": "153.0-1", "revision": "6100", "title": "Firefox"}
NEWER = {"name": "firefox", "version": "154.0-1", "revision": "6200"}
NOTHING = {"type": "error", "status-code": 404, "result": {"message": "no snaps", "kind": "snap-not-found"}}
OFFLINE = {"type": "error", "status-code": 400, "result": {"message": "no", "kind": "network-timeout"}}


def said(*snaps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "sync", "status-code": 200, "status": "OK", "result": list(snaps)}


def ubuntu(installed: Any, refreshable: Any = NOTHING, *, mounted: bool = True, age: float = 0) -> ReplayHost:
    queries = [
        {"name": "snapd_get", "args": [path], "value": value}
        for path, value in ((snap.INSTALLED, installed), (snap.REFRESHABLE, refreshable))
    ]
    files = {"/snap/firefox/current": {"present": True}} if mounted else {}
    return debian(files=files, queries=queries, lists_at=NOW + age * DAY)


def test_a_snap_that_can_be_refreshed_is_pending() -> None:
    finding = judged(ubuntu(said(FIREFOX), said(NEWER)))
    assert outcome(finding) == ("unknown", "age_unknown")
    assert (finding.items[0].name, finding.items[0].latest, finding.items[0].source) == ("Firefox", "154.0-1", "snap")


def test_a_rebuild_under_the_same_version_is_told_by_its_revision() -> None:
    item = judged(ubuntu(said(FIREFOX), said({**NEWER, "version": "153.0-1"}))).items[0]
    assert (item.installed, item.latest) == ("revision 6100", "revision 6200")


def test_nothing_to_refresh_is_a_pass() -> None:
    assert outcome(judged(ubuntu(said(FIREFOX)))) == ("pass", "up_to_date")


def test_a_snap_that_its_owner_holds_is_not_overdue() -> None:
    held = {**FIREFOX, "hold": "2027-11-22T10:00:00Z"}
    assert judged(ubuntu(said(held), said(NEWER))).items[0].status == "not_applicable"


@pytest.mark.parametrize(
    ("installed", "refreshable", "reason"),
    [
        (None, NOTHING, "unsupported"),
        ("text", NOTHING, "unreadable"),
        (said(), NOTHING, "unreadable"),
        (said({"version": "1"}), NOTHING, "unreadable"),
        ({"type": "error", "status-code": 401, "result": {"message": "access denied"}}, NOTHING, "unreadable"),
        (said(FIREFOX), OFFLINE, "offline"),
        (said(FIREFOX), {}, "unreadable"),
        (said(FIREFOX), {"type": "sync", "status-code": 200, "result": None}, "unreadable"),
    ],
)
def test_what_proves_nothing_is_unknown(installed: Any, refreshable: Any, reason: str) -> None:
    assert outcome(judged(ubuntu(installed, refreshable))) == ("unknown", reason)


def test_without_a_network_the_last_answer_counts_until_it_is_old() -> None:
    memory = DictMemory()
    assert outcome(judged(ubuntu(said(FIREFOX)), memory)) == ("pass", "up_to_date")
    host = ubuntu(said(FIREFOX), OFFLINE, age=2)
    assert outcome(judged(host, memory, now=NOW + 2 * DAY)) == ("pass", "up_to_date")
    host = ubuntu(said(FIREFOX), OFFLINE, age=9)
    assert outcome(judged(host, memory, now=NOW + 9 * DAY)) == ("unknown", "stale")


def test_the_last_answer_does_not_count_for_other_revisions() -> None:
    memory = DictMemory()
    judged(ubuntu(said(FIREFOX)), memory)
    other = ubuntu(said({**FIREFOX, "revision": "1"}), OFFLINE)
    assert outcome(judged(other, memory)) == ("unknown", "offline")


def test_the_store_is_not_asked_when_the_network_is_switched_off() -> None:
    network = NetworkSettings(offline=True, ca_file="")
    assert outcome(judged(ubuntu(said(FIREFOX), said(NEWER)), network=network)) == ("unknown", "offline")


def test_a_computer_without_snaps_is_not_asked() -> None:
    assert outcome(judged(ubuntu(None, None, mounted=False))) == ("pass", "up_to_date")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)
    )
)
def test_any_answer_is_read_or_refused(document: Any) -> None:
    judged(ubuntu(document))
    assert judged(ubuntu(said(FIREFOX), document)).status != "fail"
    judged(ubuntu(said(FIREFOX), {**said(), "result": document}))
