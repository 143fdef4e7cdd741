"""How the background agent does, as it noted it itself, in words for the person's page and for the command line."""

from __future__ import annotations

from datetime import datetime, tzinfo

import msgspec

from agent.files import read_regular
from agent.locking import is_held
from agent.paths import Paths

__all__ = ["Health", "read", "sentence"]

#: A note of the agent is some hundred bytes.
MAX_BYTES = 4096


class Health(msgspec.Struct, frozen=True):
    """``failures`` counts the rounds in a row that did not come to an end; ``unkept``: the last could not keep all."""

    pid: int | None = None
    failures: int = 0
    unkept: bool = False
    last_round: datetime | None = None
    next_round: datetime | None = None


def read(paths: Paths) -> Health | None:
    """What the background agent noted, or ``None`` when none is running."""
    if not is_held(paths.daemon_lock):
        return None
    try:
        health = msgspec.json.decode(read_regular(paths.health, MAX_BYTES), type=Health)
        for moment in (health.last_round, health.next_round):
            if moment is not None:
                moment.astimezone()  # of the first or the last day of all it may be one that nothing can show
    except (OSError, OverflowError, ValueError, msgspec.DecodeError):
        return Health()
    return health


def sentence(health: Health | None, zone: tzinfo, now: datetime, *, in_terminal: bool = False) -> str:
    """How it does, in a line or two; ``in_terminal`` with the command that does something about it."""
    if health is None and in_terminal:
        return "The background agent is not running. `watchword autostart on` starts it when you sign in."
    if health is None:
        return "Watchword is not running in the background, so nothing is checked until you open it."
    parts = ["The background agent is running."]
    if health.failures:
        count = "The last round" if health.failures == 1 else f"The last {health.failures} rounds"
        parts.append(f"{count} did not finish; it keeps trying.")
    if health.unkept:
        why = ": `watchword doctor` says why." if in_terminal else ". If it stays like this, tell office IT."
        parts.append(f"The last round could not keep its results{why}")
    if health.last_round is not None:
        parts.append(f"Last round {_when(health.last_round, zone, now)}.")
    if health.next_round is not None:
        parts.append(f"Next round about {_when(health.next_round, zone, now)}.")
    return " ".join(parts)


def _when(at: datetime, zone: tzinfo, now: datetime) -> str:
    local = at.astimezone(zone)
    clock = f"{local:%H:%M}"
    return clock if local.date() == now.astimezone(zone).date() else f"{clock} on {local:%A} {local.day} {local:%B}"
