"""How sharing stands, in sentences for the person: the same on the page and on the command line."""

from __future__ import annotations

from datetime import datetime, tzinfo

from agent.reminding import spoken
from agent.report.sharing import Arrangement, Standing
from agent.store.records import Sending
from config.report_words import problem_words, standing_words

__all__ = ["destination", "standing_lines"]


def destination(holds: Arrangement) -> str:
    """Where reports go, in words: a host, a folder of this computer, or both."""
    places = [holds.host] if holds.url else []
    places += ["a folder of this computer that office IT reads"] if holds.drop else []
    where = " and ".join(places)
    return f"{holds.office} ({where})" if holds.office else where


def standing_lines(holds: Arrangement, going: Sending, waiting: int, zone: tzinfo, now: datetime) -> list[str]:
    """How it stands. The first sentence says whether anything leaves."""
    lines = [standing_words(holds.standing.value)]
    if holds.standing in (Standing.ASKED, Standing.ASKED_AGAIN):
        lines.append(f"Asked for by {destination(holds)}, at the level {holds.asked}.")
    if not holds.shares:
        return lines
    lines.append(f"It goes to {destination(holds)}, at the level {holds.level}, every {holds.every_hours} hours.")
    if holds.asked != holds.level:
        lines.append(f"Your office asks for the level {holds.asked}. It gets no more than you agreed to.")
    if going.sent_at is not None:
        lines.append(f"The last report was taken on {spoken(going.sent_at, zone)}.")
    if going.put_at is not None:
        lines.append(f"The last report was put into the folder on {spoken(going.put_at, zone)}.")
    if waiting:
        lines.append(f"{'One report waits' if waiting == 1 else f'{waiting} reports wait'} to be sent.")
    if going.problem is not None:
        lines.append(problem_words(going.problem))
    if going.put_problem is not None:
        lines.append(going.put_problem)
    if going.not_before is not None and going.not_before > now:
        lines.append(f"The next attempt is on {spoken(going.not_before, zone)}.")
    return lines
