"""How a question is put to a person, on the page and in a terminal: the answers that make sense, and where to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.contract import Account
from agent.statements import Statement
from agent.words import APP_NAME, fill
from checks import two_step
from checks.two_step.verdict import NO_METHOD
from config.platforms import Platform, methods, of_service, offered, platform
from config.practices import Evidence

__all__ = ["Put", "about_whom", "minutes", "put", "ways_of_knowing"]

#: About how long an answer takes: one that is known, and one that needs a look at an account. Our own estimate.
SECONDS_EACH, SECONDS_WITH_A_LOOK = 20, 90

#: Whoever wants to get in chooses the way, and not the person whose account it is.
WEAKEST = "If several are on, choose the weakest that still works: it is the one that others would try."
BY_NUMBER_ALONE = "none: a code sent to the phone number signs you in"
WHOSE = "“You” is the person whose account this is. If that is somebody else, ask them or look at it together."
#: A service whose second step is a PIN has no password before it: the phone number signs in.
BY_NUMBER = "pin"

OF_AN_ACCOUNT: Mapping[Evidence, str] = {
    "looked_at_settings": "I have just looked at its settings",
    "second_person": "A colleague looked at it with me",
    "local_file": "It is written down, and I have just read it",
    "none": "From memory",
}
OF_A_TEAM: Mapping[Evidence, str] = {
    **OF_AN_ACCOUNT,
    "looked_at_settings": "I have just looked",
    "second_person": "A colleague confirmed it",
}


@dataclass(frozen=True)
class Put:
    """One question as it is put. ``whose`` says who "you" is.

    ``path`` is where to look inside an app, ``places`` are the service's own pages to look at, ``links`` official ones
    about the question. ``ways`` are the ways of knowing, by their value; none where there is no choice.
    """

    answers: Mapping[str, str]
    help: str
    whose: str
    path: str
    places: tuple[str, ...]
    links: tuple[str, ...]
    ways: Mapping[Evidence, str]


def put(statement: Statement, account: Account | None) -> Put:
    """A question about an account, or (``None``) about this computer and its person."""
    help_ = fill(statement.help, {"app": APP_NAME})
    if account is None:
        return Put(statement.answers, help_, "", "", (), statement.links, ways_of_knowing(statement))
    service = platform(account.service)
    second_step = statement.id == two_step.STATEMENT
    return Put(
        answers=_second_steps(statement, service) if second_step else statement.answers,
        help=" ".join(filter(None, (help_, WEAKEST if second_step else ""))),
        whose=WHOSE,
        path=service.path if second_step else "",
        places=tuple(filter(None, (service.settings, service.help))) if second_step else (),
        links=of_service(statement.links, service.id),
        ways=ways_of_knowing(statement),
    )


def about_whom(account: Account | None) -> str:
    """Whom or what a question is about. The service is named where the label does not."""
    if account is None:
        return "You and your team"
    service = platform(account.service).name
    return account.label if account.label.casefold() == service.casefold() else f"{account.label}, {service}"


def minutes(asked: Iterable[Statement]) -> int:
    """About how many minutes it takes to answer these questions."""
    seconds = sum(SECONDS_WITH_A_LOOK if _needs_a_look(statement) else SECONDS_EACH for statement in asked)
    return max(1, round(seconds / 60))


def _needs_a_look(statement: Statement) -> bool:
    return statement.subject == "account" and "looked_at_settings" in statement.evidence


def ways_of_knowing(statement: Statement) -> Mapping[Evidence, str]:
    """How somebody can know their answer, in words that fit what is asked."""
    words = OF_A_TEAM if statement.subject == "laptop" else OF_AN_ACCOUNT
    ways = {kind: words[kind] for kind in words if kind in statement.evidence}
    return ways if len(ways) > 1 else {}


def _second_steps(statement: Statement, service: Platform) -> Mapping[str, str]:
    """The answers without second steps that this service is known not to have."""
    kept = {*offered(service), *(answer for answer in statement.answers if answer not in methods())}
    answers = {answer: words for answer, words in statement.answers.items() if answer in kept}
    return answers | ({NO_METHOD: BY_NUMBER_ALONE} if BY_NUMBER in service.methods else {})
