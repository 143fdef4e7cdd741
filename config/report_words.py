"""``config/report_words.toml``: what a person reads about the report for office IT."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import toml

__all__ = ["field_meanings", "keyring_words", "level_words", "never_collected", "notice_words"]
__all__ += ["problem_words", "standing_words"]


@cache
def field_meanings() -> Mapping[str, str]:
    """What each member of the report means, by its path with dots, in the order in which they are shown."""
    return MappingProxyType({entry["path"]: entry["meaning"] for entry in _table()["field"]})


@cache
def never_collected() -> tuple[str, ...]:
    """What is in no report, at any level."""
    return tuple(_table()["never"])


def level_words(level: str) -> str:
    """What a level shares, as the end of "It says ..."."""
    words: str = _table()["level"][level]
    return words


def standing_words(standing: str) -> str:
    """Whether anything leaves, in a sentence."""
    words: str = _table()["standing"][standing]
    return words


def notice_words(standing: str) -> str | None:
    """What the person should read without having looked for it, if anything."""
    words: str | None = _table()["notice"].get(standing)
    return words


def problem_words(problem: str) -> str:
    """Why sending or enrolling did not work, and what to do: a sentence or two for a word of ours."""
    return _words("problem", problem)


def keyring_words(problem: str) -> str:
    """Why the keyring would not do, and what to do."""
    return _words("keyring", problem)


def _words(table: str, problem: str) -> str:
    table_of_words: dict[str, str] = _table()[table]
    return table_of_words.get(problem, table_of_words["any"])


@cache
def _table() -> dict[str, Any]:
    return toml.loads(files("config").joinpath("report_words.toml").read_text(encoding="utf-8"))
