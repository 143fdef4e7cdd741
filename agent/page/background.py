"""Whether Watchword runs in the background, and having it start by itself, from the page."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import health
from agent.autostart import Computer, Standing, Started, way
from agent.autostart.program import must_start, this_program
from agent.errors import RefusedError
from agent.host.live import LiveHost
from agent.page.page import form_of, page_of
from agent.paths import Paths

__all__ = ["ROUTES", "is_running"]

#: Where a form may lead back to: a path of this page.
PATH = re.compile(r"/(?:[a-z0-9_-]{1,64}(?:/[a-z0-9_-]{1,64}){0,3})?")

CANNOT_START = "This copy of Watchword cannot start by itself from where it is. Ask office IT to look at this."


def is_running(paths: Paths) -> bool:
    """Whether the background agent runs now: without it nothing is checked and nobody is reminded."""
    return health.read(paths) is not None


def start_by_itself(request: Request) -> Response:
    """Have it start at sign-in, and now."""
    page, back = page_of(request), form_of(request).get("back")
    with page.at_work():
        started, standing = _turned_on()
    if standing.state != "on" or standing.problem is not None:
        where = f" ({standing.where})" if standing.where else ""
        raise RefusedError(f"It could not be set up to start by itself{where}. Ask office IT to look at this.")
    page.say(
        "Watchword runs in the background now, and starts by itself when you sign in."
        if started == "now"
        else "Watchword starts by itself when you sign in next."
    )
    return page.see_other(back if PATH.fullmatch(back) else "/")


def _turned_on() -> tuple[Started, Standing]:
    """What came of it.

    Raises:
        RefusedError: something that is not ours has its place, or this program cannot be started by itself.
    """
    try:
        computer = Computer(LiveHost(), Paths.here(), this_program())
        must_start(computer.program)
    except RefusedError as error:  # it says what to type
        raise RefusedError(CANNOT_START) from error
    module = way(computer.host.system)
    try:
        started: Started = module.turn_on(computer, start=True)
        standing: Standing = module.read(computer)
    except OSError as error:
        raise RefusedError(f"It could not be set up to start by itself: {error.strerror or error}.") from error
    return started, standing


ROUTES = [Route("/background", start_by_itself, methods=["POST"])]
