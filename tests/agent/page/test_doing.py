"""What the forms of the page's core do: check, pick a time, switch off, finish. And that a GET does nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.requests import Request

from agent.cli.rounds import last_document
from agent.contract import Status
from agent.host import System
from agent.localtime import LOCAL
from agent.locking import FileLock
from agent.page.form import Form
from agent.page.item_view import item
from agent.paths import Paths
from agent.store import Store
from tests.agent.page.client import Answer, Client
from tests.agent.page.furnished import furnish, row
from tests.agent.page.markup import read


@pytest.fixture
def client() -> Client:
    furnish()
    return Client()


@pytest.fixture
def running() -> Iterator[None]:
    """A background agent runs."""
    lock = FileLock(Paths.here().daemon_lock)
    assert lock.take()
    yield
    lock.release()


def _after(client: Client, answer: Answer) -> str:
    """The words of the page that a form led to."""
    assert answer.status == 303
    location = answer.header("location") or ""
    assert location.startswith(client.page.address.prefix)
    return read(client.get(location.removeprefix(client.page.address.prefix)).text).text


def _statuses(check_id: str) -> list[Status]:
    document = last_document(Paths.here())
    assert document is not None
    return [row.status for row in document.checks if row.id == check_id]


def test_nothing_checked_yet_is_said_with_a_button_to_begin() -> None:
    page = read(Client().get("/").text)
    assert page.all("h1")[0].text == "Nothing has been checked yet"
    assert "Check this laptop now" in [button.text for button in page.all("button")]


def test_the_first_check_is_run_from_the_page() -> None:
    client = Client()
    assert "Everything was checked just now." in _after(client, client.post("/check"))
    assert last_document(Paths.here()) is not None


def test_check_again_looks_at_that_one_alone(client: Client) -> None:
    said = _after(client, client.post("/item/check", check="screen_lock"))
    assert "Checked again just now." in said
    assert _statuses("screen_lock") != [Status.FAIL]  # nobody is signed in to a desktop here
    assert _statuses("app_updates") == [Status.WARN]


@pytest.mark.parametrize(("path", "fields"), [("/check", {}), ("/item/check", {"check": "screen_lock"})])
def test_who_presses_a_button_while_a_check_runs_does_not_wait_for_it(
    client: Client, path: str, fields: dict[str, str]
) -> None:
    with client.page.checking:
        assert "A check is running just now." in _after(client, client.post(path, **fields))
    assert "just now. Its result" not in _after(client, client.post(path, **fields))


def test_after_check_again_the_details_say_what_it_rests_on(client: Client) -> None:
    client.post("/item/check", check="password_manager")
    assert client.page.evidence[("password_manager", None)] is not None


def test_what_was_said_is_said_once(client: Client) -> None:
    assert "Checked again just now." in _after(client, client.post("/item/check", check="screen_lock"))
    assert "Checked again just now." not in client.get("/").text


def test_what_was_said_is_kept_for_the_page_it_is_about(client: Client) -> None:
    client.post("/item/check", check="screen_lock")
    for other in ("/", "/help", "/item/app_updates"):  # somebody looks at these in another tab
        assert "Checked again just now." not in client.get(other).text
    headers_alone = client.send("HEAD", client.page.url("/item/screen_lock"))
    assert headers_alone.status == 200
    assert "Checked again just now." in client.get("/item/screen_lock").text
    assert "Checked again just now." not in client.get("/item/screen_lock").text


@pytest.mark.parametrize("check", ["", "nonsense", "../../etc/passwd", "<script>"])
def test_a_check_that_does_not_exist_is_no_page(client: Client, check: str) -> None:
    answer = client.post("/item/check", check=check)
    assert answer.status == 404
    assert "<script>" not in answer.text


def test_a_time_is_picked(client: Client) -> None:
    said = _after(client, client.post("/item/remind", check="screen_lock", when="hour"))
    assert "Set aside until" in said
    assert "No reminder comes, because nothing runs in the background" in said
    with Store.open(Paths.here()) as store:
        (reminder,) = store.reminders()
    assert (reminder.check_id, reminder.subject) == ("screen_lock", None)
    assert "Your screen does not lock itself" not in read(client.get("/").text).all("h2")[0].text


def test_where_a_time_is_picked_it_is_said_that_nothing_runs_in_the_background(client: Client) -> None:
    page = read(client.get("/item/screen_lock").text)
    assert "does not run in the background, so it cannot remind you" in page.text
    assert "Start by itself when I sign in" in [button.text for button in page.all("button")]


def test_while_it_runs_in_the_background_it_reminds(client: Client, running: None) -> None:
    page = read(client.get("/item/screen_lock").text)
    assert "cannot remind you" not in page.text
    said = _after(client, client.post("/item/remind", check="screen_lock", when="hour"))
    assert "We will remind you on" in said
    assert "No reminder comes" not in said


def test_a_time_of_ones_own_is_picked(client: Client) -> None:
    at = datetime.now(LOCAL) + timedelta(days=2)
    client.post("/item/remind", check="screen_lock", when="other", at=f"{at:%Y-%m-%dT%H:%M}")
    with Store.open(Paths.here()) as store:
        (reminder,) = store.reminders()
    assert abs(reminder.due_at - at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Choose when we should remind you."),
        ({"when": "never"}, "Choose when we should remind you."),
        ({"when": "other"}, "Give a day and a time"),
        ({"when": "other", "at": "soon"}, "Give a day and a time"),
        ({"when": "other", "at": "2020-01-01T10:00"}, "That moment has gone by"),
        ({"when": "other", "at": "2199-12-31T23:59"}, "cannot wait that long"),
        ({"when": "other", "at": "9999-12-31T23:59"}, "Give a day and a time"),
        ({"when": "other", "at": "0001-01-01T00:00"}, "Give a day and a time"),
    ],
)
def test_a_time_that_cannot_be_is_shown_where_it_was_put_in(
    client: Client, fields: dict[str, str], problem: str
) -> None:
    answer = client.post("/item/remind", check="screen_lock", **fields)
    assert answer.status == 422
    page = read(answer.text)
    (summary,) = [element for element in page.all("div") if element.attributes.get("role") == "alert"]
    (link,) = summary.all("a")
    assert problem in link.text
    field = link.attributes["href"].removeprefix("#")
    assert any(element.attributes.get("id") == f"{field}-problem" for element in page.all("p"))
    assert page.all("title")[0].text.startswith("Problem: ")
    with Store.open(Paths.here()) as store:
        assert store.reminders() == ()


def test_of_what_is_well_nobody_is_reminded(client: Client) -> None:
    answer = client.post("/item/remind", check="password_manager", when="hour")
    assert answer.status == 422
    assert "Nothing there needs doing" in answer.text


def test_a_check_is_switched_off_and_shows_as_not_checked(client: Client) -> None:
    said = _after(client, client.post("/item/switch", check="screen_lock", to="off"))
    assert "Screen lock is not checked any more, and shows so." in said
    assert "Not checked" in said
    assert _statuses("screen_lock") == [Status.DISABLED]
    with Store.open(Paths.here()) as store:
        assert store.choices() == {"checks.disabled": ["screen_lock"]}


def test_and_on_again(client: Client) -> None:
    for check in ("screen_lock", "app_updates"):
        client.post("/item/switch", check=check, to="off")
    said = _after(client, client.post("/item/switch", check="screen_lock", to="on"))
    assert "checked again from now on" in said
    assert _statuses("screen_lock") != [Status.DISABLED]
    with Store.open(Paths.here()) as store:
        assert store.choices() == {"checks.disabled": ["app_updates"]}


def test_two_that_are_switched_off_at_once_are_both_off(client: Client) -> None:
    switching = threading.Thread(
        target=client.post, args=("/item/switch",), kwargs={"check": "screen_lock", "to": "off"}
    )
    with client.page.changing:  # somebody else is doing the same
        switching.start()
        time.sleep(0.5)
        with Store.open(Paths.here()) as store:
            store.choose("checks.disabled", ["app_updates"], datetime.now(UTC))
    switching.join()
    with Store.open(Paths.here()) as store:
        assert store.choices() == {"checks.disabled": ["app_updates", "screen_lock"]}


def test_where_office_it_decides_there_is_no_button(client: Client) -> None:
    free, held = (
        item(row(), title="Screen lock", check=None, system=System.LINUX, now=datetime.now(UTC), off=off, held=held)
        for off, held in ((False, False), (False, True))
    )
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b"", "server": ("a", 1)}
    shown = [
        client.page.render(Request(scope), "item.html", item=one, form=Form(), running=True).body
        for one in (free, held)
    ]
    assert [b'<button type="submit" class="quiet">Stop checking this' in bytes(page) for page in shown] == [True, False]
    assert b"Office IT decides" in bytes(shown[1])


def test_a_form_that_goes_nowhere_is_refused(client: Client) -> None:
    assert client.post("/nowhere").status == 404
    assert client.post("/about").status == 405


@pytest.mark.parametrize("path", ["/check", "/item/check", "/item/remind", "/item/switch"])
def test_a_get_changes_nothing(client: Client, path: str) -> None:
    before = Path(Paths.here().status).read_bytes()
    answer = client.get(path + "?check=screen_lock&to=off&when=hour")
    assert answer.status in (404, 405)
    assert Path(Paths.here().status).read_bytes() == before
    with Store.open(Paths.here()) as store:
        assert (store.choices(), store.reminders()) == ({}, ())


def test_looking_at_every_page_keeps_nothing(client: Client) -> None:
    def kept() -> dict[str, bytes]:
        data = Path(Paths.here().data)
        return {path.name: path.read_bytes() for path in [data / "journal.jsonl", Path(Paths.here().status)]}

    client.get("/")
    before = kept()
    for path in ("/", "/help", "/about", "/item/screen_lock", "/recovery-plan", "/print", "/finish"):
        assert client.get(path).status == 200
    assert kept() == before
    assert not client.page.lifetime.finishing


def test_a_mistake_of_ours_is_a_page_without_its_insides(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("secret value")

    monkeypatch.setattr("agent.page.home.last_document", broken)
    answer = client.get("/")
    assert answer.status == 500
    assert "Something went wrong inside Watchword (KeyError)" in answer.text
    assert "secret value" not in answer.text


def test_settings_that_cannot_be_used_are_said_on_the_page(client: Client) -> None:
    config = Path(Paths.here().config)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("profile = 7\n")
    answer = client.get("/")
    assert answer.status == 200
    assert "settings cannot be used" in read(answer.text).text


def test_the_end(client: Client) -> None:
    said = _after(client, client.post("/finish"))
    assert "The page is closed" in said
    assert "Nothing is checked until you open Watchword again" in said
    assert client.page.lifetime.finishing
    assert not read(client.get("/finish").text).all("nav"), "what leads on leads nowhere"


def test_before_the_end_it_can_be_set_to_start_by_itself(client: Client) -> None:
    page = read(client.get("/finish").text)
    assert "Nothing is checked until you open Watchword again" in page.text
    assert [button.text for button in page.all("button")] == ["Start by itself when I sign in", "Close the page"]


def test_while_it_runs_in_the_background_the_end_says_that_it_goes_on(client: Client, running: None) -> None:
    page = read(client.get("/finish").text)
    assert "goes on looking after your settings in the background" in page.text
    assert [button.text for button in page.all("button")] == ["Close the page"]


def test_the_time_shown_is_when_it_ends(client: Client) -> None:
    ends = client.page.lifetime.ends_at.astimezone(LOCAL)
    minutes = {f"{ends + timedelta(seconds=late):%H:%M}" for late in (0, 5)}
    assert any(f"closes by itself at {minute}" in client.get("/about").text for minute in minutes)
    assert ends > datetime.now(UTC)
