"""Showing an alert on the screen, and knowing whether it was shown.

Nothing is ever called shown because nothing was heard: an alert was accepted by a server that answered, or it went to
a system that gives no receipt (``shown`` is ``None``), or it was not shown and the reason is said.

The module imports little, for the small process that waits for a button is part of this package.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from agent.alerts.records import Delivery

__all__ = ["available", "show", "state"]


def available() -> Delivery:
    """Whether an alert could be shown here now. Nothing is shown.

    ``shown`` is ``True`` when a server answers, ``None`` when nothing speaks against it, and ``False`` with a reason:
    ``no_session``, ``no_server``, ``no_tool``, ``no_answer``, ``off_by_user`` or ``off_by_policy``.
    """
    if sys.platform == "win32":
        from agent.notify import windows  # only where it is of use, here and below

        return windows.available()
    if sys.platform == "darwin":
        from agent.notify import macos

        return macos.available()
    from agent.notify import linux

    return linux.available()


def show(
    title: str,
    body: str,
    *,
    keys: Sequence[str] = (),
    buttons: bool = True,
    opens: bool = False,
    quiet: bool = False,
) -> Delivery:
    """Show an alert now and say what came of it.

    ``keys`` name what it is about, as ``CHECK`` or ``CHECK:ACCOUNT``: with ``buttons``, and where the system has them,
    "Show me how" opens their steps and "Later" keeps a reminder for each. Without any, ``opens`` gives it a button that
    opens the page and nothing else. ``quiet`` has it shown without a stir, and not kept, where the system can do so:
    on Linux; elsewhere it is like any other. Title and body are plain text; what is too long is cut. It takes at most a
    few seconds, whatever the system does.
    """
    from agent.notify import text

    heading, words = text.fitted(title, text.MOST_TITLE), text.fitted(body, text.MOST_BODY)
    about = [key for key in dict.fromkeys(keys) if text.KEY.fullmatch(key)] if buttons else []
    if sys.platform == "win32":
        from agent.notify import windows

        return windows.show(heading, words)
    if sys.platform == "darwin":
        from agent.notify import macos

        return macos.show(heading, words)
    from agent.notify import linux

    return linux.show(heading, words, about, opens=opens and not about, quiet=quiet)


def state(delivery: Delivery) -> Literal["working", "unavailable", "off_by_user", "off_by_policy"]:
    """What :func:`available` found, in the words of the status document."""
    if delivery.shown is not False:
        return "working"
    if delivery.reason == "off_by_user":
        return "off_by_user"
    return "off_by_policy" if delivery.reason == "off_by_policy" else "unavailable"
