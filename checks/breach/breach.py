"""One breach as Have I Been Pwned describes it, read with care: its text is not ours and its fields may change."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import msgspec

__all__ = ["UNREADABLE", "Breach", "breach_from", "named", "plain"]

MAX_NAME = 100
#: What one is called whose name has nothing in it that can be shown.
UNREADABLE = "a breach without a readable name"
MAX_TITLE = 60
MAX_DESCRIPTION = 300
MAX_CLASSES = 60

_TAG = re.compile(r"<[^<>]*>")


class Breach(msgspec.Struct, frozen=True, omit_defaults=True):
    """One breach. ``name`` is its stable id, ``title`` what to show.

    ``detailed`` is false when only the name is known, as in a truncated answer. A flag that is missing or garbled has
    the value that hides nothing.
    """

    name: str
    title: str = ""
    domain: str = ""
    #: When it happened, often a guess.
    happened: date | None = None
    #: When the service learnt of it: what is new to the person goes by this.
    added: datetime | None = None
    description: str = ""
    data_classes: tuple[str, ...] = ()
    detailed: bool = False
    verified: bool = True
    fabricated: bool = False
    sensitive: bool = False
    retired: bool = False
    spam_list: bool = False
    malware: bool = False
    stealer_log: bool = False


def named(name: str) -> Breach:
    """A breach of which nothing is known but its name."""
    return Breach(name=name, title=plain(name, MAX_TITLE) or UNREADABLE)


def breach_from(entry: Any) -> Breach | None:
    """A breach from one JSON object; ``None`` when it has no usable name. Unknown members are ignored."""
    if not isinstance(entry, dict):
        return None
    name = entry.get("Name")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        return None
    classes = entry.get("DataClasses")
    if not isinstance(classes, list) or not all(isinstance(each, str) for each in classes):
        classes = None
    return Breach(
        name=name,
        title=_text(entry, "Title", MAX_TITLE) or plain(name, MAX_TITLE) or UNREADABLE,
        domain=_text(entry, "Domain", 253).lower(),
        happened=_day(entry.get("BreachDate")),
        added=_moment(entry.get("AddedDate")),
        description=_text(entry, "Description", MAX_DESCRIPTION),
        data_classes=tuple(plain(each, MAX_TITLE) for each in classes[:MAX_CLASSES]) if classes else (),
        detailed=classes is not None,
        verified=entry.get("IsVerified") is not False,
        fabricated=entry.get("IsFabricated") is True,
        sensitive=entry.get("IsSensitive") is True,
        retired=entry.get("IsRetired") is True,
        spam_list=entry.get("IsSpamList") is True,
        malware=entry.get("IsMalware") is True,
        stealer_log=entry.get("IsStealerLog") is True,
    )


def plain(text: str, limit: int) -> str:
    """HTML as words: no tags, no control or direction-changing characters, one line, cut at ``limit``.

    Angle brackets go even where they were escaped, so that nobody can render this text as markup by mistake.
    """
    import html  # a table of 2,000 names, of use only where a breach is new

    # Cut first: a description is a paragraph, and what is longer is not meant for reading.
    words = " ".join(html.unescape(_TAG.sub(" ", text[: 20 * limit])).replace("<", "").replace(">", "").split())
    # Printable leaves out control characters and those that change the direction of text.
    kept = words if words.isprintable() else "".join(filter(str.isprintable, words))
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _text(entry: dict[str, Any], key: str, limit: int) -> str:
    value = entry.get(key)
    return plain(value, limit) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else moment and moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
