"""What is said about a finding: the words of ``config/alerts.toml``, filled in with its facts.

Every reason a check can give has words under ``<check>.<reason>``; those that the runner gives for any check are
under ``any.<reason>``. A check from elsewhere brings its own. ``docs/writing-words.md`` tells how they are written,
how steps are chosen and how they are translated.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import msgspec

from agent.contract import Check, Fact, Finding, Words
from agent.host import System
from agent.status import Text
from config.platforms import of_service
from config.text import printable

__all__ = ["APP_NAME", "PLACEHOLDER", "Catalogue", "catalogue", "fill", "load", "text_for"]

APP_NAME = "Watchword"
ENGLISH = "en"
#: A gap in a template that the value of this name fills.
#: ``{days}`` is the fact itself, ``{days:days}`` the number with what it counts: "1 day", "3 days".
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?\}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
#: The facts whose value may be named in the key of steps, as ``windows_s3`` names one of ``standby``.
CHOOSING = ("standby", "desktop", "ecosystem")
MANAGED = "managed"
RELEASE = re.compile(r"(macOS|Windows) ([0-9]{2})(?:[. ].*)?")
FIRST_WITH_SYSTEM_SETTINGS = 13


class Catalogue(msgspec.Struct, frozen=True):
    """The words of one language: entries by id, forms of counted things, and the small words between values."""

    entries: Mapping[str, Words]
    counted: Mapping[str, Mapping[str, str]] = {}
    small: Mapping[str, str] = {}


def catalogue(language: str = ENGLISH) -> Mapping[str, Words]:
    """Every entry by id in a language, by its short code. What is not translated is in English."""
    return _known(language).entries


@cache
def _known(language: str) -> Catalogue:
    return load(files("config"), language)


def load(folder: Traversable, language: str) -> Catalogue:
    """``alerts.toml`` from ``folder``, with the texts of ``alerts.<language>.toml`` laid over it if it is there.

    A translation that is damaged counts as none: words in English are better than no words.
    """
    # Not ``toml``: this file is the largest of ours, every round reads it, and tomllib takes half the time.
    raw: dict[str, Any] = tomllib.loads(folder.joinpath("alerts.toml").read_text(encoding="utf-8"))
    plain = _catalogue(raw, {})
    if language == ENGLISH or not LANGUAGE.fullmatch(language):
        return plain
    try:
        text = folder.joinpath(f"alerts.{language}.toml").read_text(encoding="utf-8")
        return _catalogue(raw, tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, TypeError, AttributeError):
        return plain


def _catalogue(raw: Mapping[str, Any], over: Mapping[str, Any]) -> Catalogue:
    translated = {entry["id"]: entry for entry in over.get("alert", []) if "id" in entry}
    entries = {entry["id"]: _laid_over(entry, translated.get(entry["id"], {})) for entry in raw["alert"]}
    for entry in entries.values():
        # The steps of another entry, with this one's own before them, and its command.
        other = entries[entry["like"]] if "like" in entry else {}
        entry["steps"] = {**other.get("steps", {}), **entry.get("steps", {})}
        entry.setdefault("command", other.get("command", ""))
    return msgspec.convert(
        {
            "entries": entries,
            "counted": {**raw.get("counted", {}), **over.get("counted", {})},
            "small": {**raw.get("small", {}), **over.get("small", {})},
        },
        Catalogue,
    )


def _laid_over(entry: Mapping[str, Any], translated: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: translated[name] for name in ("title", "body", "more") if name in translated}
    steps = {**entry.get("steps", {}), **translated.get("steps", {})}
    return {**entry, **texts, "steps": steps}


def text_for(check: Check, finding: Finding, system: System, os_version: str = "", language: str = ENGLISH) -> Text:
    """The words for a finding, for a person on this system. A reason without words is said plainly, never left out.

    ``os_version`` is the system as :func:`agent.device.os_version` names it; it chooses among steps.
    """
    ours = catalogue(language)
    words = check.words.get(finding.reason) or ours.get(f"{check.id}.{finding.reason}")
    words = words or ours.get(f"any.{finding.reason}")
    if words is None:
        return Text(title=f"{check.title}: {finding.reason.replace('_', ' ')}", body="", steps=(), links=())
    values: dict[str, Fact] = {"app": APP_NAME, "check": check.title} | finding.facts
    steps = words.steps.get(_best(words.steps, _true_here(finding, system, os_version)) or "", ())
    service = finding.facts.get("service")
    return Text(
        title=fill(words.title, values, language),
        body=fill(words.body, values, language),
        more=fill(words.more, values, language),
        steps=tuple(fill(step, values, language) for step in steps),
        links=of_service(words.links, service) if isinstance(service, str) else words.links,
    )


def _true_here(finding: Finding, system: System, os_version: str) -> set[str]:
    """All that the key of steps may name and that holds on this computer."""
    here = {system.value, "any", *_release(os_version)}
    if finding.facts.get(MANAGED) is True:
        here.add(MANAGED)
    chosen = (finding.facts.get(name) for name in CHOOSING)
    return here | {re.sub(r"[^a-z0-9]", "", value.lower()) for value in chosen if isinstance(value, str)}


def _release(os_version: str) -> set[str]:
    """``10`` or ``11`` of Windows; of macOS ``12`` (or older) and ``13plus``, when its settings became another app."""
    found = RELEASE.fullmatch(os_version)
    if found is None:
        return set()
    if found[1] == "Windows":
        return {found[2]}
    return {"13plus" if int(found[2]) >= FIRST_WITH_SYSTEM_SETTINGS else "12"}


def _best(keys: Iterable[str], here: set[str]) -> str | None:
    """The key that fits best: all its parts hold; one with ``managed`` first, then the one that names the most.

    As much of the system itself is worth more than ``any``.
    """
    fitting = [(key, key.split("_")) for key in keys]
    ranked = [
        ((MANAGED in parts, len(parts), parts[0] != "any"), key) for key, parts in fitting if here.issuperset(parts)
    ]
    return max(ranked, key=lambda pair: pair[0], default=(None, None))[1]


def fill(template: str, values: Mapping[str, Fact], language: str = ENGLISH) -> str:
    """A template of the catalogue with its placeholders filled; one without a value stays readable ("limit days").

    Not ``str.format``: words of a check from elsewhere could reach into objects with it.
    """
    known = _known(language)

    def spoken(found: re.Match[str]) -> str:
        name, noun = found[1], found[2]
        if name not in values:
            return name.replace("_", " ")
        value = values[name]
        if noun and isinstance(value, int | str) and str(value).isdecimal():
            return _counted(int(value), noun, known)
        return _spoken(value, known)

    return PLACEHOLDER.sub(spoken, printable(template))


def _counted(number: int, noun: str, known: Catalogue) -> str:
    """``5 minutes``; so many seconds as whole minutes when they are."""
    if noun == "seconds" and number >= 60 and number % 60 == 0:
        number, noun = number // 60, "minutes"
    forms = known.counted.get(noun, {})
    return forms.get(str(number), forms.get("other", f"{{n}} {noun}")).replace("{n}", str(number))


def _spoken(value: Fact, known: Catalogue) -> str:
    if isinstance(value, list):
        *most, last = value or [known.small.get("none", "none")]
        return f"{', '.join(most)} {known.small.get('and', 'and')} {last}" if most else last
    if isinstance(value, bool):
        word = "yes" if value else "no"
        return known.small.get(word, word)
    return str(value)
