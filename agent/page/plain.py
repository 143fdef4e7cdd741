"""Pages that say something and do nothing, and the end.

They wait for nothing, however many slow requests keep the page's threads busy: somebody may need help at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.page.background import is_running
from agent.page.page import page_of
from agent.page.taken_over import services_in
from agent.paths import Paths

__all__ = ["ROUTES"]

#: What the disk does not tell within this time is left out.
PATIENCE_SECONDS = 1.0

About = TypeVar("About")
Told = TypeVar("Told")


async def help_now(request: Request) -> Response:
    """Where to turn. That somebody looked is kept nowhere and told nobody."""
    page = page_of(request)
    return page.render(request, "help.html", services=await _at_once(services_in, page, otherwise=()))


async def about(request: Request) -> Response:
    """What this is, and how to tell that it is."""
    page = page_of(request)
    return page.render(request, "about.html", port=page.address.port)


async def recovery_plan(request: Request) -> Response:
    """One sheet to print and fill in by hand."""
    return page_of(request).render(request, "recovery_plan.html", day=datetime.now(UTC))


async def finish(request: Request) -> Response:
    """Whether to close the page, or that it is closed."""
    page = page_of(request)
    running = await _at_once(is_running, Paths.here(), otherwise=False)
    return page.render(request, "finish.html", finished=page.lifetime.finishing, running=running)


async def end(request: Request) -> Response:
    """Close the page."""
    page = page_of(request)
    page.lifetime.finish()
    return page.see_other("/finish")


async def _at_once(ask: Callable[[About], Told], about: About, *, otherwise: Told) -> Told:
    """What it tells, from a thread beside those of the page; ``otherwise`` when that takes too long."""
    with move_on_after(PATIENCE_SECONDS):
        return await to_thread.run_sync(ask, about, abandon_on_cancel=True, limiter=CapacityLimiter(1))
    return otherwise


ROUTES = [
    Route("/help", help_now),
    Route("/about", about),
    Route("/recovery-plan", recovery_plan),
    Route("/finish", finish),
    Route("/finish", end, methods=["POST"]),
]
