"""Beginning to share with office IT, sharing less, sending now, and stopping: from "What IT can see"."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import enrolment, secrets
from agent.cli.report import platform_now
from agent.cli.session import Session
from agent.daemon.doorbell import ring
from agent.errors import RefusedError, WatchwordError
from agent.http import Network
from agent.page.form import Form
from agent.page.forms.it import it_page
from agent.page.page import Problem, form_of, page_of
from agent.report.lowering import lowest
from agent.report.model import LEVELS, Level
from agent.report.sharing import Standing
from agent.report.standing import destination
from agent.reporting import Reports, held, held_alone

__all__ = ["ROUTES"]


def begin(request: Request) -> Response:
    """Agree, with the one-time code if reports are sent somewhere; or, while sharing, agree to another level."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        reports = _reports(session)
        holds = reports.arrangement
        if holds.standing is Standing.NOBODY_ASKS:
            raise RefusedError("No office has set up reports on this computer, so there is nobody to share with.")
        problems = _problems(form, needs_code=bool(holds.url) and not holds.shares, agreed=holds.shares)
        if not problems:
            try:
                with held_alone(session.paths):
                    begun = enrolment.begin(
                        reports,
                        lowest(holds.asked, _level(form) or "summary"),
                        datetime.now(UTC),
                        code=form.get("code") or None,
                        keyring=secrets,
                        network=Network(session.loaded.settings.network),
                        platform=platform_now(),
                    )
            except (RefusedError, WatchwordError) as error:
                problems = [Problem("code" if holds.url else "level", _sentence(error))]
        if problems:
            return it_page(request, status=422, problems=problems, form=Form([("level", form.get("level"))]))
        ring(session.paths.doorbell)
    page.say(f"You share with {destination(holds)}." + (" Read them the three words below." if begun.waiting else ""))
    return page.see_other("/it")


def stop(request: Request) -> Response:
    """Stop at once, and say whether the office knows."""
    page = page_of(request)
    with page.open_session() as session, held(session.paths):  # also while somebody is sending: it must end
        network = Network(session.loaded.settings.network)
        number = session.store.device_id()
        left = enrolment.leave(_reports(session), datetime.now(UTC), keyring=secrets, network=network)
    page.say("You have stopped sharing. Nothing leaves this computer any more, and what was waiting is thrown away.")
    if left.told:
        page.say("Your office was told to delete what it has of this laptop.")
    elif left.told is False:
        page.say(
            f"Your office could not be told. Ask office IT to delete what it has of the laptop with number {number}."
        )
    for line in left.left:
        page.say(line)
    return page.see_other("/it")


def _problems(form: Form, *, needs_code: bool, agreed: bool) -> list[Problem]:
    problems = []
    if _level(form) is None:
        problems.append(Problem("level", "Choose how much you agree to."))
    if needs_code and not form.get("code"):
        problems.append(Problem("code", "Type the one-time code that office IT gave you."))
    if not agreed and form.get("sure") != "yes":
        problems.append(Problem("sure", "Tick the box to say that you agree. Nothing is sent until you do."))
    return problems


def _level(form: Form) -> Level | None:
    return next((level for level in LEVELS if level == form.get("level")), None)


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _reports(session: Session) -> Reports:
    return Reports(session.store, session.paths, session.loaded.settings.report)


ROUTES = [
    Route("/it/begin", begin, methods=["POST"]),
    Route("/it/stop", stop, methods=["POST"]),
]
