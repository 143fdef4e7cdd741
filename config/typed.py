"""What a person typed for a setting, as the value it stands for."""

from __future__ import annotations

from typing import Any

from config.errors import SettingsError
from config.files import parse
from config.keys import Key

__all__ = ["typed_value"]


def typed_value(key: Key, text: str) -> Any:
    """The value of ``text``: TOML (``true``, ``10``, ``"text"``, ``["a", "b"]``), or else plain words.

    Plain words are text, and for a list they are its items with commas between them: shells take quotes away.

    Raises:
        SettingsError: none of these is allowed for the key. It says what is.
    """
    try:
        table = parse(f"value = {text}", key.name)
    except SettingsError:
        table = {}
    found = table["value"] if set(table) == {"value"} else text
    readings = [found, text]
    if not table and not set(text) & set("[]{}\"'="):
        readings.append([item.strip() for item in text.split(",") if item.strip()])
    for value in readings:
        if key.problem(value) is None:
            return value
    raise SettingsError([f"{key.name}: {key.problem(found)}"])
