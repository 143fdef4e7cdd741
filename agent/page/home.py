"""The first page, and checking everything from it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import discovery, health
from agent.accounts import known_accounts
from agent.cli.asking import what_is_open
from agent.cli.rounds import last_document, round_in
from agent.cli.session import Session
from agent.contract import Category
from agent.host.live import LiveHost
from agent.localtime import LOCAL
from agent.page import view
from agent.page.page import Page, page_of
from agent.report.sharing import arrangement
from config.report_words import notice_words

__all__ = ["ROUTES", "titles"]


def titles() -> dict[str, str]:
    """The name of every built-in check, by id."""
    return {check.id: check.title for check in discovery.builtin_checks()}


def show(request: Request) -> Response:
    """The first page."""
    page = page_of(request)
    return page.render(request, "home.html", **_shown(page))


def show_all(request: Request) -> Response:
    """Everything that is open, each with its steps, to be printed."""
    page = page_of(request)
    return page.render(request, "print.html", **_shown(page))


def _shown(page: Page) -> dict[str, Any]:
    now = datetime.now(UTC)
    with page.open_session() as session:
        document = last_document(session.paths)
        store = session.store
        known = known_accounts(session.loaded.settings, store, now=now)
        running = health.sentence(health.read(session.paths), LOCAL, now)
        return {
            "home": view.home(
                document,
                titles=titles(),
                now=now,
                reminders=store.reminders(),
                episodes=store.episodes(since=now - view.MONTH),
                labels=known.labels,
                notes={Category.AGENT: [running]},
                questions=what_is_open(session),
            ),
            "notes": [*session.notes, *_notices(session)],
        }


def _notices(session: Session) -> list[str]:
    """That an office asks for reports, or has ended them."""
    holds = arrangement(session.loaded.settings.report, session.store.sharing())
    notice = notice_words(holds.standing.value)
    return [notice] if notice else []


def check_everything(request: Request) -> Response:
    """Run every check now."""
    page = page_of(request)
    with page.first_to_check() as first:
        if not first:
            return page.see_other("/")
        with page.open_session() as session:
            result = round_in(session, (), fresh=False, host=LiveHost())
    page.say("Everything was checked just now.")
    for note in result.notes:
        page.say(note)
    return page.see_other("/")


ROUTES = [
    Route("/", show),
    Route("/print", show_all),
    Route("/check", check_everything, methods=["POST"]),
]
