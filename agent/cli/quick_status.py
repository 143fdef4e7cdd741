"""``watchword status`` without the command line's imports: scripts ask it often, and it only reads one file."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from agent.paths import Paths

__all__ = ["answer"]


def answer(arguments: Sequence[str]) -> int | None:
    """Answer ``status --json`` here and now; ``None`` when the full command line must (other options, any problem)."""
    if list(arguments) != ["--json"]:
        return None
    try:
        with open(Paths.here().status, "rb") as file:
            data = file.read()
        document = json.loads(data)
        if document["schema"] != "watchword.status/1":
            return None
        statuses = {row["status"] for row in document["checks"]}
        counts = document["summary"]["counts"]
        if sum(counts.values()) != len(document["checks"]):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # the full command says what is wrong, in words
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    if "fail" in statuses:
        return 1
    return 3 if "unknown" in statuses else 0
