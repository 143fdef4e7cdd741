"""Checks from elsewhere, each behind a process of its own.

The child imports the plugin, describes it in one line, waits for its context, runs it and answers in one line. It
gets no secrets, no address and no network; what it prints goes nowhere. Here it becomes an ordinary
:class:`~agent.contract.Check`, so that the runner treats it like any other.
"""

from __future__ import annotations

import os
import signal
import subprocess
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
from config.text import printable

__all__ = ["Answer", "Description", "PluginError", "Request", "start"]

DESCRIBE_SECONDS = 10.0
MAX_TIME_LIMIT = timedelta(seconds=60)
MAX_EVERY = timedelta(days=366)
#: How long the pipe of a child that was ended may stay open.
DRAIN_SECONDS = 1.0
#: What reading a line that is not the answer ends in.
UNUSABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError)
#: A variable with one of these in its name stays here.
KEPT_BACK = ("TOKEN", "SECRET", "PASSW", "_KEY")
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
        env={name: value for name, value in os.environ.items() if not any(word in name for word in KEPT_BACK)},
        start_new_session=sys.platform != "win32",
    )
    line = _line(child, DESCRIBE_SECONDS)
    try:
        described = msgspec.json.decode(line, type=Description)
    except UNUSABLE as error:
        _end(child)
        raise PluginError(f"the check {check_id!r} could not be loaded: {_said(line)}") from error
    if described.id != check_id:
        _end(child)
        raise PluginError(f"the check registered as {check_id!r} calls itself {described.id!r}")
    limit = timedelta(seconds=min(described.time_limit_seconds, MAX_TIME_LIMIT.total_seconds()))

    def run(context: Context) -> Sequence[Finding]:
        try:
            return _ask(child, context, limit.total_seconds())
        finally:
            _end(child)

    weakref.finalize(run, _end, child)  # a check that is switched off is never run
    return Check(
        id=described.id,
        title=printable(described.title[:60]),
        category=described.category,
        run=run,
        reasons=frozenset(described.reasons),
        version=described.version,
        every=timedelta(seconds=min(described.every_seconds, MAX_EVERY.total_seconds())),
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
    except UNUSABLE as error:
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
    lines: list[bytes] = []
    pipe = child.stdout
    assert pipe is not None

    def read() -> None:
        with suppress(OSError, ValueError):
            lines.append(pipe.readline(MAX_ANSWER_BYTES))
        if child.stdout is None:
            pipe.close()

    # What the plugin started may keep the pipe open after it is gone, so nobody waits for its end but this thread.
    reader = threading.Thread(target=read, name="plugin", daemon=True)
    reader.start()
    reader.join(seconds)
    if reader.is_alive():
        _kill(child)
        reader.join(DRAIN_SECONDS)
        if reader.is_alive():
            child.stdout = None  # closing it would wait for the reader, which does so itself
        return b""
    return lines[0] if lines else b""


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it started."""
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        elif child.returncode is None:  # else the number may be somebody else's by now
            os.killpg(child.pid, signal.SIGKILL)


def _end(child: subprocess.Popen[bytes]) -> None:
    _kill(child)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError, ValueError):
                pipe.close()
    child.wait()


def _said(line: bytes) -> str:
    if not line:
        return "it ended, or took too long to start"
    with suppress(*UNUSABLE):
        return printable(msgspec.json.decode(line, type=dict[str, str])["error"])[:200]
    return "it describes itself in a way that cannot be read"
