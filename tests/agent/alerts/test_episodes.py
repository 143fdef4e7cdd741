"""From findings to episodes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.alerts.episodes import confirmable_at, episodes_after
from agent.alerts.records import Episode
from agent.contract import Basis, Finding, Severity, Status
from tests.agent.alerts.builders import DAY, HOUR, MINUTE, MONDAY


def bad(status: Status = Status.FAIL, severity: Severity = Severity.HIGH, **changes: Any) -> Finding:
    return msgspec.structs.replace(Finding(status=status, reason="off", severity=severity), **changes)


EXPIRED = bad(Status.UNKNOWN, Severity.LOW, reason="expired", basis=Basis.ATTESTED)
GOOD = Finding(status=Status.PASS, reason="fine")
UNKNOWN = Finding(status=Status.UNKNOWN, reason="timeout")


class Ledger:
    """Episodes over several rounds of one check, as the store would keep them."""

    def __init__(self) -> None:
        self.kept: dict[str, Episode] = {}
        self.ids = map(str, count(1))

    def round(self, at: datetime, *findings: Finding, ran: Collection[str] = ("lock",)) -> list[Episode]:
        changed = episodes_after(
            list(self.kept.values()), [("lock", one) for one in findings], ran, at, lambda: next(self.ids)
        )
        self.kept |= {one.id: one for one in changed}
        return changed

    @property
    def only(self) -> Episode:
        (episode,) = self.kept.values()
        return episode


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN])
def test_a_bad_finding_opens_an_episode(status: Status) -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(status, Severity.MEDIUM))
    assert (ledger.only.status, ledger.only.reason, ledger.only.severity) == (status, "off", Severity.MEDIUM)
    assert (ledger.only.opened_at, ledger.only.seen_at, ledger.only.closed_at) == (MONDAY, MONDAY, None)


@pytest.mark.parametrize("status", [Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE, Status.DISABLED])
def test_nothing_else_opens_one(status: Status) -> None:
    assert Ledger().round(MONDAY, Finding(status=status, reason="other", severity=Severity.HIGH)) == []


@pytest.mark.parametrize(("later", "confirmed"), [(0 * MINUTE, False), (9 * MINUTE, False), (10 * MINUTE, True)])
def test_what_was_measured_is_confirmed_by_a_round_ten_minutes_later(later: timedelta, confirmed: bool) -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    assert ledger.only.confirmed_at is None
    assert confirmable_at(ledger.only) == MONDAY + 10 * MINUTE
    ledger.round(MONDAY + later, bad())
    assert ledger.only.confirmed_at == (MONDAY + later if confirmed else None)


@pytest.mark.parametrize("basis", [Basis.API, Basis.ATTESTED])
def test_what_was_stated_or_asked_of_a_service_is_confirmed_at_once(basis: Basis) -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(basis=basis))
    assert ledger.only.confirmed_at == MONDAY
    assert confirmable_at(ledger.only) is None


def test_an_unknown_neither_closes_nor_confirms_nor_refreshes() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    assert ledger.round(MONDAY + HOUR, UNKNOWN) == []


def test_a_pass_closes_it_as_good() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY + HOUR, GOOD)
    assert (ledger.only.closed_at, ledger.only.good) == (MONDAY + HOUR, True)


@pytest.mark.parametrize("status", [Status.NOT_APPLICABLE, Status.DISABLED])
def test_what_no_longer_applies_is_closed_but_not_good(status: Status) -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY + HOUR, Finding(status=status, reason="disabled"))
    assert (ledger.only.closed_at, ledger.only.good) == (MONDAY + HOUR, False)


def test_the_episode_of_a_removed_account_is_closed_but_not_good() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(subject="a"), bad(subject="b"))
    ledger.round(MONDAY + HOUR, bad(subject="b"))
    assert {one.subject: (one.closed_at, one.good) for one in ledger.kept.values()} == {
        "a": (MONDAY + HOUR, False),
        "b": (None, False),
    }


def test_a_check_that_did_not_answer_removes_no_account() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(subject="a"))
    assert ledger.round(MONDAY + HOUR, Finding(status=Status.UNKNOWN, reason="crashed"), ran=()) == []


def test_a_check_that_was_not_run_leaves_its_episodes_alone() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    assert ledger.round(MONDAY + HOUR, ran=("other",)) == []


def test_reason_and_severity_are_those_of_the_last_bad_round() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(severity=Severity.HIGH))
    ledger.round(MONDAY + HOUR, bad(Status.WARN, Severity.LOW, reason="partly"))
    assert (ledger.only.status, ledger.only.severity, ledger.only.reason) == (Status.WARN, Severity.LOW, "partly")


def test_an_expired_statement_opens_one_that_is_at_most_medium() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, msgspec.structs.replace(EXPIRED, severity=Severity.HIGH))
    assert (ledger.only.status, ledger.only.severity) == (Status.UNKNOWN, Severity.MEDIUM)
    assert ledger.only.confirmed_at == MONDAY


def test_an_expired_statement_stays_open_until_it_is_renewed() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, EXPIRED)
    ledger.round(MONDAY + HOUR, EXPIRED)
    assert ledger.only.seen_at == MONDAY + HOUR
    ledger.round(MONDAY + DAY, GOOD)
    assert ledger.only.good


def test_the_expiry_of_a_bad_statement_makes_nothing_better() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad(basis=Basis.ATTESTED))
    assert ledger.round(MONDAY + HOUR, EXPIRED) == []


def test_what_is_bad_again_within_a_day_is_the_same_episode_not_confirmed_yet() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY + HOUR, bad())
    ledger.round(MONDAY + 2 * HOUR, GOOD)
    ledger.round(MONDAY + 25 * HOUR, bad())
    assert (ledger.only.closed_at, ledger.only.good, ledger.only.confirmed_at) == (None, False, None)
    assert ledger.only.opened_at == MONDAY + 25 * HOUR


def test_what_is_bad_again_a_day_later_is_another_episode() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY + HOUR, GOOD)
    ledger.round(MONDAY + 25 * HOUR, bad())
    assert sorted(ledger.kept) == ["1", "2"]


def test_rising_to_high_is_noted_once() -> None:
    ledger = Ledger()
    for hours, severity in enumerate([Severity.LOW, Severity.HIGH, Severity.MEDIUM, Severity.HIGH]):
        ledger.round(MONDAY + hours * HOUR, bad(severity=severity))
    assert ledger.only.rose_at == MONDAY + HOUR


def test_coming_and_going_does_not_make_it_rise_again() -> None:
    ledger = Ledger()
    findings = [bad(severity=Severity.LOW), bad(), GOOD, bad(), bad(), GOOD, bad()]
    for hours, finding in enumerate(findings):
        ledger.round(MONDAY + hours * HOUR, finding)
    assert ledger.only.rose_at == MONDAY + HOUR


def test_each_change_is_a_new_revision() -> None:
    ledger = Ledger()
    for hours in range(3):
        ledger.round(MONDAY + hours * HOUR, bad())
    assert ledger.only.revision == 3


def test_a_round_that_changes_nothing_returns_nothing() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    assert ledger.round(MONDAY, bad()) == []


def test_two_open_episodes_about_the_same_become_the_older_one() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.kept["x"] = msgspec.structs.replace(ledger.only, id="x", opened_at=MONDAY + HOUR, seen_at=MONDAY + HOUR)
    ledger.round(MONDAY + 2 * HOUR, bad())
    assert {id_: one.closed_at for id_, one in ledger.kept.items()} == {"1": None, "x": MONDAY + 2 * HOUR}
    assert not ledger.kept["x"].good


def test_a_clock_set_back_leaves_no_date_in_the_future() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY + HOUR, bad())
    ledger.round(MONDAY - 8 * HOUR, bad())
    assert (ledger.only.opened_at, ledger.only.seen_at, ledger.only.confirmed_at) == (MONDAY - 8 * HOUR,) * 3


def test_a_clock_set_back_reaches_episodes_of_checks_that_did_not_run() -> None:
    ledger = Ledger()
    ledger.round(MONDAY, bad())
    ledger.round(MONDAY - DAY, ran=())
    assert ledger.only.seen_at == MONDAY - DAY


FINDINGS = st.sampled_from(
    [bad(), bad(severity=Severity.LOW), bad(Status.WARN, basis=Basis.API), EXPIRED, GOOD, UNKNOWN]
)
STEPS = st.lists(
    st.tuples(st.timedeltas(-400 * DAY, 400 * DAY), st.lists(FINDINGS, max_size=1), st.booleans()), max_size=30
)


@given(STEPS)
def test_dates_stay_in_order_whatever_the_clock_does(steps: Sequence[tuple[timedelta, list[Finding], bool]]) -> None:
    ledger, now = Ledger(), MONDAY + 20_000 * DAY
    for by, findings, ran in steps:
        now += by
        ledger.round(now, *findings, ran=("lock",) if ran else ())
        assert sum(one.closed_at is None for one in ledger.kept.values()) <= 1
        for one in ledger.kept.values():
            assert one.opened_at <= one.seen_at <= now
            assert one.rose_at is None or one.rose_at <= now
            for moment in (one.confirmed_at, one.closed_at):
                assert moment is None or one.opened_at <= moment <= now
            assert not one.good or one.closed_at is not None
