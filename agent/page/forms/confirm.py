"""Three minutes: everything that is unanswered or about to expire, one question after the other.

Nothing is remembered of the walk but the answers themselves: its address says which question was last, so it can be
left at any time, and taken up again wherever it is then needed most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from agent.accounts import KnownAccounts
from agent.cli.asking import Asked, what_is_due, what_is_open
from agent.cli.session import Session
from agent.contract import Status
from agent.page.form import Form
from agent.page.forms import statements
from agent.page.forms.subjects import known_in
from agent.page.page import Page, Problem, form_of, page_of
from agent.page.view import question_of
from agent.questions import minutes
from agent.statements import LAPTOP, Due
from agent.statements import statements as every_statement
from config.platforms import platform

__all__ = ["ROUTES"]

MOST = 999
#: Answers this young may be of this walk: one can go back to them.
WALK = timedelta(hours=12)


def show(request: Request) -> Response:
    """The next question after the one that the address names; without one, the first. Or one to go back to."""
    page, query = page_of(request), request.query_params
    with page.open_session() as session:
        known = known_in(session)
        open_ = what_is_open(session)
        all_due = open_.due
        after = _place(query.get("after") or query.get("back", ""), query.get("about", ""), known)
        left = [one for one in all_due if _place_of(one, known) > after]
        total = max(_number(query.get("of", "")), len(left))
        if query.get("back"):
            asked = statements.asked_in(session, query.get("about", ""), query["back"])
            return _asked(request, session, asked, max(total, len(left) + 1), total - len(left), begun=True)
        if not left:
            return page.render(
                request,
                "forms/confirmed.html",
                left=len(all_due),
                to_find_out=[question_of(one) for one in open_.to_find_out],
                walked="of" in query,
                accounts=len(known.accounts),
            )
        first = Asked(left[0].statement, left[0].account)
        taking = minutes(one.statement for one in left)
        return _asked(request, session, first, total, total - len(left) + 1, begun="of" in query, taking=taking)


def answer(request: Request) -> Response:
    """Keep the answer and go on."""
    page, form = page_of(request), form_of(request)
    total, number = _number(form.get("of")), _number(form.get("number"))
    with page.open_session() as session:
        asked = statements.asked_in(session, form.get("subject"), form.get("statement"))
        problems = statements.keep(page, session, asked, form)
        if problems:
            return _asked(request, session, asked, total, number, begun=True, form=form, problems=problems)
        if statements.needs_help(session, asked):
            return _to(page, "/confirm/next", asked, total)
        return _to(page, "/confirm", asked, total)


def show_next(request: Request) -> Response:
    """What to do about the last answer, and the way on."""
    page, query = page_of(request), request.query_params
    with page.open_session() as session:
        asked = statements.asked_in(session, query.get("about", ""), query.get("after", ""))
        found = statements.advice_in(session, asked)
        if found is None:
            return _to(page, "/confirm", asked, _number(query.get("of", "")))
        return page.render(
            request,
            "forms/advice.html",
            text=found[1],
            question=statements.question_in(session, asked, datetime.now(UTC)),
            unsure=found[0] is Status.UNKNOWN,
            go_on=_address(page, "/confirm", asked, _number(query.get("of", ""))),
            go_on_words="Go on to the next question",
        )


def _asked(
    request: Request,
    session: Session,
    asked: Asked,
    total: int,
    number: int,
    *,
    begun: bool,
    taking: int = 0,
    form: Form | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    page = page_of(request)
    return page.render(
        request,
        "forms/confirm.html",
        status=422 if problems else 200,
        problems=problems,
        question=statements.question_in(session, asked, datetime.now(UTC)),
        form=form or Form(),
        number=max(1, min(number, total)),
        total=max(1, total),
        minutes=taking,
        begun=begun,
        skip=_address(page, "/confirm", asked, total),
        earlier=_earlier(page, session, asked, total),
    )


def _earlier(page: Page, session: Session, asked: Asked, total: int) -> str:
    """The address of the question before this one: one that is open, or that was answered a moment ago."""
    known, now = known_in(session), datetime.now(UTC)
    walked = {(one.statement.id, one.account.id if one.account else LAPTOP) for one in what_is_due(session)}
    walked |= {
        (made.statement, made.subject)
        for made in session.store.attestations()
        if timedelta(0) <= now - made.at < WALK and _is_asked(made.statement, made.subject, known)
    }
    here = _place(asked.statement.id, asked.account.id if asked.account else LAPTOP, known)
    before = [(place, one) for one in walked if (0, 0) <= (place := _place(*one, known)) < here]
    if not before:
        return ""
    statement, subject = max(before)[1]
    return page.url("/confirm", back=statement, about=subject, of=str(total))


def _is_asked(statement: str, subject: str, known: KnownAccounts) -> bool:
    """Whether there is such a question now: an account may have gone, or be one of another service."""
    subjects = {LAPTOP: None, **{account.id: account for account in known.accounts}}
    found = every_statement().get(statement)
    return found is not None and found.valid is not None and subject in subjects and found.is_about(subjects[subject])


def _to(page: Page, path: str, asked: Asked, total: int) -> RedirectResponse:
    return RedirectResponse(_address(page, path, asked, total), status_code=303)


def _address(page: Page, path: str, asked: Asked, total: int) -> str:
    about = asked.account.id if asked.account else LAPTOP
    return page.url(path, after=asked.statement.id, about=about, of=str(total))


def _number(text: str) -> int:
    return min(int(text), MOST) if text.isascii() and text.isdigit() and len(text) <= 3 else 0


def _place_of(one: Due, known: KnownAccounts) -> tuple[int, int]:
    return _place(one.statement.id, one.account.id if one.account else LAPTOP, known)


def _place(statement: str, subject: str, known: KnownAccounts) -> tuple[int, int]:
    """Where a question stands in the order in which they are asked. Before all of them when there is no such one."""
    order = list(every_statement())
    if statement not in order:
        return -1, -1
    email_first = sorted(known.accounts, key=lambda account: platform(account.service).kind != "email")
    subjects = [LAPTOP, *(account.id for account in email_first)]
    # One about an account that has gone: what is left to ask about the others comes next.
    return order.index(statement), subjects.index(subject) if subject in subjects else -1


ROUTES = [
    Route("/confirm", show),
    Route("/confirm", answer, methods=["POST"]),
    Route("/confirm/next", show_next),
]
