"""What an alert's buttons say and do. The work itself is done by ``watchword``, in a process of its own."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence

from agent.notify.server import PRESSED

__all__ = [
    "CHOICES",
    "GUIDE",
    "LATER",
    "NO_GUIDE",
    "OTHER",
    "WHEN",
    "first",
    "meant",
    "open_guide",
    "pages",
    "remind",
]

Action = tuple[str, str]

GUIDE, LATER, OTHER = "guide", "later", "other"
BUTTONS: Sequence[Action] = ((GUIDE, "Show me how"), (LATER, "Later"))
#: The one button of what is about no item: it opens the page.
OPEN: Action = (GUIDE, "Open Watchword")
#: Pressing the notification itself does what the first button does; servers that make one more button of that (seen).
WHOLE_IS_A_BUTTON = frozenset({"xfce notify daemon"})
COMMAND_SECONDS = 60.0

#: A time to be reminded, by the name that `watchword remind` knows it by, and its button's label.
CHOICES: Mapping[str, str] = {
    "hour": "In 1 hour",
    "evening": "This evening",
    "tomorrow": "Tomorrow 9:30",
    "friday": "Friday",
}
#: When "this evening" is no longer a choice, and the day whose tomorrow is Friday.
EVENING_HOUR, THURSDAY = 19, 3
#: GNOME shows three buttons and drops the rest without a word.
MOST_BUTTONS: Mapping[str, int] = {"gnome-shell": 3}
ANOTHER_TIME: Action = (OTHER, "Another time")

WHEN = ("When shall we remind you?", "Until then we will not mention it.")
NO_GUIDE = ("The steps could not be opened", "Open Watchword to see them.")
NOT_KEPT = ("That reminder could not be kept", "Open Watchword to choose another time.")
KEPT = "There is nothing else to do now."
#: What `watchword remind` says when it kept one. It may be sooner than asked: nothing waits for ever.
CONFIRMED = re.compile(r"We will remind you on [A-Za-z0-9 ]{1,60}:[0-9]{2}\.")


def first(server_name: str, *, opens: bool = False) -> Sequence[Action]:
    """The buttons of an alert; with ``opens`` the one that opens the page."""
    own = (OPEN,) if opens else BUTTONS
    return own if server_name in WHOLE_IS_A_BUTTON else ((PRESSED, own[0][1]), *own)


def pages(server_name: str, now: time.struct_time) -> list[list[Action]]:
    """The times to choose from, in as many notifications as the server's number of buttons asks for.

    ``now`` is in the person's own zone: a time that is past, or there twice, is left out.
    """
    offered = [
        (name, label)
        for name, label in CHOICES.items()
        if not (name == "evening" and now.tm_hour >= EVENING_HOUR)
        and not (name == "friday" and now.tm_wday == THURSDAY)
    ]
    most = MOST_BUTTONS.get(server_name, len(offered))
    if len(offered) <= most:
        return [offered]
    return [[*offered[: most - 1], ANOTHER_TIME], offered[most - 1 :]]


def meant(action: str) -> str:
    """What pressing this does."""
    return GUIDE if action == PRESSED else action


def open_guide(keys: Sequence[str], activation_token: str = "") -> bool:
    """Open the page at what the alert was about, or at its beginning when that was several; whether that worked."""
    variables = {"XDG_ACTIVATION_TOKEN": activation_token} if activation_token else {}
    if len(keys) == 1 and _watchword("open", "--at", keys[0], variables=variables) is not None:
        return True
    return _watchword("open", variables=variables) is not None


def remind(keys: Sequence[str], choice: str) -> tuple[str, str]:
    """Keep a reminder; the words that say so. What was put right in the meantime needs none."""
    when = f"--{choice}"
    said = _watchword("remind", *keys, when)
    if said is None and len(keys) > 1:
        said = next(filter(None, [_watchword("remind", key, when) for key in keys]), None)
    if said is None:
        return NOT_KEPT
    line = said.partition("\n")[0].strip()
    return (line.rstrip(".") if CONFIRMED.fullmatch(line) else "We will remind you then"), KEPT


def _watchword(*arguments: str, variables: Mapping[str, str] | None = None) -> str | None:
    """What the command said, or ``None`` when it did not do it."""
    import subprocess  # not needed while waiting

    try:
        done = subprocess.run(  # noqa: S603  (this program itself)
            [sys.executable, "-P", "-m", "agent", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(variables or {})},
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
