"""Checks from elsewhere, each behind a process of its own.

The child imports the plugin, describes it in one line, waits for its context, runs it and answers in one line. It
gets no secrets, no address and no network; what it prints goes nowhere. Here it becomes an ordinary
:class:`~agent.contract.Check`, so that the runner treats it like any other.
"""

from __future__ import annotations

import os
import subprocess  # noqa: S404  (starts this same interpreter)
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec

from agent.contract import Attestation, Category, Check, Context, Finding, Words
from agent.host.recording import Recording
from agent.host.replay import ReplayHost
from agent.runner import BadAnswerError, WroteOutputError

__all__ = ["Answer", "Description", "PluginError", "Request", "start"]

DESCRIBE_SECONDS = 10.0
MAX_TIME_LIMIT = timedelta(seconds=60)
MAX_ANSWER_BYTES = 4 * 1024 * 1024
#: All that a plugin remembers is one value of its check's memory.
MEMORY_KEY = "plugin"


class PluginError(Exception):
    """A check from elsewhere that could not be used; the message says which and why."""


class Description(msgspec.Struct, frozen=True):
    """What a plugin says about itself before it runs."""

    id: str
    title: str
    category: Category
    reasons: tuple[str, ...]
    version: int
    every_seconds: float
    time_limit_seconds: float
    refs: tuple[str, ...] = ()
    words: dict[str, Words] = {}


class Request(msgspec.Struct, frozen=True):
    """What a plugin is given. ``recording`` is set when a recorded computer is judged."""

    settings: Any
    now: Any
    memory: dict[str, Any] = {}
    attestations: tuple[Attestation, ...] = ()
    recording: Recording | None = None
    fresh: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What a plugin answers. ``wrote`` says it wrote to stdout, ``crashed`` names what it raised."""

    findings: tuple[Finding, ...] = ()
    memory: dict[str, Any] = {}
    wrote: bool = False
    crashed: str | None = None
    bad: str | None = None


class PluginCrashedError(Exception):
    """The plugin's process ended without an answer, or its check raised."""


def start(check_id: str) -> Check:
    """Start the plugin's process and return the check it describes.

    Raises:
        PluginError: it cannot be imported, describes nothing usable, or takes too long to.
    """
    child = subprocess.Popen(  # noqa: S603  (this interpreter, our own module, the id from the machine policy)
        [sys.executable, "-P", "-m", "agent.plugin_child", check_id],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if "TOKEN" not in name and "SECRET" not in name},
    )
    line = _line(child, DESCRIBE_SECONDS)
    try:
        described = msgspec.json.decode(line, type=Description)
    except msgspec.DecodeError as error:
        _end(child)
        raise PluginError(f"the check {check_id!r} could not be loaded: {_said(line) or error}") from error
    if described.id != check_id:
        _end(child)
        raise PluginError(f"the check registered as {check_id!r} calls itself {described.id!r}")
    limit = min(timedelta(seconds=described.time_limit_seconds), MAX_TIME_LIMIT)

    def run(context: Context) -> Sequence[Finding]:
        try:
            return _ask(child, context, limit.total_seconds())
        finally:
            _end(child)

    weakref.finalize(run, _end, child)  # a check that is switched off is never run
    return Check(
        id=described.id,
        title=described.title[:60],
        category=described.category,
        run=run,
        reasons=frozenset(described.reasons),
        version=described.version,
        every=timedelta(seconds=described.every_seconds),
        time_limit=limit,
        refs=described.refs,
        words=described.words,
    )


def _ask(child: subprocess.Popen[bytes], context: Context, seconds: float) -> Sequence[Finding]:
    recording = context.host.recording if isinstance(context.host, ReplayHost) else None
    request = Request(
        settings=context.settings,
        now=context.now,
        memory=context.memory.recall(MEMORY_KEY) or {},
        attestations=tuple(context.attestations),
        recording=recording,
        fresh=context.fresh,
    )
    assert child.stdin is not None
    with suppress(OSError):  # a child that is gone already is noticed when its answer is read
        child.stdin.write(msgspec.json.encode(request) + b"\n")
        child.stdin.flush()
    line = _line(child, seconds)
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except msgspec.DecodeError as error:
        raise PluginCrashedError(f"the process ended without an answer: {error}") from error
    if answer.crashed is not None:
        raise PluginCrashedError(answer.crashed)
    if answer.wrote:
        raise WroteOutputError
    if answer.bad is not None:
        raise BadAnswerError(answer.bad)
    context.memory.remember(MEMORY_KEY, answer.memory)
    return answer.findings


def _line(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """One line from the child, or nothing when it is not there in time; the child is then ended."""
    watchdog = threading.Timer(seconds, _end, args=(child,))
    watchdog.start()
    try:
        assert child.stdout is not None
        return child.stdout.readline(MAX_ANSWER_BYTES)
    except (OSError, ValueError):
        return b""
    finally:
        watchdog.cancel()


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError, ValueError):
                pipe.close()
    child.wait()


def _said(line: bytes) -> str:
    with suppress(msgspec.DecodeError):
        return str(msgspec.json.decode(line, type=dict[str, str]).get("error", ""))[:200]
    return ""
