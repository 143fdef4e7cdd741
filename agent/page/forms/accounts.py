"""My accounts: the list, adding one, changing it, taking it off."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent import account_list
from agent.account_list import Kept
from agent.accounts import KnownAccounts
from agent.attested import Statements
from agent.cli.asking import ABOUT_ACCOUNTS, Asked, take_in, what_is_due
from agent.cli.rounds import last_document
from agent.cli.session import Session
from agent.contract import Account
from agent.errors import RefusedError, WatchwordError
from agent.page.form import Form
from agent.page.forms.account_view import breach_rows, lines, services
from agent.page.forms.address_state import address_state
from agent.page.forms.links import links_to
from agent.page.forms.statements import listed
from agent.page.forms.subjects import account_at, known_in, must_keep, sentence
from agent.page.page import Page, Problem, form_of, page_of
from agent.statements import HAPPENED, about, statements
from config.platforms import Platform, find, platform

__all__ = ["ROUTES", "judge", "look_up_later", "said_of_address"]

BREACH = "breach"
HEARD = "event.breach"
#: Where an address goes: all of it.
ADDRESS_GOES = (
    "It is kept in the keyring of this computer. "
    "With your own key, it is sent to Have I Been Pwned and to nobody else. Without one it is not looked up."
)


def show_all(request: Request) -> Response:
    """The list."""
    page, now = page_of(request), datetime.now(UTC)
    with page.open_session() as session:
        due = what_is_due(session)
        profile, made = session.loaded.settings.profile, session.store.attestations()
        found = lines(known_in(session), made, profile, due=due, document=last_document(session.paths), now=now)
        return page.render(request, "forms/accounts.html", lines=found, due=len(due))


def show_adding(request: Request) -> Response:
    """The form for a new one."""
    return _adding(request)


def add(request: Request) -> Response:
    """Add it."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        must_keep(session)
        with page.changing:
            known = known_in(session)
            problems = _problems(form, known.accounts, label_wanted=False)
            service, label, now = form.get("service"), form.get("label"), datetime.now(UTC)
            if problems and page.was_just_done(form):
                page.say(f"Added {label or platform(service).name}.")
                return page.see_other("/accounts")
            if problems:
                return _adding(request, form, problems)
            kept = account_list.add(session.store, known, service, label, now=now, may_prompt=True)
            page.note_done(form)
        if form.get("address"):  # outside: a keyring may wait for its owner
            address = account_list.address_of(form.get("address"))
            kept = account_list.keep_address(session.store, kept.account, address, may_prompt=True)
        judge(page, session)
    page.say(f"Added {kept.account.label}.")
    _say(page, said_of_address(kept, wanted=bool(form.get("address"))))
    return look_up_later(page, page.see_other("/accounts"))


def show(request: Request) -> Response:
    """One account: what can be said about it, and changing it."""
    with page_of(request).open_session() as session:
        known = known_in(session)
        return _one(request, session, known, account_at(known, request.path_params["account"]))


def change(request: Request) -> Response:
    """Change it; its history stays."""
    page, form = page_of(request), form_of(request)
    with page.open_session() as session:
        must_keep(session)
        known = known_in(session)
        account = account_at(known, request.path_params["account"])
        account_list.must_be_own(account, known)
        others = [each for each in known.accounts if each.id != account.id]
        problems = _problems(form, others, label_wanted=True) or _moving(session, account, form)
        if problems:
            return _one(request, session, known, account, form=form, problems=problems)
        forget = form.get("forget") == "yes" and not form.get("address")
        kept = account_list.change(
            session.store,
            known,
            account,
            service=form.get("service"),
            label=form.get("label"),
            address=form.get("address") or None,
            forget_address=forget,
            now=datetime.now(UTC),
            may_prompt=True,
        )
        judge(page, session)
    page.say(f"Changed {kept.account.label}.")
    if kept.account.service != account.service:
        page.say("What you had told us about it was about another service, so it is asked anew.")
    _say(page, said_of_address(kept, wanted=bool(form.get("address"))))
    return look_up_later(page, page.see_other(f"/accounts/{account.id}"))


def show_removing(request: Request) -> Response:
    """Whether to take it off the list."""
    page = page_of(request)
    with page.open_session() as session:
        known = known_in(session)
        account = account_at(known, request.path_params["account"])
        own = account.id not in known.from_settings
        service = platform(account.service).name
        return page.render(request, "forms/account_remove.html", account=account, service=service, own=own)


def remove(request: Request) -> Response:
    """Take it off the list."""
    page = page_of(request)
    with page.open_session() as session:
        must_keep(session)
        known = known_in(session)
        account = account_at(known, request.path_params["account"])
        kept = account_list.remove(session.store, known, account, now=datetime.now(UTC), may_prompt=True)
        judge(page, session)
    page.say(f"{account.label} is no longer on the list.")
    if kept.problem is not None:
        page.say(f"Its address may still be in the keyring, {account_list.why_not(kept.problem)}.")
    return look_up_later(page, page.see_other("/accounts"))


def heard(request: Request) -> Response:
    """The person has heard of a data breach that this account was part of."""
    page = page_of(request)
    with page.open_session() as session:
        must_keep(session)
        account = account_at(known_in(session), request.path_params["account"])
        event = statements()[HEARD]
        session.store.attest(Asked(event, account).answered(HAPPENED, datetime.now(UTC)))
        judge(page, session)
    page.say("Kept. What you told us about this account before is asked anew.")
    return page.see_other(f"/accounts/{account.id}")


def said_of_address(kept: Kept, *, wanted: bool) -> str:
    """What came of keeping or forgetting an address, if anything went otherwise than asked."""
    if kept.problem is None:
        return ""
    why = account_list.why_not(kept.problem)
    if not wanted:
        return f"Its address may still be in the keyring, {why}."
    return f"Its address was not kept, {why}. The account is looked after all the same, but not looked up in breaches."


def _adding(request: Request, form: Form | None = None, problems: Sequence[Problem] = ()) -> Response:
    return page_of(request).render(
        request,
        "forms/account_add.html",
        status=422 if problems else 200,
        problems=problems,
        form=form or Form(),
        services=services(),
        goes=ADDRESS_GOES,
    )


def _one(
    request: Request,
    session: Session,
    known: KnownAccounts,
    account: Account,
    *,
    form: Form | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    now = datetime.now(UTC)
    service = platform(account.service)
    return page_of(request).render(
        request,
        "forms/account.html",
        status=422 if problems else 200,
        problems=problems,
        form=form or Form([("service", service.id), ("label", account.label)]),
        account=account,
        service=service,
        address=address_state(account, breach_rows(last_document(session.paths)).get(account.id)),
        links=links_to([service.settings, service.help]),
        own=account.id not in known.from_settings,
        questions=listed(session, account, now),
        services=services(),
        goes=ADDRESS_GOES,
    )


def _problems(form: Form, others: Sequence[Account], *, label_wanted: bool) -> list[Problem]:
    """What is wrong with the form, all of it at once."""
    found: list[Problem] = []
    service = find(form.get("service")) if len(form.get("service")) <= account_list.MAX_ADDRESS else None
    if service is None:
        found.append(Problem("service", "Choose the service from the list."))
    found.extend(_label_problems(form.get("label"), service, others, wanted=label_wanted))
    if form.get("address"):
        try:
            account_list.address_of(form.get("address"))
        except RefusedError as error:
            found.append(Problem("address", f"{sentence(error)} You can leave it empty."))
    return found


def _moving(session: Session, account: Account, form: Form) -> list[Problem]:
    """Before an account goes to another service: what was said of it so far was said of the one that it is on."""
    service = find(form.get("service"))
    stays = service is None or service.id == account.service
    if stays or form.get("moved") == "yes" or not _has_answers(session, account):
        return []
    now_on = platform(account.service).name
    return [
        Problem(
            "moved", f"What you told us is about {now_on}. On another service all of it is asked anew: tick to go on."
        )
    ]


def _has_answers(session: Session, account: Account) -> bool:
    made = Statements(session.store.attestations())
    return any(
        statement.valid is not None
        and made.about(account.id, statement.id, version=statement.version, days=1, now=datetime.now(UTC)).made
        for statement in about(account)
    )


def _label_problems(label: str, service: Platform | None, others: Sequence[Account], *, wanted: bool) -> list[Problem]:
    if not label and (wanted or service is None):
        return [Problem("label", "Give it a name, for example Work email.")] if wanted else []
    name = label or (service.name if service is not None else "")
    try:
        account_list.label_of(name)
    except RefusedError:
        if account_list.holds_address(name):
            return [Problem("label", "Give it a name without an email address in it, for example Work email.")]
        most = account_list.MAX_LABEL
        return [Problem("label", f"Give it a name of one line, with {most} characters at most.")]
    try:
        account_list.must_be_new(service.id if service is not None else "", name, others)
    except RefusedError:
        return [Problem("label", f"There already is {name} on this service. Give this one another name.")]
    return []


def judge(page: Page, session: Session) -> None:
    """Judge anew what rests on the list of accounts and on what was stated."""
    with page.checking:
        take_in(session, ABOUT_ACCOUNTS)


def look_up_later(page: Page, response: Response) -> Response:
    """The answer, after which breaches are looked up: that may have to ask the keyring and the network."""

    def look_up() -> None:
        with suppress(WatchwordError), page.checking, page.open_session() as session:
            take_in(session, [BREACH])

    response.background = BackgroundTask(look_up)
    return response


def _say(page: Page, words: str) -> None:
    if words:
        page.say(words)


ROUTES = [
    Route("/accounts", show_all),
    Route("/accounts/add", show_adding),
    Route("/accounts/add", add, methods=["POST"]),
    Route("/accounts/{account}", show),
    Route("/accounts/{account}", change, methods=["POST"]),
    Route("/accounts/{account}/remove", show_removing),
    Route("/accounts/{account}/remove", remove, methods=["POST"]),
    Route("/accounts/{account}/heard", heard, methods=["POST"]),
]
