"""What the first page shows, made from the last result, the store and the settings. Templates only show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.alerts.records import Episode, Key, Reminder
from agent.contract import Category, Status
from agent.page.groups import Group, groups
from agent.page.headline import Counts, headline
from agent.page.lines import TO_DO, Line, line, name_of
from agent.page.order import order
from agent.page.rows import there
from agent.page.wording import moment, on_day
from agent.statements import LAPTOP, Due, OpenQuestions
from agent.status import CheckRow, Document, Text

__all__ = ["MONTH", "First", "Fixed", "Home", "Open", "Question", "Questions", "home", "question_of"]

NO_ACCOUNTS = "no_accounts"
NONE_OPEN = OpenQuestions((), ())
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
class Question:
    """A question that only the person can answer: what it is about, and its path."""

    about: str
    path: str


@dataclass(frozen=True)
class Questions:
    """What only the person can tell: how many questions are due, the first of them, and what they are to find out."""

    count: int
    first: Question | None
    to_find_out: tuple[Question, ...]


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
    questions: OpenQuestions = NONE_OPEN,
) -> Home:
    """The first page.

    ``labels`` are the accounts there are now, by id: what was found about one that has gone is not shown. ``notes``
    are sentences for a group, ``questions`` those that are open.
    """
    rows = sorted(there(document, labels, titles), key=lambda row: order(row, now))
    later = {reminder.key: reminder for reminder in reminders if reminder.due_at > now}
    shown = [(row, line(row, titles, now, later.get(Key(row.id, row.instance)))) for row in rows]
    episodes = list(episodes)
    waiting = {episode.key for episode in episodes if episode.closed_at is None}
    to_do = [(row, one) for row, one in shown if one.tone in TO_DO]
    asked = {
        Key(one.statement.check, one.account.id if one.account else None)
        for one in (*questions.due, *questions.to_find_out)
    }
    return Home(
        title=_title(shown, questions, asked, accounts=labels is None or bool(labels)),
        checked=moment(document.generated_at, now) if document is not None else None,
        stale=document is not None and now - document.generated_at > STALE,
        first=next((_first(row, one, waiting) for row, one in to_do if one.later is None), None),
        questions=_questions(questions),
        # What an alert may be about is seen, also where an answer is all that is missing.
        groups=groups(shown, titles, asked, notes or {}, seen=waiting),
        fixed=_fixed(episodes, titles, labels or {}, now),
        open=tuple(Open(one, row.text) for row, one in to_do),
    )


def _title(
    shown: Sequence[tuple[CheckRow, Line]], questions: OpenQuestions, asked: Collection[Key], *, accounts: bool
) -> str:
    """The whole in a few words: what there is to do, to answer, and what is not known. Never that all is well."""
    counted = [(row, one) for row, one in shown if row.status is not Status.NOT_APPLICABLE]
    if not counted:
        return "Nothing has been checked yet"
    unknown = [row for row, one in counted if one.tone == "unknown"]
    return headline(
        Counts(
            to_do=sum(one.tone in TO_DO for _, one in counted),
            questions=len(questions.due),
            to_find_out=len(questions.to_find_out),
            # Without an account there is nothing to ask about: what is to be done about that is said once.
            not_checked=sum(
                Key(row.id, row.instance) not in asked and (accounts or row.reason != NO_ACCOUNTS) for row in unknown
            ),
            accounts=accounts,
        )
    )


def _first(row: CheckRow, shown: Line, waiting: Collection[Key]) -> First:
    text = row.text or Text("", "")
    return First(shown, text.body, len(text.steps), Key(row.id, row.instance) in waiting)


def _questions(questions: OpenQuestions) -> Questions | None:
    if not questions.due and not questions.to_find_out:
        return None
    first = question_of(questions.due[0]) if questions.due else None
    return Questions(len(questions.due), first, tuple(map(question_of, questions.to_find_out)))


def question_of(one: Due) -> Question:
    """A question as a link says it."""
    about = f"{one.account.label}: {one.statement.question}" if one.account else one.statement.question
    subject = one.account.id if one.account else LAPTOP
    return Question(about, f"/statements/{subject}/{one.statement.id}")


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
