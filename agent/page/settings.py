"""How Watchword itself is set up, without a terminal: starting by itself, its place in the menu, the key it may use."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import secrets
from agent.autostart import Computer, Program, Standing
from agent.autostart import way as autostart
from agent.autostart.program import must_start, this_program
from agent.daemon.doorbell import ring
from agent.errors import RefusedError, WatchwordError
from agent.host import Unreadable
from agent.host.live import LiveHost
from agent.page import menu
from agent.page.background import CANNOT_START
from agent.page.page import Problem, form_of, page_of
from agent.paths import Paths
from checks.breach.hibp import is_key
from config.report_words import keyring_words

__all__ = ["ROUTES"]

#: Where people look for their apps, by the name that Python has for a system.
MENUS = {"win32": "your Start menu", "darwin": "the Applications folder of your home"}
ANY_MENU = "the menu of this computer"


def show(request: Request) -> Response:
    """How it is set up."""
    return _page(request)


def _page(request: Request, *, status: int = 200, problems: Sequence[Problem] = ()) -> Response:
    # Whether there is a key is not asked: the keyring takes a third of a second, and may be locked.
    return page_of(request).render(
        request,
        "settings.html",
        status=status,
        problems=problems,
        place=MENUS.get(sys.platform, ANY_MENU),
        starts=_standing(*_autostart()),
        listed=_standing(*_menu()),
    )


def stop_starting(request: Request) -> Response:
    """Start by itself no more, and end what runs in the background."""
    page = page_of(request)
    with page.at_work():
        module, computer = _autostart()
        if computer is None:
            raise RefusedError(CANNOT_START)
        module.turn_off(computer)
    page.say("Watchword does not start by itself any more. Nothing is checked until you open it.")
    return page.see_other("/settings")


def into_menu(request: Request) -> Response:
    """Put it where people look for their apps."""
    page = page_of(request)
    with page.at_work():
        module, argv = _menu()
        if argv is None:
            raise RefusedError(CANNOT_START)
        try:
            must_start(Program(argv), command="open")
            module.put(argv)
        except OSError as error:
            raise WatchwordError(f"It could not be put there: {error.strerror or error}.") from error
    page.say(f"Watchword is in {MENUS.get(sys.platform, ANY_MENU)}.")
    return page.see_other("/settings")


def out_of_menu(request: Request) -> Response:
    """Take it out again."""
    page = page_of(request)
    with page.at_work():
        try:
            menu.way().take_away()
        except OSError as error:
            raise WatchwordError(f"It could not be taken out: {error.strerror or error}.") from error
    page.say(f"Watchword is no longer in {MENUS.get(sys.platform, ANY_MENU)}.")
    return page.see_other("/settings")


def keep_key(request: Request) -> Response:
    """Keep the person's key for Have I Been Pwned in the keyring."""
    page, value = page_of(request), form_of(request).get("key")
    if not is_key(value):
        sentence = "That does not look like a key: it has 32 characters, 0 to 9 and a to f."
        return _page(request, status=422, problems=[Problem("key", sentence)])
    with page.at_work():
        failed = secrets.store(secrets.HIBP_KEY, value.lower())
    if failed is not None:
        return _page(request, status=422, problems=[Problem("key", keyring_words(failed.reason))])
    page.say("The key is kept in the keyring. Addresses are looked up from now on.")
    ring(Paths.here().doorbell)
    return page.see_other("/settings")


def forget_key(request: Request) -> Response:
    """Take the key out of the keyring."""
    page = page_of(request)
    with page.at_work():
        removed = secrets.remove(secrets.HIBP_KEY)
    if isinstance(removed, Unreadable):
        raise WatchwordError(keyring_words(removed.reason))
    page.say("The key is gone. Addresses are not looked up any more." if removed else "There was no key.")
    return page.see_other("/settings")


def _autostart() -> tuple[ModuleType, Computer | None]:
    host = LiveHost()
    try:
        return autostart(host.system), Computer(host, Paths.here(), this_program())
    except RefusedError:  # nothing can start this copy from elsewhere
        return autostart(host.system), None


def _menu() -> tuple[ModuleType, tuple[str, ...] | None]:
    try:
        return menu.way(), menu.command()
    except RefusedError:
        return menu.way(), None


def _standing(module: ModuleType, what: Computer | tuple[str, ...] | None) -> Standing:
    if what is None:
        return Standing("unknown")
    standing: Standing = module.read(what)
    return standing


ROUTES = [
    Route("/settings", show),
    Route("/settings/autostart/off", stop_starting, methods=["POST"]),
    Route("/settings/menu/on", into_menu, methods=["POST"]),
    Route("/settings/menu/off", out_of_menu, methods=["POST"]),
    Route("/settings/key", keep_key, methods=["POST"]),
    Route("/settings/key/forget", forget_key, methods=["POST"]),
]
