r"""Power settings of Windows, by power source.

A value is looked for where it binds most: the office's policy, the power plan as Windows itself tells it (powrprof),
the plan in the registry, and last what ``powercfg`` prints. Policy: ADMX PowerManagement. GUIDs: winnt.h.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.host import Host, Unreadable
from checks.screen_lock.facts import Power, Setting, Source
from checks.screen_lock.settings import powercfg
from checks.screen_lock.settings.registry import opened

__all__ = ["DISPLAY_OFF", "PASSWORD_ON_WAKE", "SLEEP", "Capabilities", "Plan", "PowerSetting", "is_silence"]


@dataclass(frozen=True)
class PowerSetting:
    """One setting of a power plan, by the names under which each place keeps it."""

    subgroup: str
    guid: str
    #: The names that ``powercfg`` takes for the two.
    aliases: tuple[str, str]


#: Seconds until the screen turns off; 0 is never.
DISPLAY_OFF = PowerSetting(
    "7516b95f-f776-4464-8c53-06167f40cc99", "3c0bc021-c8a8-4e07-a973-6b14cbcb2b7e", ("SUB_VIDEO", "VIDEOIDLE")
)
#: Seconds until the computer sleeps; 0 is never.
SLEEP = PowerSetting(
    "238c9fa8-0aad-41ed-83f4-97be242c8f20", "29f6c1db-86da-48c5-9fdb-f2b67b1f44da", ("SUB_SLEEP", "STANDBYIDLE")
)
#: 1: the password is needed after sleep, which is the default; 0: it is not.
PASSWORD_ON_WAKE = PowerSetting(
    "fea3413e-7e05-4911-9a71-700331f1c294", "0e796bdb-100d-47d6-a2d5-f7d2daa51f51", ("SUB_NONE", "CONSOLELOCK")
)

POLICIES = r"HKLM64\SOFTWARE\Policies\Microsoft\Power\PowerSettings"
SCHEMES = r"HKLM64\SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes"
SCHEME = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")
VALUE = {Power.MAINS: "acsettingindex", Power.BATTERY: "dcsettingindex"}
SHORT = {Power.MAINS: "ac", Power.BATTERY: "dc"}
#: ``/query`` leaves hidden settings out, ``/qh`` does not.
QUERIES = ("/query", "/q", "/qh")
TIME_LIMIT_SECONDS = 3.0
#: What a recording answers for a command that is not in it.
NOT_RECORDED = 127
#: The place has no answer, which is no sign of trouble: the next one is asked.
NO_ANSWER = frozenset({"not_recorded", "unsupported", "no_tool", "empty"})


@dataclass(frozen=True)
class Capabilities:
    """How the computer sleeps. ``None``: it could not be told.

    ``older_sleep``: whether it has any of S1 to S3. Without these and Modern Standby nothing sleeps at the time that is
    set for it, which Windows keeps all the same.
    """

    modern_standby: bool | None
    battery: bool | None
    where: str
    older_sleep: bool | None = None


def is_silence(setting: Setting[int]) -> bool:
    """Whether nobody was there to ask, as opposed to an answer that could not be read."""
    return isinstance(setting.value, Unreadable) and setting.value.reason in NO_ANSWER


class Plan:
    """The power settings of one computer. Each command is run once at most."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._answers: dict[tuple[str, ...], str | Unreadable] = {}

    def read(self, setting: PowerSetting, power: Power) -> Setting[int]:
        """The setting's value on one power source, in its own unit, from the place that binds most."""
        trouble: Unreadable | None = None
        for found in self._places(setting, power):
            if not isinstance(found.value, Unreadable):
                return found
            if found.value.reason not in NO_ANSWER:
                if found.source is Source.POLICY:
                    return found
                trouble = trouble or found.value
        where = "power plan"
        return Setting(trouble or Unreadable("empty", where), Source.SETTING, where)

    def capabilities(self) -> Capabilities:
        """What Windows tells of itself, else what ``powercfg /a`` prints."""
        answer = self._host.query("power_capabilities")
        told = answer if isinstance(answer, dict) else {}
        modern = told.get("modern_standby")
        # Either of the two may have seen the battery; only one that nobody saw is not there.
        seen = (self._host.query("battery_present"), told.get("batteries"), told.get("battery"))
        batteries = [each for each in seen if isinstance(each, bool)]
        known_battery = any(batteries) if batteries else None
        if isinstance(modern, bool):
            older = told.get("older_sleep")
            known = older if isinstance(older, bool) else None
            return Capabilities(modern, known_battery, "power capabilities", known)
        for option in ("/a", "/availablesleepstates"):
            text = self._powercfg(option)
            if isinstance(text, Unreadable):
                continue
            found, older = powercfg.offers_modern_standby(text), powercfg.offers_older_sleep(text)
            if found is not None:
                return Capabilities(found, known_battery, f"powercfg {option}", older)
        return Capabilities(None, known_battery, "power capabilities")

    def _places(self, setting: PowerSetting, power: Power) -> Iterator[Setting[int]]:
        policy = opened(self._host, rf"{POLICIES}\{setting.guid}", Source.POLICY).number(VALUE[power])
        if policy is not None:
            yield policy
        yield Setting(self._native(setting, power), Source.SETTING, f"power plan, {power.value}")
        plan = self._in_registry(setting, power)
        if plan is not None:
            yield plan
        yield Setting(self._printed(setting, power), Source.SETTING, f"powercfg, {power.value}")

    def _native(self, setting: PowerSetting, power: Power) -> int | Unreadable:
        answer = self._host.query("power_setting", setting.subgroup, setting.guid, SHORT[power])
        if isinstance(answer, Unreadable):
            return answer
        return answer if type(answer) is int and answer >= 0 else Unreadable("malformed", "power_setting")

    def _in_registry(self, setting: PowerSetting, power: Power) -> Setting[int] | None:
        """The value in the active plan. One that is not there is that of a hidden default, which we do not guess."""
        active = self._scheme(SCHEMES)
        forced = self._scheme(POLICIES)
        if isinstance(forced, Setting) and active is not None:
            # A policy may name the plan (ADMX "Specify a custom active power plan"). Which one is in use is certain
            # only where the two agree: another may not have been switched to yet, or not be on this computer.
            same = isinstance(active.value, str) and active.value == forced.value
            active = forced if isinstance(forced.value, Unreadable) or same else self._unsure(forced.where)
        if active is None:
            return None
        if isinstance(active.value, Unreadable):
            return Setting(active.value, active.source, active.where)
        key = opened(self._host, rf"{SCHEMES}\{active.value}\{setting.subgroup}\{setting.guid}", Source.SETTING)
        return key.number(VALUE[power])

    def _scheme(self, path: str) -> Setting[str] | None:
        """The plan that a key names, in lower case and without braces. It is never more than a setting of the plan."""
        named = opened(self._host, path, Source.SETTING).text("activepowerscheme")
        if named is None or isinstance(named.value, Unreadable):
            return named
        scheme = SCHEME.fullmatch(named.value.strip())
        return Setting(
            Unreadable("malformed", named.where) if scheme is None else scheme[1].lower(), named.source, named.where
        )

    @staticmethod
    def _unsure(where: str) -> Setting[str]:
        return Setting(Unreadable("failed", f"{where} names another plan"), Source.SETTING, where)

    def _printed(self, setting: PowerSetting, power: Power) -> int | Unreadable:
        trouble = Unreadable("no_tool", "powercfg")
        for option in QUERIES:
            for rest in (("SCHEME_CURRENT", *setting.aliases), ()):
                text = self._powercfg(option, *rest)
                if isinstance(text, Unreadable):
                    if text.reason not in NO_ANSWER:
                        return text
                    continue
                found = powercfg.indexes(text, setting.guid)
                if found is not None:
                    return found.mains if power is Power.MAINS else found.battery
                reason = "empty" if powercfg.hides(text, setting.guid) else "malformed"
                trouble = Unreadable(reason, f"powercfg {option}")
        return trouble

    def _powercfg(self, *arguments: str) -> str | Unreadable:
        """What ``powercfg`` prints, by the name that it has here."""
        if arguments not in self._answers:
            self._answers[arguments] = self._run(arguments)
        return self._answers[arguments]

    def _run(self, arguments: tuple[str, ...]) -> str | Unreadable:
        where = " ".join(("powercfg", *arguments))
        program = next((name for name in ("powercfg", "powercfg.exe") if self._host.which(name) is not None), None)
        if program is None:
            return Unreadable("no_tool", where)
        done = self._host.run([program, *arguments], timeout=TIME_LIMIT_SECONDS)
        if isinstance(done, Unreadable):
            return done
        if done.exit != 0:
            return Unreadable("not_recorded" if done.exit == NOT_RECORDED else "failed", where)
        # A program that ends well and says nothing has not answered; asking it further is of no use.
        return done.stdout if done.stdout.strip() else Unreadable("failed", where)
