"""The small process that shows an alert on a Linux desktop and waits for one of its buttons.

One JSON request on stdin, one JSON line on stdout once the alert was taken or refused; then it goes on by itself, out
of the way, until the notification is closed, a button was pressed, the server is gone, or an hour is over. It stays
although nobody may press anything, because GNOME takes a notification away with the program that sent it.

Run by :mod:`agent.notify.linux` as ``python -P -m agent.notify.listen``. It imports little, for it stays long.

Request: ``{"title", "body", "keys": [...], "opens": false, "quiet": false, "seconds": 3600}``. Answer: ``{"shown",
"how", "reason"}``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any, NoReturn

from agent.notify import buttons
from agent.notify.server import STAYS, NoServerError, RefusedError, Server, ServerGoneError

__all__ = ["main"]

#: If nobody ends it although the bus never answers, this does.
START_SECONDS = 30
#: Some servers say that a notification was closed just before they say which button closed it.
LATE_ACTION_SECONDS = 1.0
#: How long the choice of a time waits, and how long the words that confirm it stay.
CHOICE_SECONDS = 600.0
CONFIRMED_SECONDS = 60.0


def main() -> int:
    """Show one alert and see it to its end."""
    request = json.loads(sys.stdin.buffer.read())
    signal.alarm(START_SECONDS)
    server, number, answer = _show(request)
    print(json.dumps(answer), flush=True)
    if server is None or number is None:
        return 0
    _carry_on(request["seconds"])
    try:
        _attend(server, number, list(request["keys"]), time.monotonic() + request["seconds"])
    except (ServerGoneError, RefusedError, TimeoutError):
        return 0  # what was on the screen is gone, and nobody is left to be told
    return 0


def _show(request: dict[str, Any]) -> tuple[Server | None, int | None, dict[str, Any]]:
    how = "D-Bus"
    try:
        server = Server()
        how = server.described
        actions = buttons.first(server.name, opens=request["opens"]) if request["keys"] or request["opens"] else ()
        number = server.show(request["title"], request["body"], actions, quiet=request["quiet"])
    except NoServerError as error:
        return None, None, _answer(how, shown=False, reason=str(error))
    except RefusedError:
        return None, None, _answer(how, shown=False, reason="refused")
    except ServerGoneError:
        return None, None, _answer(how, shown=False, reason="failed")
    except TimeoutError:  # it may still show it, later
        return None, None, _answer(how, shown=None, reason="no_answer")
    return server, number, _answer(how, shown=True, reason=None)


def _answer(how: str, *, shown: bool | None, reason: str | None) -> dict[str, Any]:
    return {"shown": shown, "how": how, "reason": reason}


def _carry_on(seconds: float) -> None:
    """Go on as a process of our own, which whoever started us need not wait for."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    if os.fork():
        os._exit(0)
    signal.alarm(int(seconds + CHOICE_SECONDS + CONFIRMED_SECONDS) + 60)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _stop)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _attend(server: Server, number: int, keys: list[str], until: float) -> None:
    """Wait for what the person does, and do it. Buttons that no one attends to do not stay on the screen."""
    try:
        action = _pressed(server, number, until)
    except SystemExit:
        server.withdraw(number)
        raise
    server.withdraw(number)
    if action == buttons.GUIDE and not buttons.open_guide(keys, server.activation_token):
        _say(server, buttons.NO_GUIDE)
    elif action == buttons.LATER:
        _choose(server, keys)


def _choose(server: Server, keys: list[str]) -> None:
    """Ask when, keep it, and say that it is kept."""
    for page in buttons.pages(server.name, time.localtime()):
        number = server.show(*buttons.WHEN, page, expires=STAYS)  # somebody is thinking
        try:
            choice = _pressed(server, number, time.monotonic() + CHOICE_SECONDS)
        finally:
            server.withdraw(number)
        if choice in buttons.CHOICES:
            _say(server, buttons.remind(keys, choice))
        if choice != buttons.OTHER:
            return


def _say(server: Server, words: tuple[str, str]) -> None:
    number = server.show(*words)
    try:
        _pressed(server, number, time.monotonic() + CONFIRMED_SECONDS)
    finally:
        server.withdraw(number)


def _pressed(server: Server, number: int, until: float) -> str:
    """The action of this notification that the person chose, or none of them."""
    while (event := server.event(until)) is not None:
        if event.number != number:
            continue
        if event.action:
            return buttons.meant(event.action)
        until = min(until, time.monotonic() + LATE_ACTION_SECONDS)
    return ""


if __name__ == "__main__":
    raise SystemExit(main())
