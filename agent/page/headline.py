"""The first page in one line: what there is to do, to answer and to find out, and what was not checked. All of it.

It never says that nothing needs doing while anything is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Counts", "headline"]


@dataclass(frozen=True)
class Counts:
    """How many things there are of each kind; each is counted once.

    ``not_checked`` are those of which nothing is known and no question asks. ``accounts`` says whether any is listed.
    """

    to_do: int = 0
    questions: int = 0
    to_find_out: int = 0
    not_checked: int = 0
    accounts: bool = True


def headline(counts: Counts) -> str:
    """The whole in a few words, for something that was checked."""
    if not counts.accounts and not counts.to_do:
        then = _joined([_questions(counts.questions), _to_find_out(counts.to_find_out)])
        missing = _not_checked(counts.not_checked)
        start = f"Just starting: add your first account{f', then {then}' if then else ''}"
        return f"{start}{f'; {missing}' if missing else ''}"
    parts = [
        _counted(counts.to_do, "thing to look at", "things to look at"),
        "" if counts.accounts else "a first account to add",
        _questions(counts.questions),
        _to_find_out(counts.to_find_out),
        _counted(counts.not_checked, "thing not checked", "things not checked"),
    ]
    if counts == Counts(questions=counts.questions):
        return f"{_questions(counts.questions)} for you" if counts.questions else "Nothing needs doing"
    if counts == Counts(not_checked=counts.not_checked):
        return _not_checked(counts.not_checked)
    return _joined(parts)


def _questions(number: int) -> str:
    return _counted(number, "question", "questions")


def _to_find_out(number: int) -> str:
    return f"{number} to find out" if number else ""


def _not_checked(number: int) -> str:
    return _counted(number, "thing was not checked", "things were not checked")


def _counted(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}" if number else ""


def _joined(parts: list[str]) -> str:
    *most, last = [part for part in parts if part] or [""]
    return f"{', '.join(most)} and {last}" if most else last
