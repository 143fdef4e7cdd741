"""A check that does whatever ``MISBEHAVE`` in the environment says, to try the wall around checks."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from agent.contract import Category, Check, Context, Finding, Status

FINE = Finding(status=Status.PASS, reason="fine")


def run(context: Context) -> Sequence[Any]:
    """Misbehave as told."""
    how = os.environ.get("MISBEHAVE", "")
    if how == "raise":
        raise RuntimeError("on purpose")
    if how == "exit":
        sys.exit(0)
    if how == "die":
        os._exit(0)
    if how == "kill":
        os.kill(os.getpid(), 9)
    if how == "hang":
        time.sleep(60)
    if how == "spin":
        while True:
            pass
    if how == "fork":
        if os.fork() == 0:  # and this one keeps the pipe open, out of reach
            os.setsid()
            time.sleep(15)
            os._exit(0)
        time.sleep(60)
    if how == "noise":
        for descriptor in range(3, 12):
            with suppress(OSError):
                os.write(descriptor, b'"\xff"\n')
    if how == "print":
        print('{"schema": "watchword.status/1"}')
    if how == "descriptor":
        os.write(1, b'{"schema": "watchword.status/1"}\n')
    if how == "thread":
        threading.Thread(target=time.sleep, args=(60,)).start()
    if how == "nonsense":
        return [{"status": "pass"}]
    if how == "empty":
        return []
    if how == "reason":
        return [Finding(status=Status.PASS, reason="made_up")]
    if how == "secrets":
        return [Finding(status=Status.PASS, reason="fine", facts={"secret": str(context.secret("hibp_api_key"))})]
    return [FINE]


CHECK = Check(
    id="misbehaving",
    title="Misbehaving",
    category=Category.DEVICE,
    run=run,
    reasons=frozenset({"fine"}),
    time_limit=timedelta(seconds=3),
)
