"""The words of an alert: what it is about, and no more than others in the room may read.

An alert may show while a screen is shared, so it names no account, address, app or breach (facts: guidance 3c, detail
``minimal``). Numbers may be said; whatever else would have to be filled in is left to the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.alerts.records import Episode, Key, Utterance
from agent.contract import Words
from agent.status import CheckRow, Text
from agent.words import APP_NAME, PLACEHOLDER, catalogue, fill

__all__ = ["LONGEST_BODY", "LONGEST_TITLE", "Confirming", "words"]

#: UTF-16 code units that the system with the least room shows (facts: guidance 3b, Windows).
LONGEST_TITLE, LONGEST_BODY = 48, 200
ELLIPSIS = "\u2026"
#: What is about no item, and the entry that has its words.
ABOUT_NO_ITEM = {"answers": "digest.answers", "all_clear": "all_clear", "welcome": "welcome", "sharing": "sharing"}


@dataclass(frozen=True)
class Confirming:
    """How many answers there are to confirm, and about how many minutes that takes."""

    answers: int = 0
    minutes: int = 1


def words(
    utterance: Utterance,
    episodes: Iterable[Episode],
    rows: Mapping[Key, CheckRow],
    confirming: Confirming = Confirming(),
) -> Text:
    """The title and body for what is to be said.

    ``episodes`` holds at least those that it is about, in any order; ``rows`` are the last findings about them. A row
    that has another reason by now, or none, gives no numbers. ``confirming`` is of use where answers are named.
    """
    values = {"app": APP_NAME, "answers": str(confirming.answers), "minutes": str(confirming.minutes)}
    if utterance.kind in ABOUT_NO_ITEM:
        text = _text(ABOUT_NO_ITEM[utterance.kind], utterance.variant, values)
    else:
        text = _about_items(utterance, episodes, rows)
        if utterance.answers:
            text = _text("digest.and_answers", 0, values | {"title": text.title, "body": text.body})
    if utterance.shares and utterance.kind != "sharing":
        text = _text("and_sharing", 0, values | {"title": text.title, "body": text.body})
    return text


def _about_items(utterance: Utterance, episodes: Iterable[Episode], rows: Mapping[Key, CheckRow]) -> Text:
    by_id = {episode.id: episode for episode in episodes}
    # Two episodes about the same, one that came back days later, are one thing to the person.
    about = list({by_id[id_].key: by_id[id_] for id_ in utterance.episodes if id_ in by_id}.values())
    if not about:
        raise ValueError("an alert about nothing")
    several = len(about) > 1
    values = {"app": APP_NAME, "count": str(len(about)), "first": _kind(about[0].key, rows)}
    match utterance.kind:
        case "weekly":
            return _text("digest.weekly" if several else "digest.weekly.one", utterance.variant, values)
        case "fixed":
            # One account put right says nothing of the others.
            one = "resolved" if about[0].subject is None else "resolved.account"
            return _text("resolved.several" if several else one, utterance.variant, values)
        case "reminder" if several:
            return _text("reminder.several", utterance.variant, values)
        case "item" | "digest" if several:
            return _text("digest.pending", utterance.variant, values)
    item = _item(about[0], rows, values)
    values |= {"title": item.title, "body": item.body}
    if utterance.kind == "reminder":
        return _whole("reminder.item", 0, values) or _text("reminder.plain", 0, values)
    return item if utterance.variant == 0 else _whole("item.again", utterance.variant - 1, values) or item


def _item(episode: Episode, rows: Mapping[Key, CheckRow], values: Mapping[str, str]) -> Text:
    """The words for one finding if numbers are all they need, else words that give no detail."""
    row = rows.get(episode.key)
    known = dict(values)
    if row is not None and row.reason == episode.reason:
        known |= {name: str(fact) for name, fact in row.facts.items() if type(fact) is int}
    template = catalogue().get(f"{episode.check_id}.{episode.reason}")
    if template is not None and _gaps(template) <= known.keys():
        text = _filled(template, known)
        if _fits(text):
            return text
    return _text("item.plain", 0, values)


def _kind(key: Key, rows: Mapping[Key, CheckRow]) -> str:
    """What the check is about, in a few words: its own, its category's, or none of either."""
    row = rows.get(key)
    ids = (f"kind.{key.check_id}", f"kind.{row.category.value}" if row is not None else "", "kind.other")
    return next(fill(catalogue()[id_].title, {"app": APP_NAME}) for id_ in ids if id_ in catalogue())


def _text(id_: str, variant: int, values: Mapping[str, str]) -> Text:
    """One of the ways to say it, cut if it must be."""
    text = _filled(_variant(id_, variant), values)
    return Text(title=_cut(text.title, LONGEST_TITLE), body=_cut(text.body, LONGEST_BODY))


def _whole(id_: str, variant: int, values: Mapping[str, str]) -> Text | None:
    """One of the ways to say it, if there is room for all of it."""
    text = _filled(_variant(id_, variant), values)
    return text if _fits(text) else None


def _variant(id_: str, variant: int) -> Words:
    """``id``, ``id.2``, ``id.3``... of the catalogue in turn."""
    ways = [words for name, words in catalogue().items() if name == id_ or _is_numbered(name, id_)]
    return ways[variant % len(ways)]


def _is_numbered(name: str, id_: str) -> bool:
    start, _, number = name.rpartition(".")
    return start == id_ and number.isdecimal()


def _filled(words: Words, values: Mapping[str, str]) -> Text:
    # An alert has no steps beside it, so it says where they are.
    return Text(title=fill(words.title, values), body=fill(f"{words.body} {words.more}".strip(), values))


def _gaps(words: Words) -> set[str]:
    return {found[1] for text in (words.title, words.body, words.more) for found in PLACEHOLDER.finditer(text)}


def _fits(text: Text) -> bool:
    return _units(text.title) <= LONGEST_TITLE and _units(text.body) <= LONGEST_BODY


def _cut(text: str, longest: int) -> str:
    """The text, ended at a word if it is too long."""
    if _units(text) <= longest:
        return text
    while _units(text) > longest - 1:
        text = text[:-1]
    return (text.rpartition(" ")[0] or text) + ELLIPSIS


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
