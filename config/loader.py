"""Reading settings: defaults, profile, the person's file and the machine policy, merged and checked."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
import toml

from config.schema import Profile, Settings

__all__ = ["default_settings", "profile"]


def profile(name: str) -> Profile:
    """The thresholds of a built-in profile: ``toolkit``, ``standard`` or ``heightened``."""
    return msgspec.convert({"name": name, **_packaged("profiles.toml")[name]}, Profile)


def default_settings(profile_name: str = "standard") -> Settings:
    """The settings of a computer on which nobody has set anything."""
    return msgspec.convert({**_packaged("default.toml"), "profile": profile(profile_name)}, Settings)


def _packaged(name: str) -> dict[str, Any]:
    return toml.loads(files("config").joinpath(name).read_text(encoding="utf-8"))
