"""What office IT can see: the exact bytes, every member explained, and taking everything away or with you."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import mydata, secrets
from agent.cli.forget_everything import outside, said
from agent.cli.rounds import last_document
from agent.forgetting import forget_everything
from agent.localtime import LOCAL
from agent.page.form import Form
from agent.page.forms import report_view
from agent.page.home import titles
from agent.page.page import Problem, form_of, page_of
from agent.page.wording import moment
from agent.paths import Paths
from agent.report.making import preview
from agent.report.model import LEVELS, Level
from agent.report.reader import encode
from agent.report.sharing import Standing
from agent.report.standing import standing_lines
from agent.reporting import Reports
from config.report_words import level_words, never_collected

__all__ = ["ROUTES", "it_page"]

#: In the place of a level: the report that was sent last.
LAST = "last"


def show(request: Request) -> Response:
    """All of it."""
    return it_page(request)


def it_page(
    request: Request, *, status: int = 200, problems: Sequence[Problem] = (), form: Form | None = None
) -> Response:
    """The page, also when something on it was not filled in as it should be."""
    page, now, asked = page_of(request), datetime.now(UTC), _level(request)
    names = titles()
    with page.open_session() as session:
        reports = Reports(session.store, session.paths, session.loaded.settings.report)
        holds, going = reports.arrangement, session.store.sending()
        document = last_document(session.paths)
        sent = reports.outbox.last_sent() if asked is None and holds.shares else None
        level = asked or (sent.privacy.level if sent is not None else holds.level)
        report = sent or (preview(document, session.store, level, holds.every_hours) if document is not None else None)
        words = reports.words(secrets) if going.waiting else ()
        lines = standing_lines(holds, going, len(reports.outbox.waiting()), LOCAL, now)
    return page.render(
        request,
        "forms/it.html",
        status=status,
        problems=problems,
        form=form or Form(),
        holds=holds,
        asks=holds.standing is not Standing.NOBODY_ASKS,
        standing=lines,
        words=words,
        offered=[(each, each.capitalize(), level_words(each)) for each in LEVELS[: LEVELS.index(holds.asked) + 1]],
        sent=sent,
        report=report,
        checked=moment(document.generated_at, now) if document is not None else "",
        level=level,
        levels=[(each, level_words(each)) for each in LEVELS],
        short=report_view.short(report, names) if report is not None else (),
        fields=report_view.fields(report) if report is not None else (),
        rows=report_view.rows(report, names) if report is not None else (),
        size=len(encode(report)) if report is not None else 0,
        pretty=report_view.pretty(report) if report is not None else "",
        facts=report_view.facts(names),
        stays=report_view.stays(names),
        never=never_collected(),
    )


def exact(request: Request) -> Response:
    """The bytes of a report, and nothing else: of the last one that was sent, or as one would be."""
    with page_of(request).open_session() as session:
        reports = Reports(session.store, session.paths, session.loaded.settings.report)
        holds, document = reports.arrangement, last_document(session.paths)
        if request.query_params.get("level") == LAST:
            report = reports.outbox.last_sent()
        else:
            level = _level(request) or holds.level
            report = preview(document, session.store, level, holds.every_hours) if document is not None else None
    if report is None:
        raise HTTPException(404)
    return Response(encode(report), media_type="application/json")


def download(request: Request) -> Response:
    """Everything that is held about the person, as one file."""
    form, now = form_of(request), datetime.now(UTC)
    wanted = form.get("addresses") == "yes"
    with page_of(request).at_work():
        data = mydata.collect(
            Paths.here(),
            os.path.expanduser("~"),
            now,
            with_addresses=wanted,
            read_secrets=partial(secrets.get_many, may_prompt=wanted),
        )
    name = f"watchword-my-data-{now:%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(mydata.archive(data), media_type="application/zip", headers=headers)


def show_deleting(request: Request) -> Response:
    """Whether to delete everything."""
    return page_of(request).render(request, "forms/delete.html", deleted=None)


def delete(request: Request) -> Response:
    """Delete everything, and end."""
    page = page_of(request)
    if form_of(request).get("sure") != "yes":
        problem = Problem("sure", "Tick the box to say that you are sure. Nothing has been deleted.")
        return page.render(request, "forms/delete.html", status=422, problems=[problem], deleted=None)
    with page.emptied():  # another tab would begin to keep things again
        done = forget_everything(Paths.here(), os.path.expanduser("~"), switch_off=outside(), may_prompt=True)
    page.lifetime.finish()
    return page.render(request, "forms/delete.html", deleted=said(done), left=done.left)


def _level(request: Request) -> Level | None:
    asked = request.query_params.get("level", "")
    return next((level for level in LEVELS if level == asked), None)


ROUTES = [
    Route("/it", show),
    Route("/it/report.json", exact),
    Route("/it/download", download, methods=["POST"]),
    Route("/it/delete", show_deleting),
    Route("/it/delete", delete, methods=["POST"]),
]
