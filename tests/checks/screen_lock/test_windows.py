"""The four ways in which Windows locks, what beats what, and what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.screen_lock import CHECK
from checks.screen_lock.settings.power import DISPLAY_OFF, PASSWORD_ON_WAKE, SLEEP
from tests.checks.screen_lock.windows_computers import (
    DESKTOP,
    DESKTOP_POLICY,
    DEVICE_LOCK,
    LIMITS,
    PLAIN,
    POWER_POLICY,
    SCHEMES,
    SCR,
    WINLOGON,
    Registry,
    dword,
    finding,
    said,
    saver,
    text,
    told,
)

PASS = "pass within_limit"
OFF = "fail off"
LONG = "fail too_long"
NO_PASSWORD = "fail no_password"
UNREADABLE = "unknown unreadable"
UNSUPPORTED = "unknown unsupported"
FOR_EVER = 0xFFFFFFFF


def limit(seconds: Any) -> Registry:
    return {LIMITS: {"InactivityTimeoutSecs": dword(seconds)}}


def device_management(minutes: int, more: dict[str, Any] | None = None, provided: int = 1) -> Registry:
    values = {"MaxInactivityTimeDeviceLock": dword(minutes), "MaxInactivityTimeDeviceLock_ProviderSet": dword(provided)}
    password = {"DevicePasswordEnabled": dword(0), "DevicePasswordEnabled_ProviderSet": dword(1)}
    return {DEVICE_LOCK: values | password | (more or {})}


def away(seconds: int) -> Registry:
    return {DESKTOP: {"DelayLockInterval": dword(seconds)}}


# Nothing at all.


def test_a_computer_on_which_nothing_locks_does_not_lock() -> None:
    assert said(PLAIN) == OFF


def test_an_empty_recording_says_nothing() -> None:
    assert said({"HKCU\\Software": {}}, queries=[]) == UNREADABLE


def test_a_session_without_the_desktop_key_is_nonsense() -> None:
    assert said({LIMITS: {}}) == UNREADABLE


# The screen saver.


def test_a_secure_screen_saver_locks_in_time() -> None:
    found = finding(saver(timeout="300"))
    assert (found.status, found.reason) == ("pass", "within_limit")
    assert found.facts["idle_minutes"] == 5  # the 5 seconds of grace are not held against it
    assert found.facts["managed"] is False


def test_trap_4_a_screen_saver_without_a_program_does_not_lock() -> None:
    assert said(saver(program="")) == OFF


def test_trap_4_a_screen_saver_whose_program_is_gone_does_not_lock() -> None:
    assert said(saver(), files={}) == OFF


@pytest.mark.parametrize("value", ["(None)", "(none)", " ", '""', "\0"])
def test_no_program_by_any_name_is_none(value: str) -> None:
    assert said(saver(program=value)) == OFF


@pytest.mark.parametrize(
    "value",
    [
        SCR,
        SCR.lower(),
        "Mystify.scr",
        f'"{SCR}"',
        r"%SystemRoot%\System32\Mystify.scr",
        r"%WINDIR%\system32\mystify.SCR",
        "C:/Windows/System32/Mystify.scr",
    ],
)
def test_the_program_is_found_however_it_is_written(value: str) -> None:
    assert said(saver(program=value)) == PASS


@pytest.mark.parametrize("value", [r"\\server\share\logo.scr", r"%MYSTERY%\logo.scr", r"savers\logo.scr"])
def test_a_program_that_is_not_looked_for_is_not_known(value: str) -> None:
    assert said(saver(program=value)) == UNSUPPORTED


def test_a_program_that_is_no_screen_saver_is_not_known() -> None:
    assert said(saver(program=r"C:\x.exe"), files={r"C:\x.exe": {"present": True}}) == UNSUPPORTED


def test_a_screen_saver_that_is_not_active_does_not_lock() -> None:
    assert said(saver(active="0")) == OFF


def test_a_screen_saver_without_a_password_does_not_lock() -> None:
    assert said(saver(secure="0")) == NO_PASSWORD
    assert said(saver(secure="")) == NO_PASSWORD


def test_a_screen_saver_with_time_0_never_starts() -> None:
    assert said(saver(timeout="0")) == OFF
    assert said(saver(timeout="")) == OFF


def test_trap_15_the_time_is_in_seconds() -> None:
    assert said(saver(timeout="15")) == PASS
    assert said(saver(timeout="590")) == PASS
    assert said(saver(timeout="610")) == "warn too_long"
    assert said(saver(timeout="910")) == LONG


@pytest.mark.parametrize("value", ["five", "0x12c", "-1", "3e2", "300 s", "٣٠٠", "99999999999"])
def test_a_time_that_is_no_number_is_not_known(value: str) -> None:
    assert said(saver(timeout=value)) == UNREADABLE


@pytest.mark.parametrize("value", ["2", "yes", "true", "-1"])
def test_a_switch_that_is_neither_on_nor_off_is_not_known(value: str) -> None:
    assert said(saver(active=value)) == UNREADABLE
    assert said(saver(secure=value)) == UNREADABLE


def test_a_value_of_another_type_is_not_known() -> None:
    assert said(saver(), {DESKTOP: {"ScreenSaveTimeOut": dword(300)}}) == UNREADABLE


def test_a_key_that_may_not_be_read_is_not_known() -> None:
    assert said(saver(), unreadable={DESKTOP_POLICY: "denied"}) == "unknown no_permission"


@pytest.mark.parametrize(
    ("name", "good", "bad", "expected"),
    [
        ("ScreenSaveActive", "1", "0", OFF),
        ("ScreenSaverIsSecure", "1", "0", NO_PASSWORD),
        ("ScreenSaveTimeOut", "300", "3600", LONG),
        ("SCRNSAVE.EXE", SCR, r"C:\gone.scr", UNSUPPORTED),
    ],
)
def test_policy_beats_the_person_value_by_value(name: str, good: str, bad: str, expected: str) -> None:
    assert said(saver(), {DESKTOP_POLICY: {name: text(bad)}}) == expected
    assert said(saver(), {DESKTOP: {name: text(bad)}, DESKTOP_POLICY: {name: text(good)}}) == PASS


@pytest.mark.parametrize("forced", [r"C:\gone.scr", "gone.scr", "(None)", " "])
def test_a_policy_whose_program_is_gone_says_nothing_certain_beside_a_good_program_of_the_person(forced: str) -> None:
    policy = {DESKTOP_POLICY: {"SCRNSAVE.EXE": text(forced)}}
    assert said(saver(), policy) == UNSUPPORTED
    assert said(saver(), policy, limit(300)) == PASS
    assert said(saver(active="0"), policy) == OFF
    assert said(saver(timeout="3600"), policy) == UNSUPPORTED


@pytest.mark.parametrize("own", ["", r"C:\also_gone.scr", "(None)"])
def test_a_policy_whose_program_is_gone_is_no_lock_where_the_person_has_none_either(own: str) -> None:
    assert said(saver(program=own), {DESKTOP_POLICY: {"SCRNSAVE.EXE": text(r"C:\gone.scr")}}) == OFF


def test_a_policy_whose_program_is_gone_beside_one_that_cannot_be_made_out_is_not_certain() -> None:
    policy = {DESKTOP_POLICY: {"SCRNSAVE.EXE": text(r"C:\gone.scr")}}
    assert said(saver(program=r"\\server\share\logo.scr"), policy) == UNSUPPORTED
    assert said(saver(), {DESKTOP: {"SCRNSAVE.EXE": dword(1)}}, policy) == UNSUPPORTED


def test_a_screen_saver_by_policy_alone_needs_no_key_of_the_person() -> None:
    found = finding(saver(key=DESKTOP_POLICY), {DESKTOP: {}})
    assert (found.status, found.facts["managed"]) == ("pass", True)


def test_the_grace_of_the_screen_saver_counts() -> None:
    assert said(saver(), {WINLOGON: {"ScreenSaverGracePeriod": text("30")}}) == "warn password_delay"
    assert said(saver(), {WINLOGON: {"ScreenSaverGracePeriod": dword(61)}}) == "fail password_delay"
    assert said(saver(), {WINLOGON: {"ScreenSaverGracePeriod": text("0")}}, under="heightened") == PASS
    assert said(saver(), {WINLOGON: {"ScreenSaverGracePeriod": text("soon")}}) == UNREADABLE


def test_without_a_value_the_grace_is_5_seconds() -> None:
    assert said(saver(timeout="240"), under="heightened") == "warn password_delay"


@pytest.mark.parametrize(
    "value",
    [
        {"active": False, "timeout_seconds": 300, "secure": True},
        {"active": True, "timeout_seconds": 900, "secure": True},
        {"active": True, "timeout_seconds": 0, "secure": True},
        {"active": True, "timeout_seconds": 300, "secure": False},
    ],
)
def test_a_screen_saver_that_runs_otherwise_than_it_is_set_is_not_known(value: dict[str, Any]) -> None:
    queries = [*told(display=0, sleep=0, password=1), {"name": "screensaver", "value": value}]
    assert said(saver(), queries=queries) == UNREADABLE


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, {"active": True, "timeout_seconds": 300, "secure": True}])
def test_what_runs_never_makes_a_lock_of_what_is_set(value: Any) -> None:
    queries = [*told(display=0, sleep=0, password=1), {"name": "screensaver", "value": value}]
    assert said(saver(), queries=queries) == PASS
    assert said(saver(secure="0"), queries=queries) == NO_PASSWORD
    assert said(PLAIN, queries=queries) == OFF


def test_a_screen_that_never_goes_off_does_not_spoil_a_screen_saver() -> None:
    assert said(saver(), queries=told(display=0, sleep=0, password=1)) == PASS


# The machine inactivity limit.


def test_the_machine_inactivity_limit_locks_by_itself() -> None:
    found = finding(PLAIN, limit(600))
    assert (found.status, found.reason) == ("pass", "within_limit")
    assert found.facts["idle_minutes"] == 10
    assert found.facts["managed"] is True


@pytest.mark.parametrize(("seconds", "expected"), [(0, OFF), (1, PASS), (600, PASS), (601, "warn too_long")])
def test_trap_15_the_limit_is_in_seconds_and_0_is_off(seconds: int, expected: str) -> None:
    assert said(PLAIN, limit(seconds)) == expected


def test_a_limit_of_20_minutes_is_too_long() -> None:
    assert said(PLAIN, limit(1200)) == LONG


def test_with_the_limit_any_screen_saver_locks() -> None:
    assert said(saver(secure="0", timeout="300"), limit(1200)) == PASS


def test_with_the_limit_a_screen_saver_that_cannot_start_does_not_lock() -> None:
    assert said(saver(secure="0", timeout="300", program=""), limit(1200)) == LONG


def test_with_the_limit_the_screen_going_off_locks() -> None:
    assert said(PLAIN, limit(1200), queries=told(display=300, sleep=0, password=0)) == "warn not_on_suspend"
    assert said(PLAIN, limit(1200), queries=told(display=300, sleep=0, password=1)) == PASS


@pytest.mark.parametrize("seconds", [599941, 0xFFFFFFFF])
def test_with_a_limit_beyond_the_largest_nothing_else_locks_for_certain(seconds: int) -> None:
    assert said(PLAIN, limit(seconds), queries=told(display=300, sleep=0, password=1)) == UNREADABLE
    assert said(PLAIN, limit(seconds)) == LONG


def test_with_the_limit_the_worse_power_source_counts() -> None:
    assert said(PLAIN, limit(1200), queries=told(display=(0, 300), sleep=0, password=1)) == LONG


def test_the_limit_holds_where_the_person_has_no_screen_saver() -> None:
    assert said(saver(active="0", program=""), limit(300)) == PASS


def test_where_policy_forbids_the_screen_saver_the_limit_is_not_certain() -> None:
    assert said(PLAIN, limit(300), {DESKTOP_POLICY: {"ScreenSaveActive": text("0")}}) == UNSUPPORTED


@pytest.mark.parametrize(
    "value", [text("300"), dword(-2), {"type": "REG_DWORD", "value": True}, {"type": "REG_DWORD", "value": 5.0}]
)
def test_a_limit_that_is_no_number_is_not_known(value: dict[str, Any]) -> None:
    assert said(PLAIN, {LIMITS: {"InactivityTimeoutSecs": value}}) == UNREADABLE


def test_the_limit_in_the_other_view_of_the_registry_is_not_read() -> None:
    other = r"HKLM32\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
    assert said(PLAIN, {other: {"InactivityTimeoutSecs": dword(300)}}) == OFF


# The device management service.


def test_trap_15_the_device_management_limit_is_in_minutes() -> None:
    found = finding(PLAIN, device_management(5))
    assert (found.status, found.facts["idle_minutes"], found.facts["managed"]) == ("pass", 5, True)
    assert said(PLAIN, device_management(20)) == LONG


def test_a_device_management_limit_that_nobody_provided_is_only_a_default() -> None:
    assert said(PLAIN, device_management(5, provided=0)) == OFF
    assert said(PLAIN, {DEVICE_LOCK: {"MaxInactivityTimeDeviceLock": dword(5)}}) == OFF


def test_a_device_management_limit_of_0_is_off() -> None:
    assert said(PLAIN, device_management(0)) == OFF


def test_the_longer_limit_with_an_external_screen_counts() -> None:
    name = "MaxInactivityTimeDeviceLockWithExternalDisplay"
    outside = {name: dword(30), f"{name}_ProviderSet": dword(1)}
    assert said(PLAIN, device_management(5, outside)) == LONG
    assert said(PLAIN, device_management(5, {name: dword(30)})) == PASS


def test_no_limit_with_an_external_screen_leaves_the_other_limit_uncertain() -> None:
    name = "MaxInactivityTimeDeviceLockWithExternalDisplay"
    unlimited = {name: dword(0), f"{name}_ProviderSet": dword(1)}
    assert said(PLAIN, device_management(5, unlimited)) == "unknown unsupported"


def test_a_device_management_limit_without_a_device_password_is_not_certain() -> None:
    without = {"DevicePasswordEnabled": dword(1), "DevicePasswordEnabled_ProviderSet": dword(1)}
    assert said(PLAIN, device_management(5, without)) == UNSUPPORTED
    assert said(PLAIN, device_management(5)) == PASS


@pytest.mark.parametrize("more", [{}, {"DevicePasswordEnabled": dword(0)}])
def test_a_device_management_limit_is_not_certain_where_nobody_provided_the_device_password(
    more: dict[str, Any],
) -> None:
    limit_alone = {"MaxInactivityTimeDeviceLock": dword(5), "MaxInactivityTimeDeviceLock_ProviderSet": dword(1)}
    assert said(PLAIN, {DEVICE_LOCK: limit_alone | more}) == UNSUPPORTED
    assert said(PLAIN, {DEVICE_LOCK: limit_alone | more}, queries=told(display=0, sleep=300, password=1)) == PASS
    assert said(PLAIN, {DEVICE_LOCK: limit_alone | more | {"MaxInactivityTimeDeviceLock": dword(30)}}) == LONG


# Sign-in after the screen went off, or after sleep.


def test_with_modern_standby_the_screen_going_off_locks() -> None:
    assert said(PLAIN, queries=told(modern=True, display=300, sleep=0)) == PASS


def test_with_modern_standby_the_delay_after_the_screen_went_off_counts() -> None:
    queries = told(modern=True, display=300, sleep=0)
    assert said(PLAIN, away(60), queries=queries) == "warn password_delay"
    assert said(PLAIN, away(300), queries=queries) == "fail password_delay"
    assert said(PLAIN, away(0), queries=queries) == PASS


def test_with_modern_standby_never_asking_is_no_lock() -> None:
    queries = told(modern=True, display=300, sleep=0)
    assert said(PLAIN, away(FOR_EVER), queries=queries) == NO_PASSWORD
    assert said(PLAIN, away(-1), queries=queries) == NO_PASSWORD


def test_a_secure_screen_saver_does_not_hide_that_modern_standby_wakes_without_a_password() -> None:
    queries = told(modern=True, display=600, sleep=0)
    assert said(saver(timeout="300"), away(FOR_EVER), queries=queries) == "warn not_on_suspend"


def test_policy_takes_the_delay_away() -> None:
    policy = {r"HKLM64\SOFTWARE\Policies\Microsoft\Windows\System": {"AllowDomainDelayLock": dword(0)}}
    assert said(PLAIN, away(900), policy, queries=told(modern=True, display=300, sleep=0)) == PASS


def test_with_modern_standby_a_screen_that_stays_on_does_not_lock() -> None:
    assert said(PLAIN, queries=told(modern=True, display=0, sleep=0)) == OFF


def test_with_modern_standby_sleep_behind_a_lit_screen_is_not_certain() -> None:
    assert said(PLAIN, queries=told(modern=True, display=0, sleep=300)) == UNSUPPORTED


def test_with_modern_standby_two_settings_that_contradict_are_not_certain() -> None:
    assert said(PLAIN, queries=told(modern=True, display=300, sleep=0, password=0)) == UNSUPPORTED


def test_with_modern_standby_a_contradiction_shows_beside_a_good_screen_saver() -> None:
    assert said(saver(), queries=told(modern=True, display=300, sleep=600, password=0)) == UNSUPPORTED


def test_with_modern_standby_an_older_setting_that_cannot_be_made_out_is_not_certain() -> None:
    good = told(modern=True, display=300, sleep=600, password=1)
    values = {"ACSettingIndex": text("0"), "DCSettingIndex": text("0")}
    policy = {rf"{POWER_POLICY}\{PASSWORD_ON_WAKE.guid}": values}
    assert said(PLAIN, queries=good) == PASS
    assert said(PLAIN, policy, queries=good) == UNREADABLE
    assert said(PLAIN, queries=told(modern=True, display=300, sleep=600, password=7)) == UNREADABLE


def test_on_older_computers_the_screen_going_off_does_not_lock() -> None:
    assert said(PLAIN, queries=told(display=300, sleep=0, password=1)) == OFF


def test_on_older_computers_sleep_locks_if_waking_needs_the_password() -> None:
    assert said(PLAIN, queries=told(display=300, sleep=600, password=1)) == PASS
    assert said(PLAIN, queries=told(display=300, sleep=600, password=0)) == NO_PASSWORD


def test_a_computer_that_has_no_sleep_at_all_does_not_lock_by_the_time_set_for_it() -> None:
    asks, asks_not = told(older_sleep=False, sleep=300, password=1), told(older_sleep=False, sleep=300, password=0)
    assert said(PLAIN, queries=asks) == UNSUPPORTED
    assert said(PLAIN, queries=asks_not) == NO_PASSWORD
    assert said(PLAIN, queries=told(older_sleep=False, sleep=1800, password=1)) == LONG
    assert said(PLAIN, queries=told(older_sleep=False, sleep=0, password=1)) == OFF
    assert said(saver(), queries=asks) == PASS
    assert said(PLAIN, queries=told(older_sleep=True, sleep=300, password=1)) == PASS


def test_modern_standby_is_a_sleep_of_its_own() -> None:
    assert said(PLAIN, queries=told(modern=True, older_sleep=False, display=300, sleep=0)) == PASS


def test_on_older_computers_the_delay_of_modern_standby_means_nothing() -> None:
    assert said(PLAIN, away(FOR_EVER), queries=told(display=300, sleep=600, password=1)) == PASS


def test_the_worse_power_source_counts() -> None:
    assert said(PLAIN, queries=told(modern=True, display=(600, 0), sleep=0)) == OFF
    found = finding(PLAIN, queries=told(modern=True, display=(1800, 300), sleep=0))
    assert (found.reason, found.facts["power"], found.facts["idle_minutes"]) == ("too_long", "mains", 30)


def test_without_a_battery_only_the_mains_count() -> None:
    assert said(PLAIN, queries=told(battery=False, display=300, sleep=(600, 0), password=(1, 0))) == PASS


def test_whether_there_is_a_battery_may_be_told_elsewhere() -> None:
    queries = [*told(modern=None, battery=False, display=300, sleep=(600, 0), password=1)]
    queries.append({"name": "power_capabilities", "value": {"modern_standby": False}})
    assert said(PLAIN, queries=queries) == PASS


def test_without_knowing_the_kind_of_sleep_both_must_say_the_same() -> None:
    assert said(PLAIN, queries=told(modern=None, display=300, sleep=300, password=1)) == PASS
    assert said(PLAIN, queries=told(modern=None, display=300, sleep=0, password=1)) == UNSUPPORTED
    assert said(PLAIN, queries=told(modern=None, display=0, sleep=0, password=1)) == OFF
    assert said(PLAIN, away(FOR_EVER), queries=told(modern=None, display=300, sleep=600, password=0)) == NO_PASSWORD


def test_one_sign_of_a_battery_is_enough() -> None:
    queries = [*told(battery=False, display=300, sleep=(600, 0), password=1)]
    assert said(PLAIN, queries=[*queries, {"name": "battery_present", "value": True}]) == OFF
    assert said(PLAIN, queries=[*queries, {"name": "battery_present", "value": False}]) == PASS
    assert said(PLAIN, queries=[*queries, {"name": "battery_present", "failure": "failed"}]) == PASS


def test_a_largest_number_is_never() -> None:
    assert said(PLAIN, queries=told(modern=True, display=0xFFFFFFFF, sleep=0)) == OFF


def test_waking_from_sleep_without_a_password_shows_beside_a_good_screen_saver() -> None:
    assert said(saver(), queries=told(display=0, sleep=0, password=(1, 0))) == "warn not_on_suspend"
    assert said(saver(), queries=told(battery=False, display=0, sleep=0, password=(1, 0))) == PASS


def test_a_screen_saver_never_starts_on_a_computer_that_sleeps_before_it() -> None:
    late = saver(timeout="600")
    assert said(late, queries=told(display=0, sleep=300, password=0)) == NO_PASSWORD
    assert said(late, queries=told(display=0, sleep=(900, 300), password=0)) == NO_PASSWORD
    assert said(late, queries=told(display=0, sleep=600, password=0)) == "warn not_on_suspend"
    assert said(late, queries=told(display=0, sleep=300, password=1)) == PASS
    assert said(late, queries=told(older_sleep=False, sleep=300, password=0)) == UNSUPPORTED
    assert said(PLAIN, device_management(10), queries=told(display=0, sleep=300, password=0)) == NO_PASSWORD


def test_whether_a_screen_saver_starts_during_modern_standby_is_not_certain() -> None:
    late, queries = saver(timeout="600"), told(modern=True, display=300, sleep=0)
    for delay in (900, FOR_EVER):
        assert said(late, away(delay), queries=queries) == UNSUPPORTED
        assert said(PLAIN, device_management(10), away(delay), queries=queries) == UNSUPPORTED
    assert said(saver(timeout="240"), away(900), queries=queries) == PASS
    assert said(late, away(900), limit(600), queries=queries) == PASS
    for delay in (0, 5):
        assert said(late, away(delay), queries=queries) == PASS
    assert said(late, away(900), queries=told(modern=True, sleep=0)) == UNREADABLE
    assert said(late, away(900), queries=told(modern=True, display=0, sleep=0)) == PASS


def test_a_password_on_wake_that_is_neither_yes_nor_no_is_not_known() -> None:
    assert said(saver(), queries=told(display=0, sleep=0, password=2)) == UNREADABLE


def test_where_nobody_tells_of_waking_a_good_screen_saver_is_enough() -> None:
    assert said(saver(), queries=told()) == PASS


# Where a power setting comes from.


def power_policy(guid: str, mains: int, battery: int) -> Registry:
    return {rf"{POWER_POLICY}\{guid}": {"ACSettingIndex": dword(mains), "DCSettingIndex": dword(battery)}}


def test_a_power_policy_beats_the_plan_value_by_value() -> None:
    display = "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e"
    queries = told(modern=True, display=0, sleep=0)
    found = finding(PLAIN, power_policy(display, 300, 300), queries=queries)
    assert (found.status, found.facts["managed"]) == ("pass", True)
    only_mains = {rf"{POWER_POLICY}\{display.upper()}": {"ACSettingIndex": dword(300)}}
    assert said(PLAIN, only_mains, queries=queries) == OFF


def test_a_policy_for_the_password_on_wake_beats_the_plan() -> None:
    password = "0e796bdb-100d-47d6-a2d5-f7d2daa51f51"
    queries = told(display=300, sleep=600, password=1)
    assert said(PLAIN, power_policy(password, 0, 0), queries=queries) == NO_PASSWORD
    assert said(PLAIN, power_policy(password, 1, 1), queries=told(display=0, sleep=600, password=0)) == PASS


def test_a_power_policy_that_cannot_be_read_hides_the_plan() -> None:
    unread = {rf"{POWER_POLICY}\3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e": "denied"}
    assert said(PLAIN, queries=told(modern=True, display=300, sleep=0), unreadable=unread) == "unknown no_permission"


@pytest.mark.parametrize("value", [True, -1, "300", 3.5, None, [300]])
def test_a_native_answer_that_is_no_number_is_not_known(value: Any) -> None:
    queries = told(modern=True, display=300, sleep=0)
    for query in queries[1:]:
        query["value"] = value
    assert said(PLAIN, queries=queries) == UNREADABLE


def test_a_native_call_that_fails_is_not_known() -> None:
    queries = told(modern=True, display=300, sleep=0)
    for query in queries[1:]:
        query["failure"] = "timeout"
    assert said(PLAIN, queries=queries) == "unknown timeout"


# Locking switched off as such.


@pytest.mark.parametrize("key", [LIMITS, LIMITS.replace("HKLM64", "HKCU")])
def test_where_locking_is_forbidden_nothing_is_certain(key: str) -> None:
    assert said(saver(), {key: {"DisableLockWorkstation": dword(1)}}) == UNSUPPORTED
    assert said(saver(), {key: {"DisableLockWorkstation": dword(0)}}) == PASS


def test_evidence_says_where_each_value_comes_from() -> None:
    found = finding(saver(), {DESKTOP_POLICY: {"ScreenSaveTimeOut": text("240")}})
    line = next(line for line in found.evidence if line.what == "screen saver starts after")
    assert line.value == "240 seconds"
    assert line.source == rf"{DESKTOP_POLICY}\ScreenSaveTimeOut (policy)"


# No nonsense raises, and none of it locks.

KEYS = {
    DESKTOP: ["ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut", "SCRNSAVE.EXE", "DelayLockInterval"],
    DESKTOP_POLICY: ["ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut", "SCRNSAVE.EXE"],
    LIMITS: ["InactivityTimeoutSecs", "DisableLockWorkstation"],
    DEVICE_LOCK: ["MaxInactivityTimeDeviceLock", "MaxInactivityTimeDeviceLock_ProviderSet", "DevicePasswordEnabled"],
    WINLOGON: ["ScreenSaverGracePeriod"],
    SCHEMES: ["ActivePowerScheme"],
}
TYPES = ["REG_SZ", "REG_DWORD", "REG_EXPAND_SZ", "REG_BINARY", "REG_MULTI_SZ", "REG_QWORD", ""]
ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=20), st.lists(st.text())
)
#: What no reader takes for a number or a switch.
NONSENSE = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text("abc%\\é -.", max_size=9), st.lists(st.integers(), max_size=2)
)


def registries(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Registry]:
    one = st.fixed_dictionaries({"type": st.sampled_from(TYPES), "value": values})
    keys = {key: st.dictionaries(st.sampled_from(names), one) for key, names in KEYS.items()}
    return st.fixed_dictionaries({}, optional=keys)


def answers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    settings = [(DISPLAY_OFF, "ac"), (DISPLAY_OFF, "dc"), (SLEEP, "ac"), (SLEEP, "dc"), (PASSWORD_ON_WAKE, "ac")]
    native = [{"name": "power_setting", "args": [one.subgroup, one.guid, short]} for one, short in settings]
    names = [*native, *({"name": name} for name in ("power_capabilities", "battery_present", "screensaver"))]
    return st.lists(st.builds(lambda name, value: {**name, "value": value}, st.sampled_from(names), values))


@given(registries(ANYTHING), answers(ANYTHING))
def test_no_settings_break_the_probe(registry: Registry, queries: list[dict[str, Any]]) -> None:
    assert finding(registry, queries=queries).reason in CHECK.reasons


@given(registries(NONSENSE), answers(NONSENSE))
def test_nonsense_is_never_a_lock(registry: Registry, queries: list[dict[str, Any]]) -> None:
    assert not said(registry, queries=queries).startswith("pass")


@given(st.text())
def test_a_program_that_is_not_there_is_never_a_lock(program: str) -> None:
    assert not said(saver(program=program), files={}).startswith("pass")
