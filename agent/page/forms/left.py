"""Something has changed: someone has left the team, or there is a new phone. One button each, and no name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.attested import LAPTOP, TAKEN_BACK, Happened, Statements
from agent.cli.asking import Asked, take_in
from agent.cli.session import Session
from agent.leaving import EVENT as LEFT
from agent.leaving import TASK, leaving
from agent.page.form import Form
from agent.page.forms import left_accounts
from agent.page.forms.left_accounts import SeenTo
from agent.page.forms.subjects import known_in, must_keep
from agent.page.page import Page, Problem, form_of, page_of
from agent.page.wording import day, on_day
from agent.questions import ways_of_knowing
from agent.statements import HAPPENED, Statement, statements
from config.practices import practices

__all__ = ["ROUTES"]

NEW_PHONE = "event.new_phone"
NOT_YET, DONE = "not_yet", "done"
#: A button that is pressed twice means one event.
TWICE = timedelta(minutes=1)


@dataclass(frozen=True)
class Task:
    """One thing to do since someone has left. ``field`` names it in the form; ``chosen`` is what was said since."""

    field: str
    statement: Statement
    answers: tuple[tuple[str, str], ...]
    chosen: str
    done: bool


def show_left(request: Request) -> Response:
    """The button, or the three things to do."""
    with page_of(request).open_session() as session:
        return _left(request, session)


def left(request: Request) -> Response:
    """Someone has left, or what has been done about it."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        must_keep(session)
        match form.get("do"):
            case "happened":
                _happened(page, session, LEFT)
                page.say("Kept: someone has left. Who can use each account is asked anew.")
            case "mistake":
                if _take_back(page, session, LEFT):
                    page.say("Taken back. Nothing is asked because of it.")
            case "answers":
                problems = _answers(page, session, form)
                if problems:
                    return _left(request, session, problems)
                page.say(_said(session))
            case _:
                return _left(request, session, [Problem("left", "Choose what to do.")])
    return page.see_other("/left")


def show_new_phone(request: Request) -> Response:
    """The button."""
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        last = _last(session, NEW_PHONE)
        return page.render(request, "forms/new_phone.html", last=on_day(last.made.at, now) if last else "", problems=[])


def new_phone(request: Request) -> Response:
    """There is one."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        must_keep(session)
        if form.get("do") == "mistake":
            if _take_back(page, session, NEW_PHONE):
                page.say("Taken back. Nothing is asked because of it.")
            return page.see_other("/new-phone")
        _happened(page, session, NEW_PHONE)
    page.say("Kept: a new phone or number. Second steps and linked devices are asked anew.")
    return page.see_other("/confirm")


def _left(request: Request, session: Session, problems: Sequence[Problem] = ()) -> Response:
    page, now = page_of(request), datetime.now(UTC)
    tasks, last = _tasks(session), _last(session, LEFT)
    found = leaving(session.store.attestations(), session.loaded.settings.profile, now)
    form = form_of(request)
    return page.render(
        request,
        "forms/left.html",
        status=422 if problems else 200,
        problems=problems,
        form=form,
        tasks=tasks,
        places=_places(session),
        ticked=form.all("account"),
        open=found is not None and found.open,
        done=sum(task.done for task in tasks),
        last=on_day(last.made.at, now) if last else "",
        # Due at midnight means by the end of the day before.
        due=day(found.due_at - timedelta(seconds=1), now) if found and found.due_at else "",
        overdue=found is not None and found.overdue,
        help=practices()[TASK].help,
        evidence=list(ways_of_knowing(_asked()[0]).items()),  # the three are known in the same ways
    )


def _places(session: Session) -> list[SeenTo]:
    """The accounts to see to; none before somebody has left."""
    last = _last(session, LEFT)
    if last is None:
        return []
    return left_accounts.places(known_in(session).accounts, session.store.memory(TASK), last.made.at)


def _said(session: Session) -> str:
    """What is said once something was kept."""
    open_ = sum(not task.done for task in _tasks(session))
    unseen = sum(not place.done for place in _places(session))
    accounts = f" {unseen} account{'s' if unseen > 1 else ''} to see to." if unseen and open_ else ""
    return f"Kept. {open_} of the three things left.{accounts}" if open_ else "Kept. All three are done."


def _tasks(session: Session) -> list[Task]:
    made, last = Statements(session.store.attestations()), _last(session, LEFT)
    now, profile = datetime.now(UTC), session.loaded.settings.profile
    found = []
    for statement in _asked():
        chosen = ""
        if last is not None and made.since(last, LAPTOP, statement.id, now):
            said = made.about(
                LAPTOP, statement.id, version=statement.version, days=statement.good_for_days(profile) or 0, now=now
            )
            good = said.state in ("good", "expired") and said.made is not None and said.made.answer in statement.answers
            chosen = said.made.answer if good and said.made is not None else ""
        answers = tuple((value, words[:1].upper() + words[1:]) for value, words in statement.answers.items())
        field = statement.id.partition(".")[2]
        found.append(Task(field, statement, answers, chosen, chosen not in ("", NOT_YET)))
    return found


def _answers(page: Page, session: Session, form: Form) -> list[Problem]:
    """Keep which accounts were seen to and what was said to each of the three; or say what is wrong."""
    tasks, last = _tasks(session), _last(session, LEFT)
    if last is None:
        return [Problem("left", "Say first that someone has left.")]
    given: Mapping[str, str] = {task.field: form.get(task.field) for task in tasks}
    wrong = [task for task in tasks if given[task.field] and given[task.field] not in task.statement.answers]
    if wrong:
        return [Problem(task.field, "Choose the answer that fits best.") for task in wrong]
    places, ticked = _places(session), set(form.all("account"))
    unseen = [place.name for place in places if place.id not in ticked]
    new = [task for task in tasks if given[task.field] and given[task.field] != task.chosen]
    # "Yes, all of it" beside an account that nobody has looked at would close the door on paper only.
    if unseen and (early := [task for task in new if given[task.field] == DONE]):
        names = ", ".join(unseen)
        return [Problem(task.field, f"Not ticked yet: {names}. Tick it above, or choose Not yet.") for task in early]
    evidence = form.get("evidence") or "none"
    if evidence not in _evidence():
        return [Problem("evidence", "Choose how you know.")]
    now = datetime.now(UTC)
    seen = [place.id for place in places if place.id in ticked]
    if not left_accounts.tick(session.store.memory(TASK), last.made.at, seen) and not any(given.values()):
        return [Problem(tasks[0].field, "Tick an account that is done, or answer one of the three.")]
    for task in new:
        session.store.attest(Asked(task.statement, None).answered(given[task.field], now, evidence))
    _judge(page, session, LEFT)
    return []


def _happened(page: Page, session: Session, event: str) -> None:
    with page.changing:
        last, now = _last(session, event), datetime.now(UTC)
        if last is not None and timedelta(0) <= now - last.made.at < TWICE:
            return
        session.store.attest(Asked(statements()[event], None).answered(HAPPENED, now))
    _judge(page, session, event)


def _take_back(page: Page, session: Session, event: str) -> bool:
    with page.changing:
        if _last(session, event) is None:
            return False
        session.store.attest(Asked(statements()[event], None).answered(TAKEN_BACK, datetime.now(UTC)))
    _judge(page, session, event)
    return True


def _last(session: Session, event: str) -> Happened | None:
    happened = Statements(session.store.attestations()).happened(event)
    return happened[-1] if happened else None


def _asked() -> list[Statement]:
    return [statement for statement in statements().values() if statement.opened_by == LEFT]


def _evidence() -> set[str]:
    return {"none", *(kind for statement in _asked() for kind in statement.evidence)}


def _judge(page: Page, session: Session, event: str) -> None:
    with page.checking:
        take_in(session, [one.check for one in statements().values() if event in (*one.ends_with, one.opened_by)])


ROUTES = [
    Route("/left", show_left),
    Route("/left", left, methods=["POST"]),
    Route("/new-phone", show_new_phone),
    Route("/new-phone", new_phone, methods=["POST"]),
]
