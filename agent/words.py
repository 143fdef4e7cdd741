"""What is said about a finding: the words of ``config/alerts.toml``, filled in with its facts.

Every reason a check can give has words under ``<check>.<reason>``; those that the runner gives for any check are
under ``any.<reason>``. A check from elsewhere brings its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec
import toml

from agent.contract import Check, Fact, Finding, Words
from agent.host import System
from agent.status import Text
from config.text import printable

__all__ = ["APP_NAME", "PLACEHOLDER", "catalogue", "fill", "text_for"]

APP_NAME = "Watchword"
#: A gap in a template that the value of this name fills.
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@cache
def catalogue() -> Mapping[str, Words]:
    """Every entry of ``config/alerts.toml`` by id."""
    raw = toml.loads(files("config").joinpath("alerts.toml").read_text(encoding="utf-8"))
    return {entry["id"]: msgspec.convert(entry, Words) for entry in raw["alert"]}


def text_for(check: Check, finding: Finding, system: System) -> Text:
    """The words for a finding, for a person on this system. A reason without words is said plainly, never left out."""
    words = check.words.get(finding.reason) or _ours(check.id, finding.reason)
    if words is None:
        return Text(title=f"{check.title}: {finding.reason.replace('_', ' ')}", body="", steps=(), links=())
    values = {"app": APP_NAME, "check": check.title} | {name: _spoken(value) for name, value in finding.facts.items()}
    desktop = str(finding.facts.get("desktop", "")).lower()
    steps = next(
        (words.steps[key] for key in (f"{system.value}_{desktop}", system.value, "any") if key in words.steps), ()
    )
    return Text(
        title=fill(words.title, values),
        body=fill(words.body, values),
        steps=tuple(fill(step, values) for step in steps),
        links=words.links,
    )


def _ours(check_id: str, reason: str) -> Words | None:
    known = catalogue()
    return known.get(f"{check_id}.{reason}") or known.get(f"any.{reason}")


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template of the catalogue with its placeholders filled; one without a value stays readable ("limit days").

    Not ``str.format``: words of a check from elsewhere could reach into objects with it.
    """
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[1].replace("_", " ")), printable(template))


def _spoken(value: Fact) -> str:
    if isinstance(value, list):
        return _listed(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _listed(names: Iterable[str]) -> str:
    *most, last = list(names) or ["none"]
    return f"{', '.join(most)} and {last}" if most else last
