"""Reminder times: the reminders there are, and when alerts may be shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.alerts.records import Key
from agent.cli.choosing import choose, take_back
from agent.cli.rounds import last_document
from agent.cli.session import Session
from agent.daemon.doorbell import ring
from agent.errors import RefusedError
from agent.page.background import is_running
from agent.page.form import Form
from agent.page.forms.subjects import known_in, must_keep
from agent.page.home import titles
from agent.page.lines import name_of
from agent.page.page import Page, Problem, form_of, page_of
from agent.page.wording import moment
from agent.reminding import cancel
from config.keys import KEYS
from config.loader import CHOICES, SettingsError

__all__ = ["ROUTES"]

ENABLED, FROM, TO, WEEKENDS = "alerts.enabled", "alerts.quiet_from", "alerts.quiet_to", "alerts.quiet_weekends"
ALL_CLEAR = "alerts.all_clear"
#: Each setting by the name of its field.
FIELDS = {"enabled": ENABLED, "quiet_from": FROM, "quiet_to": TO, "weekends": WEEKENDS, "all_clear": ALL_CLEAR}
YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Kept:
    """One reminder. ``path`` leads to where another time can be picked; nothing when there is no such page."""

    check_id: str
    account: str
    name: str
    when: str
    path: str


def show(request: Request) -> Response:
    """The reminders and the times."""
    with page_of(request).open_session() as session:
        return _shown(request, session)


def take_one_back(request: Request) -> Response:
    """Take a reminder back."""
    page, form = page_of(request), form_of(request)
    key = Key(form.get("check"), form.get("account") or None)
    with page.open_session() as session:
        must_keep(session)
        found = cancel(session.store, key, datetime.now(UTC))
        ring(session.paths.doorbell)
    page.say("Taken back. It is mentioned when it is due again." if found else "There was no such reminder any more.")
    return page.see_other("/reminders")


def keep_times(request: Request) -> Response:
    """Keep when alerts may be shown."""
    page, form = page_of(request), form_of(request)
    with page.at_work(), page.changing:
        with page.open_session() as session:
            must_keep(session)
            wanted, problems = _wanted(form, session)
            if problems:
                return _shown(request, session, form, problems)
            held = session.loaded.held
            changed = {name: value for name, value in wanted.items() if session.loaded.values[name] != value}
            if any(name in held for name in changed):
                raise RefusedError("Office IT has decided this one. Nothing was changed.")
        try:
            notes: list[str] = []
            for name, value in changed.items():
                choose(name, json.dumps(value), notes)
        except SettingsError as error:
            raise RefusedError(str(error)) from error
    _rung(page)
    page.say(_now(wanted) if changed else "Nothing has changed.")
    return page.see_other("/reminders")


def usual(request: Request) -> Response:
    """Go back to the usual times."""
    page = page_of(request)
    with page.at_work(), page.changing:
        with page.open_session() as session:
            must_keep(session)
            chosen = [name for name in FIELDS.values() if session.loaded.origins[name] == CHOICES]
        notes: list[str] = []
        for name in chosen:
            take_back(name, notes)
    _rung(page)
    page.say("The usual times are back.")
    return page.see_other("/reminders")


def _rung(page: Page) -> None:
    with page.open_session() as session:
        ring(session.paths.doorbell)


def _wanted(form: Form, session: Session) -> tuple[dict[str, Any], list[Problem]]:
    """What the form asks for, and what is wrong with it. What office IT holds has no field, so it is not asked for."""
    wanted: dict[str, Any] = {}
    problems: list[Problem] = []
    for field, name in FIELDS.items():
        if name in session.loaded.held and field not in form:
            continue
        text = form.get(field)
        value: Any = YES_NO.get(text) if name in (ENABLED, WEEKENDS, ALL_CLEAR) else text
        if value is None:
            problems.append(Problem(field, "Choose yes or no."))
        elif KEYS[name].problem(value) is not None:
            problems.append(Problem(field, "Give a time of day, for example 18:00."))
        else:
            wanted[name] = value
    return wanted, problems


def _now(wanted: dict[str, Any]) -> str:
    if wanted.get(ENABLED) is False:
        return "Alerts are off. This page still shows everything."
    if FROM in wanted and TO in wanted:
        if wanted[FROM] == wanted[TO]:
            return "Kept. There are no quiet hours."
        return f"Kept. It is quiet from {wanted[FROM]} to {wanted[TO]}."
    return "Kept."


def _shown(request: Request, session: Session, form: Form | None = None, problems: Sequence[Problem] = ()) -> Response:
    values = session.loaded.values
    now_set = {
        "enabled": "yes" if values[ENABLED] else "no",
        "quiet_from": values[FROM],
        "quiet_to": values[TO],
        "weekends": "yes" if values[WEEKENDS] else "no",
        "all_clear": "yes" if values[ALL_CLEAR] else "no",
    }
    return page_of(request).render(
        request,
        "forms/reminders.html",
        status=422 if problems else 200,
        problems=problems,
        reminders=_reminders(session),
        running=is_running(session.paths),
        values={field: form.get(field) if form is not None and field in form else now_set[field] for field in FIELDS},
        held={field: name in session.loaded.held for field, name in FIELDS.items()},
        chosen=any(session.loaded.origins[name] == CHOICES for name in FIELDS.values()),
    )


def _reminders(session: Session) -> list[Kept]:
    now, labels, names = datetime.now(UTC), known_in(session).labels, titles()
    document = last_document(session.paths)
    there = {Key(row.id, row.instance) for row in document.checks} if document is not None else set()
    found = []
    for reminder in session.store.reminders():
        key = reminder.key
        if key.subject is not None and key.subject not in labels:
            continue
        path = f"/item/{key.check_id}" + (f"/{key.subject}" if key.subject else "")
        name = name_of(key.check_id, labels.get(key.subject or ""), names)
        found.append(
            Kept(key.check_id, key.subject or "", name, moment(reminder.due_at, now), path if key in there else "")
        )
    return found


ROUTES = [
    Route("/reminders", show),
    Route("/reminders/times", keep_times, methods=["POST"]),
    Route("/reminders/usual", usual, methods=["POST"]),
    Route("/reminders/take-back", take_one_back, methods=["POST"]),
]
