"""Times as the page says them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.localtime import LOCAL

__all__ = ["clock", "day", "moment", "on_day", "sentences"]


def clock(at: datetime) -> str:
    """The time by the clock of this computer: "10:30"."""
    return f"{at.astimezone(LOCAL):%H:%M}"


def day(at: datetime, now: datetime) -> str:
    """The day: "today", "yesterday", "tomorrow", "3 November", "3 November 2025"."""
    there, here = at.astimezone(LOCAL).date(), now.astimezone(LOCAL).date()
    near = {timedelta(0): "today", timedelta(-1): "yesterday", timedelta(1): "tomorrow"}.get(there - here)
    return near or f"{there.day} {there:%B}" + (f" {there.year}" if there.year != here.year else "")


def moment(at: datetime, now: datetime) -> str:
    """Day and time: "today at 10:30", "3 November at 10:30"."""
    return f"{day(at, now)} at {clock(at)}"


def on_day(at: datetime, now: datetime) -> str:
    """The day within a sentence: "today", "on 3 November"."""
    spoken = day(at, now)
    return spoken if spoken.isalpha() else f"on {spoken}"


def sentences(parts: Iterable[str]) -> str:
    """Each part as a sentence of its own."""
    spoken = [part.strip() for part in parts]
    return " ".join(
        f"{part[:1].upper()}{part[1:]}" + ("" if part.endswith((".", "?", "\N{HORIZONTAL ELLIPSIS}")) else ".")
        for part in spoken
        if part
    )
