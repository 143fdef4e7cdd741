"""Remembering a package manager's answer until something on disk has changed.

Asking apt costs seconds of processor time and the answer changes only with the files it is made from. Their times of
last change are its stamps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from agent.contract import Context
from agent.host import Host, Unreadable
from checks.app_updates.facts import Pending

__all__ = ["remembered_answer", "stamps"]

#: Raised when what is remembered, or how an answer is read, changes.
FORMAT = 2
#: File times are whole seconds: a file that changed this recently may change again without showing it.
SETTLED_SECONDS = 3


def stamps(host: Host, paths: Iterable[str]) -> str | None:
    """One fingerprint of these files' times, or ``None`` when they do not prove that nothing changed."""
    found: list[tuple[str, Any]] = []
    settled = host.now().timestamp() - SETTLED_SECONDS
    for path in paths:
        at = host.query("mtime", path)
        if at is not None and (not isinstance(at, int) or at > settled):
            return None
        found.append((path, at))
    return hashlib.sha256(msgspec.json.encode([FORMAT, found])).hexdigest()


def remembered_answer(
    context: Context, manager: str, paths: Iterable[str], ask: Callable[[], tuple[Pending, ...] | Unreadable]
) -> tuple[Pending, ...] | Unreadable:
    """The answer remembered under the same stamps, else a new one. Only what a manager really said is remembered."""
    name = f"answer.{manager}"
    before = stamps(context.host, paths)
    if before is not None and not context.fresh:
        saved = context.memory.recall(name)
        if isinstance(saved, dict) and saved.get("stamps") == before:
            try:
                return msgspec.convert(saved.get("pending"), tuple[Pending, ...])
            except msgspec.ValidationError:
                pass
    answer = ask()
    keep = before is not None and not isinstance(answer, Unreadable)
    context.memory.remember(name, {"stamps": before, "pending": msgspec.to_builtins(answer)} if keep else None)
    return answer
