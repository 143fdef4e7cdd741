r"""The screen lock of Windows: four ways in which it locks by itself, each of them enough.

1. The machine inactivity limit, a policy. With it the screen saver and the screen going off lock as well.
2. A screen saver with a password (:mod:`checks.screen_lock.windows_saver`).
3. The limit of a device management service, in **minutes**.
4. Sign-in after the screen went off or after sleep (:mod:`checks.screen_lock.windows_sleep`).

Microsoft's documentation of "Interactive logon: Machine inactivity limit", of policy-csp-devicelock and of the policy
AllowDomainDelayLock; MicrosoftDocs/windows-itpro-docs issue 6147 for what the first does to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import LockFacts, LockPath, Reading, Setting, Source, Wait, waited
from checks.screen_lock.settings.power import Plan
from checks.screen_lock.settings.registry import Key, opened
from checks.screen_lock.windows_saver import Saver, read_saver
from checks.screen_lock.windows_sleep import Energy, by_power, on_suspend, read_energy, sign_in_delay, while_awake

__all__ = ["read"]

SECOND, MINUTE, NONE = timedelta(seconds=1), timedelta(minutes=1), timedelta(0)
MACHINE_POLICIES = r"HKLM64\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
USER_POLICIES = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Policies\System"
#: The largest limit that Windows takes.
LONGEST_LIMIT_SECONDS = 599940
DEVICE_LOCK = r"HKLM64\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"


def read(host: Host) -> LockFacts:
    """Every way this person's session locks by itself."""
    plan = Plan(host)
    abilities = plan.capabilities()
    energy = read_energy(plan, abilities)
    saver = read_saver(host)
    away = sign_in_delay(host)
    machine = opened(host, MACHINE_POLICIES, Source.POLICY)
    paths = [
        *_inactivity_limit(machine, saver, energy),
        *(
            each
            for path in (saver.path(), *_device_management(host))
            for each in while_awake(path, energy, abilities, away.value)
        ),
        *(by_power(one, abilities, away) for one in energy),
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
        on_suspend=on_suspend(energy, abilities, away.value),
        has_battery=abilities.battery,
        readings=tuple(readings),
        standby=None if abilities.modern_standby is None else "modern" if abilities.modern_standby else "s3",
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
    # Whether a number beyond the largest switches the limit on at all is nowhere written down.
    grace: Wait = NONE if limit.value <= LONGEST_LIMIT_SECONDS else Unreadable("malformed", limit.where)
    return [
        LockPath(name, idle, NONE, (reading,)),
        LockPath(f"{name}, with the screen saver", saver.idle, grace, (reading,)),
        *(
            LockPath(f"{name}, with the screen off", one.display_off, grace, (reading, *one.readings()), one.power)
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
    if outside is not None and outside.value == 0:
        # Set to "no limit": whether the other limit then still holds with an external screen is not certain.
        readings.append(outside.reading("the same with an external screen", "minutes"))
        idle = Unreadable("unsupported", outside.where)
    elif outside is not None:
        readings.append(outside.reading("the same with an external screen", "minutes"))
        longer = outside.value if isinstance(outside.value, Unreadable) else waited(outside.value, MINUTE)
        # Nobody knows whether a screen will be plugged in: the longer one counts.
        if isinstance(idle, timedelta) and (isinstance(longer, Unreadable) or longer > idle):
            idle = longer
    grace: Wait = NONE
    password = _provided(key, "devicepasswordenabled")
    if password is None or password.value != 0:
        # Microsoft (DeviceLock CSP): it "must be set to 0", which is "enabled", for the limit to take effect. What it
        # is where nobody set it, Microsoft's pages say differently.
        readings += [] if password is None else [password.reading("device password (0 is needed)")]
        grace = Unreadable("unsupported", rf"{DEVICE_LOCK}\DevicePasswordEnabled")
    return [LockPath("device management limit", idle, grace, tuple(readings))]


def _provided(key: Key, name: str) -> Setting[int] | None:
    """A value of the device management service, if a service really set it."""
    provider = key.number(f"{name}_providerset")
    if provider is not None and isinstance(provider.value, Unreadable):
        return Setting(provider.value, provider.source, provider.where)
    return None if provider is None or provider.value != 1 else key.number(name)


def _locking_forbidden(*keys: Key) -> Setting[int] | None:
    """``DisableLockWorkstation``, for everybody or this person. Any value but 0 is taken for "on"."""
    found = (key.number("disablelockworkstation") for key in keys)
    return next((setting for setting in found if setting is not None and setting.value != 0), None)


def _yes_no(answer: bool | None) -> str:
    return "not known" if answer is None else "yes" if answer else "no"
