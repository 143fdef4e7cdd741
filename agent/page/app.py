"""The page as an ASGI application: every route, behind the guard."""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from agent.errors import WatchwordError
from agent.page import background, forms, home, item, plain, settings
from agent.page.guard import Guard
from agent.page.page import ClosedError, Page, page_of

__all__ = ["THREADS", "build"]

log = logging.getLogger(__name__)

#: A round of checks may take half a minute; the other pages are still there meanwhile.
THREADS = 4
#: The only files that are served, by name: there is no path to leave a folder by.
STATIC = ("style.css", "icon.svg")


def build(page: Page) -> ASGIApp:
    """The application for one page session."""
    app = Starlette(
        routes=[
            Route("/alive", _alive),
            Route("/static/{name}", _static),
            *home.ROUTES,
            *item.ROUTES,
            *background.ROUTES,
            *plain.ROUTES,
            *settings.ROUTES,
            *forms.ROUTES,
        ],
        exception_handlers={
            HTTPException: _not_here,
            ClosedError: _closed,
            WatchwordError: _refused,
            500: _broken,
        },
        lifespan=_few_threads,
    )
    app.router.redirect_slashes = False
    app.state.page = page
    return Guard(app, page.address, page.token, page.lifetime)


@asynccontextmanager
async def _few_threads(_: Starlette) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


async def _alive(request: Request) -> Response:
    """What :func:`agent.page.address.answers` asks for: to be shown, which a page that is ending is not."""
    if page_of(request).lifetime.finishing:
        raise HTTPException(404)
    return PlainTextResponse(page_of(request).address.proof)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    data = files("agent.page").joinpath("static", name).read_bytes()
    return Response(data, media_type=mimetypes.types_map.get("." + name.partition(".")[2]) or "image/svg+xml")


def _not_here(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    heading = "There is no such page" if error.status_code == 404 else "That cannot be done here"
    body = "It may have been about something that is no longer there."
    return page_of(request).render(request, "error.html", status=error.status_code, heading=heading, lines=[body])


def _closed(request: Request, error: Exception) -> Response:
    heading = "This page is closed"
    return page_of(request).render(request, "error.html", status=410, heading=heading, lines=[str(error)], on=False)


def _refused(request: Request, error: Exception) -> Response:
    """The agent says in sentences what it cannot do; those are for the person."""
    lines = str(error).splitlines()
    return page_of(request).render(request, "error.html", status=422, heading="That did not work", lines=lines)


def _broken(request: Request, error: Exception) -> Response:
    log.error("the page failed", exc_info=error)
    lines = [f"Something went wrong inside Watchword ({type(error).__name__}). Please report it."]
    return page_of(request).render(request, "error.html", status=500, heading="That did not work", lines=lines)
