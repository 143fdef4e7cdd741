"""The readable part of an export: a page of the accounts and of everything that was answered, to look at or to print.

It is made from the document that goes with it and from nothing else, so it holds no more than that. It needs no
program of ours and loads nothing: a browser shows it as it is, years from now too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from agent.attested import LAPTOP, TAKEN_BACK
from agent.questions import ways_of_knowing
from agent.secrets import address_name
from agent.statements import Statement, statements
from config.platforms import platform
from config.text import printable

__all__ = ["page"]

STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b2a2c;background:#fff}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;"
    "border-bottom:1px solid #ccc}h2{margin-top:2rem}h3{margin-bottom:.25rem}"
)
EVENT = "event."


@dataclass(frozen=True)
class _Told:
    """One thing that was stated."""

    subject: str
    statement: str
    answer: str
    at: str
    evidence: str


def page(document: Mapping[str, Any]) -> str:
    """The page, of an export's document."""
    return "\n".join(_page(document)) + "\n"


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    told = _told(document)
    title = "Your accounts and answers in Watchword"
    yield f'<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield f"<p>Made on {_day(document['made_at'])} on this computer. Nothing was sent. The rest is in data.json.</p>"
    if "addresses" not in document["keyring"]:
        yield "<p>The addresses of your accounts are not in it.</p>"
    yield "<h2>Your accounts</h2>"
    accounts = _accounts(document)
    yield from _each_account([row for row in accounts if row["removed_at"] is None], told, document)
    yield "<h2>You and your team</h2>"
    yield from _table([one for one in told if one.subject == LAPTOP and not one.statement.startswith(EVENT)])
    yield "<h2>What has happened</h2>"
    yield from _table([one for one in told if one.statement.startswith(EVENT)], accounts)
    gone = [row for row in accounts if row["removed_at"] is not None and _of(row, told)]
    if gone:
        yield "<h2>Accounts that are no longer listed</h2>"
        yield from _each_account(gone, told, document)
    yield "<h2>Settings that you chose</h2>"
    yield from _choices(document["store"].get("choices", ()))
    yield "</body>\n</html>"


def _each_account(
    accounts: Sequence[Mapping[str, Any]], told: Sequence[_Told], document: Mapping[str, Any]
) -> Iterator[str]:
    if not accounts:
        yield "<p>None.</p>"
    addresses = document["keyring"].get("addresses", {})
    for row in accounts:
        service = platform(row["service"]).name
        label = row["label"] if row["label"] == service else f"{row['label']}, {service}"
        yield f"<h3>{_text(label)}</h3>"
        address = addresses.get(address_name(row["id"]))
        if address:
            yield f"<p>Its address: {_text(address)}</p>"
        yield from _table(_of(row, told))


def _of(account: Mapping[str, Any], told: Sequence[_Told]) -> list[_Told]:
    return [one for one in told if one.subject == account["id"] and not one.statement.startswith(EVENT)]


def _table(told: Sequence[_Told], accounts: Iterable[Mapping[str, Any]] = ()) -> Iterator[str]:
    """Statements by question, the latest answer first."""
    if not told:
        yield "<p>Nothing was said.</p>"
        return
    labels = {row["id"]: row["label"] for row in accounts}
    order = list(statements())
    latest_first = list(told)[::-1]
    ordered = sorted(latest_first, key=lambda one: order.index(one.statement) if one.statement in order else len(order))
    yield '<table>\n<tr><th scope="col">Question</th><th scope="col">Your answer</th><th scope="col">Day</th></tr>'
    for one in ordered:
        known = statements().get(one.statement)
        asked = known.question if known else one.statement
        about = f"{labels[one.subject]}: " if one.subject in labels else ""
        yield f"<tr><td>{_text(about + asked)}</td><td>{_text(_answer(known, one))}</td><td>{_day(one.at)}</td></tr>"
    yield "</table>"


def _answer(known: Statement | None, one: _Told) -> str:
    """The words of an answer, and how it is known."""
    if known is None:
        return one.answer
    if one.statement.startswith(EVENT):
        return "taken back" if one.answer == TAKEN_BACK else "it happened"
    words = known.answers.get(one.answer, one.answer)
    ways = {str(kind): way for kind, way in ways_of_knowing(known).items()}
    return f"{words}. {ways[one.evidence]}." if one.evidence in ways and one.evidence != "none" else words


def _choices(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    entries = [f"<li>{_text(row['key'])}: {_text(row['value'])}</li>" for row in rows]
    yield "<ul>\n" + "\n".join(entries) + "\n</ul>" if entries else "<p>None.</p>"


def _accounts(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every account that the store knows, or the journal where the store could not be read."""
    rows = document["store"].get("accounts")
    if rows is not None:
        return list(rows)
    latest = {event["id"]: event for event in document["journal"] if event.get("kind") == "account"}
    return list(latest.values())


def _told(document: Mapping[str, Any]) -> list[_Told]:
    """Every statement, in the order in which they were made."""
    rows = document["store"].get("attestations")
    if rows is None:
        rows = [event["attestation"] for event in document["journal"] if event.get("kind") == "attestation"]
    return [_Told(*(str(row[name]) for name in ("subject", "statement", "answer", "at", "evidence"))) for row in rows]


def _text(value: Any) -> str:
    return escape(printable(str(value)))


def _day(at: str) -> str:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:  # as it was kept, so as it is shown
        return _text(at)
    return f"{moment.day} {moment:%B %Y}"
