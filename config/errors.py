"""The one error that settings can end in."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["SettingsError"]


class SettingsError(Exception):
    """Settings that cannot be used. Each problem is one line: file, key, what was found, what is allowed."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
