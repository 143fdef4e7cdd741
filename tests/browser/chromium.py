"""Chromium, driven as a person uses it: by what is written on links, buttons and labels."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

__all__ = ["Window", "chromium"]

#: The second answers everything but numbers on loopback with "no such name": nothing leaves this computer.
ARGUMENTS = (
    "--headless=new",
    "--host-resolver-rules={rules}MAP * ~NOTFOUND, EXCLUDE 127.*",
    "--no-sandbox",  # it does not start as root with one
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=en-GB",
    "--force-prefers-reduced-motion",  # what scrolls smoothly is not where it was when it is pressed
    "--no-proxy-server",
    "--password-store=basic",
    "--window-size=1280,900",
)
BLOCKED = 2


@contextmanager
def chromium(
    *, scripts: bool = True, names: Mapping[str, str] | None = None, downloads: Path | None = None
) -> Iterator[Window]:
    """A browser with a profile of its own.

    ``names`` are host names and the number of this computer that each leads to, as a rebound name does.
    """
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    for name, path in programs.items():
        if path is None:
            pytest.skip(f"{name} is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = str(programs["chromium"])
    preferences: dict[str, object] = {"download.default_directory": str(downloads)} if downloads else {}
    if not scripts:
        preferences["profile.managed_default_content_settings.javascript"] = BLOCKED
    options.add_experimental_option("prefs", preferences)
    rules = "".join(f"MAP {name} {number}, " for name, number in (names or {}).items())
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        for argument in ARGUMENTS:
            options.add_argument(argument.format(rules=rules))
        options.add_argument(f"--user-data-dir={profile}")
        service = webdriver.ChromeService(executable_path=str(programs["chromedriver"]))
        driver = webdriver.Chrome(options=options, service=service)
        driver.set_page_load_timeout(60)
        try:
            yield Window(driver)
        finally:
            driver.quit()


class Window:
    """One window."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    # Where it is

    def go(self, url: str) -> None:
        self.driver.get(url)

    @property
    def url(self) -> str:
        return self.driver.current_url

    @property
    def heading(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def said(self) -> str:
        """What is said once at the top."""
        return " ".join(one.text for one in self.driver.find_elements(By.CSS_SELECTOR, "[role=status]"))

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def links(self) -> list[str]:
        """Where the links of the page lead."""
        found: list[str] = self.driver.execute_script("return [...document.links].map(link => link.href)")
        return found

    # What one does

    def follow(self, words: str) -> None:
        """Follow the link with exactly these words on it, to another page."""
        self._leave(self.driver.find_element(By.LINK_TEXT, words))

    def press(self, words: str, *, stay: bool = False) -> None:
        """Press the button with exactly these words on it. It leads to another page unless one is to ``stay``."""
        (button,) = [one for one in self.all("button") if one.is_displayed() and one.text == words]
        if stay:
            button.click()
        else:
            self._leave(button)

    def _leave(self, element: WebElement) -> None:
        """Wait until the next page is there, which the driver does only if it begins to load at once."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        element.click()
        # While one page goes and the next comes the driver may not know whose an element is, and calls that an error.
        waiting = WebDriverWait(self.driver, 30, poll_frequency=0.02, ignored_exceptions=[WebDriverException])
        waiting.until(staleness_of(page))
        waiting.until(lambda _: self.driver.execute_script("return document.readyState") == "complete")

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until it is so. What cannot be told while one page goes and the next comes is asked again."""
        waiting = WebDriverWait(self.driver, 30, poll_frequency=0.02, ignored_exceptions=[WebDriverException])
        waiting.until(lambda _: condition())

    def wait_for(self, words: str) -> None:
        """Wait until these words are on the page, after a key or a click that leads to another one."""
        self.wait_until(lambda: words in self.text)

    def fill(self, label: str, text: str) -> None:
        field = self._labelled(label)
        field.clear()
        field.send_keys(text)

    def select(self, label: str, words: str) -> None:
        Select(self._labelled(label)).select_by_visible_text(words)

    def choose(self, answer: str, *, under: str = "") -> None:
        """Choose one of several answers, or tick it; ``under`` is the question where several have such an answer."""
        scope = ""
        if under:
            scope = f"//fieldset[legend[normalize-space()={_quoted(under)}]]"
        self.driver.find_element(By.XPATH, f"{scope}//label[normalize-space()={_quoted(answer)}]").click()

    def _labelled(self, label: str) -> WebElement:
        found = self.driver.find_element(By.XPATH, f"//label[normalize-space()={_quoted(label)}]")
        return self.driver.find_element(By.ID, found.get_attribute("for") or "")

    # How it looks

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, paper: bool = False) -> None:
        """Be so wide, light or dark; or a printer."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        media = {"media": "print" if paper else "", "features": [scheme]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def overflow(self) -> list[str]:
        """What reaches beyond the right edge, so that one would have to scroll sideways."""
        found: list[str] = self.driver.execute_script(OVERFLOWING)
        return found


#: Elements that only a screen reader sees, left of the page, do not count.
OVERFLOWING = """
const wide = document.documentElement.clientWidth;
const found = [...document.body.querySelectorAll("*")].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && box.right > wide + 0.5;
}).map(one => one.outerHTML.slice(0, 120));
if (document.documentElement.scrollWidth > wide) found.push("the page is " + document.documentElement.scrollWidth);
return found;
"""


def _quoted(text: str) -> str:
    """A string of XPath, which has no escapes."""
    assert '"' not in text or "'" not in text, text
    return f"'{text}'" if '"' in text else f'"{text}"'
