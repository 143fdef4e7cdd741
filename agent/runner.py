"""Run checks side by side, and keep whatever goes wrong in one of them to itself.

Each check runs in a thread of its own with a time limit. One that raises, hangs, ends its thread, writes to stdout
or answers nonsense becomes a single ``unknown`` finding; the others go on. Checks from elsewhere run the same way,
behind a process of their own (:mod:`agent.plugins`).
"""

from __future__ import annotations

import io
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from agent.background import Background
from agent.contract import SLUG, Check, Context, Finding, Severity, Status
from agent.first_use import learn_types
from config.text import printable

__all__ = ["RUNNER_REASONS", "BadAnswerError", "Outcome", "WroteOutputError", "checked", "run_checks", "unknown"]

#: Reasons that the runner itself gives, for any check. Their words are ``any.<reason>``.
RUNNER_REASONS = frozenset({"crashed", "timeout", "wrote_output", "bad_answer", "disabled", "not_run"})
#: More accounts than settings and policy may list together.
MAX_FINDINGS = 2000
MAX_FACTS = 24
MAX_TEXT = 200
#: How often to look whether a thread ended without having been able to say so.
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of one check: its findings, how long it took, and whether they are its own or the runner's."""

    check: Check
    findings: tuple[Finding, ...]
    seconds: float
    answered: bool


def unknown(reason: str, error: str | None = None) -> Finding:
    """The finding that stands for a check which gave no usable answer."""
    return Finding(status=Status.UNKNOWN, reason=reason, severity=Severity.LOW, error=error)


#: Made beforehand: it stands for a check that had no memory left to say anything.
NO_MEMORY = unknown("crashed", MemoryError.__name__)


def run_checks(
    checks: Sequence[Check],
    make_context: Callable[[Check], Context],
    *,
    on_done: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Run every check once, all at the same time, and return their outcomes in the order given.

    ``on_done`` is called in this thread as each one ends. A check past its time limit is left behind: its thread
    cannot be ended, but nothing it still does has any effect on the answer.
    """
    learn_types()
    answers: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    started = time.monotonic()
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, tuple[Check, Background]] = {}

    def settle(outcome: Outcome) -> None:
        if outcome.check.id not in outcomes:
            waiting.pop(outcome.check.id, None)
            outcomes[outcome.check.id] = outcome
            on_done(outcome)

    with _guarded_stdout() as wrote:
        for check in checks:
            thread = Background(partial(_run_one, check, make_context, answers, wrote))
            waiting[check.id] = check, thread
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:  # the system has no room for another one
                settle(Outcome(check, (unknown("crashed", type(error).__name__),), 0.0, answered=False))
        while waiting:
            deadline = started + min(check.time_limit.total_seconds() for check, _ in waiting.values())
            over = [check for check, thread in waiting.values() if thread.over]
            try:
                settle(answers.get(timeout=max(0.0, min(deadline - time.monotonic(), 0.0 if over else LOOK_SECONDS))))
                continue
            except queue.Empty:
                elapsed = time.monotonic() - started
            late = [check for check, _ in waiting.values() if check.time_limit.total_seconds() <= elapsed]
            for check in over:
                settle(Outcome(check, (NO_MEMORY,), elapsed, answered=False))
            for check in late:
                settle(Outcome(check, (unknown("timeout"),), elapsed, answered=False))
    return [outcomes[check.id] for check in checks]


def _run_one(
    check: Check,
    make_context: Callable[[Check], Context],
    answers: queue.SimpleQueue[Outcome],
    wrote: set[int],
) -> None:
    """One check in its own thread. This is the wall: whatever it does ends here, in an outcome."""
    started = time.monotonic()
    me = threading.get_ident()
    wrote.discard(me)
    findings: tuple[Finding, ...] = (unknown("crashed"),)
    answered = False
    try:
        context = make_context(check)
        findings = checked(check, check.run(context), {account.id for account in context.accounts})
        answered = True
    except WroteOutputError:
        findings = (unknown("wrote_output"),)
    except BadAnswerError as error:
        log.warning("check %s answered nonsense: %s", check.id, error)
        findings = (unknown("bad_answer", printable(str(error))),)
    except MemoryError:
        findings = (NO_MEMORY,)  # a word in the log would need some
    except BaseException as error:  # the wall around a check: SystemExit and the like stop here too
        log.warning("check %s crashed: %s", check.id, type(error).__name__, exc_info=True)
        findings = (unknown("crashed", type(error).__name__),)
    finally:
        if me in wrote and answered:
            findings, answered = (unknown("wrote_output"),), False
        answers.put(Outcome(check, findings, time.monotonic() - started, answered))


class BadAnswerError(Exception):
    """A check returned something other than findings that keep to the contract."""


class WroteOutputError(Exception):
    """A check wrote to stdout, which belongs to the status document."""


def checked(check: Check, answer: Any, subjects: set[str]) -> tuple[Finding, ...]:
    """The answer as findings, if it keeps to the contract.

    Raises:
        BadAnswerError: it does not; the message says in what.
    """
    if not isinstance(answer, list | tuple) or not answer or len(answer) > MAX_FINDINGS:
        raise BadAnswerError("not a list of findings")
    findings = []
    for raw in answer:
        if type(raw) is not Finding:
            raise BadAnswerError(f"a {type(raw).__name__} is not a finding")
        try:
            finding = msgspec.convert(_printable(msgspec.to_builtins(raw)), Finding)
        except (msgspec.ValidationError, TypeError, ValueError, RecursionError) as error:
            raise BadAnswerError(f"a finding with a wrong field: {error}") from error
        _check_finding(check, finding, subjects)
        findings.append(finding)
    if len({finding.subject for finding in findings}) != len(findings):
        raise BadAnswerError("two findings about the same subject")
    return tuple(findings)


def _printable(value: Any) -> Any:
    """The same without what a terminal would act on or JSON cannot hold: much of it comes from files and names."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list | tuple) else value


def _check_finding(check: Check, finding: Finding, subjects: set[str]) -> None:
    if finding.reason not in check.reasons:
        raise BadAnswerError(f"reason {finding.reason[:40]!r} is not one it publishes")
    if finding.subject is not None and finding.subject not in subjects:
        raise BadAnswerError("a finding about an account it was not given")
    if len(finding.facts) > MAX_FACTS:
        raise BadAnswerError(f"more than {MAX_FACTS} facts")
    for name, value in finding.facts.items():
        texts = value if isinstance(value, list) else [value]
        if not SLUG.fullmatch(name) or any(isinstance(text, str) and len(text) > MAX_TEXT for text in texts):
            raise BadAnswerError(f"fact {name[:40]!r} is not a short value with a simple name")
    for moment in (finding.due_at, finding.expires_at, *(item.since for item in finding.items)):
        if moment is not None and moment.tzinfo is None:
            raise BadAnswerError("a time without a time zone")


class _StdoutGuard(io.TextIOBase):
    """Stands in for ``sys.stdout`` while checks run: notes which thread writes, and drops it."""

    def __init__(self, wrote: set[int]) -> None:
        self._wrote = wrote

    def write(self, text: str) -> int:
        self._wrote.add(threading.get_ident())
        return len(text)


@contextmanager
def _guarded_stdout() -> Iterator[set[int]]:
    """While checks run, neither ``print`` nor a write to file descriptor 1 can reach the real stdout.

    Yields the set of threads that tried to. A write below Python (descriptor 1) cannot be traced to a thread; it is
    dropped. Words about progress go to stderr.
    """
    wrote: set[int] = set()
    real = sys.stdout
    with suppress(OSError, ValueError, AttributeError):
        real.flush()
    kept = None
    with suppress(OSError):
        kept = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
    sys.stdout = _StdoutGuard(wrote)
    try:
        yield wrote
    finally:
        sys.stdout = real
        if kept is not None:
            os.dup2(kept, 1)
            os.close(kept)
