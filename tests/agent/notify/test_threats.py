"""Nothing that an alert can say looks like what it warns of, or says what others should not read over a shoulder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.cli import doctor
from agent.notify import buttons
from agent.words import catalogue

#: Every text that is put on the screen unasked: those of the catalogue, and the buttons' own.
SAID = [
    *((f"{name} {part}", getattr(words, part)) for name, words in catalogue().items() for part in ("title", "body")),
    *(("when", text) for text in buttons.WHEN),
    *(("no guide", text) for text in buttons.NO_GUIDE),
    *(("not kept", text) for text in (*buttons.NOT_KEPT, buttons.KEPT)),
    *(("test", text) for text in doctor.TEST_ALERT),
    *(("button", label) for _, label in (*buttons.BUTTONS, buttons.OPEN, buttons.ANOTHER_TIME)),
    *(("choice", label) for label in buttons.CHOICES.values()),
]
ADDRESS = re.compile(r"https?:|www\.|@|\b\w+\.(?:com|org|uk|net|eu|io)\b", re.IGNORECASE)
#: As somebody would write one to be called on; not "999", nor a time or a version.
TELEPHONE = re.compile(r"(?:\+|\b0)\d[\d ()-]{7,}\d")
HURRY = re.compile(
    r"security alert|urgent|act now|\bclick\b|verify your account|suspended|hacker|you must|immediately|!",
    re.IGNORECASE,
)
#: Words that would tell a bystander of trouble the person may be in.
ABUSE = re.compile(r"abus|harass|threat|stalk|violen|bully|blackmail|extort|intimate|self-search|doxx", re.IGNORECASE)


@pytest.mark.parametrize(
    "lure", [ADDRESS, TELEPHONE, HURRY, re.compile("^-"), re.compile("[<>]")], ids=lambda lure: lure.pattern[:12]
)
def test_an_alert_never_looks_like_a_lure(lure: re.Pattern[str]) -> None:
    assert [name for name, text in SAID if lure.search(text)] == []


def test_an_alert_tells_a_bystander_nothing_of_abuse() -> None:
    assert [name for name, text in SAID if ABUSE.search(text)] == []


def test_nothing_we_ship_asks_for_a_password_on_a_page() -> None:
    root = Path(__file__).parents[3]
    pattern = re.compile(r"type\s*=\s*[\"']?password", re.IGNORECASE)
    shipped = [path for folder in ("agent", "checks", "config", "installers") for path in (root / folder).rglob("*")]
    texts = [path for path in shipped if path.suffix in (".py", ".html", ".toml", ".jinja", ".js", ".css")]
    assert texts
    assert [path.name for path in texts if pattern.search(path.read_text(encoding="utf-8"))] == []
