"""``config/report_words.toml``: what a person reads about the report for office IT."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import toml

__all__ = ["field_meanings", "never_collected"]


@cache
def field_meanings() -> Mapping[str, str]:
    """What each member of the report means, by its path with dots, in the order in which they are shown."""
    return MappingProxyType({entry["path"]: entry["meaning"] for entry in _table()["field"]})


@cache
def never_collected() -> tuple[str, ...]:
    """What is in no report, at any level."""
    return tuple(_table()["never"])


@cache
def _table() -> dict[str, Any]:
    return toml.loads(files("config").joinpath("report_words.toml").read_text(encoding="utf-8"))
