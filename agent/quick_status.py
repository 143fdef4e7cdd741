"""``watchword status --json`` without the command line: scripts ask it often, and it only reads one file.

Kept light on purpose: nothing but ``json`` and the module that knows where the file is. Whatever is unusual, a document
of last week among it, is left to the full command, which says what is wrong in words.
"""

import json
import time

from agent.files import read_regular
from agent.paths import Paths

__all__ = ["read"]

STATUSES = frozenset({"pass", "warn", "fail", "unknown", "not_applicable", "disabled"})
#: As in :mod:`agent.status`, in seconds; a test compares them.
CURRENT_SECONDS = 7 * 24 * 60 * 60
CLOCK_SLACK_SECONDS = 10 * 60


def read() -> tuple[bytes, int] | None:
    """The document as it stands on disk and its exit code; ``None`` when it is absent or not a whole document."""
    try:
        data = read_regular(Paths.here().status)
        document = json.loads(data)
        rows = document["checks"]
        whole = document["schema"] == "watchword.status/1" and sum(document["summary"]["counts"].values()) == len(rows)
        statuses = {row["status"] for row in rows}
        current = _is_current(document["generated_at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not whole or not current or not statuses <= STATUSES:
        return None
    return data, 1 if "fail" in statuses else 3 if "unknown" in statuses else 0


def _is_current(written: str) -> bool:
    """Whether a time as the agent writes it is neither too long ago nor to come. Such texts sort as their times do."""
    now = time.time()
    return len(written) == 20 and _spelt(now - CURRENT_SECONDS) <= written <= _spelt(now + CLOCK_SLACK_SECONDS)


def _spelt(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
