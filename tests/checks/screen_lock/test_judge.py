from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Finding, Severity, Status
from agent.host import Unreadable
from checks.screen_lock import judge
from checks.screen_lock.facts import (
    NEVER,
    LockFacts,
    LockPath,
    NoSession,
    Power,
    Reading,
    Source,
    Wait,
    WhyOff,
    shown,
    waited,
)
from config.loader import profile

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
HUNG = Unreadable("timeout", "gsettings")
NONE = timedelta(0)


def path(idle: Wait, grace: Wait = NONE, power: Power = Power.ANY, why_off: WhyOff = WhyOff.OFF) -> LockPath:
    return LockPath("a lock", idle, grace, power=power, why_off=why_off)


def verdict(
    *paths: LockPath,
    on_suspend: bool | Unreadable | None = True,
    under: str = "standard",
    has_battery: bool | None = None,
) -> Finding:
    (finding,) = judge(LockFacts("GNOME", paths, on_suspend, has_battery), profile(under))
    return finding


def said(*paths: LockPath, **more: object) -> str:
    finding = verdict(*paths, **more)  # type: ignore[arg-type]  # keyword arguments are passed through as they are
    return f"{finding.status} {finding.reason}"


@pytest.mark.parametrize(
    ("under", "seconds", "expected"),
    [
        ("toolkit", 900, "pass within_limit"),
        ("toolkit", 901, "fail too_long"),
        ("standard", 600, "pass within_limit"),
        ("standard", 601, "warn too_long"),
        ("standard", 900, "warn too_long"),
        ("standard", 901, "fail too_long"),
        ("heightened", 300, "pass within_limit"),
        ("heightened", 301, "warn too_long"),
        ("heightened", 600, "warn too_long"),
        ("heightened", 601, "fail too_long"),
    ],
)
def test_the_limits_in_minutes_are_inclusive(under: str, seconds: int, expected: str) -> None:
    assert said(path(seconds * SECOND), under=under) == expected


@pytest.mark.parametrize(
    ("under", "seconds", "expected"),
    [
        ("toolkit", 60, "pass within_limit"),
        ("toolkit", 61, "fail password_delay"),
        ("standard", 5, "pass within_limit"),
        ("standard", 6, "warn password_delay"),
        ("standard", 60, "warn password_delay"),
        ("standard", 61, "fail password_delay"),
        ("heightened", 0, "pass within_limit"),
        ("heightened", 1, "warn password_delay"),
        ("heightened", 5, "warn password_delay"),
        ("heightened", 6, "fail password_delay"),
    ],
)
def test_the_limits_of_the_password_delay_are_inclusive(under: str, seconds: int, expected: str) -> None:
    assert said(path(MINUTE, seconds * SECOND), under=under) == expected


def test_the_delay_counts_towards_the_minutes() -> None:
    assert said(path(15 * MINUTE, 30 * SECOND)) == "fail too_long"


def test_the_five_seconds_that_systems_wait_by_themselves_do_not_count_towards_the_minutes() -> None:
    assert said(path(15 * MINUTE, 5 * SECOND)) == "warn too_long"
    assert said(path(10 * MINUTE, 5 * SECOND)) == "pass within_limit"


def test_a_screen_that_never_goes_dark_does_not_lock() -> None:
    assert said(path(NEVER)) == "fail off"


def test_no_path_at_all_does_not_lock() -> None:
    assert said() == "fail off"


def test_a_lock_without_a_password_is_no_lock() -> None:
    assert said(path(MINUTE, NEVER)) == "fail no_password"


def test_a_path_that_says_why_it_is_off_gives_that_reason() -> None:
    assert said(path(NEVER, why_off=WhyOff.CANNOT_LOCK)) == "fail cannot_lock"


def test_the_earliest_path_that_really_locks_counts() -> None:
    finding = verdict(path(20 * MINUTE), path(MINUTE, NEVER), path(4 * MINUTE), path(NEVER))
    assert (finding.reason, finding.facts["idle_minutes"]) == ("within_limit", 4)


def test_a_delay_too_short_to_count_is_not_told_as_another_minute() -> None:
    assert verdict(path(10 * MINUTE, 5 * SECOND)).facts["idle_minutes"] == 10


def test_a_delay_that_counts_is_told() -> None:
    assert verdict(path(10 * MINUTE, 6 * SECOND)).facts["idle_minutes"] == 11


@pytest.mark.parametrize("standby", ["modern", "s3", None])
def test_how_the_computer_sleeps_is_told_where_it_is_known(standby: str | None) -> None:
    (finding,) = judge(LockFacts("Windows", (path(NEVER),), standby=standby), profile("standard"))
    assert finding.facts.get("standby") == standby


def test_an_earlier_lock_with_a_delay_does_not_spoil_a_good_one() -> None:
    assert said(path(MINUTE, 30 * SECOND), path(5 * MINUTE)) == "pass within_limit"


def test_a_lock_that_is_too_late_beats_one_that_never_comes_as_the_reason() -> None:
    assert said(path(20 * MINUTE), path(NEVER)) == "fail too_long"


def test_the_worst_power_source_counts() -> None:
    mains, battery = path(30 * MINUTE, power=Power.MAINS), path(5 * MINUTE, power=Power.BATTERY)
    finding = verdict(mains, battery)
    assert (finding.reason, finding.facts["power"]) == ("too_long", "mains")


def test_a_computer_without_a_battery_is_not_judged_on_battery() -> None:
    assert said(path(5 * MINUTE, power=Power.MAINS), has_battery=False) == "pass within_limit"


def test_a_path_for_one_power_source_leaves_the_other_unlocked() -> None:
    assert said(path(5 * MINUTE, power=Power.MAINS)) == "fail off"


def test_an_unread_value_that_matters_is_unknown() -> None:
    assert said(path(HUNG)) == "unknown timeout"
    assert said(path(MINUTE, HUNG)) == "unknown timeout"


def test_an_unread_path_beside_one_that_locks_in_time_does_not_matter() -> None:
    assert said(path(HUNG, HUNG), path(5 * MINUTE)) == "pass within_limit"


def test_an_unread_path_that_may_lock_keeps_a_late_one_from_failing() -> None:
    assert said(path(HUNG), path(20 * MINUTE)) == "unknown timeout"


def test_a_certain_fault_beats_what_is_unread_beside_it() -> None:
    assert said(path(HUNG, NEVER)) == "fail no_password"
    assert said(path(NEVER, HUNG)) == "fail off"
    assert said(path(20 * MINUTE, HUNG)) == "fail too_long"


def test_waking_from_sleep_unlocked_is_a_warning_when_all_else_is_well() -> None:
    assert said(path(MINUTE), on_suspend=False) == "warn not_on_suspend"
    assert said(path(NEVER), on_suspend=False) == "fail off"


def test_an_unread_answer_about_sleep_is_no_pass() -> None:
    assert said(path(MINUTE), on_suspend=HUNG) == "unknown timeout"


def test_where_sleep_has_no_setting_it_is_not_judged() -> None:
    assert said(path(MINUTE), on_suspend=None) == "pass within_limit"


def test_no_session_is_not_applicable() -> None:
    (finding,) = judge(NoSession(), profile("standard"))
    assert (finding.status, finding.reason) == (Status.NOT_APPLICABLE, "no_session")


@pytest.mark.parametrize(
    ("cause", "reason"),
    [("denied", "no_permission"), ("no_tool", "no_tool"), ("malformed", "unreadable"), ("invented", "unreadable")],
)
def test_each_trouble_has_a_published_reason(cause: str, reason: str) -> None:
    (finding,) = judge(Unreadable(cause), profile("standard"))
    assert (finding.status, finding.reason) == (Status.UNKNOWN, reason)


def test_a_fault_carries_what_its_words_need() -> None:
    facts = verdict(path(20 * MINUTE, 30 * SECOND), on_suspend=False).facts
    assert facts == {
        "desktop": "GNOME",
        "idle_minutes": 21,
        "grace_seconds": 30,
        "managed": False,
        "limit_minutes": 10,
        "limit_seconds": 5,
        "on_suspend": False,
    }


def test_the_limit_that_is_shown_is_the_one_to_reach() -> None:
    assert verdict(path(NEVER), under="toolkit").facts["limit_minutes"] == 15


def test_a_value_that_an_administrator_set_is_called_managed() -> None:
    locked = Reading("idle delay", "300 seconds", Source.POLICY, "org.gnome.desktop.session idle-delay")
    finding = verdict(LockPath("a lock", MINUTE, NONE, (locked,)))
    assert finding.facts["managed"] is True
    assert "org.gnome.desktop.session idle-delay (policy)" in [line.source for line in finding.evidence]


def test_a_pass_is_of_no_severity_and_an_unlocked_screen_of_high() -> None:
    assert verdict(path(MINUTE)).severity is Severity.INFO
    assert verdict(path(NEVER)).severity is Severity.HIGH


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (5 * MINUTE, "5 minutes"),
        (MINUTE, "1 minute"),
        (90 * SECOND, "90 seconds"),
        (NEVER, "never"),
        (HUNG, "could not be read (timeout)"),
    ],
)
def test_waits_are_shown_with_their_unit(wait: Wait, text: str) -> None:
    assert shown(wait) == text


@given(st.floats(allow_nan=False), st.sampled_from([SECOND, MINUTE]))
def test_no_number_is_too_large_for_a_wait(amount: float, unit: timedelta) -> None:
    assert NONE <= waited(amount, unit) <= timedelta(days=3650)


known = st.one_of(
    st.just(NEVER), st.integers(0, 2000).map(lambda n: n * SECOND), st.integers(0, 90).map(lambda n: n * MINUTE)
)
waits = st.one_of(st.just(HUNG), known)
paths = st.builds(path, waits, waits, st.sampled_from(Power))
profiles = st.sampled_from(["toolkit", "standard", "heightened"])


@given(st.lists(paths, max_size=4), st.data(), profiles)
def test_whatever_an_unread_value_really_is_a_pass_stays_a_pass_and_a_fail_a_fail(
    unread: list[LockPath], data: st.DataObject, under: str
) -> None:
    def real(wait: Wait) -> Wait:
        return data.draw(known) if isinstance(wait, Unreadable) else wait

    before = verdict(*unread, under=under)
    after = verdict(*[path(real(one.idle), real(one.grace), one.power) for one in unread], under=under)
    assert after.status is not Status.UNKNOWN
    assert before.status in (Status.UNKNOWN, after.status)


@given(st.lists(paths, max_size=4), paths, profiles)
def test_another_way_of_locking_never_makes_a_pass_worse(unread: list[LockPath], more: LockPath, under: str) -> None:
    if verdict(*unread, under=under).status is Status.PASS:
        assert verdict(*unread, more, under=under).status is Status.PASS
