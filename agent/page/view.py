"""What the templates show, made from the last result, the store and the settings. Templates only show it.

Four words for a status and no others: OK, Look at soon, Action needed, Not checked (facts: guidance 4b). What could not
be told, what was switched off and an answer that has expired are all "Not checked", each with its reason: never OK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from agent.alerts.records import Episode, Key, Reminder
from agent.contract import Basis, Category, Severity, Status
from agent.page.wording import day, moment
from agent.status import CheckRow, Document

__all__ = ["First", "Fixed", "Group", "Home", "Line", "Tone", "home", "line", "order", "said_of", "standing"]

Tone = Literal["action", "soon", "unknown", "ok"]
WORDS: Mapping[Tone, str] = {
    "action": "Action needed",
    "soon": "Look at soon",
    "unknown": "Not checked",
    "ok": "OK",
}
TONES: Mapping[Status, Tone] = {Status.FAIL: "action", Status.WARN: "soon", Status.PASS: "ok"}
URGENCY: Sequence[Tone] = ("action", "soon", "unknown", "ok")
SEVERITIES: Sequence[Severity] = (Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)

#: The groups of the page, in their order: category, heading, and what is said while there is nothing in it.
GROUPS: Sequence[tuple[Category, str, str]] = (
    (Category.DEVICE, "This laptop", "Nothing about this laptop has been checked yet."),
    (Category.ACCOUNT, "My accounts", "No accounts are listed yet."),
    (Category.PRACTICE, "Our team", "There are no questions for the team yet."),
    (Category.AGENT, "This app", ""),
)
#: After this long without a round, what is shown is no longer news.
STALE = timedelta(hours=24)
#: "Fixed this month".
MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Line:
    """One row of the list: a finding in a few words. ``path`` leads to its own page."""

    check_id: str
    account: str | None
    name: str
    said: str
    tone: Tone
    word: str
    known: str
    later: str | None

    @property
    def path(self) -> str:
        """The path of its own page."""
        return f"/item/{self.check_id}" + (f"/{self.account}" if self.account else "")


@dataclass(frozen=True)
class First:
    """What to do first. ``steps`` is how many steps that takes here."""

    line: Line
    body: str
    steps: int


@dataclass(frozen=True)
class Group:
    """One part of the list. ``empty`` is said when it has no lines; ``notes`` are sentences above them."""

    id: str
    heading: str
    lines: tuple[Line, ...]
    empty: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixed:
    """Something that was put right, and when."""

    name: str
    when: str


@dataclass(frozen=True)
class Home:
    """The first page. ``checked`` is when the laptop was last checked, ``None`` when it never was."""

    title: str
    checked: str | None
    stale: bool
    first: First | None
    groups: tuple[Group, ...]
    fixed: tuple[Fixed, ...]


def standing(row: CheckRow, now: datetime) -> Tone:
    """How a finding stands now. An answer that has expired since is no answer."""
    if row.status is Status.PASS and row.expires_at is not None and row.expires_at <= now:
        return "unknown"
    return TONES.get(row.status, "unknown")


def line(row: CheckRow, titles: Mapping[str, str], now: datetime, reminder: Reminder | None = None) -> Line:
    """The row of the list for a finding."""
    tone = standing(row, now)
    name = titles.get(row.id, row.id.replace("_", " ").capitalize())
    return Line(
        check_id=row.id,
        account=row.instance,
        name=f"{name}: {row.label}" if row.label else name,
        said=said_of(row, now),
        tone=tone,
        word=WORDS[tone],
        known=_known(row, now),
        later=f"We will remind you {moment(reminder.due_at, now)}." if reminder else None,
    )


def said_of(row: CheckRow, now: datetime) -> str:
    """What was found, in a few words."""
    if row.status is Status.DISABLED:
        return "Switched off"
    if row.status is Status.PASS and standing(row, now) != "ok":
        return "Your answer is no longer recent"
    return row.text.title if row.text is not None and row.text.title else row.reason.replace("_", " ").capitalize()


def order(row: CheckRow, now: datetime) -> tuple[int, int]:
    """What matters most comes first; rows that matter as much stay as they are."""
    return URGENCY.index(standing(row, now)), SEVERITIES.index(row.severity)


def home(
    document: Document | None,
    *,
    titles: Mapping[str, str],
    now: datetime,
    reminders: Iterable[Reminder] = (),
    episodes: Iterable[Episode] = (),
    labels: Mapping[str, str] | None = None,
    notes: Mapping[Category, Sequence[str]] | None = None,
) -> Home:
    """The first page.

    ``labels`` are the accounts there are now, by id: what was found about one that has gone is not shown. ``notes``
    are sentences for a group.
    """
    rows = [row for row in document.checks if _is_there(row, labels)] if document is not None else []
    rows.sort(key=lambda row: order(row, now))
    later = {reminder.key: reminder for reminder in reminders if reminder.due_at > now}
    lines = [(row, line(row, titles, now, later.get(Key(row.id, row.instance)))) for row in rows]
    to_do = [(row, shown) for row, shown in lines if shown.tone in ("action", "soon")]
    return Home(
        title=_title(document, [shown for _, shown in lines]),
        checked=moment(document.generated_at, now) if document is not None else None,
        stale=document is not None and now - document.generated_at > STALE,
        first=next((_first(row, shown) for row, shown in to_do if shown.later is None), None),
        groups=tuple(
            Group(
                category.value,
                heading,
                tuple(shown for row, shown in lines if row.category is category),
                empty,
                tuple((notes or {}).get(category, ())),
            )
            for category, heading, empty in GROUPS
        ),
        fixed=_fixed(episodes, titles, labels or {}, now),
    )


def _is_there(row: CheckRow, labels: Mapping[str, str] | None) -> bool:
    return labels is None or row.instance is None or row.instance in labels


def _title(document: Document | None, lines: Sequence[Line]) -> str:
    if document is None:
        return "Nothing has been checked yet"
    todo = sum(shown.tone in ("action", "soon") for shown in lines)
    unknown = sum(shown.tone == "unknown" for shown in lines)
    if todo:
        return "1 thing to look at" if todo == 1 else f"{todo} things to look at"
    if unknown:
        things = "1 thing was" if unknown == 1 else f"{unknown} things were"
        return f"Nothing needs doing, but {things} not checked"
    return "Nothing needs doing" if lines else "Nothing has been checked yet"


def _first(row: CheckRow, shown: Line) -> First:
    text = row.text
    return First(shown, text.body if text is not None else "", len(text.steps) if text is not None else 0)


def _known(row: CheckRow, now: datetime) -> str:
    """Where it is known from and since when, in words."""
    if row.status is Status.DISABLED:
        return ""
    if row.basis is Basis.ATTESTED and row.status not in (Status.UNKNOWN, Status.NOT_APPLICABLE):
        if row.expires_at is None:
            return "You told us"
        if row.expires_at <= now:
            return f"You told us; we were to ask again on {day(row.expires_at, now)}"
        return f"You told us; we will ask again {_on(day(row.expires_at, now))}"
    how = "Asked of the service" if row.basis is Basis.API else "Checked by Watchword"
    return f"{how} {moment(row.observed_at, now)}"


def _on(spoken_day: str) -> str:
    return spoken_day if spoken_day[0].islower() else f"on {spoken_day}"


def _fixed(
    episodes: Iterable[Episode], titles: Mapping[str, str], labels: Mapping[str, str], now: datetime
) -> tuple[Fixed, ...]:
    """What was told of and is good again, the latest first; each once."""
    ended = [
        (episode.closed_at, episode)
        for episode in episodes
        if episode.closed_at is not None and episode.good and now - episode.closed_at <= MONTH
    ]
    latest: dict[str, Fixed] = {}
    for closed_at, episode in sorted(ended, key=lambda pair: pair[0], reverse=True):
        if episode.subject is not None and episode.subject not in labels:
            continue
        name = titles.get(episode.check_id, episode.check_id.replace("_", " ").capitalize())
        name += f": {labels[episode.subject]}" if episode.subject else ""
        latest.setdefault(name, Fixed(name, day(closed_at, now)))
    return tuple(latest.values())
