r"""The screen lock of Windows: four ways in which it locks by itself, each of them enough.

1. The machine inactivity limit, a policy. With it the screen saver and the screen going off lock as well.
2. A screen saver with a password (:mod:`checks.screen_lock.windows_saver`).
3. The limit of a device management service, in **minutes**.
4. Sign-in after the screen went off (Modern Standby) or after sleep (older computers), by the power plan.

Microsoft's documentation of "Interactive logon: Machine inactivity limit", of policy-csp-devicelock and of the policy
AllowDomainDelayLock; MicrosoftDocs/windows-itpro-docs issue 6147 for what the first does to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, LockFacts, LockPath, Never, Power, Reading, Setting, Source, Wait, waited
from checks.screen_lock.settings.power import DISPLAY_OFF, PASSWORD_ON_WAKE, SLEEP, Capabilities, Plan, is_silence
from checks.screen_lock.settings.registry import DWORD_MAX, Key, opened
from checks.screen_lock.windows_saver import DESKTOP, Saver, read_saver

__all__ = ["read"]

SECOND, MINUTE, NONE = timedelta(seconds=1), timedelta(minutes=1), timedelta(0)
MACHINE_POLICIES = r"HKLM64\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
USER_POLICIES = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System"
SYSTEM_POLICIES = r"HKLM64\SOFTWARE\Policies\Microsoft\Windows\System"
DEVICE_LOCK = r"HKLM64\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"
#: Policies that mean "never" with the largest number that fits, signed or not.
FOR_EVER = 0x7FFFFFFF
SOURCES = (Power.MAINS, Power.BATTERY)
SHOWN = {Power.MAINS: "plugged in", Power.BATTERY: "on battery"}


@dataclass(frozen=True)
class Energy:
    """What the power plan says for one power source: when the screen goes off and the computer sleeps."""

    power: Power
    display: Setting[int]
    sleep: Setting[int]
    password: Setting[int]

    @property
    def display_off(self) -> Wait:
        """From the last key press until the screen goes off."""
        return _seconds(self.display)

    @property
    def sleeps(self) -> Wait:
        """From the last key press until the computer sleeps."""
        return _seconds(self.sleep)

    @property
    def needs_password(self) -> bool | Unreadable:
        """Whether waking from sleep needs the password."""
        value = self.password.value
        if isinstance(value, Unreadable):
            return value
        return value == 1 if value in (0, 1) else Unreadable("malformed", self.password.where)

    def readings(self) -> tuple[Reading, ...]:
        """All three for ``explain``."""
        where = SHOWN[self.power]
        return (
            self.display.reading(f"screen goes off, {where}", "seconds"),
            self.sleep.reading(f"sleeps, {where}", "seconds"),
            self.password.reading(f"password on wake, {where} (1 is yes)"),
        )


def read(host: Host) -> LockFacts:
    """Every way this person's session locks by itself."""
    plan = Plan(host)
    abilities = plan.capabilities()
    sources = SOURCES[:1] if abilities.battery is False else SOURCES
    energy = [
        Energy(power, *(plan.read(setting, power) for setting in (DISPLAY_OFF, SLEEP, PASSWORD_ON_WAKE)))
        for power in sources
    ]
    saver = read_saver(host)
    away = _sign_in_delay(host)
    machine = opened(host, MACHINE_POLICIES, Source.POLICY)
    paths = [
        *_inactivity_limit(machine, saver, energy),
        saver.path(),
        *_device_management(host),
        *(_by_power(one, abilities, away) for one in energy),
    ]
    forbidden = _locking_forbidden(machine, opened(host, USER_POLICIES, Source.POLICY))
    if forbidden is not None:
        # Whether anything still locks then is nowhere written down.
        stuck = Unreadable("unsupported", forbidden.where)
        paths = [replace(path, idle=stuck) for path in paths]
    readings = [Reading("Modern Standby", _yes_no(abilities.modern_standby), Source.SYSTEM, abilities.where)]
    readings += [] if forbidden is None else [forbidden.reading("locking is switched off (1 is yes)")]
    return LockFacts(
        "Windows",
        tuple(paths),
        on_suspend=_on_suspend(energy, abilities, away.value),
        has_battery=abilities.battery,
        readings=tuple(readings),
    )


def _inactivity_limit(machine: Key, saver: Saver, energy: Sequence[Energy]) -> list[LockPath]:
    """``InactivityTimeoutSecs``, **seconds**, 1 to 599940; 0 or absent is off.

    Where it is on, a screen saver without a password locks too, and so does the screen going off.
    """
    limit = machine.number("inactivitytimeoutsecs")
    if limit is None or limit.value == 0:
        return []
    name, reading = "machine inactivity limit", limit.reading("machine inactivity limit", "seconds")
    if isinstance(limit.value, Unreadable):
        return [LockPath(name, limit.value, NONE, (reading,))]
    idle: Wait = waited(limit.value, SECOND)
    if saver.forbidden:
        # Microsoft: "screen saver should be active on the destination machine". Here a policy forbids just that.
        idle = Unreadable("unsupported", limit.where)
    return [
        LockPath(name, idle, NONE, (reading,)),
        LockPath(f"{name}, with the screen saver", saver.idle, NONE, (reading,)),
        *(
            LockPath(f"{name}, with the screen off", one.display_off, NONE, (reading, *one.readings()), one.power)
            for one in energy
        ),
    ]


def _device_management(host: Host) -> list[LockPath]:
    """``MaxInactivityTimeDeviceLock``, **minutes**, 1 to 999; 0 is off. Without a provider it is only a default."""
    key = opened(host, DEVICE_LOCK, Source.POLICY)
    limit = _provided(key, "maxinactivitytimedevicelock")
    if limit is None or limit.value == 0:
        return []
    readings = [limit.reading("device management limit", "minutes")]
    idle = limit.value if isinstance(limit.value, Unreadable) else waited(limit.value, MINUTE)
    outside = _provided(key, "maxinactivitytimedevicelockwithexternaldisplay")
    if outside is not None and outside.value != 0:
        readings.append(outside.reading("the same with an external screen", "minutes"))
        longer = outside.value if isinstance(outside.value, Unreadable) else waited(outside.value, MINUTE)
        # Nobody knows whether a screen will be plugged in: the longer one counts.
        if isinstance(idle, timedelta) and (isinstance(longer, Unreadable) or longer > idle):
            idle = longer
    password = _provided(key, "devicepasswordenabled")
    if password is not None and password.value != 0:
        # 0 is "enabled". Anything else, and what the limit then locks is not certain.
        readings.append(password.reading("device password (0 is needed)"))
        idle = Unreadable("unsupported", password.where)
    return [LockPath("device management limit", idle, NONE, tuple(readings))]


def _provided(key: Key, name: str) -> Setting[int] | None:
    """A value of the device management service, if a service really set it."""
    provider = key.number(f"{name}_providerset")
    if provider is not None and isinstance(provider.value, Unreadable):
        return Setting(provider.value, provider.source, provider.where)
    return None if provider is None or provider.value != 1 else key.number(name)


@dataclass(frozen=True)
class SignInDelay:
    """How long after the screen went off a Modern Standby computer lets people back in without signing in."""

    value: Wait
    reading: Reading


def _sign_in_delay(host: Host) -> SignInDelay:
    """``DelayLockInterval``, **seconds**: 0, 60, 180, 300, 900, or 0xFFFFFFFF for never.

    Absent is "Every time", the default of the setting (elevenforum.com and public scripts that write all six).
    The policy AllowDomainDelayLock at 0 takes the choice away: at once.
    """
    what = "sign-in is needed, after the screen went off, after"
    policy = opened(host, SYSTEM_POLICIES, Source.POLICY).number("allowdomaindelaylock")
    if policy is not None and policy.value == 0:
        return SignInDelay(NONE, Reading(what, "0 seconds", Source.POLICY, policy.where))
    user = opened(host, DESKTOP, Source.USER)
    delay = user.number("delaylockinterval")
    if delay is None:
        if user.values is None:
            # Every Windows session has this key.
            return SignInDelay(Unreadable("empty", DESKTOP), Reading(what, "not to be found", Source.USER, DESKTOP))
        return SignInDelay(NONE, Reading(what, "0 seconds", Source.DEFAULT, DESKTOP))
    if isinstance(delay.value, Unreadable):
        return SignInDelay(delay.value, delay.reading(what))
    if delay.value == DWORD_MAX:
        return SignInDelay(NEVER, Reading(what, "never", delay.source, delay.where))
    return SignInDelay(waited(delay.value, SECOND), delay.reading(what, "seconds"))


def _by_power(energy: Energy, abilities: Capabilities, away: SignInDelay) -> LockPath:
    """Sign-in after the screen went off or after sleep, on one power source."""
    modern = _modern(energy, away.value)
    older = (energy.sleeps, _older_grace(energy))
    if abilities.modern_standby is None:
        idle, grace = _either(modern, older)
    else:
        idle, grace = modern if abilities.modern_standby else older
    name = f"sign-in after being away, {SHOWN[energy.power]}"
    return LockPath(name, idle, grace, (*energy.readings(), away.reading), energy.power)


def _modern(energy: Energy, delay: Wait) -> tuple[Wait, Wait]:
    """With Modern Standby the screen going off is the beginning of sleep, and the delay runs from there."""
    idle, grace = energy.display_off, delay
    if isinstance(idle, Never) and not isinstance(energy.sleeps, Never):
        # The screen stays on and yet it sleeps: what Modern Standby makes of that is not certain.
        idle = energy.sleeps if isinstance(energy.sleeps, Unreadable) else Unreadable("unsupported", "sleep")
    if energy.needs_password is False and not isinstance(grace, Never):
        # The older setting says no password, the newer one says password: which one holds is not certain.
        grace = Unreadable("unsupported", energy.password.where)
    return idle, grace


def _older_grace(energy: Energy) -> Wait:
    needed = energy.needs_password
    if isinstance(needed, Unreadable):
        return needed
    return NONE if needed else NEVER


def _either(modern: tuple[Wait, Wait], older: tuple[Wait, Wait]) -> tuple[Wait, Wait]:
    """What is true whichever kind of sleep the computer has."""
    if modern == older:
        return modern
    unread = (wait for wait in (*older, *modern) if isinstance(wait, Unreadable))
    unclear = next(unread, Unreadable("unsupported", "whether this computer has Modern Standby"))
    if isinstance(modern[0], Never) and isinstance(older[0], Never):
        return NEVER, unclear
    if isinstance(modern[1], Never) and isinstance(older[1], Never):
        return unclear, NEVER
    return unclear, unclear


def _on_suspend(energy: Sequence[Energy], abilities: Capabilities, delay: Wait) -> bool | Unreadable | None:
    """Whether waking from sleep needs a sign-in on every power source."""
    modern = delay if isinstance(delay, Unreadable) else not isinstance(delay, Never)
    if abilities.modern_standby:
        return modern
    older = _older_on_suspend(energy)
    if abilities.modern_standby is False or older == modern:
        return older
    if older is None or isinstance(older, Unreadable):
        return older
    return Unreadable("unsupported", "whether this computer has Modern Standby")


def _older_on_suspend(energy: Sequence[Energy]) -> bool | Unreadable | None:
    """``None`` where there was nobody to ask: Windows asks for the password unless it is told not to."""
    answers = [one.needs_password for one in energy]
    if False in answers:
        return False
    asked = [answer for one, answer in zip(energy, answers, strict=True) if not is_silence(one.password)]
    unread = next((answer for answer in asked if isinstance(answer, Unreadable)), None)
    return unread or (True if len(asked) == len(answers) else None)


def _locking_forbidden(*keys: Key) -> Setting[int] | None:
    """``DisableLockWorkstation``, for everybody or this person. Any value but 0 is taken for "on"."""
    found = (key.number("disablelockworkstation") for key in keys)
    return next((setting for setting in found if setting is not None and setting.value != 0), None)


def _seconds(setting: Setting[int]) -> Wait:
    if isinstance(setting.value, Unreadable):
        return setting.value
    return NEVER if setting.value == 0 or setting.value >= FOR_EVER else waited(setting.value, SECOND)


def _yes_no(answer: bool | None) -> str:
    return "not known" if answer is None else "yes" if answer else "no"
