"""The groups of the first page: what is seen at once in each, and what is folded away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.alerts.records import Key
from agent.contract import Basis, Category, Status
from agent.page.lines import Line, name_of
from agent.status import CheckRow

__all__ = ["FOLD_FROM", "Group", "groups"]

#: The groups in their order: heading, and what is said while there is nothing in it.
HEADINGS: Mapping[Category, tuple[str, str]] = {
    Category.DEVICE: ("This laptop", "Nothing about this laptop has been checked yet."),
    Category.ACCOUNT: ("My accounts", "No accounts are listed yet."),
    Category.PRACTICE: ("Our team", "Nothing is known about your team yet."),
    Category.AGENT: ("This app", ""),
}
#: From so many on, lines that say the same are folded away.
FOLD_FROM = 3

Shown = Sequence[tuple[CheckRow, Line]]


@dataclass(frozen=True)
class Group:
    """One part of the list. ``empty`` is said when there is nothing in it; ``notes`` are sentences above it.

    ``lines`` are seen at once. Folded away are ``to_tell``, which lack the person's answer alone and are counted above
    all groups, ``fine``, and ``apart``, which do not apply here.
    """

    id: str
    heading: str
    lines: tuple[Line, ...]
    to_tell: tuple[Line, ...]
    fine: tuple[Line, ...]
    apart: tuple[Line, ...]
    empty: str
    notes: tuple[str, ...] = ()

    @property
    def unknown(self) -> tuple[Line, ...]:
        """Everything in it that is not checked."""
        return (*(line for line in self.lines if line.tone == "unknown"), *self.to_tell)


def groups(
    shown: Shown,
    titles: Mapping[str, str],
    asked: Collection[Key],
    notes: Mapping[Category, Sequence[str]],
    *,
    seen: Collection[Key] = (),
) -> tuple[Group, ...]:
    """Every group, of findings in their order.

    ``asked`` are those for which there is an open question, ``seen`` those that are a line of their own whatever they
    lack: an alert may be about them, and they can be set aside.
    """
    made = []
    for category in HEADINGS:
        ours = [(row, one) for row, one in shown if row.category is category]
        alone = {one for row, one in ours if Key(row.id, row.instance) in seen}
        unanswered = {one for row, one in ours if _lacks_an_answer(row, one, asked)} - alone
        found = _group(category, ours, unanswered, tuple(notes.get(category, ())))
        made.append(replace(found, lines=_together(found.lines, titles, alone)))
    return tuple(made)


def _group(category: Category, ours: Shown, unanswered: Collection[Line], notes: tuple[str, ...]) -> Group:
    heading, empty = HEADINGS[category]
    apart = tuple(one for row, one in ours if row.status is Status.NOT_APPLICABLE)
    to_tell = tuple(one for _, one in ours if one in unanswered)
    fine = tuple(one for row, one in ours if one.tone == "ok")
    lines = [one for _, one in ours if one not in (*apart, *to_tell, *fine)]
    if len(to_tell) + len(fine) < FOLD_FROM:
        # So few are as short as the words that would stand for them.
        lines, to_tell, fine = [one for _, one in ours if one not in apart], (), ()
    return Group(
        id=category.value,
        heading=heading,
        lines=tuple(lines),
        to_tell=to_tell,
        fine=fine,
        apart=apart,
        empty="" if ours else empty,
        notes=notes,
    )


def _lacks_an_answer(row: CheckRow, shown: Line, asked: Collection[Key]) -> bool:
    if shown.tone != "unknown" or row.status is Status.DISABLED:
        return False
    return row.basis is Basis.ATTESTED or Key(row.id, row.instance) in asked


def _together(lines: Sequence[Line], titles: Mapping[str, str], alone: Collection[Line]) -> tuple[Line, ...]:
    """The lines, with what could not be told of several accounts for the same reason as one."""
    alike: dict[tuple[str, str], list[Line]] = {}
    for one in lines:
        if one.tone == "unknown" and one.account is not None and one not in alone:
            alike.setdefault((one.check_id, one.said), []).append(one)
    told: list[Line] = []
    for one in lines:
        same = alike.get((one.check_id, one.said), [])
        if len(same) < FOLD_FROM or one not in same:
            told.append(one)
        elif one is same[0]:
            name = f"{name_of(one.check_id, None, titles)}: {len(same)} accounts"
            told.append(replace(one, account=None, name=name))
    return tuple(told)
