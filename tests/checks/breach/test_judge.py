"""The verdict from facts alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import SLUG, Status
from checks.breach.breach import Breach
from checks.breach.catalogue import matches
from checks.breach.dealt_with import DealtWith
from checks.breach.facts import PASSING, AccountFacts, Searched
from checks.breach.judge import REASONS, judge
from tests.builders import NOW

BREACHES = st.builds(
    Breach,
    name=st.sampled_from(["A", "B", "C"]),
    title=st.just("T"),
    added=st.none() | st.timedeltas(timedelta(days=-3000), timedelta()).map(lambda ago: NOW + ago),
    data_classes=st.sampled_from([(), ("Passwords",), ("Names",)]),
    verified=st.booleans(),
    fabricated=st.booleans(),
    sensitive=st.booleans(),
    retired=st.booleans(),
    spam_list=st.booleans(),
    stealer_log=st.booleans(),
)
TROUBLES = st.none() | st.sampled_from(
    sorted(REASONS - {"none_known", "acknowledged", "found", "password_exposed", "service_breached", "no_accounts"})
)
FACTS = st.builds(
    AccountFacts,
    account_id=st.just("i-1"),
    listed_since=st.just(NOW - timedelta(days=100)),
    trouble=TROUBLES,
    searched=st.none()
    | st.builds(
        Searched,
        at=st.timedeltas(timedelta(days=-40), timedelta(days=1)).map(lambda ago: NOW + ago),
        tag=st.just("t"),
        breaches=st.lists(BREACHES, max_size=4).map(tuple),
        same_address=st.booleans(),
        whole=st.booleans(),
        at_base=st.sampled_from([frozenset(), frozenset({"A"})]),
        by_office=st.booleans(),
    ),
    service_breaches=st.lists(BREACHES, max_size=3).map(tuple),
    acknowledged=st.dictionaries(
        st.sampled_from(["A", "B"]),
        st.builds(
            DealtWith,
            weight=st.integers(0, 4),
            at=st.just(NOW - timedelta(days=20)),
            classes=st.none() | st.sampled_from([(), ("names",), ("passwords",)]),
        ),
    ),
)


@given(FACTS, st.sampled_from([1, 7, 30]))
def test_a_pass_needs_a_young_answer_about_this_address_and_nothing_open(facts: AccountFacts, days: int) -> None:
    (finding,) = judge([facts], NOW, days)

    assert finding.reason in REASONS
    assert all(SLUG.fullmatch(name) for name in finding.facts)
    if finding.status is Status.PASS:
        assert facts.searched is not None
        assert NOW - facts.searched.at < timedelta(days=days + 1)
        assert facts.searched.same_address
        assert facts.searched.whole
        assert not facts.new
        assert facts.trouble is None or facts.trouble in PASSING
    if facts.new:
        assert finding.status in (Status.FAIL, Status.WARN)


@pytest.mark.parametrize(("days", "limit"), [(1, 2), (7, 8), (30, 31)])
def test_an_answer_is_good_to_the_end_of_the_last_day(days: int, limit: int) -> None:
    def reason(age: timedelta) -> str:
        searched = Searched(NOW - age, "t", (), same_address=True)
        (finding,) = judge([AccountFacts("i-1", NOW, "offline", searched=searched)], NOW, days)
        return finding.reason

    assert reason(timedelta(days=limit) - timedelta(seconds=1)) == "none_known"
    assert reason(timedelta(days=limit)) == "stale"


def test_an_answer_from_the_future_is_none() -> None:
    searched = Searched(NOW + timedelta(days=1), "t", (), same_address=True)

    (finding,) = judge([AccountFacts("i-1", NOW, searched=searched)], NOW, 7)

    assert finding.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("x.com", True),
        ("api.x.com", True),
        ("notx.com", False),
        ("x.com.evil.example", False),
        ("", False),
        ("com", False),
    ],
)
def test_a_domain_matches_by_whole_labels(domain: str, found: bool) -> None:
    assert matches(Breach("B", domain=domain), ["x.com", ""]) is found
