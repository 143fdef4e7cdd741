"""Beginning to share with office IT from the page, sharing less, and stopping, with a collector that answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import secrets
from agent.cli.session import open_session
from agent.cli.worker import work
from agent.host import Unreadable
from agent.host.live import LiveHost
from agent.paths import Paths
from agent.report.reader import read
from agent.store import Store
from config import loader
from tests.agent.page.forms.household import Household, problems
from tests.report_server import Fault, ReportServer, report_server

ME = frozenset({os.getuid() if hasattr(os, "getuid") else 0})


class Office:
    """A policy of an office whose collector answers, on a laptop with a keyring in memory."""

    def __init__(self, server: ReportServer, folder: Path) -> None:
        self.server = server
        self.policy = folder / "policy.toml"
        self.kept: dict[str, str] = {}

    def asks(self, level: str = "standard") -> None:
        self.policy.write_text(
            'locked = ["network"]\n'  # the person of these tests chose to be offline
            f'[report]\nurl = "{self.server.base_url}"\nlevel = "{level}"\noffice = "Office of A. Member"\n'
            "[network]\noffline = false\n"
            "[checks]\ndisabled = ['app_updates', 'password_manager', 'breach', 'screen_lock']\n"
        )


@pytest.fixture
def office(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    tmp_path.chmod(0o755)
    here = Paths.here()
    here.policy = str(tmp_path / "policy.toml")
    monkeypatch.setattr(Paths, "here", lambda: here)
    assert loader.load.__kwdefaults__
    monkeypatch.setitem(loader.load.__kwdefaults__, "administrators", ME)
    with report_server(None) as server:
        office = Office(server, tmp_path)
        monkeypatch.setattr(secrets, "get", lambda name, **_: office.kept.get(name))
        monkeypatch.setattr(secrets, "store", lambda name, value, **_: office.kept.__setitem__(name, value))
        monkeypatch.setattr(secrets, "remove", lambda name, **_: office.kept.pop(name, None) is not None)
        yield office


def a_round() -> None:
    session = open_session(last_good=True)
    with session.store:
        work(session, LiveHost(), due_only=True, present_since=None)


def lead(home: Household) -> str:
    return next(one.text for one in home.get("/it").all("p") if one.attributes.get("class") == "lead")


def begin(home: Household, office: Office, *, level: str = "standard") -> None:
    code = office.server.collector.new_code()
    assert home.post("/it/begin", level=level, code=code.lower(), sure="yes") == "/it"


def test_nothing_is_sent_before_the_person_agrees(office: Office) -> None:
    office.asks()
    home = Household(furnished=True)
    assert lead(home).startswith("Nothing is sent yet.")
    a_round()
    assert office.server.requests == []


def test_agreeing_takes_the_tick_and_the_code(office: Office) -> None:
    office.asks()
    home = Household(furnished=True)
    page = home.refused("/it/begin", level="standard")
    assert problems(page) == [
        "Type the one-time code that office IT gave you.",
        "Tick the box to say that you agree. Nothing is sent until you do.",
    ]
    page = home.refused("/it/begin", level="standard", code="too-short", sure="yes")
    assert problems(page)[0].startswith("That code is too short")
    page = home.refused("/it/begin", level="standard", code="ZZZZ-ZZZZ-ZZZZ", sure="yes")
    assert problems(page)[0].startswith("Your office's collector does not know this code.")
    assert "zzzz" not in page.text.casefold()
    assert lead(home).startswith("Nothing is sent yet.")


def test_the_words_are_there_until_office_it_has_approved_the_laptop(office: Office) -> None:
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    with home.store() as store:
        device = store.device_id()
    words = "  ".join(office.server.collector.words(device))
    assert words in home.client.get("/it").text
    a_round()
    assert office.server.collector.taken == []
    assert words in home.client.get("/it").text
    office.server.collector.approve(device)
    with home.store() as store:
        going = store.sending()
        store.keep_sending(type(going)(next_at=going.next_at, waiting=True))  # its time has come
    a_round()
    assert len(office.server.collector.taken) == 1
    assert words not in home.client.get("/it").text


def test_the_last_report_is_shown_to_the_byte(office: Office) -> None:
    office.server.collector.approves = True
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    a_round()
    (taken,) = office.server.collector.taken
    assert home.client.get("/it/report.json?level=last").body == taken.body
    assert "the last report that was sent" in home.get("/it").text


def test_less_may_be_agreed_to_and_never_more_than_is_asked(office: Office) -> None:
    office.server.collector.approves = True
    office.asks("standard")
    home = Household(furnished=True)
    begin(home, office, level="summary")
    a_round()
    assert read(office.server.collector.taken[-1].body).privacy.level == "summary"
    assert home.post("/it/begin", level="detailed") == "/it"  # while sharing, a level needs no code
    a_round()
    assert read(office.server.collector.taken[-1].body).privacy.level == "standard"


def test_after_stopping_nothing_leaves_and_the_office_knows(office: Office) -> None:
    office.server.collector.approves = True
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    with home.store() as store:
        device = store.device_id()
    assert home.post("/it/stop") == "/it"
    assert "told to delete" in home.get("/it").text
    assert office.kept == {}
    assert office.server.collector.state(device) == "ended"
    before = len(office.server.requests)
    a_round()
    assert len(office.server.requests) == before
    assert lead(home) == "Nothing is sent. You have stopped sharing."


def test_stopping_works_without_a_network(office: Office) -> None:
    office.server.collector.approves = True
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    office.server.faults.append(Fault.HANG_UP)
    home.post("/it/stop")
    assert "could not be told" in home.get("/it").text
    with Store.open(home.paths) as store:
        assert store.sharing() is not None
        assert store.sharing().level is None  # type: ignore[union-attr]


def test_without_a_keyring_the_code_is_not_used_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.asks()
    home = Household(furnished=True)
    monkeypatch.setattr(secrets, "store", lambda *_, **__: Unreadable("no_keyring", "keyring"))
    code = office.server.collector.new_code()
    page = home.refused("/it/begin", level="summary", code=code, sure="yes")
    assert problems(page)[0].startswith("This session has no keyring")
    assert office.server.requests == []


def test_without_an_office_there_is_nothing_to_begin(office: Office) -> None:
    home = Household(furnished=True)
    assert "Begin to share" not in home.get("/it").text
    page = home.refused("/it/begin", level="summary", code="ZZZZ-ZZZZ-ZZZZ", sure="yes")
    assert "there is nobody to share with" in page.text


def test_the_first_page_says_that_the_office_asks_until_there_is_an_answer(office: Office) -> None:
    office.server.collector.approves = True
    home = Household(furnished=True)
    assert "asks for reports" not in home.get("/").text
    office.asks()
    assert "Your office asks for reports of this laptop." in home.get("/").text
    begin(home, office)
    assert "asks for reports" not in home.get("/").text
    home.post("/it/stop")
    assert "asks for reports" not in home.get("/").text


def test_deleting_everything_ends_it_and_tells_the_office(office: Office) -> None:
    office.server.collector.approves = True
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    with home.store() as store:
        device = store.device_id()
    assert home.client.post("/it/delete", sure="yes").status == 200
    assert office.server.collector.state(device) == "ended"
    assert "report_secret" not in office.kept


def test_deleting_everything_says_when_the_office_could_not_be_told(office: Office) -> None:
    office.server.collector.approves = True
    office.asks()
    home = Household(furnished=True)
    begin(home, office)
    office.server.faults.append(Fault.HANG_UP)
    assert "Ask office IT to delete what they have" in home.client.post("/it/delete", sure="yes").text
