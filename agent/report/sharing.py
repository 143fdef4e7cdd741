"""Whether anything may leave this computer, how much and where to: what the office asks and what the person said. Pure.

Nothing leaves before the person has agreed, and then what they agreed to: at most that level, to that address and that
folder. If the machine policy names others later, they have not agreed to those.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from agent.report.lowering import lowest
from agent.report.model import Level
from agent.store.records import Sharing
from config.schema import ReportSettings

__all__ = ["Arrangement", "Standing", "arrangement"]


class Standing(Enum):
    """Where it stands between the office and the person."""

    #: No office asks for reports on this computer.
    NOBODY_ASKS = "nobody_asks"
    #: An office asks, and the person has not answered.
    ASKED = "asked"
    #: What the office asks for goes elsewhere than what the person agreed to.
    ASKED_AGAIN = "asked_again"
    #: The person agreed, so reports are made.
    SHARING = "sharing"
    #: The person stopped it.
    STOPPED = "stopped"
    #: The office ended it.
    ENDED = "ended"


@dataclass(frozen=True)
class Arrangement:
    """What holds now.

    Attributes:
        standing: see :class:`Standing`. With ``SHARING`` only does anything leave.
        level: how much leaves; with another standing, how much the office asks for.
        asked: how much the office asks for.
        url: the collector's base address, or empty.
        drop: the folder for reports, or empty.
        office: who gets them, in words; empty when the policy does not say.
        every_hours: hours between two reports.
    """

    standing: Standing
    level: Level
    asked: Level
    url: str
    drop: str
    office: str
    every_hours: int

    @property
    def shares(self) -> bool:
        """Whether reports are made."""
        return self.standing is Standing.SHARING

    @property
    def host(self) -> str:
        """The name of the collector, or empty."""
        return urlsplit(self.url).hostname or ""


def arrangement(asks: ReportSettings, agreed: Sharing | None) -> Arrangement:
    """What holds, from what the machine policy asks for and what the person said last."""
    standing = _standing(asks, agreed)
    level = asks.level
    if standing is Standing.SHARING and agreed is not None and agreed.level is not None:
        level = lowest(asks.level, agreed.level)
    return Arrangement(standing, level, asks.level, asks.url, asks.drop, asks.office, asks.every_hours)


def _standing(asks: ReportSettings, agreed: Sharing | None) -> Standing:
    if not asks.url and not asks.drop:
        return Standing.NOBODY_ASKS
    if agreed is None:
        return Standing.ASKED
    if agreed.level is None:
        return Standing.ENDED if agreed.ended_by == "office" else Standing.STOPPED
    return Standing.SHARING if (agreed.url, agreed.drop) == (asks.url, asks.drop) else Standing.ASKED_AGAIN
