"""Adding a whole list of accounts: pasted, looked at, and only then added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import account_import, account_list
from agent.account_import import Plan
from agent.errors import RefusedError
from agent.page.form import Form
from agent.page.forms.accounts import judge, look_up_later
from agent.page.forms.subjects import known_in, must_keep, sentence
from agent.page.page import Problem, form_of, page_of
from config.platforms import platform

__all__ = ["ROUTES"]


@dataclass(frozen=True)
class Preview:
    """What adding the list would do, in lines without any address."""

    notes: tuple[str, ...]
    adding: tuple[str, ...]
    leaving: tuple[str, ...]
    wrong: tuple[str, ...]
    counted: str


def show(request: Request) -> Response:
    """The form."""
    return page_of(request).render(request, "forms/import.html", list="", plan=None, skip=False)


def take(request: Request) -> Response:
    """Say what the list would do, or do it."""
    page, form = page_of(request), form_of(request)
    text, skip = _text(form), form.get("skip") == "yes"
    plan: Plan | None = None
    with page.changing, page.open_session() as session:
        try:
            plan = account_import.planned(account_import.read(text.encode()), known_in(session))
            problem = _problem(plan, form, skip=skip)
        except RefusedError as error:
            problem = sentence(error)
        if problem and page.was_just_done(form):
            page.say("Added.")
            return page.see_other("/accounts")
        if problem or plan is None or form.get("do") != "import":
            return page.render(
                request,
                "forms/import.html",
                status=422 if problem else 200,
                problems=[Problem("list", problem)] if problem else [],
                list=text,
                plan=_preview(plan) if plan is not None else None,
                skip=skip,
            )
        must_keep(session)
        done = account_import.apply(session.store, plan, now=datetime.now(UTC), may_prompt=True)
        page.note_done(form)
        judge(page, session)
    page.say(f"Added {account_import.counted(plan)}.")
    if done.problem is not None:
        some = "1 of the addresses was" if done.not_kept == 1 else f"{done.not_kept} of the addresses were"
        why = account_list.why_not(done.problem)
        page.say(f"{some} not kept, {why}. The accounts are looked after all the same.")
    return look_up_later(page, page.see_other("/accounts"))


def _text(form: Form) -> str:
    """The list as it was pasted: its lines are counted, so none at its beginning is left out."""
    return next((value for name, value in form.fields if name == "list"), "")


def _problem(plan: Plan, form: Form, *, skip: bool) -> str:
    if form.get("do") != "import":
        return ""
    if plan.problems and not skip:
        return "Some lines are not understood. Put them right, or choose to leave them out."
    return "" if plan.steps else "There is nothing in it to add."


def _preview(plan: Plan) -> Preview:
    return Preview(
        notes=plan.notes,
        adding=tuple(
            f"The address of {step.label} on {platform(step.service).name}"
            if step.account_id
            else f"{step.label} on {platform(step.service).name}, {'with' if step.address else 'without'} an address"
            for step in plan.steps
        ),
        leaving=tuple(f"Line {one.line}: {one.message}" for one in plan.known),
        wrong=tuple(f"Line {one.line}: {one.message}" for one in plan.problems),
        counted=account_import.counted(plan),
    )


ROUTES = [
    Route("/accounts/import", show),
    Route("/accounts/import", take, methods=["POST"]),
]
