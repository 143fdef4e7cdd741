"""Saying what only the person can know, one question a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.attested import Said, Statements
from agent.cli.asking import Asked, take_in, what_is_open
from agent.cli.rounds import last_document
from agent.cli.session import Session
from agent.contract import Account, Status
from agent.host.live import LiveHost
from agent.page.form import Form
from agent.page.forms.question_view import Question, advice, in_short, question, said_about
from agent.page.forms.subjects import known_in, must_keep, subject_at
from agent.page.page import Page, Problem, form_of, page_of
from agent.statements import LAPTOP, OpenQuestions, Statement, about, statements
from agent.status import Text
from config.practices import NOT_SURE, practices

__all__ = ["ROUTES", "Listed", "advice_in", "asked_in", "keep", "listed", "needs_help", "question_in"]


TO_ANSWER, TO_FIND_OUT, OPTIONAL = "To answer", "To find out", "Optional"
NEED_NOT = "You need not tell us this."


@dataclass(frozen=True)
class Listed:
    """A question in a list, with what was said to it last. ``word`` says how it stands, if it is ``open``."""

    path: str
    short: str
    text: str
    said: str
    open: bool
    word: str = ""


def show_all(request: Request) -> Response:
    """Everything that can be said about the person and their team, and what was said."""
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        return page.render(request, "forms/statements.html", listed=listed(session, None, now))


def ask(request: Request) -> Response:
    """One question."""
    page = page_of(request)
    with page.open_session() as session:
        return _asked(request, session, asked_in(session, **request.path_params))


def answer(request: Request) -> Response:
    """Keep the answer."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        asked = asked_in(session, **request.path_params)
        problems = keep(page, session, asked, form)
        if problems:
            return _asked(request, session, asked, form, problems)
        path = f"/statements/{request.path_params['subject']}/{asked.statement.id}"
        if needs_help(session, asked):
            return page.see_other(f"{path}/next")
        page.say(f"Kept: {in_short(asked.statement.answers[form.get('answer')])}.")
        return page.see_other(_after(session, asked))


def show_next(request: Request) -> Response:
    """What to do now that the answer is what it is."""
    page = page_of(request)
    with page.open_session() as session:
        asked = asked_in(session, **request.path_params)
        found = advice_in(session, asked)
        if found is None:
            return page.see_other(f"/statements/{request.path_params['subject']}/{asked.statement.id}")
        return page.render(
            request,
            "forms/advice.html",
            text=found[1],
            question=question_in(session, asked, datetime.now(UTC)),
            unsure=found[0] is Status.UNKNOWN,
            go_on=page.url(_after(session, asked)),
            go_on_words="Go on",
        )


def asked_in(session: Session, subject: str, statement: str) -> Asked:
    """The question that an address or a form names.

    Raises:
        HTTPException: there is no such question about this subject (404).
    """
    account = subject_at(known_in(session), subject)
    found = statements().get(statement)
    if found is None or found.valid is None or not found.is_about(account):
        raise HTTPException(404)
    return Asked(found, account)


def question_in(session: Session, asked: Asked, now: datetime) -> Question:
    """The question with what was said to it before."""
    profile = session.loaded.settings.profile
    said = _said(Statements(session.store.attestations()), asked.statement, asked.account, session, now)
    return question(asked.statement, asked.account, said, profile, now)


def keep(page: Page, session: Session, asked: Asked, form: Form) -> list[Problem]:
    """Keep the answer that a form has, and judge anew what rests on it; or say what is wrong with the form."""
    given = form.get("answer")
    # Nobody knows for certain that they are not sure, and a browser may send a way of knowing that it does not show.
    evidence = "none" if given == NOT_SURE.id else form.get("evidence") or "none"
    if given not in asked.statement.answers:
        return [Problem("answer", "Choose the answer that fits best.")]
    if evidence not in ("none", *asked.statement.evidence):
        return [Problem("evidence", "Choose how you know.")]
    must_keep(session)
    session.store.attest(asked.answered(given, datetime.now(UTC), evidence))
    with page.checking:
        take_in(session, [asked.statement.check])
    return []


def needs_help(session: Session, asked: Asked) -> bool:
    """Whether the last answer is one that nobody should be left alone with."""
    found = advice_in(session, asked)
    return found is not None and found[0] in (Status.FAIL, Status.WARN, Status.UNKNOWN)


def _after(session: Session, asked: Asked) -> str:
    """Where an answer leads: to what it was about, where that has a page; else to the list."""
    account = asked.account.id if asked.account else None
    document = last_document(session.paths)
    rows = document.checks if document is not None else ()
    if any(row.id == asked.statement.check and row.instance == account for row in rows):
        return f"/item/{asked.statement.check}" + (f"/{account}" if account else "")
    return _list(asked)


def _list(asked: Asked) -> str:
    """The list that a question is in."""
    return f"/accounts/{asked.account.id}" if asked.account else "/statements"


def listed(session: Session, account: Account | None, now: datetime) -> list[Listed]:
    """Every question about a subject. The tasks of an event are asked where it is."""
    made, open_ = Statements(session.store.attestations()), what_is_open(session)
    found = []
    for statement in about(account):
        if statement.valid is None or statement.opened_by:
            continue
        said = _said(made, statement, account, session, now)
        practice = practices().get(statement.check)
        short = f"{practice.title}: {statement.short}" if practice else statement.short
        short = short[:1].upper() + short[1:]
        path = f"/statements/{account.id if account else LAPTOP}/{statement.id}"
        word = _word(statement, account, said, open_)
        told = said_about(statement, said, now) or (NEED_NOT if word == OPTIONAL else "")
        found.append(Listed(path, short, statement.question, told, word in (TO_ANSWER, TO_FIND_OUT), word))
    return found


def _word(statement: Statement, account: Account | None, said: Said, open_: OpenQuestions) -> str:
    """How a question stands, by the one count of what is open."""
    for word, questions in ((TO_ANSWER, open_.due), (TO_FIND_OUT, open_.to_find_out)):
        if any(one.statement is statement and one.account == account for one in questions):
            return word
    return OPTIONAL if said.state != "good" else ""


def _asked(
    request: Request,
    session: Session,
    asked: Asked,
    form: Form | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    return page_of(request).render(
        request,
        "forms/statement.html",
        status=422 if problems else 200,
        problems=problems,
        question=question_in(session, asked, datetime.now(UTC)),
        form=form or Form(),
        back=_list(asked),
    )


def advice_in(session: Session, asked: Asked) -> tuple[Status, Text] | None:
    """What to do now that the last answer is what it is, and how that stands; ``None`` when there is nothing to do."""
    return advice(
        asked.statement,
        asked.account,
        session.store.attestations(),
        profile=session.loaded.settings.profile,
        system=LiveHost().system,
        now=datetime.now(UTC),
    )


def _said(made: Statements, statement: Statement, account: Account | None, session: Session, now: datetime) -> Said:
    return made.about(
        account.id if account else LAPTOP,
        statement.id,
        version=statement.version,
        days=statement.good_for_days(session.loaded.settings.profile) or 0,
        now=now,
        ends_with=statement.ends_with,
    )


ROUTES = [
    Route("/statements", show_all),
    Route("/statements/{subject}/{statement}", ask),
    Route("/statements/{subject}/{statement}", answer, methods=["POST"]),
    Route("/statements/{subject}/{statement}/next", show_next),
]
