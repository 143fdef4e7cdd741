"""A process of its own for whatever may hang, print, or stay: one JSON request in, one JSON line out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from agent.alerts.records import Delivery
from agent.background import Background

__all__ = ["REASONS", "ask"]

MAX_ANSWER = 4096
#: What a child may give as its reason; anything else is ``failed``.
REASONS = frozenset({"no_session", "no_server", "no_answer", "refused", "no_tool", "failed"})
#: How long a child that has answered may take to leave.
LEAVE_SECONDS = 2.0


def ask(module: str, request: Mapping[str, Any], seconds: float, *, how: str, stays: bool = False) -> Delivery:
    """Run a module of this package with a request on stdin and return its answer.

    ``stays`` says that it goes on after its answer. A child that says nothing in time is ended, and what it was to
    show was then not shown, as far as anybody knows.
    """
    try:
        child = subprocess.Popen(  # noqa: S603  (this program itself)
            # -P: a folder named "agent" in the current directory must not be run in our place.
            [sys.executable, "-P", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return Delivery(shown=False, how=how, reason="failed")
    said: list[bytes] = []
    talking = Background(partial(_talk, child, json.dumps(request).encode(), said))
    talking.start()
    talking.wait(seconds)
    heard = said[:]  # what comes from here on is only that we ended it
    answer = _understood(heard[0], how) if heard else None
    if answer is None:
        _end(child)
    elif stays:
        child.returncode = 0  # it is not waited for, and Python need not warn about that
    with suppress(subprocess.TimeoutExpired):
        child.wait(LEAVE_SECONDS)
    return answer or Delivery(shown=False, how=how, reason="failed" if heard else "no_answer")


def _talk(child: subprocess.Popen[bytes], request: bytes, said: list[bytes]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdout as stdout:
        with suppress(OSError, ValueError), child.stdin as stdin:
            stdin.write(request)
        with suppress(OSError, ValueError):
            said.append(stdout.readline(MAX_ANSWER))


def _understood(line: bytes, how: str) -> Delivery | None:
    try:
        answer = json.loads(line)
        shown, reason = answer["shown"], answer["reason"]
        if shown not in (True, False, None):
            return None
        if reason is not None and reason not in REASONS:
            reason = "failed"
        return Delivery(shown=shown, how=str(answer.get("how") or how), reason=reason)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
