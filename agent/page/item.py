"""The page about one finding: what was found, how to put it right, and what can be done about it from here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import discovery
from agent.accounts import known_accounts
from agent.alerts.calendar import CHOICES
from agent.alerts.records import Key
from agent.cli.choosing import choose
from agent.cli.rounds import last_document, round_in
from agent.cli.session import Session
from agent.contract import Check, Status
from agent.daemon.doorbell import ring
from agent.errors import RefusedError
from agent.host.live import LiveHost
from agent.localtime import LOCAL
from agent.page import item_view
from agent.page.background import is_running
from agent.page.form import Form
from agent.page.home import titles
from agent.page.lines import line
from agent.page.order import order
from agent.page.page import Page, Problem, form_of, page_of
from agent.page.rows import there
from agent.paths import Paths
from agent.reminding import TooLateError, remember, remind_at, spoken
from agent.status import CheckRow
from agent.store import StoreError

__all__ = ["ROUTES"]

DISABLED = "checks.disabled"
OTHER_TIME = "other"


def show(request: Request) -> Response:
    """One finding; where a check has several and no account was named, the list of them."""
    params = request.path_params
    return _page_about(request, Key(params["check"], params.get("account")))


def check_again(request: Request) -> Response:
    """Run one check afresh."""
    page, key = page_of(request), _key(request)
    with page.first_to_check() as first, page.open_session() as session:
        _must_be_known(key.check_id, session)
        if not first:
            return page.see_other(_path(key))
        result = round_in(session, [key.check_id], fresh=True, host=LiveHost())
    for row, finding in result.findings(key.check_id):
        page.evidence[row.id, row.instance] = finding.evidence
    page.say("Checked again just now.")
    for note in result.notes:
        page.say(note)
    return page.see_other(_path(key))


def remind(request: Request) -> Response:
    """Pick a time. Until then nothing is said about it."""
    page, key, form = page_of(request), _key(request), form_of(request)
    now = datetime.now(UTC)
    try:
        with page.open_session() as session:
            due_at = _put_off(session, key, form, now)
            ring(session.paths.doorbell)
    except TooLateError as error:
        sentence = str(error)
        problems = [Problem("at" if form.get("when") == OTHER_TIME else "when", sentence[:1].upper() + sentence[1:])]
        return _page_about(request, key, problems=problems)
    when = spoken(due_at, LOCAL)
    if is_running(Paths.here()):
        page.say(f"We will remind you on {when}. Until then we will not mention it.")
    else:
        page.say(f"Set aside until {when}. No reminder comes, because nothing runs in the background.")
    return page.see_other(_path(key))


def _put_off(session: Session, key: Key, form: Form, now: datetime) -> datetime:
    """Keep the reminder that a form asks for; when it is due.

    Raises:
        TooLateError: no such time can be picked.
        RefusedError: there is nothing to be reminded of.
    """
    if key not in {episode.key for episode in session.store.episodes()}:
        raise RefusedError("Nothing there needs doing, so there is nothing to remind you of.")
    if not session.store.keeps:
        raise StoreError(f"The reminder could not be kept. {session.store.obstacle}".strip())
    chosen = form.get("when")
    if chosen == OTHER_TIME:
        return remind_at(session.store, [key], _moment(form.get("at")), now)[0].due_at
    choice = next((one for one in CHOICES if one == chosen), None)
    if choice is None:
        raise TooLateError("choose when we should remind you.")
    return remember(session.store, [key], choice, now, LOCAL)[0].due_at


def switch(request: Request) -> Response:
    """Switch a check off because it does not apply, or on again: a choice like any other."""
    page, key, off = page_of(request), _key(request), form_of(request).get("to") == "off"
    notes: list[str] = []
    with page.at_work(), page.changing:
        with page.open_session() as session:
            title = _must_be_known(key.check_id, session)
            before = list(session.loaded.settings.checks.disabled)
        after = [one for one in before if one != key.check_id] + ([key.check_id] if off else [])
        choose(DISABLED, json.dumps(after), notes)
    with page.checking, page.open_session() as session:
        round_in(session, [key.check_id], fresh=False, host=LiveHost())
        ring(session.paths.doorbell)
    page.say(f"{title} is not checked any more, and shows so." if off else f"{title} is checked again from now on.")
    for note in notes:
        page.say(note)
    return page.see_other(_path(Key(key.check_id, None)))


def _page_about(request: Request, key: Key, *, problems: Sequence[Problem] = ()) -> Response:
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        title = _must_be_known(key.check_id, session)
        labels = known_accounts(session.loaded.settings, session.store, now=now).labels
        document = last_document(session.paths)
        names = {key.check_id: title}
        rows = [
            row
            for row in there(document, labels, names)
            if row.id == key.check_id and key.subject in (None, row.instance)
        ]
        if key.subject is not None and not rows:
            raise HTTPException(404)
        if len(rows) != 1:
            lines = [line(row, names, now) for row in sorted(rows, key=lambda row: order(row, now))]
            return page.render(request, "item_list.html", title=title, check_id=key.check_id, lines=lines)
        return page.render(
            request,
            "item.html",
            status=422 if problems else 200,
            problems=problems,
            item=_item(page, session, rows[0], title, now),
            running=is_running(session.paths),
            form=form_of(request),
        )


def _item(page: Page, session: Session, row: CheckRow, title: str, now: datetime) -> item_view.ItemView:
    key = Key(row.id, row.instance)
    return item_view.item(
        row,
        title=title,
        check=_built_in(row.id),
        system=LiveHost().system,
        now=now,
        evidence=page.evidence.get((row.id, row.instance), ()),
        reminder=next((one for one in session.store.reminders() if one.key == key and one.due_at > now), None),
        can_wait=any(episode.key == key for episode in session.store.episodes()),
        off=row.id in session.loaded.settings.checks.disabled or row.status is Status.DISABLED,
        held=DISABLED in session.loaded.held,
    )


def _must_be_known(check_id: str, session: Session) -> str:
    """The name of a check; no page about anything else."""
    if check_id in session.loaded.settings.plugins:
        return check_id.replace("_", " ").capitalize()
    title = titles().get(check_id)
    if title is None:
        raise HTTPException(404)
    return title


def _built_in(check_id: str) -> Check | None:
    return next(iter(discovery.builtin_checks([check_id])), None)


def _key(request: Request) -> Key:
    form = form_of(request)
    return Key(form.get("check"), form.get("account") or None)


def _path(key: Key) -> str:
    return f"/item/{key.check_id}" + (f"/{key.subject}" if key.subject else "")


def _moment(text: str) -> datetime:
    """What a browser's field for date and time sends: local, without a zone."""
    with suppress(ValueError):
        at = datetime.strptime(text[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007  (its zone is the person's)
        if 2000 <= at.year < 2200:  # the system's own calendar does not reach much further
            return at.replace(tzinfo=LOCAL)
    raise TooLateError("give a day and a time, for example 27 November at 14:00.")


ROUTES = [
    Route("/item/{check}", show),
    Route("/item/{check}/{account}", show),
    Route("/item/check", check_again, methods=["POST"]),
    Route("/item/remind", remind, methods=["POST"]),
    Route("/item/switch", switch, methods=["POST"]),
]
