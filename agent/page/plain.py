"""Pages that say something and do nothing, and the end."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.page.background import is_running
from agent.page.page import page_of
from agent.page.taken_over import services_in
from agent.paths import Paths

__all__ = ["ROUTES"]


def help_now(request: Request) -> Response:
    """Where to turn. That somebody looked is kept nowhere and told nobody."""
    page = page_of(request)
    return page.render(request, "help.html", services=services_in(page))


def about(request: Request) -> Response:
    """What this is, and how to tell that it is."""
    page = page_of(request)
    return page.render(request, "about.html", port=page.address.port)


def recovery_plan(request: Request) -> Response:
    """One sheet to print and fill in by hand."""
    return page_of(request).render(request, "recovery_plan.html", day=datetime.now(UTC))


def finish(request: Request) -> Response:
    """Whether to close the page, or that it is closed."""
    page = page_of(request)
    running = is_running(Paths.here())
    return page.render(request, "finish.html", finished=page.lifetime.finishing, running=running)


def end(request: Request) -> Response:
    """Close the page."""
    page = page_of(request)
    page.lifetime.finish()
    return page.see_other("/finish")


ROUTES = [
    Route("/help", help_now),
    Route("/about", about),
    Route("/recovery-plan", recovery_plan),
    Route("/finish", finish),
    Route("/finish", end, methods=["POST"]),
]
