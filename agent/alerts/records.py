"""What alerts are decided from and what they leave behind: the types that policy, store and delivery share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from agent.contract import Basis, Severity, Status

__all__ = ["Decision", "Delivery", "Episode", "Expiring", "Key", "Outlook", "Presence", "Reminder", "Said", "Utterance"]


class Key(NamedTuple):
    """What an alert is about: a check, and the account when it is not about the laptop itself."""

    check_id: str
    subject: str | None


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """From the first bad finding of a check about a subject to the next good one.

    ``id`` is random. ``confirmed_at`` is when a second round, at least ten minutes after the first, found it bad too:
    nothing is said before. ``seen_at`` is the last round that found it bad. ``reason``, ``status`` and ``severity``
    are those of that round. ``closed_at`` is when a round found it good; ``good`` tells that from one that only
    stopped to apply (the check was switched off, the account was removed). ``rose_at`` is when its severity first rose
    to high while it was open: what was said of it before was about something lesser.
    """

    id: str
    check_id: str
    subject: str | None
    status: Status
    reason: str
    severity: Severity
    basis: Basis
    opened_at: datetime
    seen_at: datetime
    confirmed_at: datetime | None = None
    rose_at: datetime | None = None
    closed_at: datetime | None = None
    good: bool = False
    revision: int = 1

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.check_id, self.subject)


class Expiring(msgspec.Struct, frozen=True, kw_only=True):
    """A good finding that rests on what the person answered, until ``expires_at``."""

    check_id: str
    subject: str | None
    expires_at: datetime

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.check_id, self.subject)


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What the findings say beside the episodes.

    ``answers`` are the good findings that rest on answers which expire, whenever that is. ``clear_since`` is when the
    first round was, if there is nothing to do and nothing that is not known; else ``None``. ``begun_at`` is when the
    first round was in any case. ``shared_since`` is when the person agreed that reports go to the office, ``None`` if
    none do.
    """

    answers: tuple[Expiring, ...] = ()
    clear_since: datetime | None = None
    begun_at: datetime | None = None
    shared_since: datetime | None = None


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """Something to say now.

    ``item`` is about one episode, ``digest`` about several that are due, ``weekly`` about everything open, ``reminder``
    about one the person asked to be reminded of, ``fixed`` about one or more that are good again. ``episodes`` are
    their ids, the most severe first; ``variant`` counts how often this was said before, so that words can vary.

    ``answers`` is about answers that expire within a week, and a ``weekly`` may name them too: those in ``answers``.
    ``all_clear`` is about nothing, ``welcome`` about the program itself, ``sharing`` about the reports that office IT
    get; ``shares`` is set where that is said, be it with something else.
    """

    kind: Literal["item", "digest", "weekly", "reminder", "fixed", "answers", "all_clear", "welcome", "sharing"]
    episodes: tuple[str, ...] = ()
    variant: int = 0
    answers: tuple[Expiring, ...] = ()
    shares: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that was shown, or was about to be when the program was cut short.

    It is kept *before* it is shown (``delivered`` is ``None``), so that whatever happens then, it is not said twice.
    ``delivered`` is ``False`` when the system refused it: that one counts for nothing but the next attempt's wait.
    """

    id: str
    at: datetime
    utterance: Utterance
    delivered: bool | None = None
    revision: int = 1


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """The person picked a time. Until then their item is quiet; then it is said, whatever the caps.

    ``done_at`` is when it was said or when the item became good. ``chosen_at`` is when they picked it.
    """

    id: str
    check_id: str
    subject: str | None
    due_at: datetime
    chosen_at: datetime
    done_at: datetime | None = None
    revision: int = 1

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.check_id, self.subject)


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """What the system tells about the person's moment.

    ``busy`` says why they are not to be interrupted. What could not be told is named in ``unknown``; it holds nothing
    back by itself. ``present_since`` is the later of sign-in and the last wake, ``None`` when nobody can tell.
    """

    busy: Literal["no_session", "locked", "presenting", "full_screen", "do_not_disturb"] | None = None
    present_since: datetime | None = None
    battery_low: bool = False
    unknown: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy decided: what to say now, if anything, and when it is worth asking again.

    ``held`` says, in a slug, why something that is due is not said now (``quiet_hours``, ``locked``, ``day_cap``...).
    """

    say: Utterance | None = None
    next_at: datetime | None = None
    held: str | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What came of showing an alert. ``shown`` is ``None`` when the system took it but gives no receipt.

    ``reason`` is a slug when it was not shown: ``no_session``, ``no_server``, ``refused``, ``no_tool``, ``failed``.
    """

    shown: bool | None
    how: str
    reason: str | None = None
