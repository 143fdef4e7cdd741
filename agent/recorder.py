"""Recording this computer: run every check once while watching, leave people out, and see that it is judged the same.

A recording holds a computer and not its owner's affairs: the checks run without the network and without addresses,
statements and what is remembered about accounts, here and when the recording is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from agent.contract import Category, Check
from agent.device import os_version
from agent.host import Host
from agent.host.identity import Identity
from agent.host.recording import Recording
from agent.host.redact import redacted
from agent.host.replay import ReplayHost
from agent.host.watch import WatchedMapping, WatchingHost
from agent.runner import Outcome
from config.loader import Loaded, from_values, shareable

__all__ = ["Difference", "Judge", "Remembered", "Taken", "take"]

#: What one check remembers from earlier rounds.
Remembered = Callable[[str], Mapping[str, Any]]
#: Runs the checks on a host, with these settings and what each check remembers.
Judge = Callable[[Host, Loaded, Remembered], Sequence[Outcome]]

#: Settings that change verdicts and say nothing about an office or a person.
RECORDED_SETTINGS = ("profile", "thresholds", "checks", "app_updates")


@dataclass(frozen=True)
class Difference:
    """A check that came out differently: the statuses and reasons here, and those of the recording."""

    check: str
    here: tuple[str, ...]
    recorded: tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """A finished recording, and where judging it gave other answers than judging the computer."""

    recording: Recording
    differences: tuple[Difference, ...]


def take(
    host: Host,
    loaded: Loaded,
    checks: Sequence[Check],
    judge: Judge,
    *,
    identity: Identity = Identity(),  # noqa: B008  (frozen)
    remembered: Remembered = lambda _: {},
) -> Taken:
    """Record ``host`` while ``judge`` runs ``checks`` on it.

    ``remembered`` is asked for checks of the device only. ``identity`` is what is known of the computer's people.
    """
    config, replaced = _without_people(shareable(loaded))
    settings = from_values(config, "recording")
    kept = {check.id: WatchedMapping(remembered(check.id)) for check in checks if check.category is Category.DEVICE}
    watching = WatchingHost(host)
    here = judge(watching, settings, lambda check_id: kept.get(check_id, {}))
    os_version(watching)  # the document of a replay names the system
    recording = watching.to_recording(config=config, remembered={check: asked.asked for check, asked in kept.items()})
    recording = redacted(msgspec.structs.replace(recording, redacted=replaced), identity)
    recorded = judge(
        ReplayHost(recording),
        from_values(recording.config, "recording"),
        lambda check_id: recording.remembered.get(check_id, {}),
    )
    return Taken(recording, tuple(_differences(here, recorded)))


def _without_people(config: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """The settings that decide verdicts, with numbered accounts, and how many details that replaced."""
    kept = {name: config[name] for name in RECORDED_SETTINGS if name in config}
    accounts = config.get("accounts", [])
    if accounts:
        kept["accounts"] = [
            {
                "service": account["service"],
                "label": f"Account {number}",
                "address": f"account{number}@example.invalid" if account["address"] else "",
            }
            for number, account in enumerate(accounts, 1)
        ]
    counts = {
        "account_address": sum(1 for account in accounts if account["address"]),
        "account_label": len(accounts),
    }
    return kept, {kind: count for kind, count in counts.items() if count}


def _differences(here: Sequence[Outcome], recorded: Sequence[Outcome]) -> Iterator[Difference]:
    there = {outcome.check.id: _verdicts(outcome) for outcome in recorded}
    for outcome in here:
        mine, theirs = _verdicts(outcome), there.get(outcome.check.id, ())
        if mine != theirs:
            yield Difference(outcome.check.id, mine, theirs)


def _verdicts(outcome: Outcome) -> tuple[str, ...]:
    """What an outcome says, whoever it says it of: accounts have other ids in a recording."""
    return tuple(sorted(f"{finding.status} ({finding.reason})" for finding in outcome.findings))
