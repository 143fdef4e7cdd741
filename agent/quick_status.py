"""``watchword status --json`` without the command line: scripts ask it often, and it only reads one file.

Kept light on purpose: nothing but ``json`` and the module that knows where the file is. Whatever is unusual is left
to the full command, which says what is wrong in words.
"""

import json

from agent.files import read_regular
from agent.paths import Paths

__all__ = ["read"]

STATUSES = frozenset({"pass", "warn", "fail", "unknown", "not_applicable", "disabled"})


def read() -> tuple[bytes, int] | None:
    """The document as it stands on disk and its exit code; ``None`` when it is absent or not a whole document."""
    try:
        data = read_regular(Paths.here().status)
        document = json.loads(data)
        rows = document["checks"]
        whole = document["schema"] == "watchword.status/1" and sum(document["summary"]["counts"].values()) == len(rows)
        statuses = {row["status"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not whole or not statuses <= STATUSES:
        return None
    return data, 1 if "fail" in statuses else 3 if "unknown" in statuses else 0
