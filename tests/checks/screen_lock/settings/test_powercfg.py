"""``powercfg`` in any language: numbers, GUIDs and indents only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.screen_lock.settings.power import DISPLAY_OFF, PASSWORD_ON_WAKE, SLEEP
from checks.screen_lock.settings.powercfg import Indexes, hides, indexes, offers_modern_standby, offers_older_sleep
from tests.checks.screen_lock.windows_computers import (
    BALANCED,
    PLAIN,
    POWER_POLICY,
    SCHEMES,
    Registry,
    dword,
    said,
    saver,
    text,
    told,
)

DISPLAY = DISPLAY_OFF.guid
PASSWORD = PASSWORD_ON_WAKE.guid

ENGLISH = f"""Power Scheme GUID: 381b4222-f694-41f0-9685-ff5bb260df2e  (Balanced)
  GUID Alias: SCHEME_BALANCED
  Subgroup GUID: 7516b95f-f776-4464-8c53-06167f40cc99  (Display)
    GUID Alias: SUB_VIDEO
    Power Setting GUID: {DISPLAY}  (Turn off display after)
      GUID Alias: VIDEOIDLE
      Minimum Possible Setting: 0x00000000
      Maximum Possible Setting: 0xffffffff
      Possible Settings increment: 0x00000001
      Possible Settings units: Seconds
    Current AC Power Setting Index: 0x00000258
    Current DC Power Setting Index: 0x0000012c

"""
GERMAN = f"""GUID des Energieschemas: 381b4222-f694-41f0-9685-ff5bb260df2e  (Ausbalanciert)
  GUID-Alias: SCHEME_BALANCED
  GUID der Untergruppe: fea3413e-7e05-4911-9a71-700331f1c294  (Einstellungen gehören keiner Untergruppe an)
    GUID-Alias: SUB_NONE
    GUID der Energieeinstellung: {PASSWORD}  (Kennwort bei Reaktivierung anfordern)
      GUID-Alias: CONSOLELOCK
      Index der möglichen Einstellung: 000
      Anzeigename der möglichen Einstellung: Nein
      Index der möglichen Einstellung: 001
      Anzeigename der möglichen Einstellung: Ja
    Index der aktuellen Wechselstromeinstellung: 0x00000001
    Index der aktuellen Gleichstromeinstellung: 0x00000000
"""
FRENCH = ENGLISH.replace(
    "Current AC Power Setting Index:", "Index actuel du paramètre de courant alternatif\u00a0:"
).replace("Current DC Power Setting Index:", "Index actuel du paramètre de courant continu\u00a0:")

MODERN = """The following sleep states are available on this system:
    Standby (S0 Low Power Idle) Network Connected
    Hibernate
    Fast Startup

The following sleep states are not available on this system:
    Standby (S1)
        The system firmware does not support this standby state.
        This standby state is disabled when S0 low power idle is supported.

    Standby (S3)
        This standby state is disabled when S0 low power idle is supported.
"""
OLDER = """Die folgenden Standbymodusfunktionen sind auf diesem System verfügbar:
    Standby (S3)
    Ruhezustand
    Schnellstart

Die folgenden Standbymodusfunktionen sind auf diesem System nicht verfügbar:
    Standby (S1)
        Die Systemfirmware unterstützt diesen Standbystatus nicht.

    Standby (S0 Niedriger Energiestatus)
        Die Systemfirmware unterstützt diesen Standbystatus nicht.
"""
NO_SLEEP = """The following sleep states are not available on this system:
    Standby (S1)
        The system firmware does not support this standby state.

    Standby (S0 Low Power Idle)
        The system firmware does not support this standby state.
"""


def test_a_range_gives_its_last_two_numbers() -> None:
    assert indexes(ENGLISH, DISPLAY) == Indexes(600, 300)


def test_a_choice_gives_its_two_numbers_in_german() -> None:
    assert indexes(GERMAN, PASSWORD) == Indexes(1, 0)


def test_french_puts_a_space_that_does_not_break_before_the_colon() -> None:
    assert indexes(FRENCH, DISPLAY) == Indexes(600, 300)


def test_lines_may_end_as_windows_ends_them() -> None:
    assert indexes(ENGLISH.replace("\n", "\r\n"), DISPLAY) == Indexes(600, 300)


def test_a_hidden_setting_has_no_numbers() -> None:
    hidden = GERMAN[: GERMAN.index("    GUID der Energieeinstellung")]
    assert indexes(hidden, PASSWORD) is None


def test_in_a_whole_dump_each_setting_has_its_own_part() -> None:
    dump = ENGLISH + GERMAN
    assert indexes(dump, DISPLAY) == Indexes(600, 300)
    assert indexes(dump, PASSWORD.upper()) == Indexes(1, 0)
    assert indexes(dump, SLEEP.guid) is None


def test_the_numbers_of_another_setting_are_not_this_ones() -> None:
    assert indexes(ENGLISH, PASSWORD) is None


def test_a_text_that_is_cut_short_gives_nothing() -> None:
    lines = ENGLISH.splitlines(keepends=True)
    whole = len(lines) - 1
    for length in range(whole):
        if length != 8:  # after two numbers it looks like the end of a choice: never, and for ever
            assert indexes("".join(lines[:length]), DISPLAY) is None
    assert indexes("".join(lines[:8]), DISPLAY) == Indexes(0, 0xFFFFFFFF)


@pytest.mark.parametrize(
    "line",
    ["Index: 0x258", "Index: 0x0000000258", "Index: 00000258", "Index: 0x00000258 s", "0x00000258", "a0x00000258"],
)
def test_only_eight_digits_at_the_end_of_a_line_are_a_number(line: str) -> None:
    assert indexes(f"{line}\n{line}\n", DISPLAY) is None


def test_two_answers_about_one_setting_are_none() -> None:
    assert indexes(GERMAN + GERMAN, PASSWORD) is None


def test_modern_standby_is_in_the_list_of_what_there_is() -> None:
    assert offers_modern_standby(MODERN) is True
    assert offers_modern_standby(MODERN.replace("\n", "\r\n").replace("    ", "\t")) is True


def test_modern_standby_in_the_list_of_what_there_is_not_does_not_count() -> None:
    assert offers_modern_standby(OLDER) is False
    assert offers_modern_standby(NO_SLEEP) is False


def test_the_older_kinds_of_sleep_are_told_from_the_same_list() -> None:
    assert offers_older_sleep(OLDER) is True
    assert offers_older_sleep(MODERN) is False
    assert offers_older_sleep(NO_SLEEP) is False
    assert offers_older_sleep("Access is denied.\n") is None


def test_no_list_is_no_answer() -> None:
    assert offers_modern_standby("") is None
    assert offers_modern_standby("Access is denied.\n") is None
    assert offers_modern_standby("    Standby (S0 Low Power Idle)\n") is None


def test_s0_within_a_longer_word_is_another_state() -> None:
    assert offers_modern_standby(MODERN.replace("S0", "S01")) is False


@given(st.text() | st.lists(st.sampled_from((ENGLISH + GERMAN + MODERN).splitlines())).map("\n".join))
def test_no_text_breaks_the_parsers(words: str) -> None:
    for guid in (DISPLAY, PASSWORD):
        found = indexes(words, guid)
        assert found is None or 0 <= found.mains <= 0xFFFFFFFF
    assert offers_modern_standby(words) in (True, False, None)


# In the probe.


def ran(line: str, stdout: str, exit: int = 0) -> dict[str, object]:
    return {"argv": line.split(), "exit": exit, "stdout": stdout}


def printed(display: str, mains: int, battery: int) -> str:
    return display.replace("0x00000258", f"0x{mains:08x}").replace("0x0000012c", f"0x{battery:08x}")


SLEEPS = ENGLISH.replace(DISPLAY, SLEEP.guid)
ASKS = GERMAN.replace("0x00000000", "0x00000001")


def commands(
    display: str = ENGLISH, sleep: str = SLEEPS, password: str = ASKS, states: str = OLDER
) -> list[dict[str, object]]:
    return [
        ran("powercfg /query SCHEME_CURRENT SUB_VIDEO VIDEOIDLE", display),
        ran("powercfg /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE", sleep),
        ran("powercfg /query SCHEME_CURRENT SUB_NONE CONSOLELOCK", password),
        ran("powercfg /a", states),
    ]


def test_what_powercfg_prints_is_used_where_windows_itself_does_not_tell() -> None:
    assert said(PLAIN, queries=[], commands=commands()) == "pass within_limit"
    assert said(PLAIN, queries=[], commands=commands(password=GERMAN)) == "fail no_password"
    assert said(PLAIN, queries=[], commands=commands(sleep=printed(SLEEPS, 0, 0))) == "fail off"


def test_what_windows_itself_tells_comes_first() -> None:
    queries = told(display=0, sleep=1800, password=1)
    assert said(PLAIN, queries=queries, commands=commands()) == "fail too_long"


def test_the_plan_in_the_registry_comes_before_what_is_printed() -> None:
    plan = {
        SCHEMES: {"ActivePowerScheme": text("381b4222-f694-41f0-9685-ff5bb260df2e")},
        rf"{SCHEMES}\381b4222-f694-41f0-9685-ff5bb260df2e\{SLEEP.subgroup}\{SLEEP.guid}": {
            "ACSettingIndex": {"type": "REG_DWORD", "value": 1800}
        },
    }
    assert said(PLAIN, plan, queries=[], commands=commands()) == "fail too_long"


HIGH_PERFORMANCE = "8c5e7fda-e8bf-4a96-9a85-a6e23a8c635c"


def plans(forced: str | None, **seconds: int) -> Registry:
    """Two plans, balanced in use; ``forced`` is the one that a policy names."""
    password = {"ACSettingIndex": dword(1), "DCSettingIndex": dword(1)}
    registry: Registry = {SCHEMES: {"ActivePowerScheme": text(BALANCED)}}
    for scheme, wait in {BALANCED: seconds["balanced"], HIGH_PERFORMANCE: seconds["high"]}.items():
        sleeps = {"ACSettingIndex": dword(wait), "DCSettingIndex": dword(wait)}
        registry[rf"{SCHEMES}\{scheme}\{SLEEP.subgroup}\{SLEEP.guid}"] = sleeps
        registry[rf"{SCHEMES}\{scheme}\{PASSWORD_ON_WAKE.subgroup}\{PASSWORD}"] = password
    if forced is not None:
        registry[POWER_POLICY] = {"ActivePowerScheme": text(forced)}
    return registry


@pytest.mark.parametrize("forced", [None, BALANCED, BALANCED.upper(), f"{{{BALANCED}}}"])
def test_a_policy_that_names_the_plan_in_use_changes_nothing(forced: str | None) -> None:
    assert said(PLAIN, plans(forced, balanced=300, high=0), queries=told()) == "pass within_limit"
    assert said(PLAIN, plans(forced, balanced=0, high=300), queries=told()) == "fail off"


@pytest.mark.parametrize("forced", [HIGH_PERFORMANCE, "", "balanced", "381b4222"])
def test_a_policy_that_names_another_plan_leaves_the_plan_in_the_registry_uncertain(forced: str) -> None:
    assert said(PLAIN, plans(forced, balanced=300, high=0), queries=told()) == "unknown unreadable"
    assert said(PLAIN, plans(forced, balanced=0, high=300), queries=told()) == "unknown unreadable"
    assert said(saver(), plans(forced, balanced=300, high=300), queries=told()) == "unknown unreadable"


def test_a_policy_for_the_plan_that_may_not_be_read_leaves_the_plan_in_the_registry_uncertain() -> None:
    registry, denied = plans(None, balanced=300, high=300), {POWER_POLICY: "denied"}
    assert said(PLAIN, registry, queries=told(), unreadable=denied) == "unknown no_permission"


def test_the_plan_that_windows_itself_tells_needs_no_policy() -> None:
    queries = told(display=0, sleep=300, password=1)
    assert said(PLAIN, plans(HIGH_PERFORMANCE, balanced=0, high=0), queries=queries) == "pass within_limit"


def test_a_hidden_setting_is_asked_for_as_such() -> None:
    hidden = GERMAN[: GERMAN.index("    GUID der Energieeinstellung")]
    asked = [*commands(password=hidden), ran("powercfg /qh SCHEME_CURRENT SUB_NONE CONSOLELOCK", ASKS)]
    assert said(PLAIN, queries=[], commands=asked) == "pass within_limit"


def test_a_whole_dump_is_enough() -> None:
    dump = [ran(r"C:\Windows\System32\powercfg.exe /qh", ENGLISH + SLEEPS + ASKS), ran("powercfg.exe /a", OLDER)]
    assert said(PLAIN, queries=[], commands=dump) == "pass within_limit"


def test_modern_standby_told_by_powercfg() -> None:
    assert said(PLAIN, queries=[], commands=commands(states=MODERN)) == "pass within_limit"
    never = commands(display=printed(ENGLISH, 0, 0), sleep=printed(SLEEPS, 0, 0), states=MODERN)
    assert said(PLAIN, queries=[], commands=never) == "fail off"


def test_no_sleep_at_all_told_by_powercfg() -> None:
    assert said(PLAIN, queries=[], commands=commands(states=NO_SLEEP)) == "unknown unsupported"


def test_silence_of_powercfg_is_unknown() -> None:
    silent = [{**one, "stdout": ""} for one in commands()]
    assert said(PLAIN, queries=[], commands=silent) == "unknown unreadable"
    assert said(saver(), queries=[], commands=silent) == "unknown unreadable"


def test_powercfg_that_was_never_asked_leaves_a_good_screen_saver_alone() -> None:
    assert said(saver(), queries=[]) == "pass within_limit"


def test_powercfg_that_hangs_is_unknown() -> None:
    hung = [{"argv": one["argv"], "failure": "timeout"} for one in commands()]
    assert said(PLAIN, queries=[], commands=hung) == "unknown timeout"


def test_a_hidden_password_setting_leaves_a_good_screen_saver_alone() -> None:
    hidden = GERMAN[: GERMAN.index("    GUID der Energieeinstellung")]
    assert hides(hidden, PASSWORD)
    assert not hides(GERMAN, PASSWORD)
    assert not hides("no such setting", PASSWORD)
    asked = [ran("powercfg /query SCHEME_CURRENT SUB_NONE CONSOLELOCK", hidden)]
    assert said(saver(), queries=[], commands=asked) == "pass within_limit"


def test_nonsense_of_powercfg_about_the_password_is_unknown() -> None:
    asked = [ran("powercfg /query SCHEME_CURRENT SUB_NONE CONSOLELOCK", "nonsense")]
    assert said(saver(), queries=[], commands=asked) == "unknown unreadable"
