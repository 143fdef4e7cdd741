"""The verdict about pending updates, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.contract import Finding, Severity, Status
from agent.host import Unreadable
from checks.app_updates.facts import AppUpdateFacts, Held, ManagerFacts, Pending, key
from checks.app_updates.judge import MAX_ITEMS, REASONS, judge
from config.loader import profile
from tests.builders import NOW

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


def pending(package: str = "curl", **more: Any) -> Pending:
    return Pending(package, "1", "2", **more)


def manager(*waiting: Pending, name: str = "apt", lists_at: Any = NOW) -> ManagerFacts:
    return ManagerFacts(name, "dpkg", waiting, lists_at)


def mute(reason: str = "timeout", name: str = "snap") -> ManagerFacts:
    return ManagerFacts(name, "snap", Unreadable(reason), None)


def verdict(
    *managers: ManagerFacts,
    days: float = 0,
    policy: str = "standard",
    ignore: tuple[str, ...] = (),
    exploited: frozenset[str] = frozenset(),
    since: dict[str, datetime] | None = None,
) -> Finding:
    """The finding when everything has waited these days."""
    waiting = {
        key(facts.manager, one.package): NOW - days * DAY
        for facts in managers
        if not isinstance(facts.pending, Unreadable)
        for one in facts.pending
    }
    found = judge(AppUpdateFacts(managers, since or waiting, exploited), profile(policy), ignore, NOW)
    assert len(found) == 1
    assert found[0].reason in REASONS
    return found[0]


def outcome(finding: Finding) -> tuple[str, str]:
    return finding.status.value, finding.reason


def test_nothing_pending_and_fresh_lists_is_a_pass() -> None:
    finding = verdict(manager())
    assert outcome(finding) == ("pass", "up_to_date")
    assert finding.facts["pending"] == 0


@pytest.mark.parametrize(
    ("policy", "days", "expected"),
    [
        ("standard", 0, ("pass", "available")),
        ("standard", 3, ("pass", "available")),
        ("standard", 3 + 1 / 86400, ("warn", "available")),
        ("standard", 14, ("warn", "available")),
        ("standard", 14 + 1 / 86400, ("fail", "overdue")),
        ("toolkit", 7, ("pass", "available")),
        ("toolkit", 8, ("warn", "available")),
        ("toolkit", 14, ("warn", "available")),
        ("toolkit", 15, ("fail", "overdue")),
        ("heightened", 1, ("pass", "available")),
        ("heightened", 7, ("warn", "available")),
        ("heightened", 8, ("fail", "overdue")),
    ],
)
def test_limits_are_inclusive_in_every_profile(policy: str, days: float, expected: tuple[str, str]) -> None:
    assert outcome(verdict(manager(pending()), days=days, policy=policy)) == expected


@pytest.mark.parametrize(
    ("policy", "days", "status"),
    [
        ("standard", 1, "pass"),
        ("standard", 2, "warn"),
        ("standard", 7, "warn"),
        ("standard", 8, "fail"),
        ("heightened", 4, "fail"),
    ],
)
@pytest.mark.parametrize("known", ["CVE-2026-1", "Firefox", "firefox-esr"])
def test_what_is_known_to_be_exploited_has_shorter_limits(policy: str, days: int, status: str, known: str) -> None:
    waiting = manager(pending("firefox-esr", app="Firefox", cves=("CVE-2026-1",)))
    finding = verdict(waiting, days=days, policy=policy, exploited=frozenset({known}))
    assert finding.status == status
    assert finding.facts["limit_days"] == {"standard": 1 if status == "warn" else 7, "heightened": 3}[policy]
    if status == "fail":
        assert finding.severity is Severity.HIGH


def test_a_security_update_that_is_overdue_is_of_high_severity_and_another_of_medium() -> None:
    assert verdict(manager(pending(security=True)), days=20).severity is Severity.HIGH
    assert verdict(manager(pending(security=False)), days=20).severity is Severity.MEDIUM


@pytest.mark.parametrize("held", Held)
def test_a_held_or_phased_package_is_shown_but_never_overdue(held: Held) -> None:
    finding = verdict(manager(pending(held=held)), days=400)
    assert outcome(finding) == ("pass", "up_to_date")
    assert finding.facts["pending"] == 0
    assert finding.items[0].status is Status.NOT_APPLICABLE
    assert finding.items[0].details


def test_a_package_that_the_settings_pass_over_is_shown_but_does_not_count() -> None:
    finding = verdict(manager(pending("curl")), days=400, ignore=("curl",))
    assert outcome(finding) == ("pass", "up_to_date")
    assert finding.items[0].status is Status.NOT_APPLICABLE


def test_lists_may_be_as_old_as_the_limit_and_no_older() -> None:
    assert outcome(verdict(manager(lists_at=NOW - 7 * DAY))) == ("pass", "up_to_date")
    finding = verdict(manager(lists_at=NOW - 7 * DAY - MOMENT))
    assert outcome(finding) == ("unknown", "stale")
    assert finding.facts["list_days"] == 7


@pytest.mark.parametrize("waited", [0, 5])
def test_old_lists_are_unknown_with_their_age_even_when_something_is_pending(waited: int) -> None:
    finding = verdict(manager(pending(), lists_at=NOW - 40 * DAY), days=waited)
    assert outcome(finding) == ("unknown", "stale")
    assert finding.facts["list_days"] == 40
    assert finding.items


def test_an_overdue_update_is_a_fail_though_the_lists_are_old() -> None:
    assert outcome(verdict(manager(pending(), lists_at=NOW - 40 * DAY), days=30)) == ("fail", "overdue")


def test_an_overdue_update_is_a_fail_though_another_manager_could_not_answer() -> None:
    assert outcome(verdict(mute(), manager(pending()), days=30)) == ("fail", "overdue")


@pytest.mark.parametrize("days", [0, 5])
def test_a_manager_that_could_not_answer_makes_the_rest_unknown(days: int) -> None:
    finding = verdict(manager(pending()), mute("timeout"), days=days)
    assert outcome(finding) == ("unknown", "timeout")
    assert [item.name for item in finding.items] == ["curl"]


def test_an_age_that_could_not_be_read_is_unknown() -> None:
    assert outcome(verdict(manager(lists_at=Unreadable("denied")))) == ("unknown", "no_permission")


def test_no_manager_at_all_is_unknown() -> None:
    assert outcome(verdict()) == ("unknown", "no_tool")


@pytest.mark.parametrize(
    "reason", ["denied", "failed", "empty", "malformed", "too_large", "not_recorded", "never heard of"]
)
def test_every_way_of_not_knowing_has_a_published_reason(reason: str) -> None:
    assert verdict(mute(reason)).status is Status.UNKNOWN


def test_all_managers_share_one_finding_with_the_items_of_all() -> None:
    finding = verdict(manager(pending("curl")), manager(pending("org.gimp.GIMP"), name="flatpak"), days=1)
    assert {(item.name, item.source) for item in finding.items} == {("curl", "apt"), ("org.gimp.GIMP", "flatpak")}
    assert finding.facts["pending"] == 2


def test_apps_come_first_then_security_updates_then_names_and_what_is_held_last() -> None:
    waiting = manager(
        pending("aaa"),
        pending("held-app", app="Held App", held=Held.HELD),
        pending("zlib", security=True),
        pending("firefox-esr", app="Firefox"),
        pending("bbb", security=True),
    )
    assert [item.name for item in verdict(waiting).items] == ["Firefox", "bbb", "zlib", "aaa", "Held App"]


def test_the_report_names_apps_of_the_catalogue_only() -> None:
    waiting = manager(pending("firefox-esr", app="Firefox"), pending("secret-project"))
    assert verdict(waiting).facts["apps"] == ["Firefox"]


def test_facts_count_what_is_pending_overdue_and_security() -> None:
    waiting = manager(pending("old"), pending("new", security=True))
    finding = verdict(waiting, since={"apt:old": NOW - 20.5 * DAY, "apt:new": NOW - DAY})
    assert finding.facts == {"pending": 2, "overdue": 1, "security": 1, "days": 20, "limit_days": 14, "apps": []}


def test_many_updates_are_all_counted_and_some_shown() -> None:
    finding = verdict(manager(*(pending(f"p{at}") for at in range(MAX_ITEMS + 26))))
    assert finding.facts["pending"] == MAX_ITEMS + 26
    assert len(finding.items) == MAX_ITEMS
    assert [evidence.value for evidence in finding.evidence if evidence.what == "updates not listed one by one"] == [
        "26"
    ]


def test_what_waits_says_when_it_becomes_overdue() -> None:
    assert verdict(manager(pending()), days=2).due_at == NOW + 12 * DAY
    assert verdict(manager(pending()), days=30).due_at is None


def test_a_package_nobody_remembers_has_waited_no_time() -> None:
    found = judge(AppUpdateFacts((manager(pending()),)), profile("standard"), (), NOW)
    assert found[0].facts["days"] == 0


def test_a_manager_that_always_answers_for_now_has_no_list_age() -> None:
    assert outcome(verdict(replace(manager(), lists_at=None))) == ("pass", "up_to_date")


@pytest.mark.parametrize(("name", "ecosystem"), [("macos", "softwareupdate"), ("homebrew", "homebrew"), ("apt", None)])
def test_the_one_place_that_all_updates_come_from_is_told(name: str, ecosystem: str | None) -> None:
    assert verdict(manager(pending(), name=name), days=5).facts.get("ecosystem") == ecosystem


def test_two_places_are_not_told_as_one() -> None:
    both = verdict(manager(pending(), name="macos"), manager(pending("wget"), name="homebrew"), days=5)
    assert "ecosystem" not in both.facts


def test_old_lists_tell_the_place_that_they_are_of() -> None:
    found = verdict(manager(name="homebrew", lists_at=NOW - 40 * DAY), manager(name="macos"))
    assert (found.reason, found.facts["ecosystem"]) == ("stale", "homebrew")
