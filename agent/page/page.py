"""What every part of the page is given: its addresses, its templates, the session, and a way to say something."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from agent.cli.session import Session, open_session
from agent.contract import Evidence
from agent.errors import WatchwordError
from agent.localtime import LOCAL
from agent.page.address import Address
from agent.page.form import Form
from agent.page.guard import TOKEN
from agent.page.lifetime import Lifetime
from agent.page.wording import clock, moment
from agent.words import APP_NAME

__all__ = ["ClosedError", "Page", "Problem", "form_of", "page_of"]

#: How long what is being kept or checked is waited for before everything is deleted.
EMPTY_SECONDS = 60.0
TWICE_SECONDS = 60.0


class ClosedError(WatchwordError):
    """Everything is deleted, or about to be: whatever is done now would begin to keep things again."""

    def __init__(self) -> None:
        super().__init__("Everything is being deleted, so nothing is kept or shown here any more.")


#: What the request that is being answered has to say; each has a context of its own.
_SAYING: ContextVar[Sequence[str]] = ContextVar("saying", default=())


class Problem(NamedTuple):
    """What is wrong with a field of a form: the id of its input, and a sentence. It is shown at both places."""

    field: str
    sentence: str


class Page:
    """One page session: from ``watchword open`` until it ends."""

    def __init__(self, address: Address, lifetime: Lifetime) -> None:
        self.address = address
        self.lifetime = lifetime
        self.token = token_urlsafe(32)
        #: One round at a time: a button may be pressed twice.
        self.checking = threading.Lock()
        #: What a result rested on when "check again" was last pressed. It never leaves the memory of this process.
        self.evidence: dict[tuple[str, str | None], tuple[Evidence, ...]] = {}
        #: One at a time of what reads how things are and then changes them: a button may be pressed twice.
        self.changing = threading.Lock()
        self._last_done: tuple[bytes, float] | None = None
        #: What has been done, by the path of the page that says so next.
        self._to_say: dict[str, list[str]] = {}
        self._works = threading.Condition()
        self._working = 0
        self._closed = False
        self._templates = Environment(
            loader=PackageLoader("agent.page", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals.update(
            app=APP_NAME, url=self.url, token_field=self._token_field, moment=moment, clock=clock
        )

    @contextmanager
    def open_session(self) -> Iterator[Session]:
        """The store and the settings, for one request.

        Raises:
            ClosedError: everything is being deleted. Left alone, it becomes a page that says so.
            agent.cli.session.SessionError: the settings are wrong. The same.
            agent.store.StoreError: the store cannot be read. The same.
        """
        with self.at_work():
            session = open_session(last_good=True, on_page=True)
            with session.store:
                yield session

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """For whatever reads or keeps what is held about the person other than by :meth:`open_session`.

        Raises:
            ClosedError: everything is being deleted.
        """
        with self._works:
            if self._closed:
                raise ClosedError
            self._working += 1
        try:
            yield
        finally:
            with self._works:
                self._working -= 1
                self._works.notify_all()

    @contextmanager
    def emptied(self, seconds: float = EMPTY_SECONDS) -> Iterator[None]:
        """For deleting everything: nothing else is at work, and nothing ever is again unless it fails.

        Raises:
            ClosedError: somebody else is deleting everything, or has.
            WatchwordError: something is at work and does not end. Nothing has changed.
        """
        with self._works:
            if self._closed:
                raise ClosedError
            self._closed = True
        try:
            self._wait_for_work(seconds)
            yield
        except BaseException:  # Ctrl-C too: what is still there can be used, then go on raising
            with self._works:
                self._closed = False
            raise

    @contextmanager
    def first_to_check(self) -> Iterator[bool]:
        """For a button that checks: whether nobody else checks just now. Whoever pressed it does not queue."""
        first = self.checking.acquire(blocking=False)
        try:
            if not first:
                self.say("A check is running just now. Its result is here in a moment.")
            yield first
        finally:
            if first:
                self.checking.release()

    def note_done(self, form: Form) -> None:
        """What this form asked for has been done."""
        self._last_done = (self._mark(form), time.monotonic())

    def was_just_done(self, form: Form) -> bool:
        """Whether exactly this form was the last, less than a minute ago: a button that is pressed twice means one."""
        last = self._last_done
        return last is not None and time.monotonic() - last[1] < TWICE_SECONDS and last[0] == self._mark(form)

    def _mark(self, form: Form) -> bytes:
        """A form that nobody can read: it may have an address in it."""
        return hmac.digest(self.token.encode(), repr(form.fields).encode(), "sha256")

    def _wait_for_work(self, seconds: float) -> None:
        with self._works:
            if not self._works.wait_for(lambda: self._working == 0, seconds):
                raise WatchwordError("Something is still being checked, so nothing was deleted. Try again soon.")

    def url(self, path: str = "/", **query: str | None) -> str:
        """The address of a path of this page, for links and forms. Values that are ``None`` are left out."""
        asked = {name: value for name, value in query.items() if value is not None}
        return f"{self.address.prefix}{quote(path)}" + (f"?{urlencode(asked)}" if asked else "")

    def say(self, sentence: str) -> None:
        """Say something at the top of the page that this request leads to: what a form has done."""
        _SAYING.set((*_SAYING.get(), sentence))

    def see_other(self, path: str) -> RedirectResponse:
        """After a form: go and look there. Loading that again sends nothing again."""
        if sentences := _SAYING.get():
            _SAYING.set(())
            self._to_say.setdefault(path, []).extend(sentences)
        return RedirectResponse(self.url(path), status_code=303)

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        problems: Sequence[Problem] = (),
        **context: Any,
    ) -> HTMLResponse:
        """A page from a template in ``templates``.

        Every template knows ``url(path)``, ``app``, ``problems`` (what is wrong with the form it shows again),
        ``problem_of`` (the sentence by field), ``said``, ``here`` (this page's path) and ``ends_at``.
        """
        here = request.url.path.removeprefix(self.address.prefix) or "/"
        values: Mapping[str, Any] = {
            # Only who can read it takes it: no other page that is open, and none who asks for the headers alone.
            "said": self._to_say.pop(here, []) if request.method == "GET" else [],
            "problems": problems,
            "problem_of": {problem.field: problem.sentence for problem in problems},
            "here": here,
            "ends_at": self.lifetime.ends_at.astimezone(LOCAL),
            "now": datetime.now(UTC).astimezone(LOCAL),
            **context,
        }
        return HTMLResponse(self._templates.get_template(template).render(values), status_code=status)

    def _token_field(self) -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, self.token)


def page_of(request: Request) -> Page:
    """The page that a request belongs to."""
    page: Page = request.app.state.page
    return page


def form_of(request: Request) -> Form:
    """What a form sent, which the guard has checked. Empty for anything but a POST."""
    form: Form = request.scope.get("state", {}).get("form") or Form()
    return form
