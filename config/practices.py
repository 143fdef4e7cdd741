"""What only a person can confirm, from ``practices.toml``: questions, answers, and what each answer is worth."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from config.links import is_official
from config.platforms import Kind

__all__ = [
    "NOT_SURE",
    "Answer",
    "Event",
    "Evidence",
    "Practice",
    "PracticesError",
    "Question",
    "Valid",
    "checked_on",
    "events",
    "load",
    "practices",
]

#: How a person can know. ``none`` is their word alone. Kept on this computer.
Evidence = Literal["none", "looked_at_settings", "second_person", "local_file"]
#: A field of :class:`config.schema.AttestationDays`: for how long an answer is good.
Valid = Literal["quick", "account", "habit", "setup"]
Verdict = Literal["pass", "warn", "fail", "unknown", "not_applicable"]
Grade = Literal["info", "low", "medium", "high"]

SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}")
#: Reasons that the judge gives by itself; an answer cannot mean them.
RESERVED = frozenset({"no_answer", "no_accounts", "expired", "reworded", "clock", "unreadable", "find_out"})


class PracticesError(ValueError):
    """The catalogue contradicts itself; the message says where."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer and what it is worth. ``words`` are how it is offered."""

    id: str
    words: str
    status: Verdict
    reason: str
    severity: Grade = "info"


#: Offered with every question but those of a task or an offer: whoever is not sure is helped.
NOT_SURE = Answer("not_sure", "not sure", "unknown", "find_out")


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. ``id`` is ``<practice>.<name>``; without ``kinds`` it is asked once, else of each such account.

    ``valid`` says for how long an answer is good, ``ends_with`` which events end it early. ``version`` is that of the
    wording: answers to another one do not count. ``to_do`` says what is still to do, for the item of a task.
    """

    id: str
    short: str
    ask: str
    valid: Valid
    evidence: tuple[Evidence, ...]
    answers: tuple[Answer, ...]
    kinds: tuple[Kind, ...] = ()
    ends_with: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    version: int = 1
    to_do: str = ""

    def answer(self, answer_id: str) -> Answer | None:
        """The answer of this id, if it is one."""
        return next((answer for answer in self.answers if answer.id == answer_id), None)


class Practice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that only a person can confirm, by one question or a few. It is a check of the same id.

    ``expired`` is how grave an answer is that has grown too old. ``alerted`` false: an offer; never a task, an alert or
    part of a report. ``opened_by`` names the event that makes it a task. ``everyone``: nobody is without such an
    account.
    """

    id: str
    title: str
    category: Literal["practice", "account"]
    help: str
    question: tuple[Question, ...]
    links: tuple[str, ...] = ()
    expired: Literal["low", "medium"] = "low"
    alerted: bool = True
    opened_by: str = ""
    everyone: bool = False

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of services whose accounts it is about; none: it is about the person and their team."""
        return frozenset(kind for question in self.question for kind in question.kinds)

    @property
    def refs(self) -> tuple[str, ...]:
        """The advice behind it, by number."""
        return tuple(dict.fromkeys(ref for question in self.question for ref in question.refs))


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened, and that ends answers early. It is stated like any answer, about this subject."""

    id: str
    subject: Literal["laptop", "account"]
    question: str
    version: int = 1


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    checked_on: str
    event: tuple[Event, ...]
    practice: tuple[Practice, ...]


def practices() -> Mapping[str, Practice]:
    """Every practice by id, the most important first."""
    return _known()[1]


def events() -> Mapping[str, Event]:
    """Every event by id."""
    return _known()[2]


def checked_on() -> str:
    """When the catalogue was last compared with the advice."""
    return _known()[0]


@cache
def _known() -> tuple[str, Mapping[str, Practice], Mapping[str, Event]]:
    found = load(files("config").joinpath("practices.toml").read_text("utf-8"))
    return (
        found.checked_on,
        MappingProxyType({practice.id: practice for practice in found.practice}),
        MappingProxyType({event.id: event for event in found.event}),
    )


def load(text: str) -> Catalogue:
    """The catalogue in ``text``, complete and checked.

    Raises:
        PracticesError: it contradicts itself; one line for each mistake.
    """
    try:
        # Not ``toml``, which misreads arrays of inline tables.
        raw = tomllib.loads(text)
        found = msgspec.convert(_completed(raw), Catalogue)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, TypeError, KeyError, AttributeError) as error:
        raise PracticesError(f"practices.toml: {error}") from error
    mistakes = list(_mistakes(found))
    if mistakes:
        raise PracticesError("\n".join(mistakes))
    return found


def _completed(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same with the full ids of questions, and "not sure" among the answers."""
    unsure = [msgspec.to_builtins(NOT_SURE)]
    practice = [
        entry
        | {
            "question": [
                asked
                | {
                    "id": f"{entry['id']}.{asked['id']}",
                    "answers": [*asked["answers"], *([] if _has_no_doubt(entry) else unsure)],
                }
                for asked in entry["question"]
            ]
        }
        for entry in raw["practice"]
    ]
    return {**raw, "practice": practice}


def _has_no_doubt(entry: Mapping[str, Any]) -> bool:
    """Whether "not yet" or "not now" says it all: a task, or an offer."""
    return "opened_by" in entry or entry.get("alerted") is False


def _mistakes(found: Catalogue) -> Iterator[str]:
    known = {event.id for event in found.event}
    every = [*known, *(question.id for practice in found.practice for question in practice.question)]
    if len(set(every)) != len(found.event) + sum(len(practice.question) for practice in found.practice):
        yield "two questions or events have the same id"
    if len({practice.id for practice in found.practice}) != len(found.practice):
        yield "two practices have the same id"
    for practice in found.practice:
        yield from (f"{practice.id}: {mistake}" for mistake in _in_practice(practice, known))
        for question in practice.question:
            yield from (f"{question.id}: {mistake}" for mistake in _in_question(practice, question, known))


def _in_practice(practice: Practice, known: set[str]) -> Iterator[str]:
    if not SLUG.fullmatch(practice.id):
        yield "the id is no simple name"
    if not practice.question:
        yield "nothing is asked"
    if practice.opened_by and practice.opened_by not in known:
        yield f"there is no event {practice.opened_by}"
    if any(question.kinds for question in practice.question) != all(question.kinds for question in practice.question):
        yield "some questions are about accounts and some are not"
    if practice.kinds and practice.category != "account":
        yield "a practice about accounts has the category account"
    if practice.opened_by and practice.kinds:
        yield "a task is about the team, not about one account"
    yield from (f"{link} is not on the list of links" for link in practice.links if not is_official(link))


def _in_question(practice: Practice, question: Question, known: set[str]) -> Iterator[str]:
    if not SLUG.fullmatch(question.id.partition(".")[2]):
        yield "the id is no simple name"
    if len({answer.id for answer in question.answers}) != len(question.answers):
        yield "two answers have the same id"
    if bool(practice.opened_by) != bool(question.to_do):
        yield "the item of a task, and no other, says what is to do"
    if not question.evidence:
        yield "no kind of evidence is accepted"
    yield from (f"there is no event {event}" for event in question.ends_with if event not in known)
    for answer in question.answers:
        if not SLUG.fullmatch(answer.id) or not SLUG.fullmatch(answer.reason):
            yield f"{answer.id}: the id or reason is no simple name"
        if answer != NOT_SURE and answer.reason in RESERVED:
            yield f"{answer.id}: {answer.reason} is what we say, not what an answer means"
        if (answer.status in ("warn", "fail")) != (answer.severity != "info"):
            yield f"{answer.id}: a warning or failure has a severity, and nothing else has one"
        if not practice.alerted and answer.status in ("warn", "fail"):
            yield f"{answer.id}: what is never alerted can be no fault"
