"""The office's own answers: used only when nobody else could have written them, and never beyond what they say."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Account, Finding, Status, Unreadable
from agent.host.live import LiveHost
from agent.http import Network
from checks.breach import CHECK
from checks.breach.office import OfficeAnswers, OfficeProblem, answers_from, office_answers
from checks.breach.remembered import acknowledge, newest_news
from config.schema import BreachSettings, NetworkSettings
from tests.builders import NOW, DictMemory, computer, context
from tests.hibp_server import CATALOGUE, KEY, HibpServer, hibp_server

MAIL = Account(id="i-000000000001", service="google", label="Mail", has_address=True)
PATH = "/etc/watchword/breaches.json"
SALT = "f00d"


def file(asked_at: datetime = NOW, /, *, changes: Mapping[str, Any] = {}, **answers: list[str]) -> str:
    """A file with answers about names at parliament.example ("_" stands for "+")."""
    addresses = {name.replace("_", "+") + "@parliament.example": names for name, names in answers.items()}
    document = {
        "format": "watchword.office-breaches/1",
        "asked_at": asked_at.isoformat(),
        "salt": SALT,
        "answers": {hashlib.sha256(f"{SALT}:{each}".encode()).hexdigest(): names for each, names in addresses.items()},
        "breaches": CATALOGUE,
        **changes,
    }
    return json.dumps(document)


class Office:
    """A computer on which IT put a file."""

    def __init__(self, server: HibpServer, text: str | None, *, distrust: Any = "", key: Any = None) -> None:
        self.server = server
        self.text = text
        self.distrust = distrust
        self.key = key
        self.address: str | Unreadable = "alex@parliament.example"
        self.memory = DictMemory()
        self.now = NOW

    def finding(self) -> Finding:
        files = {} if self.text is None else {PATH: self.text}
        queries = [] if self.distrust is None else [{"name": "distrust", "args": [PATH], "value": self.distrust}]
        ctx = context(
            computer(files=files, queries=queries),
            now=self.now,
            memory=self.memory,
            http=Network(NetworkSettings(offline=False, ca_file=""), read_seconds=0.5, total_seconds=1),
            accounts=[MAIL],
            address=lambda account: self.address,
            secret=lambda name: self.key,
            breach=BreachSettings(
                base_url=self.server.base_url, passwords_url=self.server.passwords_url, office_file=PATH
            ),
        )
        (finding,) = CHECK.run(ctx)
        return finding


@pytest.fixture
def server() -> Any:
    with hibp_server() as running:
        yield running


def verdict(office: Office) -> tuple[Status, str]:
    finding = office.finding()
    return finding.status, finding.reason


def keyed(server: HibpServer) -> list[str]:
    return [path for path in server.paths if "breachedaccount" in path]


def test_an_address_that_it_asked_for_is_judged_without_a_key_and_without_asking(server: HibpServer) -> None:
    assert verdict(Office(server, file(alex=[]))) == (Status.PASS, "none_known")
    assert verdict(Office(server, file(alex=["Adobe"]))) == (Status.FAIL, "password_exposed")
    assert verdict(Office(server, file(alex=["SpamList"]))) == (Status.PASS, "none_known")
    assert server.paths == []


def test_an_address_that_it_did_not_ask_for_is_not_known(server: HibpServer) -> None:
    assert verdict(Office(server, file(sam=[]))) == (Status.UNKNOWN, "no_key")


def test_a_breach_that_it_does_not_describe_is_a_breach_all_the_same(server: HibpServer) -> None:
    assert verdict(Office(server, file(alex=["Unheard of"], changes={"breaches": []}))) == (Status.WARN, "found")


def test_its_own_date_decides_how_long_it_is_good(server: HibpServer) -> None:
    office = Office(server, file(NOW - timedelta(days=7, hours=23), alex=[]))
    finding = office.finding()
    assert (finding.reason, finding.facts["checked_days"]) == ("none_known", 7)
    assert "asked by your office on 2026-11-14" in finding.evidence[0].source
    office.now += timedelta(hours=1)
    assert verdict(office) == (Status.UNKNOWN, "stale")


def test_an_old_file_does_not_hide_a_known_breach(server: HibpServer) -> None:
    assert verdict(Office(server, file(NOW - timedelta(days=90), alex=["Adobe"]))) == (Status.FAIL, "password_exposed")


@pytest.mark.parametrize(
    ("distrust", "why"),
    [
        (None, "who may change it cannot be told"),
        ("can be changed by anybody", "can be changed by anybody"),
        ({"x": 1}, "who may change it cannot be told"),
        (0, "who may change it cannot be told"),
    ],
)
def test_a_file_that_others_could_have_written_is_not_used(server: HibpServer, distrust: Any, why: str) -> None:
    finding = Office(server, file(alex=[]), distrust=distrust).finding()
    assert (finding.status, finding.reason) == (Status.UNKNOWN, "office_file")
    assert why in [evidence.value for evidence in finding.evidence]


def test_a_file_that_is_gone_takes_its_pass_with_it_but_not_a_breach(server: HibpServer) -> None:
    office = Office(server, file(alex=[]))
    assert verdict(office) == (Status.PASS, "none_known")
    office.text = None
    assert verdict(office) == (Status.UNKNOWN, "office_file")
    office.text = file(alex=["Adobe"])
    office.finding()
    office.text = None
    assert verdict(office) == (Status.FAIL, "password_exposed")


def test_a_file_that_no_longer_names_the_address_takes_its_pass_with_it(server: HibpServer) -> None:
    office = Office(server, file(alex=[]))
    office.finding()
    office.text = file(sam=[])
    assert verdict(office) == (Status.UNKNOWN, "no_key")


@pytest.mark.parametrize("failure", ["no_keyring", "locked"])
def test_an_address_that_cannot_be_read_is_what_to_set_right(server: HibpServer, failure: str) -> None:
    office = Office(server, file(alex=[]), key=Unreadable(failure))
    office.address = Unreadable(failure)
    assert verdict(office) == (Status.UNKNOWN, failure)


def test_an_own_key_asks_where_the_file_says_nothing_or_is_old(server: HibpServer) -> None:
    office = Office(server, file(NOW - timedelta(days=6), alex=[]), key=KEY)
    assert verdict(office) == (Status.PASS, "none_known")
    assert keyed(server) == []
    office.now += timedelta(days=1)
    assert verdict(office) == (Status.PASS, "none_known")
    assert len(keyed(server)) == 1
    office.address = "sam@parliament.example"
    assert verdict(office) == (Status.PASS, "none_known")
    assert len(keyed(server)) == 2


def test_what_was_dealt_with_and_what_is_news_go_by_its_answers_too(server: HibpServer) -> None:
    office = Office(server, file(alex=["Adobe"]))
    office.finding()
    acknowledge(office.memory, MAIL.id, office.now)
    assert verdict(office) == (Status.PASS, "acknowledged")
    assert newest_news(office.memory, MAIL.id, office.now) is None
    office.now += timedelta(days=1)
    office.text = file(office.now, alex=["Adobe", "Forum"])
    assert verdict(office) == (Status.WARN, "found")
    assert newest_news(office.memory, MAIL.id, office.now) == office.now


BAD: list[dict[str, Any]] = [
    {"format": "watchword.office-breaches/2"},
    {"asked_at": "2026-11-22T09:00:00"},
    {"asked_at": "2026-11-23T09:00:00Z"},
    {"asked_at": "yesterday"},
    {"salt": ""},
    {"answers": {"alex@parliament.example": []}},
    {"answers": {"a" * 64: [""]}},
    {"answers": {"a" * 64: ["n" * 101]}},
    {"answers": {"a" * 64: "Adobe"}},
    {"answers": {"a" * 64: None}},
    {"answers": {f"{number:064x}": [] for number in range(10_001)}},
    {"breaches": [{"Title": "no name"}]},
]


@pytest.mark.parametrize("changes", BAD, ids=lambda changes: str(changes)[:200])  # the longest has 700,000 letters
def test_one_thing_amiss_and_none_of_it_is_used(changes: dict[str, Any]) -> None:
    assert isinstance(answers_from(file(alex=[], changes=changes).encode(), NOW), OfficeProblem)


def test_a_file_with_a_mark_of_its_encoding_is_read() -> None:
    assert isinstance(answers_from(b"\xef\xbb\xbf" + file(alex=[]).encode(), NOW), OfficeAnswers)


def test_the_program_in_the_manual_makes_such_a_file() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "office-breach-answers.md").read_text(encoding="utf-8")
    program = manual.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(program, names)
    text = names["office_file"](
        ["Alex@Parliament.example", "sam@parliament.example", "x@elsewhere.example"],
        {"alex": ["Adobe"], "kim": ["Forum"]},
        CATALOGUE,
        "parliament.example",
    )

    answers = answers_from(text.encode(), datetime.now(UTC))
    assert isinstance(answers, OfficeAnswers)
    found = {name: answers.breaches(f"{name}@parliament.example") for name in ("alex", "sam", "kim")}
    assert {
        name: None if breaches is None else [each.title for each in breaches] for name, breaches in found.items()
    } == {
        "alex": ["Adobe"],
        "sam": [],
        "kim": None,
    }
    assert answers.breaches("x@elsewhere.example") is None
    assert set(answers.catalogue) == {"Adobe"}
    assert "lex@" not in text


@given(
    st.one_of(st.binary(max_size=200), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
)
def test_no_input_raises_or_answers(data: bytes | str) -> None:
    assert isinstance(answers_from(data if isinstance(data, bytes) else data.encode(), NOW), OfficeProblem)


@pytest.mark.skipif(sys.platform == "win32", reason="owners and modes as on POSIX")
def test_on_this_computer_only_an_administrators_file_is_read(tmp_path: Path) -> None:
    if sys.platform == "win32":
        return
    path = tmp_path / "breaches.json"
    path.write_text(file(alex=[]))
    path.chmod(0o644)
    host, administrator = LiveHost(), os.geteuid() == 0
    assert isinstance(office_answers(host, str(path), NOW), OfficeAnswers) is administrator
    if administrator:
        os.chown(path, 12345, 12345)
        assert isinstance(office_answers(host, str(path), NOW), OfficeProblem)
        os.chown(path, 0, 0)
    path.chmod(0o666)
    assert office_answers(host, str(path), NOW) == OfficeProblem(host.query("distrust", str(path)))
    assert office_answers(host, str(tmp_path / "none"), NOW) == OfficeProblem("it is not there")
    assert isinstance(office_answers(host, str(tmp_path), NOW), OfficeProblem)
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert isinstance(office_answers(host, str(tmp_path / "pipe"), NOW), OfficeProblem)
