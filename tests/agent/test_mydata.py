"""Everything is given, in a form that can be read; addresses only to who asks for them, and secrets to nobody."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.contract import Attestation
from agent.host import Unreadable
from agent.mydata import archive, collect
from agent.paths import Paths
from agent.statements import statements
from agent.store import Store
from tests.agent.page.markup import read
from tests.agent.planted import everything
from tests.builders import NOW

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def account() -> str:
    """A store with an account that has an address, a statement and a choice; the account's id."""
    with Store.open(Paths.here()) as store:
        account = store.add_account("google", "Work email", now=NOW)
        store.change_account(account.id, has_address=True)
        store.attest(Attestation(subject=account.id, statement="two_step.method", answer="app", at=NOW))
        store.choose("profile", "heightened", NOW)
        store.remember({"breach": {"salt": "ab"}})
    return account.id


def parts(home: Path, *, with_addresses: bool = False, keyring: Any = None) -> dict[str, bytes]:
    """The parts of an export by name. ``keyring`` answers every question, if it is not the usual one."""

    def read(names: Sequence[str]) -> dict[str, Any]:
        usual = {name: KEY if name == "hibp_api_key" else "alex@example.org" for name in names}
        return usual if keyring is None else dict.fromkeys(names, keyring)

    data = collect(Paths.here(), str(home), NOW, with_addresses=with_addresses, read_secrets=read)
    with zipfile.ZipFile(io.BytesIO(archive(data))) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def document(found: dict[str, bytes]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(found["data.json"])
    return read


def test_the_store_is_given_table_by_table_and_the_journal_event_by_event(own_home: Path, account: str) -> None:
    found = document(parts(own_home))
    assert found["format"] == "watchword.my-data/1"
    assert [row["label"] for row in found["accounts"]] == ["Work email"]
    assert [row["answer"] for row in found["store"]["attestations"]] == ["app"]
    assert [(row["key"], row["value"]) for row in found["store"]["choices"]] == [("profile", "heightened")]
    assert found["store"]["memory"] == [{"check_id": "breach", "key": "salt", "value": "ab"}]
    assert {event["kind"] for event in found["journal"]} == {"account", "attestation", "choice"}


def test_a_page_has_the_accounts_and_answers_in_words(own_home: Path, account: str) -> None:
    with Store.open(Paths.here()) as store:
        store.attest(Attestation(subject=account, statement="two_step.method", answer="text", at=NOW))
        store.attest(Attestation(subject="laptop", statement="recovery_plan.plan", answer="no", at=NOW))
        store.attest(Attestation(subject="laptop", statement="event.leaver", answer="happened", at=NOW))
    page = read(parts(own_home)["answers.html"].decode())
    assert "Work email, Google" in [one.text for one in page.all("h3")]
    rows = [[cell.text for cell in row.all("td")] for row in page.all("tr") if row.all("td")]
    day = f"{NOW.day} {NOW:%B %Y}"
    asked = "Which second step is on? Look at the account's security settings."
    assert rows[:2] == [
        [asked, "a code by text message", day],
        [asked, statements()["two_step.method"].answers["app"], day],
    ]
    assert [row[1] for row in rows[2:]] == ["no", "it happened"]
    assert "profile: heightened" in page.text


def test_the_page_has_an_address_only_when_that_is_asked_for_and_loads_nothing(own_home: Path, account: str) -> None:
    assert b"alex@example.org" not in parts(own_home)["answers.html"]
    assert b"The addresses of your accounts are not in it." in parts(own_home)["answers.html"]
    given = parts(own_home, with_addresses=True)["answers.html"]
    assert b"Its address: alex@example.org" in given
    for word in (b"<script", b"http", b"src=", b"url("):
        assert word not in given


def test_what_was_typed_cannot_become_markup_on_the_page(own_home: Path) -> None:
    with Store.open(Paths.here()) as store:
        account = store.add_account("x", "<script>alert(1)</script>", now=NOW)
        store.attest(Attestation(subject=account.id, statement="<b>", answer="<i>", at=NOW))
    page = parts(own_home)["answers.html"].decode()
    assert "&lt;script&gt;" in page
    assert not read(page).all("script")
    assert not read(page).all("b")


def test_the_page_is_made_of_the_journal_when_the_store_cannot_be_read(own_home: Path, account: str) -> None:
    Path(Paths.here().store).write_bytes(b"not a database" * 100)
    page = parts(own_home)["answers.html"].decode()
    assert "Work email" in page
    assert "an authenticator app" in page


def test_every_table_of_the_store_is_there(own_home: Path, account: str) -> None:
    import sqlite3

    with sqlite3.connect(Paths.here().store) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    assert set(document(parts(own_home))["store"]) == tables


def test_addresses_only_come_when_they_are_asked_for_and_the_key_never(own_home: Path, account: str) -> None:
    assert b"alex@example.org" not in b"".join(parts(own_home).values())
    given = parts(own_home, with_addresses=True)
    assert document(given)["keyring"]["addresses"] == {f"address:{account}": "alex@example.org"}
    assert KEY.encode() not in b"".join(given.values())


def test_a_settings_file_with_addresses_stays_out_and_its_rest_comes(own_home: Path) -> None:
    config = Path(Paths.here().config)
    config.parent.mkdir(parents=True)
    config.write_text('profile = "toolkit"\n[[accounts]]\nservice = "x"\nlabel = "L"\naddress = "sam@example.org"\n')
    found = parts(own_home)
    assert b"sam@example.org" not in b"".join(found.values())
    assert "files/config.toml" not in found
    assert document(found)["settings"]["profile"] == "toolkit"
    assert [(each["label"], each["has_address"]) for each in document(found)["accounts"]] == [("L", True)]
    given = parts(own_home, with_addresses=True)
    assert given["files/config.toml"] == config.read_bytes()


def test_a_settings_file_that_cannot_be_read_may_have_addresses(own_home: Path) -> None:
    config = Path(Paths.here().config)
    config.parent.mkdir(parents=True)
    config.write_text('address = "sam@example.org\n')
    assert b"sam@example.org" not in b"".join(parts(own_home).values())
    assert "files/config.toml" in parts(own_home, with_addresses=True)


def test_a_store_that_cannot_be_read_is_given_as_it_is_and_the_journal_speaks(own_home: Path, account: str) -> None:
    Path(Paths.here().store).write_bytes(b"not a database" * 100)
    found = parts(own_home)
    assert found["files/watchword.db"].startswith(b"not a database")
    assert [row["label"] for row in document(found)["accounts"]] == ["Work email"]
    assert "could not be read" in " ".join(document(found)["notes"])


def test_every_file_is_named_and_copied_but_locks_and_the_pages_address(own_home: Path) -> None:
    written = everything(own_home)
    found = parts(own_home)
    listed = {row["path"]: row["content"] for row in document(found)["files"]}
    assert len(listed) == len(written)
    assert sorted(name for name in found if name.endswith(".log")) == [
        "files/daemon.1.log",
        "files/daemon.log",
        "files/worker.2.log",
    ]
    assert "files/report.json" in found
    assert not [name for name in found if "page" in name or "lock" in name or "open-" in name]


def test_where_there_is_nothing_that_is_what_is_given(own_home: Path) -> None:
    found = document(parts(own_home, keyring=Unreadable("no_keyring")))
    assert (found["accounts"], found["store"], found["journal"], found["files"], found["notes"]) == ([], {}, [], [], [])


def test_a_keyring_that_does_not_say_is_told(own_home: Path, account: str) -> None:
    found = parts(own_home, keyring=Unreadable("locked"))
    assert "could not be told (locked)" in found["summary.txt"].decode()
    assert any(account in note for note in document(found)["notes"])


def test_the_summary_can_be_read(own_home: Path, account: str) -> None:
    summary = parts(own_home)["summary.txt"].decode()
    assert "Work email on Google, with an address" in summary
    assert "Statements you made, and events: 1" in summary
    assert "hibp_api_key: kept" in summary


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name of a file is text")
def test_a_file_with_a_name_that_is_no_text_is_given_under_one_that_is(own_home: Path) -> None:
    folder = Path(Paths.here().data)
    folder.mkdir(parents=True)
    for name in (b"x\xff.json", b"x\xfe.json"):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(name)
    found = parts(own_home)
    assert {found["files/x\ufffd.json"], found["files/x\ufffd-2.json"]} == {b"x\xff.json", b"x\xfe.json"}
    assert [row["path"] for row in document(found)["files"]] == ["~/.local/share/watchword/x\ufffd.json"] * 2


def test_half_a_character_in_one_file_keeps_nothing_back(own_home: Path, account: str) -> None:
    path = Path(Paths.here().status)
    path.parent.mkdir(parents=True)
    path.write_text('{"half": "\\ud800"}')
    found = parts(own_home)
    assert document(found)["status"] == {"half": "\ud800"}
    assert [row["label"] for row in document(found)["accounts"]] == ["Work email"]
