"""For everybody: with a screen reader, with the keyboard alone, on a narrow screen, at 400 %, on paper."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from agent.page.address import Address
from tests.browser.axe import violations
from tests.browser.chromium import Window
from tests.browser.conftest import Shown
from tests.browser.crawling import crawl, shape

NARROW, WIDE = 320, 1280
#: Pages that say the same to everybody: looked at once.
SAME_FOR_ALL = ("/statements/", "/help", "/about", "/recovery-plan", "/nowhere")
SPACED = """
const style = new CSSStyleSheet();
style.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
  + "p { margin-bottom: 2em !important }");
document.adoptedStyleSheets = [style];
"""
MOST_STOPS = 120
#: What a person can do something with, in the order of the document; of a group of radios the one that is chosen.
REACHABLE = """
const can = "a[href], button, input, select, textarea, summary, [tabindex='0']";
const stops = [...document.querySelectorAll(can)]
  .filter(one => one.type !== "hidden" && one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
  .filter(one => {
    if (one.type !== "radio") return true;
    const group = [...document.getElementsByName(one.name)];
    return one === (group.find(each => each.checked) || group[0]);
  });
return stops.map((one, number) => one.dataset.stop = String(number));
"""
NOWHERE = """
return [...document.querySelectorAll("a[href^='#']")].map(one => one.getAttribute("href"))
  .filter(one => !document.getElementById(one.slice(1)));
"""
FOCUSED = """
const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
return {
  stop: one.dataset.stop ?? null,
  html: one.outerHTML.slice(0, 120),
  ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
};
"""


@dataclass
class Faults:
    """What is wrong with each page, by what was looked for. ``nowhere`` are links to places that it has not."""

    axe: dict[str, list[str]] = field(default_factory=dict)
    narrow: dict[str, list[str]] = field(default_factory=dict)
    folded: dict[str, list[str]] = field(default_factory=dict)
    nowhere: dict[str, list[str]] = field(default_factory=dict)
    spaced: dict[str, list[str]] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)

    def look_at(self, path: str, window: Window) -> None:
        """Look at the page that is shown."""
        self.pages.append(path)
        _keep(self.nowhere, path, window.driver.execute_script(NOWHERE))
        _keep(self.axe, path, axe_in_every_look(window))
        window.look(width=NARROW, height=256)  # 1280 by 1024 at 400 %
        _keep(self.narrow, path, window.overflow())
        window.driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
        _keep(self.folded, path, [*window.overflow(), *violations(window)])
        window.driver.execute_script(SPACED)
        _keep(self.spaced, path, window.overflow())


def _keep(found: dict[str, list[str]], path: str, faulty: list[str]) -> None:
    if faulty:
        found[path] = faulty


def axe_in_every_look(window: Window) -> list[str]:
    """What axe finds, light and dark, narrow and wide. Only colours differ between light and dark."""
    found = []
    for width in (NARROW, WIDE):
        for dark in (False, True):
            window.look(width=width, dark=dark)
            found += [f"{width} {'dark' if dark else 'light'} {one}" for one in violations(window, colours_only=dark)]
    return found


def one_of_each_kind(window: Window, shown: Shown) -> Iterator[str]:
    """Pages that differ in more than what they are about."""
    seen = set()
    for path in crawl(window, shown.address):
        if shape(path) not in seen:
            seen.add(shape(path))
            yield path


@pytest.fixture(scope="module")
def faults(_window: Window, furnished: Shown) -> Faults:
    """What is wrong with the pages of somebody who uses it."""
    found = Faults()
    for path in one_of_each_kind(_window, furnished):
        found.look_at(path, _window)
    return found


def refused(window: Window, address: Address) -> Iterator[str]:
    """Pages that show a form again with what is wrong in it."""
    for path, button in (("/accounts/add", "Add this account"), ("/accounts/import", "Show me what it would be"),
                         ("/confirm", "Save and go on"), ("/it/delete", "Delete everything")):  # fmt: skip
        window.go(address.url(path))
        window.press(button)
        assert "There is something to put right" in window.text, path
        yield path


def test_axe_finds_nothing_on_any_page(faults: Faults) -> None:
    assert faults.axe == {}
    assert {"/", "/it", "/it/delete", "/left", "/finish", "/breaches", "/reminders", "/history"} <= set(faults.pages)
    assert len(faults.pages) > 40


def test_links_within_a_page_lead_somewhere(faults: Faults) -> None:
    assert faults.nowhere == {}


def test_no_page_scrolls_sideways_at_320_pixels(faults: Faults) -> None:
    assert faults.narrow == {}


def test_what_is_folded_away_is_as_good(faults: Faults) -> None:
    assert faults.folded == {}


def test_text_may_be_spaced_out(faults: Faults) -> None:
    """WCAG 1.4.12: nothing is cut off with the spacing that somebody may need."""
    assert faults.spaced == {}


def test_the_pages_of_the_first_start_are_as_good(window: Window, empty: Shown) -> None:
    found = Faults()
    for path in one_of_each_kind(window, empty):
        if not path.startswith(SAME_FOR_ALL):
            found.look_at(path, window)
    assert (found.axe, found.narrow, found.folded, found.spaced, found.nowhere) == ({}, {}, {}, {}, {})
    assert {"/", "/accounts", "/breaches", "/it", "/left"} <= set(found.pages)


def test_a_form_that_is_shown_again_is_as_good(window: Window, furnished: Shown) -> None:
    found = Faults()
    for path in refused(window, furnished.address):
        found.look_at(path, window)
    assert (found.axe, found.narrow, found.folded, found.spaced, found.nowhere) == ({}, {}, {}, {}, {})


def test_axe_does_find_what_is_wrong(window: Window, furnished: Shown) -> None:
    window.go(furnished.address.url("/accounts/add"))
    window.driver.execute_script(
        "document.querySelectorAll('label').forEach(one => one.remove()); document.body.style.color = '#e0e0e0'"
    )
    rules = {one.partition(":")[0] for one in violations(window)}
    assert {"label", "color-contrast", "select-name"} <= rules


def press(window: Window, key: str) -> None:
    ActionChains(window.driver).send_keys(key).perform()


@pytest.mark.parametrize("path", ["/", "/accounts/add", "/item/screen_lock", "/left", "/it", "/help", "/breaches"])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_tab_key_reaches_everything_in_order_with_a_ring_around_it(
    path: str, width: int, window: Window, furnished: Shown
) -> None:
    window.look(width=width, height=600)
    window.go(furnished.address.url(path))
    expected = window.driver.execute_script(REACHABLE)
    assert len(expected) > 5
    reached: list[str] = []
    faulty: list[Any] = []
    for _ in range(MOST_STOPS):
        press(window, Keys.TAB)
        at = window.driver.execute_script(FOCUSED)
        if at["stop"] in reached[-1:]:
            continue  # a field of several parts, such as a time
        if at["stop"] in (None, *reached):
            break  # past the end, or round again
        reached.append(at["stop"])
        if not (at["ring"] and at["seen"]):
            faulty.append(at)
    assert faulty == []
    assert reached == expected


def test_the_first_stop_leads_past_the_menu(window: Window, furnished: Shown) -> None:
    window.go(furnished.address.url("/"))
    press(window, Keys.TAB)
    assert window.driver.switch_to.active_element.text == "Skip to the page"
    press(window, Keys.ENTER)
    assert window.url.endswith("#main")
    press(window, Keys.TAB)
    inside = window.driver.execute_script("return document.activeElement.closest('main') !== null")
    assert inside


def test_an_answer_is_given_with_the_keyboard_alone(window: Window, empty: Shown) -> None:
    window.go(empty.address.url("/accounts/add"))
    window.driver.execute_script("document.getElementById('service').focus()")
    for key in ("X", Keys.TAB, "x" * 81, Keys.TAB, "not an address", Keys.ENTER):
        press(window, key)
    window.wait_for("There is something to put right")
    field = window.all("#label")[0]
    assert len(field.get_attribute("value") or "") == 80
    window.all(".problems a")[0].send_keys(Keys.ENTER)
    assert window.driver.switch_to.active_element.get_attribute("id") == "address"


def on_paper(window: Window) -> bytes:
    printed = window.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "displayHeaderFooter": True})
    return base64.b64decode(printed["data"])


@pytest.mark.parametrize("path", ["/print", "/recovery-plan", "/item/screen_lock", "/help"])
def test_on_paper_there_is_no_menu_no_button_and_no_address(path: str, window: Window, furnished: Shown) -> None:
    window.go(furnished.address.url(path))
    window.look(paper=True)
    for one in window.all("nav, form, button, .skip, .screen, footer"):
        assert not one.is_displayed(), one.get_attribute("outerHTML")
    assert "Printed on" in window.text
    assert furnished.address.secret not in window.text
    assert on_paper(window).startswith(b"%PDF")


def test_the_recovery_plan_is_one_sheet(window: Window, furnished: Shown) -> None:
    window.go(furnished.address.url("/recovery-plan"))
    printed = window.driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})
    assert len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed["data"]))) == 1


def test_the_address_is_not_printed(window: Window, furnished: Shown, tmp_path: Path) -> None:
    """Browsers print the address in the margin, and it is secret."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    window.go(furnished.address.url("/print"))
    (tmp_path / "page.pdf").write_bytes(on_paper(window))
    text = subprocess.run(["pdftotext", str(tmp_path / "page.pdf"), "-"], capture_output=True, text=True, check=True)
    assert "What there is to do" in text.stdout
    assert furnished.address.secret[:12] not in text.stdout
    assert str(furnished.address.port) not in text.stdout


@pytest.mark.parametrize("path", ["/", "/accounts", "/item/screen_lock"])
def test_colours_that_somebody_has_chosen_are_kept(path: str, window: Window, furnished: Shown) -> None:
    """In forced colours every status still has its words and its shape."""
    window.go(furnished.address.url(path))
    window.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "forced-colors", "value": "active"}]}
    )
    assert window.all(".tag")
    for tag in window.all(".tag"):
        assert tag.text in {"Action needed", "Look at soon", "Not checked", "OK"}
        assert tag.find_element("css selector", "svg").size["width"] > 10
