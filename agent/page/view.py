"""What the first page shows, made from the last result, the store and the settings. Templates only show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.alerts.records import Episode, Key, Reminder
from agent.contract import Category, Status
from agent.page.lines import Line, is_question, line, name_of, order
from agent.page.wording import moment, on_day
from agent.statements import LAPTOP, Due
from agent.status import CheckRow, Document, Text

__all__ = ["MONTH", "First", "Fixed", "Group", "Home", "Open", "Questions", "home"]

#: The groups of the page, in their order: category, heading, and what is said while there is nothing in it.
GROUPS: Sequence[tuple[Category, str, str]] = (
    (Category.DEVICE, "This laptop", "Nothing about this laptop has been checked yet."),
    (Category.ACCOUNT, "My accounts", "No accounts are listed yet."),
    (Category.PRACTICE, "Our team", "Nothing is known about your team yet."),
    (Category.AGENT, "This app", ""),
)
#: After this long without a round, what is shown is no longer news.
STALE = timedelta(hours=24)
#: "Fixed this month".
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class First:
    """What to do first. ``steps`` is how many steps that takes here; ``can_wait`` whether a time can be picked."""

    line: Line
    body: str
    steps: int
    can_wait: bool


@dataclass(frozen=True)
class Questions:
    """What only the person can tell: how many questions are open, what the first is about, and its path."""

    count: int
    about: str
    path: str


@dataclass(frozen=True)
class Group:
    """One part of the list. ``empty`` is said when it has no lines; ``notes`` are sentences above them.

    ``apart`` are the findings that do not apply here.
    """

    id: str
    heading: str
    lines: tuple[Line, ...]
    apart: tuple[Line, ...]
    empty: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixed:
    """Something that was put right, and when."""

    name: str
    when: str


@dataclass(frozen=True)
class Open:
    """Something to do, with all that is said of it, to be printed."""

    line: Line
    text: Text | None


@dataclass(frozen=True)
class Home:
    """The first page. ``checked`` is when the laptop was last checked, ``None`` when it never was."""

    title: str
    checked: str | None
    stale: bool
    first: First | None
    questions: Questions | None
    groups: tuple[Group, ...]
    fixed: tuple[Fixed, ...]
    open: tuple[Open, ...]


def home(
    document: Document | None,
    *,
    titles: Mapping[str, str],
    now: datetime,
    reminders: Iterable[Reminder] = (),
    episodes: Iterable[Episode] = (),
    labels: Mapping[str, str] | None = None,
    notes: Mapping[Category, Sequence[str]] | None = None,
    due: Sequence[Due] = (),
) -> Home:
    """The first page.

    ``labels`` are the accounts there are now, by id: what was found about one that has gone is not shown. ``notes``
    are sentences for a group, ``due`` the questions that are open.
    """
    rows = [row for row in document.checks if _is_there(row, labels)] if document is not None else []
    rows.sort(key=lambda row: order(row, now))
    later = {reminder.key: reminder for reminder in reminders if reminder.due_at > now}
    shown = [(row, line(row, titles, now, later.get(Key(row.id, row.instance)))) for row in rows]
    episodes = list(episodes)
    waiting = {episode.key for episode in episodes if episode.closed_at is None}
    to_do = [(row, one) for row, one in shown if one.tone in ("action", "soon")]
    return Home(
        title=_title(shown, now),
        checked=moment(document.generated_at, now) if document is not None else None,
        stale=document is not None and now - document.generated_at > STALE,
        first=next((_first(row, one, waiting) for row, one in to_do if one.later is None), None),
        questions=_questions(due),
        groups=tuple(
            _group(category, heading, empty, shown, tuple((notes or {}).get(category, ())))
            for category, heading, empty in GROUPS
        ),
        fixed=_fixed(episodes, titles, labels or {}, now),
        open=tuple(Open(one, row.text) for row, one in to_do),
    )


def _is_there(row: CheckRow, labels: Mapping[str, str] | None) -> bool:
    return labels is None or row.instance is None or row.instance in labels


def _title(shown: Sequence[tuple[CheckRow, Line]], now: datetime) -> str:
    """The whole in a few words: what there is to do, else what is not known. Never that all is well."""
    counted = [(row, one) for row, one in shown if row.status is not Status.NOT_APPLICABLE]
    if not counted:
        return "Nothing has been checked yet"
    if to_do := sum(one.tone in ("action", "soon") for _, one in counted):
        return "1 thing to look at" if to_do == 1 else f"{to_do} things to look at"
    questions = sum(is_question(row, now) for row, _ in counted)
    if unknown := sum(one.tone == "unknown" for _, one in counted) - questions:
        return f"Nothing needs doing, but {'1 thing was' if unknown == 1 else f'{unknown} things were'} not checked"
    if questions:
        return f"Nothing needs doing, but {'1 answer is' if questions == 1 else f'{questions} answers are'} missing"
    return "Nothing needs doing"


def _first(row: CheckRow, shown: Line, waiting: Collection[Key]) -> First:
    text = row.text or Text("", "")
    return First(shown, text.body, len(text.steps), Key(row.id, row.instance) in waiting)


def _questions(due: Sequence[Due]) -> Questions | None:
    if not due:
        return None
    first = due[0]
    about = f"{first.account.label}: {first.statement.question}" if first.account else first.statement.question
    subject = first.account.id if first.account else LAPTOP
    return Questions(len(due), about, f"/statements/{subject}/{first.statement.id}")


def _group(
    category: Category, heading: str, empty: str, shown: Sequence[tuple[CheckRow, Line]], notes: tuple[str, ...]
) -> Group:
    ours = [(row.status is Status.NOT_APPLICABLE, one) for row, one in shown if row.category is category]
    return Group(
        category.value,
        heading,
        tuple(one for apart, one in ours if not apart),
        tuple(one for apart, one in ours if apart),
        empty,
        notes,
    )


def _fixed(
    episodes: Iterable[Episode], titles: Mapping[str, str], labels: Mapping[str, str], now: datetime
) -> tuple[Fixed, ...]:
    """What was bad and is good again, the latest first; each once."""
    ended = [
        (episode.closed_at, episode)
        for episode in episodes
        if episode.closed_at is not None and episode.good and now - episode.closed_at <= MONTH
    ]
    latest: dict[str, Fixed] = {}
    for closed_at, episode in sorted(ended, key=lambda pair: pair[0], reverse=True):
        if episode.subject is None or episode.subject in labels:
            name = name_of(episode.check_id, labels.get(episode.subject or ""), titles)
            latest.setdefault(name, Fixed(name, on_day(closed_at, now)))
    return tuple(latest.values())
