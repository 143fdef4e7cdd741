"""What an alert's buttons say and do. The work itself is done by ``watchword``, in a process of its own."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.notify.server import PRESSED

__all__ = [
    "CHOICES",
    "FIRST",
    "GUIDE",
    "LATER",
    "NO_GUIDE",
    "OTHER",
    "WHEN",
    "Choice",
    "meant",
    "open_guide",
    "pages",
    "remind",
]

Action = tuple[str, str]

GUIDE, LATER, OTHER = "guide", "later", "other"
#: Pressing the notification itself shows the steps too.
FIRST: Sequence[Action] = ((PRESSED, "Show me how"), (GUIDE, "Show me how"), (LATER, "Later"))
COMMAND_SECONDS = 60.0


class Choice(NamedTuple):
    """A time to be reminded: the button's label, what `watchword remind` is told, and how it is confirmed."""

    label: str
    arguments: tuple[str, ...]
    confirmed: str


CHOICES: Mapping[str, Choice] = {
    "hour": Choice("In 1 hour", ("--in", "1h"), "in about an hour"),
    "evening": Choice("This evening", ("--evening",), "this evening"),
    "tomorrow": Choice("Tomorrow 9:30", ("--tomorrow",), "tomorrow at 9:30"),
    "friday": Choice("Friday", ("--friday",), "on Friday"),
}
#: When "this evening" is no longer a choice, and the day whose tomorrow is Friday.
EVENING_HOUR, THURSDAY = 17, 3
#: GNOME shows three buttons and drops the rest without a word.
MOST_BUTTONS: Mapping[str, int] = {"gnome-shell": 3}
ANOTHER_TIME: Action = (OTHER, "Another time")

WHEN = ("When shall we remind you?", "Until then we will not mention it.")
NO_GUIDE = ("The steps could not be opened", "Open Watchword to see them.")
NOT_KEPT = ("That reminder could not be kept", "Open Watchword to choose another time.")


def pages(server_name: str, now: time.struct_time) -> list[list[Action]]:
    """The times to choose from, in as many notifications as the server's number of buttons asks for.

    ``now`` is in the person's own zone: a time that is past, or there twice, is left out.
    """
    offered = [
        (name, choice.label)
        for name, choice in CHOICES.items()
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
    """Open the steps for what the alert was about; whether that worked."""
    tokens = {"XDG_ACTIVATION_TOKEN": activation_token} if activation_token else {}
    return _watchword("explain", "--window", *keys, variables=tokens)


def remind(keys: Sequence[str], choice: str) -> tuple[str, str]:
    """Keep a reminder; the words that say so."""
    chosen = CHOICES[choice]
    if not _watchword("remind", *keys, *chosen.arguments):
        return NOT_KEPT
    return f"We will remind you {chosen.confirmed}", "There is nothing else to do now."


def _watchword(*arguments: str, variables: Mapping[str, str] | None = None) -> bool:
    import subprocess  # not needed while waiting

    try:
        done = subprocess.run(  # noqa: S603  (this program itself)
            [sys.executable, "-P", "-m", "agent", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(variables or {})},
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
