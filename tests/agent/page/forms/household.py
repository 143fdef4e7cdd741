"""A person with a page, and what they and we do with it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from msgspec.structs import replace

from agent.alerts.records import Episode, Reminder, Said, Utterance
from agent.contract import Attestation, Basis, Finding, Severity, Status
from agent.page.guard import TOKEN
from agent.paths import Paths
from agent.status import load, write
from agent.store import Store
from checks.breach.breach import Breach
from checks.breach.remembered import Answer, Remembered, Shown
from tests.agent.page.client import Answer as Reply
from tests.agent.page.client import Client
from tests.agent.page.furnished import EVIL, furnish
from tests.agent.page.markup import Element, read

__all__ = ["EVIL", "Household"]

NAMES = ("Adobe", "Secret", "Forum")


class Household:
    """A page session in an empty home. ``furnished`` homes have results, accounts, breaches, alerts and reminders."""

    def __init__(self, *, furnished: bool = False) -> None:
        self.paths = Paths.here()
        self.ids: dict[str, str] = furnish() if furnished else {}
        self.client = Client()
        if furnished:
            self._live_in()

    def get(self, path: str) -> Element:
        """A page that is there."""
        answer = self.client.get(path)
        assert answer.status == 200, (path, answer.status, answer.text)
        return read(answer.text)

    def post(self, path: str, **fields: str) -> str:
        """Send a form that is taken; the path that it leads to."""
        answer = self.client.post(path, **fields)
        assert answer.status == 303, (path, answer.status, answer.text)
        location = answer.header("location") or ""
        return location.removeprefix(self.client.page.address.prefix)

    def refused(self, path: str, **fields: str) -> Element:
        """Send a form that is shown again with what is wrong with it."""
        answer = self.client.post(path, **fields)
        assert answer.status == 422, (path, answer.status, answer.header("location"))
        return read(answer.text)

    def send(self, path: str, fields: list[tuple[str, str]]) -> Reply:
        """Send exactly these fields."""
        body = urlencode([(TOKEN, self.client.page.token), *fields]).encode()
        headers = self.client.form_headers(body)
        return self.client.send("POST", self.client.page.address.prefix + path, headers, body)

    def store(self) -> Store:
        return Store.open(self.paths)

    def account(self, service: str, label: str) -> str:
        """List an account; its id."""
        with self.store() as store:
            return store.add_account(service, label, now=datetime.now(UTC)).id

    def labels(self) -> list[str]:
        with self.store() as store:
            return sorted(account.label for account in store.accounts())

    def stated(self) -> list[tuple[str, str, str]]:
        """Everything that was stated: subject, statement, answer."""
        with self.store() as store:
            return [(one.subject, one.statement, one.answer) for one in store.attestations()]

    def state(self, subject: str, statement: str, answer: str, *, days_ago: float = 0) -> None:
        at = datetime.now(UTC) - timedelta(days=days_ago)
        with self.store() as store:
            store.attest(Attestation(subject=subject, statement=statement, answer=answer, at=at))

    def kept(self) -> object:
        """All that is kept, to be compared with what is kept later."""
        with closing(sqlite3.connect(self.paths.store)) as connection:
            lines = list(connection.iterdump())
        files = {
            path.name: path.read_bytes()
            for path in Path(self.paths.data).glob("*")
            if path.is_file() and not path.name.startswith("watchword.db")
        }
        return lines, files, Path(self.paths.status).read_bytes() if Path(self.paths.status).exists() else b""

    def breached(self, account_id: str) -> None:
        """The last look-up found three breaches of its address."""
        now = datetime.now(UTC)
        with self.store() as store:
            remembered = Remembered(store.memory("breach"), now)
            found = (
                Breach("Adobe", "Adobe <b>", "adobe.com", data_classes=("Passwords",), detailed=True, added=now),
                Breach("Secret", "Secret Society", sensitive=True, detailed=True),
                Breach("Forum", "Forum", data_classes=("Email addresses",), detailed=True),
            )
            remembered.put(f"answer:{account_id}", Answer(now, "ab", found))
            remembered.put(f"shown:{account_id}", Shown("ab", {"Adobe": 4, "Secret": 2, "Forum": 2}))

    def _live_in(self) -> None:
        now = datetime.now(UTC)
        found = load(Path(self.paths.status).read_bytes())
        # As a real one is, so that a report can be made of it.
        agent, policy = replace(found.agent, version="0.1.0"), replace(found.policy, digest="sha256:" + "0" * 64)
        write(replace(found, agent=agent, policy=policy), Path(self.paths.status))
        self.breached(self.ids["mail"])
        with self.store() as store:
            store.choose("network.offline", True, now)
            finding = Finding(status=Status.FAIL, reason="off", severity=Severity.HIGH)
            store.settle([("screen_lock", finding)], now - timedelta(days=2))
            store.settle([("screen_lock", Finding(status=Status.PASS, reason="ok"))], now - timedelta(days=1))
            open_ = Episode(
                id="e" * 32, check_id="screen_lock", subject=None, status=Status.FAIL, reason="off",
                severity=Severity.HIGH, basis=Basis.MEASURED, opened_at=now, seen_at=now,
            )  # fmt: skip
            store.keep_episodes([open_])
            about = Utterance(kind="item", episodes=(open_.id,))
            store.keep_said(Said(id="s" * 32, at=now, utterance=about, delivered=True))
            due = now + timedelta(days=1)
            store.keep_reminder(Reminder(id="r" * 32, check_id="screen_lock", subject=None, due_at=due, chosen_at=now))
        self.state(self.ids["mail"], "two_step.method", "app")
        self.state("laptop", "event.leaver", "happened")
        self.client.get("/")  # whatever is made at first use is made


def problems(page: Element) -> list[str]:
    """What the summary at the top says, and that each of it leads to a field which says the same."""
    (summary,) = [one for one in page.all("div") if one.attributes.get("role") == "alert"]
    ids = {one.attributes["id"]: one for one in page.all() if "id" in one.attributes}
    for link in summary.all("a"):
        target = link.attributes["href"].removeprefix("#")
        assert target in ids, f"{target} is not on the page"
    assert page.all("title")[0].text.startswith("Problem: ")
    return [link.text for link in summary.all("a")]


def values(page: Element) -> dict[str, str]:
    """What the fields of a page hold: text, what is ticked, what is chosen."""
    found = {}
    for one in page.all("input"):
        kind, name = one.attributes.get("type"), one.attributes.get("name", "")
        if kind not in ("radio", "checkbox") or "checked" in one.attributes:
            found[name] = one.attributes.get("value", "")
    for select in page.all("select"):
        chosen = [one for one in select.all("option") if "selected" in one.attributes]
        found[select.attributes["name"]] = chosen[0].attributes["value"] if chosen else ""
    found |= {one.attributes["name"]: one.text for one in page.all("textarea")}
    return found


def said(page: Element) -> str:
    """What is said once at the top."""
    return " ".join(one.text for one in page.all("div") if one.attributes.get("role") == "status")


def marks(document: str) -> list[str]:
    """What breaches are called in the forms of a page."""
    return re.findall(r'name="breach" id="[^"]*" value="([0-9a-f]+)"', document)
