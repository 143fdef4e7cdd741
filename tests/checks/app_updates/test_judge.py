"""The verdict about pending updates, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent.contract import Finding, Severity, Status
from agent.host import Unreadable
from checks.app_updates.facts import AppUpdateFacts, FirstSight, Held, ManagerFacts, Pending, key
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
    gap: timedelta | None = timedelta(hours=4),
) -> Finding:
    """The finding when everything has waited these days, seen this long after the look before (``None``: the first)."""
    waiting = {
        key(facts.manager, one.package): NOW - days * DAY
        for facts in managers
        if not isinstance(facts.pending, Unreadable)
        for one in facts.pending
    }
    seen = {
        name: FirstSight(at, None if gap is None else at - gap)
        for name, at in (waiting if since is None else since).items()
    }
    found = judge(AppUpdateFacts(managers, seen, exploited), profile(policy), ignore, NOW)
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


def test_what_is_late_comes_before_an_app_that_is_not() -> None:
    waiting = manager(pending("firefox-esr", app="Firefox"), pending("old"))
    since = {"apt:firefox-esr": NOW - DAY, "apt:old": NOW - 20 * DAY}
    assert [item.name for item in verdict(waiting, since=since).items] == ["old", "Firefox"]


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


def test_a_package_nobody_remembers_has_waited_for_nobody_knows_how_long() -> None:
    found = judge(AppUpdateFacts((manager(pending()),)), profile("standard"), (), NOW)
    assert found[0].facts["days"] == 0
    assert outcome(found[0]) == ("unknown", "age_unknown")


@pytest.mark.parametrize("security", [True, None, False])
def test_what_waits_at_a_first_look_is_no_pass(security: bool | None) -> None:
    finding = verdict(manager(pending(security=security)), gap=None)
    assert outcome(finding) == ("unknown", "age_unknown")
    assert (finding.facts["pending"], finding.facts["security"]) == (1, int(security is True))
    assert finding.due_at is None


def test_a_first_look_says_of_each_update_when_it_was_seen_and_not_since_when_it_waits() -> None:
    (item,) = verdict(manager(pending()), gap=None).items
    assert (item.status, item.since) == (Status.UNKNOWN, None)
    assert item.details == (f"first seen on {NOW.day} {NOW:%B %Y}", "how long it has waited is not known")
    (dated,) = verdict(manager(pending()), days=1).items
    assert (dated.status, dated.since, dated.details) == (Status.PASS, NOW - DAY, ())


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (3, ("unknown", "age_unknown")),
        (3 + 1 / 86400, ("warn", "available")),
        (14 + 1 / 86400, ("fail", "overdue")),
    ],
)
def test_an_update_of_unknown_age_counts_from_when_it_was_seen(days: float, expected: tuple[str, str]) -> None:
    assert outcome(verdict(manager(pending()), days=days, gap=None)) == expected


@pytest.mark.parametrize(
    ("policy", "gap", "status"),
    [
        ("standard", 3, "pass"),
        ("standard", 3 + 1 / 86400, "unknown"),
        ("toolkit", 7, "pass"),
        ("toolkit", 8, "unknown"),
        ("heightened", 1, "pass"),
        ("heightened", 2, "unknown"),
    ],
)
def test_after_a_break_longer_than_an_update_may_wait_its_age_is_not_known(
    policy: str, gap: float, status: str
) -> None:
    assert verdict(manager(pending()), policy=policy, gap=gap * DAY).status == status


def test_a_night_and_a_day_without_a_look_is_no_break_whatever_the_limit() -> None:
    waiting = manager(pending("x", cves=("CVE-2026-1",)))
    finding = verdict(waiting, policy="heightened", exploited=frozenset({"CVE-2026-1"}), gap=DAY)
    assert outcome(finding) == ("pass", "available")


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (2, ("unknown", "age_unknown")),
        (5, ("warn", "available")),
        (140, ("fail", "overdue")),
    ],
)
def test_the_archives_own_date_decides_at_a_first_look(age: int, expected: tuple[str, str]) -> None:
    finding = verdict(manager(pending(offered_by=NOW - age * DAY)), gap=None)
    assert outcome(finding) == expected
    assert finding.facts["days"] == age


def test_the_archives_date_makes_nothing_younger_than_it_was_seen() -> None:
    assert verdict(manager(pending(offered_by=NOW)), days=20).facts["days"] == 20


def test_one_update_of_unknown_age_is_enough_and_one_that_is_late_says_more() -> None:
    young, undated = pending("young"), pending("undated")
    seen = {"apt:young": FirstSight(NOW - DAY, NOW - 2 * DAY), "apt:undated": FirstSight(NOW - DAY)}
    (found,) = judge(AppUpdateFacts((manager(young, undated),), seen), profile("standard"), (), NOW)
    assert outcome(found) == ("unknown", "age_unknown")
    late = seen | {"apt:young": FirstSight(NOW - 5 * DAY, NOW - 6 * DAY)}
    (found,) = judge(AppUpdateFacts((manager(young, undated),), late), profile("standard"), (), NOW)
    assert outcome(found) == ("warn", "available")


def test_a_look_from_a_clock_that_was_ahead_dates_nothing() -> None:
    assert outcome(verdict(manager(pending()), gap=-timedelta(days=365))) == ("unknown", "age_unknown")


def test_an_update_whose_age_is_not_known_does_not_hide_what_could_not_be_read() -> None:
    assert outcome(verdict(manager(pending()), mute("timeout"), gap=None)) == ("unknown", "timeout")


def test_the_evidence_says_how_many_ages_are_not_known_and_why() -> None:
    first = verdict(manager(pending("a"), pending("b")), gap=None)
    assert [(one.value, one.source) for one in first.evidence if "age that is not known" in one.what] == [
        ("2", "there at the first look")
    ]
    after_a_break = verdict(manager(pending("a")), gap=20 * DAY)
    (why,) = [one.source for one in after_a_break.evidence if "age that is not known" in one.what]
    assert why == f"no look between {NOW - 20 * DAY:%Y-%m-%d} and their first sight"


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
