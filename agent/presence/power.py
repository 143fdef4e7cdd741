"""The computer's power at this moment, and what it means for work that can wait."""

from __future__ import annotations

from dataclasses import dataclass

from agent.host import Unreadable

__all__ = ["LOW_PERCENT", "Power"]

#: Below this, on battery, alerts and heavy checks wait.
LOW_PERCENT = 20


@dataclass(frozen=True)
class Power:
    """``plugged``: on mains, or without a battery. ``percent``: what the fullest battery holds, ``None`` without one.

    ``saver``: the person or the system switched a power saver on.
    """

    plugged: bool | Unreadable
    percent: int | Unreadable | None
    saver: bool | Unreadable

    @property
    def low(self) -> bool | Unreadable:
        """Whether the battery is below 20 % and nothing charges it."""
        if self.plugged is True or self.percent is None:
            return False
        if isinstance(self.percent, Unreadable):
            return self.percent
        if self.percent >= LOW_PERCENT:
            return False
        return self.plugged if isinstance(self.plugged, Unreadable) else True

    @property
    def saving(self) -> bool | Unreadable:
        """Whether to go easy: low, or a power saver is on. A clear yes beats what cannot be told beside it."""
        if self.low is True or self.saver is True:
            return True
        return next((each for each in (self.low, self.saver) if isinstance(each, Unreadable)), False)
