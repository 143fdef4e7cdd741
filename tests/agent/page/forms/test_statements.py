"""Saying what only the person can know: one question, and all of them in a walk."""

from __future__ import annotations

import re

import pytest

from agent.cli.asking import how_many_are_due
from agent.cli.choosing import choose
from agent.contract import Account
from agent.statements import about, statements
from config.platforms import methods
from tests.agent.page.forms.household import Household, problems, said, values
from tests.agent.page.markup import Element


def question_of(home: Household, path: str = "/confirm") -> tuple[str, str]:
    """The question that a step of the walk asks: statement and subject."""
    found = values(home.get(path))
    return found["statement"], found["subject"]


def offered(page: Element, name: str = "answer") -> dict[str, str]:
    """What can be chosen on a page, with its words."""
    labels = {one.attributes["for"]: one.text for one in page.all("label")}
    choices = [one for one in page.all("input") if one.attributes.get("name") == name]
    return {one.attributes["value"]: labels[one.attributes["id"]] for one in choices}


@pytest.mark.parametrize(
    ("service", "steps"),
    [
        ("google", ["passkey", "security_key", "prompt", "app", "text", "call"]),
        ("x", ["passkey", "security_key", "app", "text"]),
        ("signal", ["pin"]),
        ("snapchat", list(methods())),  # of which the list is not complete
    ],
)
def test_the_second_steps_are_those_that_the_service_has_strongest_first(service: str, steps: list[str]) -> None:
    home = Household()
    page = home.get(f"/statements/{home.account(service, 'Mine')}/two_step.method")
    assert list(offered(page)) == [*steps, "none", "not_sure"]
    assert "choose the weakest that still works" in page.text


def test_an_app_that_knows_its_people_by_their_number_has_no_password() -> None:
    home = Household()
    path = "/statements/{}/two_step.method"
    assert offered(home.get(path.format(home.account("whatsapp", "Chat"))))["none"] == "None"
    page = home.get(path.format(home.account("signal", "Signal")))
    assert "A code sent to the phone number signs you in" in page.text
    assert "The password alone" not in page.text


def test_it_is_said_whose_account_it_is_about() -> None:
    home = Household()
    assert "the person whose account this is" in home.get(f"/statements/{home.account('x', 'MP')}/two_step.method").text
    assert "the person whose account this is" not in home.get("/statements/laptop/recovery_plan.plan").text


def test_where_to_look_comes_before_the_answers_and_opens_beside_the_question() -> None:
    home = Household()
    for path in (f"/statements/{home.account('x', 'MP')}/two_step.method", "/confirm"):
        main = home.get(path).all("main")[0].all()
        links = [one for one in main if one.attributes.get("href", "").startswith("https://")]
        assert next(one.attributes["href"] for one in links) == "https://x.com/settings/account/login_verification"
        for link in links:
            assert link.attributes["target"] == "_blank"
            assert link.attributes["rel"] == "noreferrer noopener"
            assert main.index(link) < main.index(next(one for one in main if one.name == "form"))


def test_no_way_of_knowing_is_chosen_for_somebody_and_none_is_asked_for() -> None:
    home = Household()
    account = home.account("google", "Work email")
    path = f"/statements/{account}/two_step.method"
    assert "evidence" not in values(home.get(path))
    home.post(path, answer="app")
    with home.store() as store:
        assert [made.evidence for made in store.attestations()] == ["none"]


def test_who_is_not_sure_cannot_know_it_in_any_way() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.post(f"/statements/{account}/two_step.method", answer="not_sure", evidence="looked_at_settings")
    with home.store() as store:
        assert [made.evidence for made in store.attestations()] == ["none"]


LOOKED = ["I have just looked at its settings", "A colleague looked at it with me"]
WRITTEN = ["A colleague confirmed it", "It is written down, and I have just read it"]


@pytest.mark.parametrize(
    ("service", "statement", "ways"),
    [
        ("google", "two_step.method", [*LOOKED, "From memory"]),
        # Each of these answers says that one has looked.
        ("google", "mail_forwarding.rules", LOOKED),
        ("whatsapp", "linked_devices.devices", LOOKED),
        ("", "public_rules.bio", []),
        # A team has no settings.
        ("", "team_hours.agreed", [*WRITTEN, "From memory"]),
        ("", "work_accounts.separate", ["I have just looked", "From memory"]),
        ("", "passwords.unique", []),
    ],
)
def test_the_ways_of_knowing_fit_what_is_asked(service: str, statement: str, ways: list[str]) -> None:
    home = Household()
    subject = home.account(service, "Mine") if service else "laptop"
    assert list(offered(home.get(f"/statements/{subject}/{statement}"), "evidence").values()) == ways


def test_nothing_is_chosen_for_somebody_who_has_not_answered() -> None:
    home = Household()
    account = home.account("google", "Work email")
    assert "answer" not in values(home.get(f"/statements/{account}/two_step.method"))


def test_an_answer_is_kept_with_how_it_is_known() -> None:
    home = Household()
    account = home.account("google", "Work email")
    path = f"/statements/{account}/two_step.method"
    assert home.post(path, answer="app", evidence="second_person") == f"/accounts/{account}"
    with home.store() as store:
        (made,) = store.attestations()
    assert (made.subject, made.statement, made.answer, made.evidence) == (
        account, "two_step.method", "app", "second_person"
    )  # fmt: skip


def test_the_last_answer_is_chosen_already_and_dated() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "two_step.method", "app", days_ago=200)
    page = home.get(f"/statements/{account}/two_step.method")
    assert values(page)["answer"] == "app"
    assert re.search(
        r"You told us on [0-9]+ [A-Z][a-z]+( [0-9]{4})?: an authenticator app\. That is a while ago\.", page.text
    )


def test_an_answer_that_an_event_has_ended_is_not_chosen_again() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "two_step.method", "app", days_ago=3)
    home.state("laptop", "event.new_phone", "happened")
    page = home.get(f"/statements/{account}/two_step.method")
    assert "answer" not in values(page)
    assert "new phone or number since then" in page.text


@pytest.mark.parametrize("answer", ["", "yes", "passkey ", "<script>", "none;none", "x" * 30_000])
def test_what_is_no_answer_is_not_kept(answer: str) -> None:
    home = Household()
    account = home.account("google", "Work email")
    if answer.strip() in methods():
        return
    assert problems(home.refused(f"/statements/{account}/two_step.method", answer=answer))
    assert home.stated() == []


def test_how_it_is_known_must_make_sense() -> None:
    home = Household()
    account = home.account("google", "Work email")
    page = home.refused(f"/statements/{account}/two_step.method", answer="app", evidence="local_file")
    assert problems(page) == ["Choose how you know."]
    assert values(page)["answer"] == "app"
    assert home.stated() == []


@pytest.mark.parametrize(
    ("subject", "statement"),
    [
        ("laptop", "two_step.method"),
        ("ACCOUNT", "recovery_plan.plan"),
        ("ACCOUNT", "linked_devices.devices"),
        ("laptop", "event.leaver"),
        ("laptop", "nothing.at_all"),
        ("i-ffffffffffff", "two_step.method"),
        ("..", "two_step.method"),
        ("laptop", "x" * 500),
    ],
)
def test_a_question_that_is_not_about_this_is_not_found(subject: str, statement: str) -> None:
    home = Household()
    subject = subject.replace("ACCOUNT", home.account("google", "Work email"))
    path = f"/statements/{subject}/{statement}"
    assert home.client.get(path).status == 404
    assert home.client.get(f"{path}/next").status == 404
    assert home.client.post(path, answer="happened").status == 404
    assert home.client.post("/confirm", subject=subject, statement=statement, answer="happened").status == 404
    assert home.stated() == []


def test_who_is_not_sure_is_helped() -> None:
    home = Household()
    account = home.account("google", "Work email")
    path = f"/statements/{account}/two_step.method"
    assert home.post(path, answer="not_sure") == f"{path}/next"
    page = home.get(f"{path}/next")
    assert "find out together" in page.text
    assert page.all("ol"), "steps"


def test_a_grave_answer_leads_to_what_to_do() -> None:
    home = Household()
    account = home.account("google", "Work email")
    path = f"/statements/{account}/mail_forwarding.rules"
    assert home.post(path, answer="something_else") == f"{path}/next"
    assert "screenshot" in home.get(f"{path}/next").text.lower()


def test_advice_about_an_answer_that_needs_none_leads_to_the_question() -> None:
    home = Household()
    account = home.account("google", "Work email")
    home.state(account, "mail_forwarding.rules", "only_mine")
    assert home.client.get(f"/statements/{account}/mail_forwarding.rules/next").status == 303


def test_every_question_has_a_page_and_every_answer_is_taken() -> None:
    home = Household()
    subjects = {"laptop": None, **{home.account(one, one): one for one in ("google", "x", "whatsapp", "buffer")}}
    for subject, service in subjects.items():
        account = Account(id=subject, service=service, label=service) if service else None
        for statement in about(account):
            if statement.valid is None:
                continue
            for answer in statement.answers:
                path = f"/statements/{subject}/{statement.id}"
                home.post(path, answer=answer)
                home.get(path)
                home.client.get(f"{path}/next")
    home.get("/statements")
    assert {name for _, name, _ in home.stated()} == {one.id for one in statements().values() if one.valid}


def test_the_walk_asks_for_the_second_step_of_the_mailbox_first() -> None:
    home = Household()
    home.account("x", "Campaign page")
    mail = home.account("google", "Work email")
    assert question_of(home) == ("two_step.method", mail)


def test_the_walk_counts_and_ends() -> None:
    home = Household()
    home.account("google", "Work email")
    path, asked = "/confirm", []
    for number in range(1, 60):
        page = home.get(path)
        if not page.all("form"):
            break
        found = values(page)
        assert int(found["number"]) == number
        of = int(found["of"])
        assert f"Question {number} of {of}" in page.text
        asked.append((found["statement"], found["subject"]))
        answers = [one.attributes["value"] for one in page.all("input") if one.attributes.get("name") == "answer"]
        path = home.post("/confirm", **{**found, "answer": answers[0]})
        if path.startswith("/confirm/next"):
            (path,) = [one.attributes["href"] for one in home.get(path).all("a") if one.text.startswith("Go on")]
            path = path.removeprefix(home.client.page.address.prefix)
    assert len(asked) == of == len(set(asked))
    assert "Every question is answered" in page.text
    assert "There is nothing to ask" in home.get("/confirm").text


def back(home: Household, page: Element) -> str:
    (link,) = [one.attributes["href"] for one in page.all("a") if one.text == "Back to the question before"]
    return link.removeprefix(home.client.page.address.prefix)


def test_one_can_go_back_to_the_question_before_and_answer_it_anew() -> None:
    home = Household()
    home.account("google", "Work email")
    first = values(home.get("/confirm"))
    second = home.post("/confirm", **first, answer="app")
    page = home.get(back(home, home.get(second)))
    found = values(page)
    assert (found["statement"], found["answer"], found["number"], found["of"]) == (
        first["statement"], "app", "1", first["of"]
    )  # fmt: skip
    assert home.post("/confirm", **{**found, "answer": "passkey"}) == second
    assert [answer for _, _, answer in home.stated()] == ["app", "passkey"]


def test_one_can_go_back_to_a_question_that_was_left_out_and_further() -> None:
    home = Household()
    home.account("google", "Work email")
    path, seen = "/confirm", []
    for _ in range(3):
        page = home.get(path)
        seen.append(question_of(home, path))
        (skip,) = [one.attributes["href"] for one in page.all("a") if "for now" in one.text]
        path = skip.removeprefix(home.client.page.address.prefix)
    for expected in (seen[2], seen[1], seen[0]):
        path = back(home, home.get(path))
        assert question_of(home, path) == expected
    assert values(home.get(path))["number"] == "1"
    assert not [one for one in home.get(path).all("a") if one.text == "Back to the question before"]


def test_the_first_question_says_how_long_all_of_them_take() -> None:
    home = Household()
    assert "about 5 minutes in all" in home.get("/confirm").text
    for service in ("google", "x", "whatsapp"):
        home.account(service, service)
    assert "about 15 minutes in all" in home.get("/confirm").text, "seven of them need a look at an account"


def test_what_is_left_out_comes_again_another_time() -> None:
    home = Household()
    home.account("google", "Work email")
    first = question_of(home)
    (skip,) = [one.attributes["href"] for one in home.get("/confirm").all("a") if "for now" in one.text]
    skip = skip.removeprefix(home.client.page.address.prefix)
    second = question_of(home, skip)
    assert second != first
    assert values(home.get(skip))["number"] == "2"
    assert question_of(home) == first
    assert home.stated() == []


def test_an_answer_in_the_walk_that_is_missing_is_asked_for_in_place() -> None:
    home = Household()
    home.account("google", "Work email")
    found = values(home.get("/confirm"))
    page = home.refused("/confirm", **{key: value for key, value in found.items() if key != "answer"})
    assert problems(page) == ["Choose the answer that fits best."]
    assert values(page)["statement"] == found["statement"]
    assert values(page)["of"] == found["of"]


@pytest.mark.parametrize(
    "query", ["after=x", "after=two_step.method&about=gone&of=3", "of=-1", "of=9999999", "of=%C2%B2", "about=%00"]
)
def test_an_address_of_the_walk_that_nobody_made_still_leads_somewhere(query: str) -> None:
    home = Household()
    home.account("google", "Work email")
    assert home.client.get(f"/confirm?{query}").status == 200


def test_a_number_that_is_none_breaks_nothing() -> None:
    home = Household()
    mail = home.account("google", "Work email")
    fields = {"statement": "two_step.method", "subject": mail, "of": "1" * 400, "number": "-3"}
    home.refused("/confirm", **fields)
    assert home.post("/confirm", **fields, answer="app").startswith("/confirm?")


def test_what_is_switched_off_is_not_asked() -> None:
    home = Household()
    home.account("google", "Work email")
    choose("checks.disabled", '["two_step"]', [])
    assert question_of(home)[0] != "two_step.method"


def test_a_new_answer_shows_in_the_list() -> None:
    home = Household()
    home.post("/statements/laptop/recovery_plan.plan", answer="checked", evidence="local_file")
    page = home.get("/statements")
    assert said(page).startswith("Kept: ")
    (row,) = [one for one in page.all("li") if one.text.startswith("Recovery plan")]
    assert "You told us today" in row.text
    assert "To answer" not in row.text


def test_what_somebody_is_not_sure_of_stays_open_and_ends_the_walk() -> None:
    home = Household()
    for statement in about(None):
        if statement.valid is not None and not statement.offer and not statement.opened_by:
            unsure = "not_sure" in statement.answers and statement.check == "passwords"
            home.state("laptop", statement.id, "not_sure" if unsure else next(iter(statement.answers)))
    number = sum(statement.check == "passwords" for statement in about(None))
    for path in ("/confirm", "/confirm?after=recovery_plan.plan&about=laptop&of=9"):
        page = home.get(path)
        assert f"{number} to find out" in page.text
        assert "Every question is answered" not in page.text
        links = [one.attributes["href"] for one in page.all("a") if "/statements/laptop/passwords." in str(one)]
        assert len(links) == number
    assert f"{number} to find out" in home.get("/").text
    rows = [row.text for row in home.get("/statements").all("li") if "To find out" in row.text]
    assert len(rows) == number
    assert "We will ask again on" in rows[0]


def test_an_answer_to_do_something_about_leads_to_how() -> None:
    home = Household()
    path = "/statements/laptop/recovery_plan.plan"
    assert home.post(path, answer="no") == f"{path}/next"
    page = home.get(f"{path}/next")
    assert page.all("ol"), "steps"
    assert "Not being sure" not in page.text


def test_what_was_answered_is_repeated_and_leads_to_what_it_was_about() -> None:
    home = Household(furnished=True)
    mail = home.ids["mail"]
    assert home.post(f"/statements/{mail}/two_step.method", answer="passkey") == f"/item/two_step/{mail}"
    assert said(home.get(f"/item/two_step/{mail}")) == "Kept: a passkey."
    home.client.post("/item/check", check="recovery_plan")
    assert home.post("/statements/laptop/recovery_plan.plan", answer="checked") == "/item/recovery_plan"
    words = statements()["recovery_plan.plan"].answers["checked"].partition(":")[0]
    assert said(home.get("/item/recovery_plan")).endswith(f"Kept: {words}.")


def test_there_is_one_count_of_the_questions_wherever_they_are_counted() -> None:
    home = Household(furnished=True)
    home.state("laptop", "event.leaver", "taken_back")
    first = home.get("/")
    (count,) = re.findall(r"(\d+) questions for you", first.all("main")[0].text.replace("things", ""))[:1]
    assert f"{count} questions" in first.all("h1")[0].text
    assert f"Question 1 of {count}:" in home.get("/confirm").text
    listed = [home.get(path) for path in ("/statements", *(f"/accounts/{one}" for one in home.ids.values()))]
    assert sum(page.text.count("To answer") for page in listed) == int(count)
    assert how_many_are_due() == int(count)


def test_what_was_found_on_this_computer_need_not_be_told() -> None:
    home = Household()
    page = home.get("/statements")
    (row,) = [row for row in page.all("li") if "Where passwords are kept" in row.text]
    assert "Optional" in row.text
    assert "To answer" not in row.text
    assert "You need not tell us this" in row.text
