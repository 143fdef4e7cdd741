"""The password delay of a Mac, from ``sysadminctl -screenLock status``. It answers on **stderr**.

The preferences ``askForPassword`` and ``askForPasswordDelay`` are not read: since macOS 10.13 they decide nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta

from agent.host import Host, Unreadable
from checks.screen_lock.facts import NEVER, Wait, waited

__all__ = ["COMMAND", "parse", "read"]

COMMAND = ("sysadminctl", "-screenLock", "status")
TIME_LIMIT_SECONDS = 5.0
SECOND = timedelta(seconds=1)
PREFIX = r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: ?[+-]\d{4})? sysadminctl\[\d+(?::[0-9A-Fa-f]+)?\] )?"
ANSWER = re.compile(
    PREFIX + r"screenLock (?:delay )?is (?:(off)|(immediate)|(-?\d{1,10}(?:\.\d{1,9})?)(?: seconds?)?)\.?",
    re.IGNORECASE,
)
#: Off, as a number: -1 here, the largest one in MobileKeyBag, where the value comes from.
OFF = frozenset({-1.0, 2147483647.0})


def parse(text: str) -> Wait | None:
    """The delay: ``NEVER`` when no password is needed, ``None`` when the text does not say or says two things."""
    answers: set[Wait] = set()
    for line in text.splitlines():
        match = ANSWER.fullmatch(line.strip())
        if match is None:
            continue
        if match[1]:
            answers.add(NEVER)
        elif match[2]:
            answers.add(timedelta(0))
        else:
            number = float(match[3])
            if number < 0 and number not in OFF:
                return None
            answers.add(NEVER if number in OFF else waited(number, SECOND))
    return answers.pop() if len(answers) == 1 else None


def read(host: Host) -> Wait:
    """Ask macOS. It answers for the person whose session this is."""
    where = " ".join(COMMAND)
    done = host.run(COMMAND, timeout=TIME_LIMIT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", where)
    found = parse(f"{done.stderr}\n{done.stdout}")
    return Unreadable("malformed", where) if found is None else found
