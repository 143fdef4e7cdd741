"""What holds for every page with a form: nothing changes by looking, it is quick, and every field has a label."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from starlette.routing import Route

from agent.page import forms
from tests.agent.page.forms.household import EVIL, Household
from tests.agent.page.markup import Element, read

ROUTES: list[Route] = list(forms.ROUTES)
LOOKING = sorted({route.path for route in ROUTES if "GET" in (route.methods or ())})
DOING = sorted({route.path for route in ROUTES if "POST" in (route.methods or ())})
MORE = ["/it?level=detailed", "/confirm?after=two_step.method&about=laptop&of=9", "/statements/EVIL/two_step.method"]
#: Words that would make a calm page into something else (facts: guidance 3d).
BANNED = re.compile(
    r"security alert|urgent|act now|\bclick|verify your account|suspended|hacker|you must|failure|non-compliant"
    r"|violation"
)


def filled(path: str, home: Household) -> str:
    """A path with the ids of this home in it."""
    mail, evil = home.ids["mail"], home.ids["evil"]
    return (
        path.replace("{account}", mail)
        .replace("{subject}", mail)
        .replace("{statement}", "two_step.method")
        .replace("EVIL", evil)
    )


PAGES = [one for one in (*LOOKING, *MORE) if one != "/it/report.json"]
#: Each page as it was rendered once.
RENDERED: dict[str, str] = {}


@pytest.fixture(params=PAGES)
def shown(request: pytest.FixtureRequest) -> Element:
    name = str(request.param)
    if name not in RENDERED:
        home = Household(furnished=True)
        path = filled(name, home)
        if path.endswith("/next"):
            home.state(home.ids["mail"], "two_step.method", "none")
            path += "" if "{" in name else f"?after=two_step.method&about={home.ids['mail']}&of=3"
        answer = home.client.get(path)
        assert answer.status == 200, (path, answer.status)
        RENDERED[name] = answer.text
    return read(RENDERED[name])


@pytest.mark.parametrize("path", [*LOOKING, *MORE])
def test_looking_changes_nothing(path: str) -> None:
    home = Household(furnished=True)
    before = home.kept()
    for _ in range(2):
        assert home.client.get(filled(path, home)).status in (200, 303, 404)
    assert home.kept() == before


@pytest.mark.parametrize("path", DOING)
def test_a_form_without_its_token_does_nothing(path: str) -> None:
    home = Household(furnished=True)
    before = home.kept()
    client = home.client
    body = b"do=happened&sure=yes&service=x&label=y&answer=app"
    target = client.page.address.prefix + filled(path, home)
    assert client.send("POST", target, client.form_headers(body), body).status == 403
    assert home.kept() == before


@pytest.mark.parametrize("path", DOING)
@pytest.mark.parametrize("value", ["", EVIL, "x" * 2_000, "\u202e", "'; DROP TABLE account; --", "{{7*7}}"])
def test_nonsense_in_every_field_is_answered_calmly(path: str, value: str) -> None:
    home = Household(furnished=True)
    names = ("do", "service", "label", "address", "answer", "evidence", "statement", "subject", "of", "number", "list",
             "check", "account", "breach", "access", "quiet_from", "enabled", "skip", "addresses")  # fmt: skip
    answer = home.send(filled(path, home), [(name, value) for name in names])
    assert answer.status in (200, 303, 404, 422)
    if answer.status == 422:
        page = read(answer.text)
        assert not [one for one in page.all("img") if one.attributes.get("src") == "x"]
        assert "49" not in values_of(page)


def values_of(page: Element) -> set[str]:
    return {one.attributes.get("value", "") for one in page.all("input")}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_less_than_50_ms(path: str) -> None:
    home = Household(furnished=True)
    taken = []
    for _ in range(6):
        begun = time.perf_counter()
        home.client.get(filled(path, home))
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.05, taken


def test_every_field_has_a_label_or_a_name(shown: Element) -> None:
    labels = {one.attributes.get("for") for one in shown.all("label")}
    for name in ("input", "select", "textarea"):
        for one in shown.all(name):
            if one.attributes.get("type") != "hidden":
                assert one.attributes.get("id") in labels, one
    for group in shown.all("fieldset"):
        assert group.all("legend")


def test_no_field_asks_for_a_password_or_is_remembered_by_the_browser(shown: Element) -> None:
    for one in shown.all("input"):
        assert one.attributes.get("type") in ("hidden", "text", "radio", "checkbox", "time", "datetime-local"), one
        if one.attributes.get("type") == "text":
            assert one.attributes.get("autocomplete") == "off"


def test_what_describes_a_field_is_there(shown: Element) -> None:
    ids = [one.attributes["id"] for one in shown.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids)), "an id twice"
    for one in shown.all():
        for attribute in ("aria-describedby", "aria-labelledby"):
            assert set(one.attributes.get(attribute, "").split()) <= set(ids), one.attributes


def test_one_heading_says_what_it_is_and_no_level_is_left_out(shown: Element) -> None:
    levels = [int(one.name[1]) for one in shown.all() if re.fullmatch("h[1-6]", one.name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_button_and_link_has_words(shown: Element) -> None:
    for name in ("button", "a"):
        for one in shown.all(name):
            assert one.text or one.attributes.get("aria-label"), one


def test_the_words_are_calm(shown: Element) -> None:
    (main,) = shown.all("main")
    assert not BANNED.search(main.text.casefold())
    assert "!" not in main.text


def test_no_script_and_no_style_in_the_markup(shown: Element) -> None:
    assert not shown.all("script")
    for one in shown.all():
        assert not [name for name in one.attributes if name == "style" or name.startswith("on")]


def test_every_link_of_a_page_leads_to_a_page_and_every_anchor_is_on_it() -> None:
    home = Household(furnished=True)
    prefix = home.client.page.address.prefix
    waiting, seen = ["/", *(filled(path, home) for path in PAGES if not path.endswith("/next"))], dict[str, Element]()
    wanted: list[tuple[str, str, str]] = []
    while waiting:
        path = waiting.pop()
        if path in seen or path == "/it/report.json" or path.startswith(("/static/", "/it/report.json?")):
            continue
        answer = home.client.get(path)
        assert answer.status == 200, path
        seen[path] = read(answer.text)
        for link in seen[path].all("a"):
            to, _, anchor = link.attributes["href"].partition("#")
            if to.startswith("https://"):
                assert link.attributes.get("rel") == "noreferrer noopener" or path == "/help"
                continue
            assert not to or to.startswith(prefix), (path, to)
            to = to.removeprefix(prefix) or path
            wanted.append((path, to, anchor))
            waiting.append(to)
    for path, to, anchor in wanted:
        if anchor and to in seen:
            assert anchor in {one.attributes.get("id") for one in seen[to].all()}, (path, to, anchor)
    assert {"/accounts", "/confirm", "/left", "/it", "/reminders", "/history"} <= set(seen)
