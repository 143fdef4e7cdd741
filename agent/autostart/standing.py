"""How it stands, from what was found: the judgement that all systems share."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from agent.autostart import Method, Problem, Standing

__all__ = ["Starter", "judge"]


class Starter(msgspec.Struct, frozen=True):
    """One thing of ours that is there to start Watchword, and whether it does."""

    method: Method
    where: str
    starts: bool
    this_program: bool
    switched_off: bool = False


def judge(starters: Sequence[Starter], *, complete: bool = True) -> Standing:
    """The standing of all that is there, the best first. ``complete`` says that they fit together."""
    if not starters:
        return Standing("off")
    switched_off = [starter for starter in starters if starter.switched_off]
    starting = [starter for starter in starters if starter.starts]
    if not starting:
        first = (switched_off or starters)[0]
        return Standing("off", first.method, Problem.SWITCHED_OFF if switched_off else Problem.INCOMPLETE, first.where)
    method = starting[0].method
    if not all(starter.this_program for starter in starters):
        return Standing("on", method, Problem.OTHER_PROGRAM)
    if switched_off:
        return Standing("on", method, Problem.SWITCHED_OFF, switched_off[0].where)
    return Standing("on", method, None if complete else Problem.INCOMPLETE)
