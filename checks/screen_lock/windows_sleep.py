"""Sign-in after the screen went off (Modern Standby) or after sleep (older computers), by power source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, LockPath, Never, Power, Reading, Setting, Source, Wait, waited
from checks.screen_lock.settings.power import DISPLAY_OFF, PASSWORD_ON_WAKE, SLEEP, Capabilities, Plan, is_silence
from checks.screen_lock.settings.registry import DWORD_MAX, opened
from checks.screen_lock.windows_saver import DESKTOP

__all__ = ["Energy", "SignInDelay", "by_power", "on_suspend", "read_energy", "sign_in_delay", "while_awake"]

SECOND, NONE = timedelta(seconds=1), timedelta(0)
SYSTEM_POLICIES = r"HKLM64\SOFTWARE\Policies\Microsoft\Windows\System"
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


def read_energy(plan: Plan, abilities: Capabilities) -> list[Energy]:
    """The power plan for every power source that this computer has, or may have."""
    sources = SOURCES[:1] if abilities.battery is False else SOURCES
    return [
        Energy(power, *(plan.read(setting, power) for setting in (DISPLAY_OFF, SLEEP, PASSWORD_ON_WAKE)))
        for power in sources
    ]


@dataclass(frozen=True)
class SignInDelay:
    """How long after the screen went off a Modern Standby computer lets people back in without signing in."""

    value: Wait
    reading: Reading


def sign_in_delay(host: Host) -> SignInDelay:
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


def by_power(energy: Energy, abilities: Capabilities, away: SignInDelay) -> LockPath:
    """Sign-in after the screen went off or after sleep, on one power source."""
    modern = _modern(energy, away.value)
    older = (energy.sleeps, _older_grace(energy, abilities))
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
    return idle, _modern_grace(energy, grace)


def _modern_grace(energy: Energy, delay: Wait) -> Wait:
    """The delay, unless the older setting says no password, or might: which one holds then is not certain."""
    needed = energy.needs_password
    if needed is True or is_silence(energy.password) or isinstance(delay, Never):
        return delay
    return needed if isinstance(needed, Unreadable) else Unreadable("unsupported", energy.password.where)


def _older_grace(energy: Energy, abilities: Capabilities) -> Wait:
    needed = energy.needs_password
    if isinstance(needed, Unreadable):
        return needed
    if needed and abilities.older_sleep is False:
        # Whether it then hibernates at that time, or does nothing, is not certain.
        return Unreadable("unsupported", f"sleep: {abilities.where}")
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


def while_awake(path: LockPath, energy: Sequence[Energy], abilities: Capabilities, delay: Wait) -> list[LockPath]:
    """The same way to lock as far as sleep leaves time for it: by power source where it overtakes it on any."""
    graces = {one.power: _overtaken(path.idle, one, abilities, delay) for one in energy}
    if all(grace is None for grace in graces.values()):
        return [path]
    return [replace(path, grace=path.grace if grace is None else grace, power=at) for at, grace in graces.items()]


def _overtaken(idle: Wait, energy: Energy, abilities: Capabilities, delay: Wait) -> Wait | None:
    """When a password is needed on a computer that sleeps before ``idle`` is over; ``None`` where that says nothing.

    Nothing runs during the older kinds of sleep, and the key that wakes the computer begins the time anew. Whether a
    screen saver starts during Modern Standby is nowhere written down; where waking needs the password anyway, it does
    not matter.
    """
    if not isinstance(idle, timedelta):
        return None
    unclear = Unreadable("unsupported", "sleep before the screen saver")
    sleeps, dark = energy.sleeps, energy.display_off
    if abilities.modern_standby is not True and energy.needs_password is False:
        certain = abilities.modern_standby is False and abilities.older_sleep is not False
        if isinstance(sleeps, timedelta) and sleeps < idle:
            return NEVER if certain else unclear
    late = isinstance(delay, Never) or (isinstance(delay, timedelta) and delay > NONE)
    if abilities.modern_standby is not False and late and not isinstance(dark, Never):
        return dark if isinstance(dark, Unreadable) else unclear if dark <= idle else None
    return None


def on_suspend(energy: Sequence[Energy], abilities: Capabilities, delay: Wait) -> bool | Unreadable | None:
    """Whether waking from sleep needs a sign-in on every power source."""
    modern = _modern_on_suspend(energy, delay)
    if abilities.modern_standby:
        return modern
    older = _older_on_suspend(energy)
    if abilities.modern_standby is False or older == modern:
        return older
    if older is None or isinstance(older, Unreadable):
        return older
    return Unreadable("unsupported", "whether this computer has Modern Standby")


def _modern_on_suspend(energy: Sequence[Energy], delay: Wait) -> bool | Unreadable:
    waits = [delay, *(_modern_grace(one, delay) for one in energy)]
    unread = next((wait for wait in waits if isinstance(wait, Unreadable)), None)
    return unread or not isinstance(delay, Never)


def _older_on_suspend(energy: Sequence[Energy]) -> bool | Unreadable | None:
    """``None`` where there was nobody to ask: Windows asks for the password unless it is told not to."""
    answers = [one.needs_password for one in energy]
    if False in answers:
        return False
    asked = [answer for one, answer in zip(energy, answers, strict=True) if not is_silence(one.password)]
    unread = next((answer for answer in asked if isinstance(answer, Unreadable)), None)
    return unread or (True if len(asked) == len(answers) else None)


def _seconds(setting: Setting[int]) -> Wait:
    if isinstance(setting.value, Unreadable):
        return setting.value
    return NEVER if setting.value == 0 or setting.value >= FOR_EVER else waited(setting.value, SECOND)
