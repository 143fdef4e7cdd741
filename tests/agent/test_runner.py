"""The wall around checks: whatever one does, it is unknown for itself alone."""

from __future__ import annotations

import ctypes
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.background import Background
from agent.contract import Account, Category, Check, Evidence, Finding, Item, Status
from agent.runner import BadAnswerError, Outcome, checked, run_checks
from tests.builders import computer, context

FINE = Finding(status=Status.PASS, reason="fine")


def a_check(run: Callable[..., Any], *, id: str = "subject", seconds: float = 5.0) -> Check:
    return Check(id, "Subject", Category.DEVICE, run, frozenset({"fine"}), time_limit=timedelta(seconds=seconds))


def outcomes_of(*checks: Check) -> dict[str, Outcome]:
    done = run_checks(checks, lambda check: context(computer()))
    return {outcome.check.id: outcome for outcome in done}


def beside_a_good_one(run: Callable[..., Any], *, seconds: float = 5.0) -> Finding:
    """The finding of a misbehaving check, once a good one beside it is seen to be unharmed."""
    done = outcomes_of(a_check(run, seconds=seconds), a_check(lambda ctx: [FINE], id="good"))
    assert done["good"].findings == (FINE,)
    (finding,) = done["subject"].findings
    assert not done["subject"].answered
    return finding


def test_a_check_that_answers_keeps_its_findings() -> None:
    done = outcomes_of(a_check(lambda ctx: [FINE]))
    assert done["subject"].findings == (FINE,)
    assert done["subject"].answered


@pytest.mark.parametrize(
    "error", [RuntimeError("x"), SystemExit(0), KeyboardInterrupt(), GeneratorExit(), MemoryError()]
)
def test_a_check_that_raises_is_unknown_for_itself_alone(error: BaseException) -> None:
    def run(ctx: Any) -> Any:
        raise error

    finding = beside_a_good_one(run)
    assert (finding.status, finding.reason, finding.error) == (Status.UNKNOWN, "crashed", type(error).__name__)


def test_a_check_for_which_the_system_has_no_room_is_unknown_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Background] = []
    start = Background.start

    def start_unless_first(thread: Background) -> None:
        started.append(thread)
        if len(started) == 1:
            raise RuntimeError("can't start new thread")  # as Python says it
        start(thread)

    monkeypatch.setattr(Background, "start", start_unless_first)
    finding = beside_a_good_one(lambda ctx: [FINE])
    assert (finding.status, finding.reason, finding.error) == (Status.UNKNOWN, "crashed", "RuntimeError")


def test_a_check_that_has_no_memory_to_say_anything_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(ctx: Any) -> Any:
        raise MemoryError

    real: type[queue.SimpleQueue[Any]] = queue.SimpleQueue

    class Full:
        """Takes no answer but a good one, as when the very list of answers could not grow."""

        def __init__(self) -> None:
            self._real = real()
            self.get = self._real.get

        def put(self, outcome: Any) -> None:
            if outcome.answered is False:
                raise MemoryError
            self._real.put(outcome)

    monkeypatch.setattr("agent.runner.queue.SimpleQueue", Full)
    began = time.monotonic()
    finding = beside_a_good_one(run, seconds=30)
    assert (finding.status, finding.reason, finding.error) == (Status.UNKNOWN, "crashed", "MemoryError")
    assert time.monotonic() - began < 5


def test_a_check_that_recurses_for_ever_is_unknown() -> None:
    def run(ctx: Any) -> Any:
        return run(ctx)

    assert beside_a_good_one(run).reason == "crashed"


def test_a_check_that_hangs_is_given_up_at_its_own_time_limit() -> None:
    started = time.monotonic()
    finding = beside_a_good_one(lambda ctx: time.sleep(30), seconds=0.3)
    assert (finding.status, finding.reason) == (Status.UNKNOWN, "timeout")
    assert time.monotonic() - started < 3


def test_a_check_whose_thread_is_killed_is_unknown() -> None:
    def run(ctx: Any) -> Any:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(threading.get_ident()), ctypes.py_object(SystemExit))
        while True:
            time.sleep(0.01)

    assert beside_a_good_one(run).reason == "crashed"


def test_a_check_that_prints_is_unknown_and_its_words_go_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    def run(ctx: Any) -> Any:
        print('{"status": "pass"}')
        return [FINE]

    assert beside_a_good_one(run).reason == "wrote_output"
    assert capfd.readouterr().out == ""


def test_what_a_check_writes_below_python_does_not_reach_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    def run(ctx: Any) -> Any:
        os.write(1, b"from below\n")
        return [FINE]

    outcomes_of(a_check(run))
    assert capfd.readouterr().out == ""


def test_stdout_is_given_back_after_a_round(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout
    outcomes_of(a_check(lambda ctx: [FINE]))
    assert sys.stdout is before
    print("still here")
    assert capfd.readouterr().out == "still here\n"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "pass",
        FINE,
        [None],
        [{"status": "pass", "reason": "fine"}],
        [Finding(status="splendid", reason="fine")],  # type: ignore[arg-type]  # nonsense on purpose
        [Finding(status=Status.PASS, reason="made_up")],
        [Finding(status=Status.PASS, reason="fine", facts={"Not A Slug": 1})],
        [Finding(status=Status.PASS, reason="fine", facts={"path": "x" * 1000})],
        [Finding(status=Status.PASS, reason="fine", facts={"object": object()})],  # type: ignore[dict-item]  # nonsense
        [Finding(status=Status.PASS, reason="fine", subject="someone else")],
        [Finding(status=Status.PASS, reason="fine", due_at=datetime(2026, 1, 1))],  # noqa: DTZ001  (without a zone)
        [FINE, FINE],
        [FINE] * 1000,
        [Finding(status=Status.PASS, reason="fine", items=(Item(name=3, status=Status.PASS),))],  # type: ignore[arg-type]  # nonsense
    ],
)
def test_an_answer_that_is_not_findings_is_refused(answer: Any) -> None:
    finding = beside_a_good_one(lambda ctx: answer)
    assert (finding.status, finding.reason) == (Status.UNKNOWN, "bad_answer")


def test_an_answer_that_does_not_end_in_time_is_given_up() -> None:
    def endless(ctx: Any) -> Any:
        for _ in range(300):  # in truth it ends, so that the thread left behind does not outlive the tests
            time.sleep(0.01)
            yield FINE

    assert beside_a_good_one(lambda ctx: list(endless(ctx)), seconds=0.3).reason == "timeout"


def after(seconds: float) -> Callable[[Any], list[Finding]]:
    """A check that takes its time."""

    def run(ctx: Any) -> list[Finding]:
        time.sleep(seconds)
        return [FINE]

    return run


def test_checks_run_side_by_side() -> None:
    checks = [a_check(after(0.3), id=f"slow_{number}") for number in range(8)]
    started = time.monotonic()
    assert all(outcome.answered for outcome in outcomes_of(*checks).values())
    assert time.monotonic() - started < 1.5


def test_outcomes_come_in_the_order_asked_for() -> None:
    slow = a_check(after(0.2), id="slow")
    quick = a_check(lambda ctx: [FINE], id="quick")
    assert list(outcomes_of(slow, quick)) == ["slow", "quick"]


def test_a_finding_may_be_about_an_account_that_was_given() -> None:
    account = Account(id="i-0123456789ab", service="google", label="Mail")
    finding = msgspec.structs.replace(FINE, subject=account.id)
    done = run_checks([a_check(lambda ctx: [finding])], lambda check: context(computer(), accounts=[account]))
    assert done[0].findings == (finding,)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.just(FINE),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_no_answer_becomes_findings_unless_it_keeps_to_the_contract(answer: Any) -> None:
    check = a_check(lambda ctx: [FINE])
    try:
        findings = checked(check, answer, set())
    except BadAnswerError:
        return
    assert findings == (FINE,)
    assert list(answer) == [FINE]


def test_a_finding_for_each_account_that_settings_can_list_is_not_too_many() -> None:
    ids = [f"i-{number}" for number in range(1000)]
    findings = [msgspec.structs.replace(FINE, subject=each) for each in ids]
    assert len(checked(a_check(lambda ctx: []), findings, set(ids))) == 1000


def test_what_a_terminal_would_act_on_is_marked_in_every_part_of_a_finding() -> None:
    nasty = "a\x1b]0;b\x07\ud800\n\u202ec"
    raw = Finding(
        status=Status.PASS,
        reason="fine",
        facts={"name": nasty, "names": [nasty]},
        items=(Item(nasty, Status.PASS, details=(nasty,)),),
        evidence=(Evidence("name", nasty),),
        error=nasty,
    )
    (finding,) = checked(a_check(lambda ctx: []), [raw], set())
    plain = "a\ufffd]0;b\ufffd\ufffd \ufffdc"
    assert finding.facts == {"name": plain, "names": [plain]}
    assert (finding.items[0].name, finding.items[0].details, finding.error) == (plain, (plain,), plain)
    assert finding.evidence[0].value == plain
