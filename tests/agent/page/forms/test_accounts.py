"""The list of accounts on the page: adding, changing, removing, and a whole list at once."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import secrets
from agent.alerts.records import Reminder
from agent.host import Unreadable
from tests.agent.page.forms.household import EVIL, Household, problems, said, values

DAY = timedelta(days=1)


def test_an_account_is_added_and_said_to_be_once() -> None:
    home = Household()
    assert home.post("/accounts/add", service="google", label="Work email") == "/accounts"
    assert said(home.get("/accounts")) == "Added Work email."
    assert said(home.get("/accounts")) == ""
    assert home.labels() == ["Work email"]


def test_without_a_name_it_is_called_like_the_service() -> None:
    home = Household()
    home.post("/accounts/add", service="x", label="")
    assert home.labels() == ["X"]


def test_every_mistake_is_told_at_once_and_what_was_typed_is_still_there() -> None:
    home = Household()
    page = home.refused("/accounts/add", service="", label="a@b.org", address="nowhere")
    assert len(problems(page)) == 3
    assert values(page)["label"] == "a@b.org"
    assert values(page)["address"] == "nowhere"
    assert home.labels() == []


@pytest.mark.parametrize(
    "label", ["x" * 81, "two\nlines", "\u202edesrever", "x" * 30_000], ids=["long", "two lines", "turned", "huge"]
)
def test_a_name_that_cannot_be_one_is_refused(label: str) -> None:
    home = Household()
    page = home.refused("/accounts/add", service="google", label=label)
    assert problems(page) == ["Give it a name of one line, with 80 characters at most."]


@pytest.mark.parametrize("service", ["", "nope", "google\0", "<script>", "x" * 30_000])
def test_a_service_that_is_not_on_the_list_is_refused(service: str) -> None:
    home = Household()
    answer = home.send("/accounts/add", [("service", service), ("label", "Mine")])
    assert answer.status in (400, 422)
    assert home.labels() == []


def test_two_accounts_of_one_service_have_two_names() -> None:
    home = Household()
    home.account("google", "Work email")
    page = home.refused("/accounts/add", service="google", label="work EMAIL")
    assert problems(page) == ["There already is work EMAIL on this service. Give this one another name."]


def test_a_button_that_is_pressed_twice_adds_one(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Household()
    for _ in range(2):
        assert home.post("/accounts/add", service="google", label="") == "/accounts"
        assert "Added Google." in said(home.get("/accounts"))
    assert home.labels() == ["Google"]
    home.refused("/accounts/add", service="google", label="", address="alex@example.org")
    monkeypatch.setattr("agent.page.page.TWICE_SECONDS", 0)
    home.refused("/accounts/add", service="google", label="")


def test_and_a_list_once() -> None:
    home = Household()
    for _ in range(2):
        path = home.post("/accounts/import", list="service,label\ngoogle,Work\nx,Page\n", do="import")
        assert path == "/accounts"
        assert "Added" in said(home.get("/accounts"))
    assert home.labels() == ["Page", "Work"]
    home.refused("/accounts/import", list="service,label\ngoogle,Work\n", do="import")


def test_two_who_press_at_once_add_one() -> None:
    home = Household()
    answers: list[int] = []
    fields = {"service": "google", "label": "Work"}
    both = [
        threading.Thread(target=lambda: answers.append(home.client.post("/accounts/add", **fields).status))
        for _ in range(2)
    ]
    with home.client.page.changing:
        for one in both:
            one.start()
        time.sleep(0.5)
        assert home.labels() == []
    for one in both:
        one.join()
    assert answers == [303, 303]
    assert home.labels() == ["Work"]


def test_where_there_is_no_keyring_that_is_said_and_the_account_is_listed() -> None:
    home = Household()
    home.post("/accounts/add", service="google", label="Work email", address="alex@example.org")
    told = said(home.get("/accounts"))
    assert "was not kept" in told
    assert "looked after all the same" in told
    assert "alex@example.org" not in home.client.get("/accounts").text


def test_an_address_goes_to_the_keyring_and_onto_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, str] = {}

    def store(name: str, value: str, **_: object) -> None:
        kept[name] = value

    monkeypatch.setattr(secrets, "store", store)
    monkeypatch.setattr(secrets, "remove", lambda name, **_: kept.pop(name, None) is not None)
    home = Household()
    home.post("/accounts/add", service="google", label="Work email", address="alex@example.org")
    (name,) = kept
    account = name.removeprefix("address:")
    for path in ("/accounts", f"/accounts/{account}", f"/accounts/{account}/remove", "/breaches"):
        assert "alex@example.org" not in home.client.get(path).text
    home.post(f"/accounts/{account}", service="google", label="Work email", forget="yes")
    assert kept == {}
    assert "No address is kept" in home.get(f"/accounts/{account}").text


def test_a_keyring_that_stays_locked_is_no_reason_to_lose_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "store", lambda *_, **__: Unreadable("locked", "keyring"))
    home = Household()
    home.post("/accounts/add", service="google", label="Work email", address="alex@example.org")
    assert "because the keyring is locked" in said(home.get("/accounts"))
    assert home.labels() == ["Work email"]


def test_it_is_changed_and_keeps_what_was_said_of_it() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "two_step.method", "app")
    assert home.post(f"/accounts/{account}", service="google", label="Casework") == f"/accounts/{account}"
    page = home.get(f"/accounts/{account}")
    assert "an authenticator app" in page.text
    assert home.labels() == ["Casework"]


def test_on_another_service_all_is_asked_anew_and_that_is_said_before() -> None:
    home = Household()
    account = home.account("x", "Campaign page")
    home.state(account, "two_step.method", "security_key")
    fields = {"service": "snapchat", "label": "Campaign page"}
    page = home.refused(f"/accounts/{account}", **fields)
    assert problems(page) == ["What you told us is about X. On another service all of it is asked anew: tick to go on."]
    assert values(page)["service"] == "snapchat"
    assert "a security key" in home.get("/accounts").text, "nothing has changed yet"
    home.post(f"/accounts/{account}", **fields, moved="yes")
    assert "asked anew" in said(home.get(f"/accounts/{account}"))
    page = home.get("/accounts")
    assert "Snapchat" in page.text
    assert "a security key" not in page.text
    assert "You have not told us its second step yet" in page.text


def test_nobody_is_told_or_reminded_of_what_was_found_on_the_service_before() -> None:
    home = Household(furnished=True)
    account, now = home.ids["evil"], datetime.now(UTC)
    with home.store() as store:
        about_it = Reminder(id="q" * 32, check_id="two_step", subject=account, due_at=now + DAY, chosen_at=now)
        store.keep_reminder(about_it)
    home.post(f"/accounts/{account}", service="snapchat", label="Campaign page", moved="yes")
    with home.store() as store:
        assert account not in {episode.subject for episode in store.episodes()}
        assert account not in {reminder.subject for reminder in store.reminders()}
        assert {episode.check_id for episode in store.episodes()} == {"screen_lock"}


def test_an_account_of_which_nothing_was_said_moves_without_a_question() -> None:
    home = Household()
    account = home.account("x", "Campaign page")
    home.post(f"/accounts/{account}", service="instagram", label="Campaign page")
    assert "Instagram" in home.get("/accounts").text


def test_a_new_phone_is_why_a_second_step_is_asked_again_and_hides_no_weakness() -> None:
    home = Household()
    strong, weak = home.account("google", "Work email"), home.account("x", "Campaign page")
    home.state(strong, "two_step.method", "app", days_ago=1)
    home.state(weak, "two_step.method", "text", days_ago=1)
    home.post("/new-phone", do="happened")
    page = home.get("/accounts")
    (first, second) = [row for row in page.all("li") if "row" in row.attributes.get("class", "").split()]
    again = "Asked again because of your new phone or number"
    assert f"Second step: an authenticator app. {again}" in first.text
    assert f"Second step: a text message. {again}" in second.text
    assert "Look at soon" in second.text
    assert "no longer recent" not in page.text


def test_a_change_to_nothing_is_refused_and_changes_nothing() -> None:
    home = Household()
    account = home.account("google", "Work email")
    assert problems(home.refused(f"/accounts/{account}", service="google", label=""))
    assert problems(home.refused(f"/accounts/{account}", service="gone", label="Casework"))
    assert home.labels() == ["Work email"]


def test_it_is_removed_only_when_that_is_confirmed() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.get(f"/accounts/{account}/remove")
    assert home.labels() == ["Work email"]
    home.post(f"/accounts/{account}/remove")
    assert home.labels() == []
    assert home.client.get(f"/accounts/{account}").status == 404
    assert home.client.post(f"/accounts/{account}/remove").status == 404


@pytest.mark.parametrize("account", ["i-000000000000", "laptop", "..", "%00", "Work email", "x" * 400])
@pytest.mark.parametrize("action", ["", "/remove", "/heard"])
def test_an_account_that_is_not_there_is_not_found(account: str, action: str) -> None:
    home = Household()
    home.account("google", "Work email")
    assert home.client.post(f"/accounts/{account}{action}", service="x", label="y").status == 404
    assert home.labels() == ["Work email"]


def test_one_of_a_settings_file_is_shown_and_left_alone() -> None:
    home = Household()
    settings = Path(home.paths.config)
    settings.parent.mkdir(parents=True)
    settings.write_text('[[accounts]]\nservice = "google"\nlabel = "Office"\naddress = "office@example.org"\n')
    page = home.get("/accounts")
    account = next(link.attributes["href"].rsplit("/", 1)[1] for link in page.all("a") if link.text == "Office")
    assert "settings file" in home.get(f"/accounts/{account}").text
    assert home.client.post(f"/accounts/{account}", service="x", label="Mine").status == 422
    assert home.client.post(f"/accounts/{account}/remove").status == 422
    assert "office@example.org" not in home.client.get(f"/accounts/{account}").text


def test_a_field_that_is_sent_twice_counts_once() -> None:
    home = Household()
    answer = home.send("/accounts/add", [("service", "google"), ("label", "One"), ("label", "Two"), ("service", "x")])
    assert answer.status == 303
    assert home.labels() == ["One"]


def test_an_account_is_not_ok_while_anything_about_it_is_not() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "two_step.method", "passkey")
    (row,) = [row for row in home.get("/accounts").all("li") if "Work email" in row.text]
    assert "Not checked" in row.text
    assert "Mail forwarding" in row.text
    home.state(account, "mail_forwarding.rules", "something_else")
    (row,) = [row for row in home.get("/accounts").all("li") if "Work email" in row.text]
    assert "Action needed" in row.text
    home.state(account, "mail_forwarding.rules", "only_mine")
    (row,) = [row for row in home.get("/accounts").all("li") if "Work email" in row.text]
    assert "OK" in row.text
    home.state(account, "event.breach", "happened")
    (row,) = [row for row in home.get("/accounts").all("li") if "Work email" in row.text]
    assert "OK" not in row.text


def test_a_label_that_looks_like_markup_is_words() -> None:
    home = Household(furnished=True)
    for path in ("/accounts", f"/accounts/{home.ids['evil']}", f"/accounts/{home.ids['evil']}/remove", "/breaches"):
        page = home.get(path)
        assert EVIL in page.text
        assert not [one for one in page.all("img") if one.attributes.get("src") == "x"]


def test_having_heard_of_a_breach_asks_anew() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "mail_forwarding.rules", "only_mine", days_ago=1)
    home.post(f"/accounts/{account}/heard")
    assert "please look again" in home.get(f"/accounts/{account}").text


LIST = "service,label,address\r\ngoogle,Work email,\r\nx,Campaign page,\r\n"


def test_a_list_is_looked_at_before_it_is_added() -> None:
    home = Household()
    answer = home.client.post("/accounts/import", list=LIST, do="look")
    assert answer.status == 200
    assert "Campaign page on X" in answer.text
    assert home.labels() == []
    assert home.post("/accounts/import", list=LIST, do="import") == "/accounts"
    assert home.labels() == ["Campaign page", "Work email"]
    assert said(home.get("/accounts")) == "Added 2 accounts."


def test_a_list_with_a_mistake_is_not_added_by_halves() -> None:
    home = Household()
    wrong = LIST + "nope,Odd,\r\n"
    page = home.refused("/accounts/import", list=wrong, do="import")
    assert "Line 4" in page.text
    assert "nope,Odd" in values(page)["list"]
    assert home.labels() == []
    home.post("/accounts/import", list=wrong, do="import", skip="yes")
    assert home.labels() == ["Campaign page", "Work email"]


@pytest.mark.parametrize("text", ["", "\0", "no,columns", 'service\n"', "=HYPERLINK(1)", "service\n" + "x\n" * 500])
def test_what_is_no_list_adds_nothing(text: str) -> None:
    home = Household()
    for do in ("look", "import"):
        assert home.send("/accounts/import", [("list", text), ("do", do)]).status in (200, 400, 422)
    assert home.labels() == []


def test_the_same_list_later_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.page.page.TWICE_SECONDS", 0)
    home = Household()
    home.post("/accounts/import", list=LIST, do="import")
    page = home.refused("/accounts/import", list=LIST, do="import")
    assert problems(page) == ["There is nothing in it to add."]


def test_addresses_of_a_list_are_only_in_the_field_they_were_typed_in() -> None:
    home = Household()
    text = "service,label,address\ngoogle,Work,alex@example.org\nalex@example.org,x,\n"
    page = home.client.post("/accounts/import", list=text, do="look").text
    before, _, rest = page.partition("<textarea")
    inside, _, after = rest.partition("</textarea>")
    assert "alex@example.org" in inside
    assert "alex@example.org" not in before + after


@pytest.mark.parametrize("path", ["/accounts/add", "/accounts/{account}"])
def test_where_an_address_goes_is_said_where_it_is_asked_for(path: str) -> None:
    home = Household()
    account = home.account("google", "Work email")
    (hint,) = [one for one in home.get(path.format(account=account)).all("p") if "address-hint" in str(one.attributes)]
    assert "With your own key, it is sent to Have I Been Pwned and to nobody else." in hint.text
    assert "Without one it is not looked up." in hint.text
    assert "nowhere else" not in hint.text


def test_what_rests_on_the_accounts_is_judged_as_soon_as_one_is_added() -> None:
    home = Household(furnished=True)
    with home.store() as store:
        for account in store.accounts():
            store.remove_account(account.id, now=datetime.now(UTC))
    home.client.post("/check")
    assert "No accounts are listed to look up" in home.get("/").text
    home.post("/accounts/add", service="google", label="Work email")
    page = home.get("/")
    assert "No accounts are listed" not in page.text
    assert "Data breaches: Work email" in page.text
    assert "Mail forwarding: Work email" in page.text
    home.post("/accounts/import", list=LIST, do="import")
    assert "Data breaches: Campaign page" in home.get("/").text
