"""How results look on a screen: coloured and wrapped on a terminal, plain and complete when piped or read aloud."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO

from agent import deadlines
from agent.contract import Basis, Item, Status
from agent.localtime import LOCAL
from agent.status import CheckRow, Document, is_current, is_open_question
from config.text import printable

__all__ = [
    "Style",
    "document_lines",
    "item_line",
    "not_current",
    "overall_sentence",
    "row_lines",
    "spoken_time",
    "style_for",
]

#: What each status is called, as one would say it (facts: guidance 7e).
CALLED = {
    Status.FAIL: "Action needed",
    Status.WARN: "Look at soon",
    Status.UNKNOWN: "Not checked",
    Status.PASS: "OK",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.DISABLED: "Switched off",
}
COLOURS = {Status.FAIL: "31;1", Status.WARN: "33", Status.UNKNOWN: "36", Status.PASS: "32"}
#: The order in which people should read them.
ORDER = [Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE, Status.DISABLED]
LABEL_WIDTH = max(len(word) for word in CALLED.values())
MAX_WIDTH = 100
ITEMS_SHOWN = 8
DETAILS_SHOWN = 2
#: From so many on, rows that say the same are one line.
FOLD_FROM = 3

OVERALL = {
    "action": "Something needs your attention now.",
    "attention": "There is something to look at when you have a few minutes.",
    "unknown": "Some things could not be checked, so we cannot say all is well.",
    "ok": "Nothing needs doing.",
}


class Style:
    """A terminal's width and colours; without them, plain text."""

    def __init__(self, *, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = width

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where there are colours."""
        return f"\033[{code}m{text}\033[0m" if self.colour and code else text


def style_for(stream: IO[str], *, plain: bool = False) -> Style:
    """Colours only on a terminal, without ``NO_COLOR`` (no-color.org) and when nobody asked for plain text."""
    terminal = stream.isatty() and not plain
    width = min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH) if terminal else MAX_WIDTH
    return Style(colour=terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb", width=width)


def document_lines(
    document: Document,
    style: Style,
    *,
    titles: dict[str, str],
    outdated: str = "",
    now: datetime | None = None,
    questions: int | None = None,
) -> Iterable[str]:
    """A whole status document for a person: the worst first, each with what to do, and a summary at the end.

    ``outdated`` is what is said instead of the summary when the document no longer tells how things are. ``now`` is
    when it is read, if not as soon as it was made; ``questions`` how many are open, where that is known.
    """
    made = f"{document.device.label}, {spoken_time(document.generated_at)} ({document.policy.profile} profile)"
    yield printable(made)
    yield ""
    rows = sorted(document.checks, key=lambda row: ORDER.index(row.status))
    folded = {Status.UNKNOWN: _fold(rows, _is_unanswered), Status.NOT_APPLICABLE: _fold(rows, _does_not_apply)}
    for status in ORDER:
        for row in rows:
            if row.status is status and row not in folded.get(status, ()):
                yield from row_lines(row, style, titles, now)
        if folded.get(status):
            yield from _folded_lines(status, folded[status], style, titles, questions)
    yield ""
    yield from (style.paint(line, "1") for line in _wrapped(outdated or overall_sentence(document), style, ""))
    yield from _wrapped(
        "These checks cover settings only. `watchword explain CHECK` says more about a result.", style, ""
    )


def _is_unanswered(row: CheckRow) -> bool:
    return is_open_question(row) and row.reason != "find_out"


def _does_not_apply(row: CheckRow) -> bool:
    return row.status is Status.NOT_APPLICABLE and row.basis is Basis.ATTESTED


def _fold(rows: Iterable[CheckRow], alike: Callable[[CheckRow], bool]) -> Sequence[CheckRow]:
    """The rows that are shown as one line: all that are alike, if they are many."""
    found = [row for row in rows if alike(row)]
    return found if len(found) >= FOLD_FROM else ()


def _folded_lines(
    status: Status, rows: Sequence[CheckRow], style: Style, titles: dict[str, str], questions: int | None
) -> Iterable[str]:
    """Many rows in one line: "14 questions only you can answer"."""
    called = style.paint(CALLED[status].ljust(LABEL_WIDTH), COLOURS.get(status, ""))
    if status is Status.UNKNOWN:
        said = f"{questions} questions only you can answer" if questions else f"{len(rows)} things only you can tell"
        yield f"{called}  {style.paint(said, '1')}: `watchword attest --due`"
        return
    names = ", ".join(dict.fromkeys(titles.get(row.id, row.id) for row in rows))
    indent = " " * (LABEL_WIDTH + 2)
    first, *more = _wrapped(names, style, indent)
    yield f"{called}  {first.strip()}"
    yield from more


def row_lines(row: CheckRow, style: Style, titles: dict[str, str], now: datetime | None = None) -> Iterable[str]:
    """One finding: its status in words, the check, what was found, and by when the office asks for it if it does."""
    called = style.paint(CALLED[row.status].ljust(LABEL_WIDTH), COLOURS.get(row.status, ""))
    name = titles.get(row.id, row.id)
    if row.label:
        name += f", {row.label}"
    said = row.text.title if row.text is not None else row.reason.replace("_", " ")
    said = said.removeprefix(f"{titles.get(row.id, row.id)}: ")
    yield f"{called}  {style.paint(printable(name), '1')}: {printable(said)}"
    if row.status in (Status.PASS, Status.NOT_APPLICABLE, Status.DISABLED):
        return
    indent = " " * (LABEL_WIDTH + 2)
    if row.text is not None and row.text.body:
        yield from _wrapped(row.text.body, style, indent)
    yield from _wrapped(deadlines.spoken(row, now or row.observed_at), style, indent)
    for item in row.items[:ITEMS_SHOWN]:
        yield from _wrapped(item_line(item, details=DETAILS_SHOWN), style, indent, first="- ")
    if len(row.items) > ITEMS_SHOWN:
        yield f"{indent}- and {len(row.items) - ITEMS_SHOWN} more: `watchword explain {row.id}`"


def item_line(item: Item, *, details: int | None = None) -> str:
    """One line of detail: "Firefox: 128.3 installed, 128.4 is out (apt, security, since 3 November)".

    ``details`` limits how many of the item's own details are said.
    """
    versions = item.installed or ""
    if item.installed and item.latest and item.latest != item.installed:
        versions = f"{item.installed} installed, {item.latest} is out"
    notes: list[str] = [note for note in (item.source, "security" if item.security else None) if note]
    if item.since is not None:
        notes.append(f"since {item.since.day} {item.since:%B %Y}")
    notes.extend(item.details[:details])
    line = item.name + (f": {versions}" if versions else "") + (f" ({', '.join(notes)})" if notes else "")
    return printable(f"{line}. {item.to_do}" if item.to_do else line)


def overall_sentence(document: Document) -> str:
    """The summary in one or two sentences."""
    counts = document.summary.counts
    parts = [
        f"{number} {words}"
        for number, words in (
            (counts.fail, "need action" if counts.fail != 1 else "needs action"),
            (counts.warn, "to look at soon"),
            (counts.unknown, "not checked"),
            (counts.pass_, "OK"),
        )
        if number
    ]
    sentence = OVERALL[document.summary.overall]
    if document.summary.overall == "ok" and counts.unknown:
        sentence = "Nothing that was checked needs doing."
    return f"{sentence} {', '.join(parts)}.".strip() if parts else sentence


def not_current(document: Document, now: datetime) -> str:
    """Why the document does not say how things are now; nothing when it does."""
    if is_current(document, now):
        return ""
    age = now - document.generated_at
    if age < timedelta():
        return (
            "This result is dated in the future, so we cannot tell how old it is or say that all is well. "
            "Run `watchword check`."
        )
    days = age.days
    old = f"{days} days" if days < 730 else f"{days // 365} years"
    return (
        f"This result is {old} old and nothing has been checked since, so we cannot say that all is well. "
        "Run `watchword check`."
    )


def spoken_time(moment: datetime) -> str:
    """A time in this computer's own zone: "22 November 2026 at 10:04"."""
    try:
        local = moment.astimezone(LOCAL)
    except (ValueError, OverflowError, OSError):  # the first or last day of all, or a zone that nobody can read
        local = moment.astimezone(UTC)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"


def _wrapped(text: str, style: Style, indent: str, *, first: str = "") -> Sequence[str]:
    return textwrap.wrap(
        printable(text),
        max(style.width, len(indent) + 20),
        initial_indent=indent + first,
        subsequent_indent=indent + " " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
