"""Rules that every page keeps: WCAG 2.2 AA as far as markup shows it, no script, no password, nothing unescaped."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from agent.page.guard import TOKEN
from agent.page.item_view import known_links
from config.platforms import platform
from tests.agent.page.client import Client
from tests.agent.page.furnished import EVIL, furnish
from tests.agent.page.markup import Element, read

#: Links to others that no finding brings: those of the help page.
ELSEWHERE = {
    *(urlsplit(platform(service).help).netloc for service in ("google", "x")),  # of which accounts are listed
    "reportharmfulcontent.com",
    "report.ncsc.gov.uk",
    "www.ncsc.gov.uk",
    "www.reportfraud.police.uk",
    "www.bbc.co.uk",
}
PATHS = [
    "/",
    "/item/screen_lock",
    "/item/two_step",
    "/item/two_step/EVIL",
    "/item/two_step/MAIL",
    "/item/breach/MAIL",
    "/item/app_updates",
    "/item/recovery_plan",
    "/item/leaver",
    "/item/linked_devices",
    "/help",
    "/about",
    "/recovery-plan",
    "/print",
    "/finish",
    "/nowhere",
]


@pytest.fixture(params=PATHS)
def shown(request: pytest.FixtureRequest) -> Element:
    ids = furnish()
    client = Client()
    path = str(request.param).replace("MAIL", ids["mail"]).replace("EVIL", ids["evil"])
    answer = client.get(path)
    assert answer.status == (404 if path == "/nowhere" else 200)
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    return read(answer.text)


def test_the_frame_of_a_page(shown: Element) -> None:
    (html,) = shown.all("html")
    assert html.attributes["lang"] == "en-GB"
    (title,) = shown.all("title")
    assert re.fullmatch(".+ \N{EN DASH} Watchword", title.text)
    assert [len(shown.all(name)) for name in ("main", "header", "footer", "h1")] == [1, 1, 1, 1]
    skip = shown.all("a")[0]
    assert skip.attributes["href"] == "#main"
    assert shown.all("main")[0].attributes["id"] == "main"


def test_no_script_and_no_style_but_our_own(shown: Element) -> None:
    assert [shown.all(name) for name in ("script", "style", "iframe", "object", "embed", "base")] == [[]] * 6
    for element in shown.all():
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]
        assert "javascript:" not in element.attributes.get("href", "")
    for link in shown.all("link"):
        assert link.attributes["href"].startswith("/s/")


def test_headings_go_down_one_step_at_a_time(shown: Element) -> None:
    levels = [int(element.name[1]) for element in shown.all() if re.fullmatch("h[1-6]", element.name)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(element.text for element in shown.all() if re.fullmatch("h[1-6]", element.name))


def test_ids_are_there_once_and_what_points_to_them_finds_them(shown: Element) -> None:
    ids = [element.attributes["id"] for element in shown.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in shown.all():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert set(element.attributes.get(name, "").split()) <= set(ids)
        if (href := element.attributes.get("href", "")).startswith("#"):
            assert href[1:] in ids


def test_every_field_has_a_label_and_every_picture_words(shown: Element) -> None:
    labelled = {label.attributes["for"] for label in shown.all("label")}
    for element in [*shown.all("input"), *shown.all("select"), *shown.all("textarea")]:
        assert element.attributes.get("type") == "hidden" or element.attributes["id"] in labelled
    assert all("alt" in image.attributes for image in shown.all("img"))
    assert all(svg.attributes.get("aria-hidden") == "true" for svg in shown.all("svg"))
    assert all(fieldset.inside[0].name == "legend" for fieldset in shown.all("fieldset"))
    assert all(section.attributes.get("aria-labelledby") or section.all("h2") for section in shown.all("section"))


def test_links_and_buttons_say_where_they_lead(shown: Element) -> None:
    for element in [*shown.all("a"), *shown.all("button"), *shown.all("summary")]:
        assert element.text
        assert element.text.lower() not in ("here", "click here", "more", "read more", "link")


def test_nobody_is_asked_for_a_password(shown: Element) -> None:
    allowed = {"hidden", "radio", "checkbox", "text", "datetime-local"}
    assert {element.attributes.get("type") for element in shown.all("input")} <= allowed
    assert not [element for element in shown.all() if "password" in element.attributes.get("autocomplete", "")]


def test_forms_carry_the_token_and_post_to_the_page_itself(shown: Element) -> None:
    for form in shown.all("form"):
        assert form.attributes["method"] == "post"
        assert form.attributes["action"].startswith("/s/")
        assert [one.attributes["name"] for one in form.all("input")].count(TOKEN) == 1
        assert form.all("button")


def test_links_to_others_show_their_host_and_tell_it_nothing(shown: Element) -> None:
    for link in shown.all("a"):
        href = link.attributes["href"]
        if href.startswith(("/s/", "#")):
            continue
        parts = urlsplit(href)
        assert parts.scheme == "https"
        assert parts.netloc in ELSEWHERE or known_links([href])
        assert parts.netloc in link.text or link.text == "Exit this page"
        assert {"noreferrer", "noopener"} <= set(link.attributes["rel"].split())


def test_help_is_at_the_same_place_on_every_page(shown: Element) -> None:
    links = [link.text for link in shown.all("header")[0].all("a")]
    assert links == ["Watchword", "My page", "Accounts", "Help now"]


def test_the_page_says_when_it_closes_and_how_to_keep_it(shown: Element) -> None:
    assert re.search(r"closes by itself at \d\d:\d\d", shown.all("footer")[0].text)


@pytest.mark.parametrize("path", ["/", "/item/two_step", "/item/two_step/EVIL", "/print"])
def test_a_label_that_looks_like_markup_is_shown_as_it_is(path: str) -> None:
    client, ids = Client(), furnish()
    page = read(client.get(path.replace("EVIL", ids["evil"])).text)
    assert EVIL in page.text
    assert [image.attributes["src"] for image in page.all("img")] == [client.page.url("/static/icon.svg")]


def _templates() -> list[Path]:
    found = sorted((Path(str(files("agent.page"))) / "templates").rglob("*.html"))
    assert len(found) > 10
    return found


def test_what_we_say_keeps_to_our_own_rules() -> None:
    words = re.compile(
        r"security alert|urgent|act now|\bclick\b|verify your account|suspended|hacker|you must|violation"
    )
    for template in _templates():
        said = re.sub(r"\{[#%].*?[#%]\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not words.search(said.lower()), template.name
        assert "!" not in re.sub(r"<!doctype html>|!=", "", said), template.name


def test_no_template_switches_escaping_off_but_for_words_of_its_own() -> None:
    for template in _templates():
        source = template.read_text(encoding="utf-8")
        for use in re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", source):
            assert re.match(r"\{\{ '[^'{}]*' \| safe if ", use), use
        assert "autoescape" not in source


def _variables(mode: str) -> dict[str, str]:
    style = files("agent.page").joinpath("static", "style.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{([^}]*)\}", style)[:2]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return found if mode == "light" else found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "behind", "least"),
    [
        *((front, behind, 4.5) for front in ("ink", "soft", "calm", "action") for behind in ("paper", "card")),
        *((tone, f"{tone}-wash", 4.5) for tone in ("action", "soon", "unknown", "ok")),
        ("ok", "card", 4.5),
        ("ok", "paper", 4.5),
        ("on-calm", "calm", 4.5),
        ("calm", "wash", 4.5),
        *((front, behind, 3.0) for front in ("edge", "focus", "action") for behind in ("paper", "card")),
    ],
)
def test_contrast_is_enough(mode: str, front: str, behind: str, least: float) -> None:
    colours = _variables(mode)
    assert _contrast(colours[front], colours[behind]) >= least


def test_colours_are_in_the_variables_and_nowhere_else() -> None:
    style = files("agent.page").joinpath("static", "style.css").read_text(encoding="utf-8")
    rules = re.sub(r"--[a-z-]+: [^;]+;", "", style)
    assert not re.search(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", rules)
    assert "@import" not in style
    assert "url(" not in style
