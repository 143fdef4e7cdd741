"""The 256 words of ``confirmation_words.toml``, three of which a person reads out to office IT."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec

__all__ = ["confirmation_words"]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    checked_on: date
    words: Annotated[tuple[str, ...], msgspec.Meta(min_length=256, max_length=256)]


@cache
def confirmation_words() -> tuple[str, ...]:
    """One word for each value of a byte, in the order that is part of the protocol."""
    raw = tomllib.loads(files("config").joinpath("confirmation_words.toml").read_text("utf-8"))
    return msgspec.convert(raw, _Words).words
