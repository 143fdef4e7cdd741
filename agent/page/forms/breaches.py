"""Known data breaches of each account: what leaked, what to do, and "I have done this"."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.cli.asking import take_in
from agent.cli.rounds import last_document
from agent.errors import WatchwordError
from agent.localtime import LOCAL
from agent.page.forms.breach_view import affected, mark, open_names
from agent.page.forms.links import links_to
from agent.page.forms.subjects import account_at, known_in, must_keep
from agent.page.page import Page, Problem, form_of, page_of
from checks.breach.hibp import ATTRIBUTION
from checks.breach.remembered import acknowledge, take_back

__all__ = ["ROUTES"]

CHECK = "breach"
#: Where anybody can be told of breaches of their own addresses, the sensitive ones too.
NOTIFY_ME = ("https://haveibeenpwned.com/NotifyMe",)


def show(request: Request) -> Response:
    """Every account with its breaches."""
    return _shown(request)


def done(request: Request) -> Response:
    """The person has dealt with one of them, with those they ticked, or with all."""
    page, form, now = page_of(request), form_of(request), datetime.now(UTC)
    with page.changing, page.open_session() as session:
        must_keep(session)
        known, memory = known_in(session), session.store.memory(CHECK)
        account = account_at(known, request.path_params["account"])
        waiting = open_names(account.id, memory, now)
        meant = set(form.all("breach"))
        names = [name for name in waiting if form.get("do") == "all" or mark(name, page.token) in meant]
        others = [each.id for each in known.accounts if each.id != account.id]
        if not names and waiting:
            return _shown(request, Problem(f"b-{account.id}", "Tick what you have done."))
        on = now.astimezone(LOCAL).date()
        count = acknowledge(memory, account.id, now, others, on=on, only=names) if names else 0
    page.say(f"Kept: {_counted(count)} of {account.label} dealt with." if count else "There was nothing left to do.")
    return _and_judge(page)


def undo(request: Request) -> Response:
    """What was said last was not so."""
    page, now = page_of(request), datetime.now(UTC)
    with page.changing, page.open_session() as session:
        must_keep(session)
        known = known_in(session)
        account = account_at(known, request.path_params["account"])
        others = [each.id for each in known.accounts if each.id != account.id]
        count = take_back(session.store.memory(CHECK), account.id, now, others)
    page.say(f"{_counted(count)} of {account.label} open again." if count else "There was nothing to take back.")
    return _and_judge(page)


def _shown(request: Request, problem: Problem | None = None) -> Response:
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        document = last_document(session.paths)
        rows = {row.instance: row for row in (document.checks if document else ()) if row.id == CHECK and row.instance}
        found = affected(known_in(session).accounts, session.store.memory(CHECK), rows, page.token, now)
    return page.render(
        request,
        "forms/breaches.html",
        status=422 if problem else 200,
        problems=[problem] if problem else [],
        check=CHECK,
        accounts=found,
        links=links_to(NOTIFY_ME),
        attribution=ATTRIBUTION,
    )


def _and_judge(page: Page) -> Response:
    """Back to the list, and judge anew once that is on its way: this check may have to ask the keyring."""

    def judge() -> None:
        with suppress(WatchwordError), page.checking, page.open_session() as session:
            take_in(session, [CHECK])

    response = page.see_other("/breaches")
    response.background = BackgroundTask(judge)
    return response


def _counted(number: int) -> str:
    return "1 breach" if number == 1 else f"{number} breaches"


ROUTES = [
    Route("/breaches", show),
    Route("/breaches/{account}/done", done, methods=["POST"]),
    Route("/breaches/{account}/undo", undo, methods=["POST"]),
]
