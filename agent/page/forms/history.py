"""History: what changed in the last 90 days, what was shown, and what the person told us."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.alerts.records import Episode, Said
from agent.attested import LAPTOP, SERVICE_CHANGED, TAKEN_BACK
from agent.breach_news import EVENT, NOTED
from agent.contract import Attestation
from agent.page.forms.subjects import known_in
from agent.page.home import titles
from agent.page.lines import TONES, WORDS, Tone, name_of
from agent.page.page import page_of
from agent.page.wording import clock, day
from agent.statements import statements
from agent.store import HistoryRow

__all__ = ["ROUTES", "Day", "Happening", "Result", "days"]

KEPT = timedelta(days=90)
#: From so many on, results that were first seen together are one line.
TOGETHER = 3
EVENTS: Mapping[str, str] = {
    "event.leaver": "You told us that someone has left",
    "event.new_phone": "You told us of a new phone or number",
    "event.breach": "You told us of a data breach",
    SERVICE_CHANGED: "You put this account on another service",
}
SHOWN: Mapping[bool | None, str] = {True: "Alert shown", False: "Alert could not be shown", None: "Alert given"}


@dataclass(frozen=True)
class Result:
    """How something stood: ``tone`` and ``word`` as everywhere on the page, ``name`` where it is not said beside it."""

    tone: Tone
    word: str
    name: str = ""


@dataclass(frozen=True)
class Happening:
    """One line. ``was`` and ``now`` are there for a change of a result, ``inside`` for several things in one line."""

    at: datetime
    time: str
    what: str
    was: Result | None = None
    now: Result | None = None
    inside: tuple[Result, ...] = ()


@dataclass(frozen=True)
class Day:
    """One day and what happened on it, the latest first."""

    name: str
    happenings: tuple[Happening, ...]


def show(request: Request) -> Response:
    """All of it, by day."""
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        store, labels = session.store, known_in(session).labels
        since = now - KEPT
        episodes = {episode.id: episode for episode in store.episodes(since=since)}
        happened = [
            *_changes(store.history(since), labels),
            *_alerts(store.said(since), episodes, labels),
            *_told([made for made in store.attestations() if made.at >= since], labels),
        ]
    return page.render(request, "forms/history.html", days=days(happened, now))


def days(happened: Iterable[Happening], now: datetime) -> tuple[Day, ...]:
    """What happened, by day, the latest first."""
    ordered = sorted(happened, key=lambda one: one.at, reverse=True)
    return tuple(Day(_heading(name), tuple(group)) for name, group in groupby(ordered, lambda one: day(one.at, now)))


def _heading(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _changes(rows: Sequence[HistoryRow], labels: Mapping[str, str]) -> Iterable[Happening]:
    """Each change of a result. One of the reason alone is no news to a person."""
    before: dict[tuple[str, str | None], Tone] = {}
    first: dict[datetime, list[Result]] = {}
    names = titles()
    for row in rows:
        tone = TONES.get(row.status, "unknown")
        earlier = before.get((row.check_id, row.subject))
        before[row.check_id, row.subject] = tone
        if tone == earlier or (row.subject is not None and row.subject not in labels):
            continue
        name = name_of(row.check_id, labels.get(row.subject or ""), names)
        if earlier is None:
            first.setdefault(row.at, []).append(Result(tone, WORDS[tone], name))
        else:
            was, now = Result(earlier, WORDS[earlier]), Result(tone, WORDS[tone])
            yield Happening(row.at, clock(row.at), name, was, now)
    for at, results in first.items():
        yield from _first(at, results)


def _first(at: datetime, results: Sequence[Result]) -> Iterable[Happening]:
    """What was looked at for the first time: many things at once are one line."""
    if len(results) < TOGETHER:
        yield from (Happening(at, clock(at), one.name, now=one) for one in results)
        return
    ordered = sorted(results, key=lambda one: list(WORDS).index(one.tone))
    counts = {word: sum(one.word == word for one in results) for word in WORDS.values()}
    said = ", ".join(f"{word}: {number}" for word, number in counts.items() if number)
    what = f"Looked at for the first time: {len(results)} things. {said}."
    yield Happening(at, clock(at), what, inside=tuple(ordered))


def _alerts(said: Sequence[Said], episodes: Mapping[str, Episode], labels: Mapping[str, str]) -> Iterable[Happening]:
    names = titles()
    for one in said:
        about = [episodes[each].key for each in one.utterance.episodes if each in episodes]
        about += [each.key for each in one.utterance.answers]
        shown = [
            name_of(key.check_id, labels.get(key.subject or ""), names)
            for key in about
            if key.subject is None or key.subject in labels
        ]
        what = SHOWN[one.delivered]
        if one.utterance.kind == "fixed":
            what += ", that this is fixed"
        elif one.utterance.kind == "reminder":
            what += ", as you asked"
        elif one.utterance.kind == "answers":
            what += ", that answers get old"
        elif one.utterance.kind == "all_clear":
            what += ", that nothing needs you"
        elif one.utterance.kind == "welcome":
            what += ", as a welcome"
        if one.utterance.shares:
            also = " and" if one.utterance.kind == "all_clear" else ","
            what += f"{also} that you share reports"
        listed = ", ".join(dict.fromkeys(shown))
        yield Happening(one.at, clock(one.at), f"{what}: {listed}" if listed else what)


def _told(made: Sequence[Attestation], labels: Mapping[str, str]) -> Iterable[Happening]:
    for one in made:
        if one.subject != LAPTOP and one.subject not in labels:
            continue
        whom = f" ({labels[one.subject]})" if one.subject in labels else ""
        known = statements().get(one.statement)
        if one.statement == EVENT and one.answer == NOTED:
            what = f"A new data breach became known{whom}"
        elif one.statement in EVENTS:
            back = " (taken back)" if one.answer == TAKEN_BACK else ""
            what = f"{EVENTS[one.statement]}{whom}{back}"
        elif known is not None and one.answer in known.answers:
            answer = known.answers[one.answer].partition(":")[0]
            about = f"{labels[one.subject]}: " if one.subject in labels else ""
            what = f"{about}{known.question} You answered: {answer}."
        else:
            what = f"You told us something{whom}"
        yield Happening(one.at, clock(one.at), what)


ROUTES = [Route("/history", show)]
