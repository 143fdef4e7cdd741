"""From what a person stated about a practice to findings: one about their team, or one for each account. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.attested import CLOCK_TOLERANCE, LAPTOP, Happened, Said, Statements
from agent.contract import Account, Attestation, Basis, Evidence, Fact, Finding, Item, Severity, Status
from config.platforms import platform
from config.practices import Answer, Practice, Question
from config.schema import Profile

__all__ = ["judge", "reasons"]

#: What decides when answers differ: a definite fault beats an unknown beside it, an unknown beats a pass.
STATUSES = (Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)
#: The same among unknowns: first what was known once, for only that is worth an alert.
UNKNOWNS = ("expired", "reworded", "clock", "unreadable", "find_out", "no_answer")
#: An offer that was not taken up, or was long ago. It is no unknown: nobody needs to know.
OFFERED = Answer("", "", "not_applicable", "when_ready")


def reasons(practice: Practice) -> frozenset[str]:
    """Every reason that a finding about this practice can have."""
    answers = {answer.reason for question in practice.question for answer in question.answers}
    if not practice.alerted:
        return frozenset({*answers, OFFERED.reason})
    if practice.opened_by:
        return frozenset({*answers, "overdue", "nobody"})
    return frozenset({*answers, *UNKNOWNS, *(["no_accounts"] if practice.kinds else [])})


def judge(
    practice: Practice,
    attestations: Sequence[Attestation],
    accounts: Sequence[Account],
    profile: Profile,
    now: datetime,
) -> list[Finding]:
    """The findings about one practice.

    ``attestations`` are in the order in which they were made; events are among them. A question that was never
    answered is unknown (``no_answer``), as is one whose answer has expired or is to another wording.
    """
    made = Statements(attestations)

    def said(question: Question, subject: str) -> Said:
        days: int = getattr(profile.attestation_days, question.valid)

        def about(ends_with: Sequence[str]) -> Said:
            return made.about(subject, question.id, version=question.version, days=days, now=now, ends_with=ends_with)

        found = about(question.ends_with)
        # An event makes a good answer doubtful; a fault that was found is no better for it, though it is asked again.
        return replace(about(()), ended_by=found.ended_by) if found.ended_by and _is_fault(question, found) else found

    if practice.opened_by:
        return [_task(practice, made, said, now)]
    if not practice.kinds:
        return [
            _finding([_answered(practice, question, said(question, LAPTOP)) for question in practice.question], now)
        ]
    findings = []
    for account in accounts:
        service = platform(account.service)
        questions = [question for question in practice.question if service.kind in question.kinds]
        if questions:
            answered = [_answered(practice, question, said(question, account.id)) for question in questions]
            findings.append(_finding(answered, now, account.id, service.name))
    return findings or [_no_accounts(practice)]


def _no_accounts(practice: Practice) -> Finding:
    """Somebody without a chat app has no linked devices; but nobody has no mailbox."""
    status = Status.UNKNOWN if practice.everyone else Status.NOT_APPLICABLE
    return Finding(status=status, reason="no_accounts", basis=Basis.ATTESTED)


@dataclass(frozen=True)
class _Answered:
    """One question with the last word about it, and what that is worth."""

    question: Question
    said: Said
    status: Status
    reason: str
    severity: Severity

    @property
    def rank(self) -> tuple[int, int, int]:
        """The lowest decides."""
        unknown = UNKNOWNS.index(self.reason) if self.reason in UNKNOWNS else 0
        return STATUSES.index(self.status), -list(Severity).index(self.severity), unknown


def _is_fault(question: Question, said: Said) -> bool:
    answer = question.answer(said.made.answer) if said.made is not None else None
    return answer is not None and answer.status in ("warn", "fail")


def _answered(practice: Practice, question: Question, said: Said) -> _Answered:
    answer = question.answer(said.made.answer) if said.state == "good" and said.made is not None else None
    if not practice.alerted and (answer is None or answer.status != "pass"):
        answer = OFFERED
    if answer is not None:
        return _Answered(question, said, Status(answer.status), answer.reason, Severity(answer.severity))
    reason = "unreadable" if said.state == "good" else said.state
    severity = Severity(practice.expired) if reason == "expired" else Severity.INFO
    return _Answered(question, said, Status.UNKNOWN, reason, severity)


def _finding(
    answered: Sequence[_Answered], now: datetime, subject: str | None = None, service: str | None = None
) -> Finding:
    """The finding about one subject: the gravest answer decides, and it holds until the first of them expires."""
    worst = min(answered, key=lambda one: one.rank)
    ends = [one.said.expires_at for one in answered if one.said.expires_at is not None and one.reason != "when_ready"]
    facts: dict[str, Fact] = {"questions": len(answered)}
    if service is not None:
        facts["service"] = service
    if unknown := sum(one.status is Status.UNKNOWN for one in answered):
        facts["open_questions"] = unknown
    if worst.said.ended_by:
        facts["ended_by"] = worst.said.ended_by.removeprefix("event.")
    if worst.reason == "expired" and worst.said.made is not None:
        facts["days_since"] = max(0, (now - worst.said.made.at).days)
        facts.setdefault("ended_by", "age")
    elif ends and worst.status is not Status.UNKNOWN:
        facts["days_left"] = max(0, (min(ends) - now).days)
    return Finding(
        status=worst.status,
        reason=worst.reason,
        severity=worst.severity,
        basis=Basis.ATTESTED,
        subject=subject,
        facts=facts,
        items=_items(answered),
        evidence=_evidence(answered),
        expires_at=min(ends, default=None),
    )


def _task(practice: Practice, made: Statements, said: Callable[[Question, str], Said], now: datetime) -> Finding:
    """A task that an event opens: done when each item was said to be done after the last such event."""
    events = made.happened(practice.opened_by)
    words = [(question, said(question, LAPTOP)) for question in practice.question]
    finished = [question for question, word in words if _is_done(question, word)]

    def closed(question: Question, event: Happened) -> bool:
        return question in finished and made.since(event, LAPTOP, question.id, now)

    # Whoever left first waits longest: a second one does not put the first one off.
    waiting = [event for event in events if not all(closed(question, event) for question in practice.question)]
    if not waiting and (not events or all(word.state == "expired" for _, word in words)):
        return Finding(status=Status.NOT_APPLICABLE, reason="nobody", basis=Basis.ATTESTED)
    status, reason, severity = Status.PASS, "done", Severity.INFO
    due_at = one_working_day_after(_told_at(waiting, now)) if waiting else None
    if due_at is not None:
        status, reason = (Status.FAIL, "overdue") if now >= due_at else (Status.WARN, "open")
        severity = Severity.HIGH
    answered = []
    for question, word in words:
        done = closed(question, events[-1])
        answered.append(_Answered(question, word, Status.PASS if done else status, reason, severity))
    return Finding(
        status=status,
        reason=reason,
        severity=severity,
        basis=Basis.ATTESTED,
        facts={"left": sum(one.status is not Status.PASS for one in answered)},
        items=tuple(_item_of_task(one) for one in answered),
        evidence=_evidence(answered),
        due_at=due_at,
    )


def _told_at(waiting: Sequence[Happened], now: datetime) -> datetime:
    """When the first was told. One told while the clock was ahead puts nothing off: nobody has told it yet."""
    return next((event.made.at for event in waiting if event.made.at <= now + CLOCK_TOLERANCE), now)


def _is_done(question: Question, said: Said) -> bool:
    answer = question.answer(said.made.answer) if said.made is not None else None
    # One that has expired was done all the same: access that was removed last year is not back.
    return answer is not None and answer.status == "pass" and said.state in ("good", "expired")


def one_working_day_after(at: datetime) -> datetime:
    """The same hour on the next working day; what falls on a weekend counts from Monday."""
    saturday = 5
    if at.weekday() >= saturday:
        at = (at + timedelta(days=7 - at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    due = at + timedelta(days=1)
    return due + timedelta(days=2) if due.weekday() == saturday else due


def _items(answered: Sequence[_Answered]) -> tuple[Item, ...]:
    """What is said of each, where there is more than one."""
    if len(answered) == 1:
        return ()
    return tuple(Item(name=one.question.short, status=one.status, details=(_said(one),)) for one in answered)


def _said(one: _Answered) -> str:
    """What was answered, in words."""
    given = one.question.answer(one.said.made.answer) if one.said.made is not None else None
    if given is None or one.said.state in ("no_answer", "reworded", "clock"):
        return "not answered yet"
    return given.words if one.said.state == "good" else f"{given.words}, but that is to be looked at again"


def _item_of_task(one: _Answered) -> Item:
    """One thing to do: nobody should read what is still to do as done."""
    question = one.question
    name = f"Done: {question.short}" if one.status is Status.PASS else f"Still to do: {question.to_do}"
    return Item(name=name, status=one.status)


def _evidence(answered: Sequence[_Answered]) -> tuple[Evidence, ...]:
    entries = []
    for one in answered:
        if one.said.made is not None:
            given = one.question.answer(one.said.made.answer)
            words = given.words if given is not None else "an answer that is not offered now"
            source = f"your answer of {one.said.made.at.date().isoformat()}"
            entries.append(Evidence(one.question.short, words, source))
    return tuple(entries)
