"""``watchword autostart``: start Watchword when you sign in, or no longer, or see how that stands."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import IO, Any

from agent.autostart import Computer, Method, Problem, Standing, way
from agent.autostart.program import must_start, this_program
from agent.errors import RefusedError
from agent.host.live import LiveHost
from agent.paths import Paths

__all__ = ["add_parser", "run"]

EPILOG = """\
It is for you alone and needs no administrator.

exit codes of `status`:
  0  on or off, and nothing to do      1  on or off, and something to mend
                                       3  this computer does not say

examples:
  watchword autostart on
  watchword autostart status --json
"""

FAILING, UNKNOWN = 1, 3

#: Who starts it, for people.
METHODS = {
    Method.SYSTEMD: "as a systemd user service",
    Method.XDG: "as an autostart entry of your desktop",
    Method.LAUNCHD: "as a launch agent",
    Method.TASK: "as a scheduled task",
    Method.RUN_KEY: "by the list of startup apps",
}
#: What is wrong, and how to mend it.
PROBLEMS = {
    Problem.OTHER_PROGRAM: "But it starts a Watchword in another place. To use this one: watchword autostart on",
    Problem.SWITCHED_OFF: "It is switched off in this computer's own settings. `watchword autostart on` switches it "
    "on, `watchword autostart off` removes it.",
    Problem.INCOMPLETE: "But a part is missing, or there twice. To put that right: watchword autostart on",
    Problem.NOT_OURS: "Something that Watchword did not write has its place: {where}. Move it away and try again.",
    Problem.NO_ANSWER: "This computer does not say: {where}",
    Problem.NOT_THIS_DESKTOP: "But this desktop may not start programs at sign-in. Add `watchword daemon` to what it "
    "starts by itself.",
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "autostart",
        help="start Watchword when you sign in",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for action, said in (("on", "start it at sign-in, and now"), ("off", "no longer"), ("status", "how it stands")):
        one = actions.add_parser(action, help=said, allow_abbrev=False)
        if action == "on":
            one.add_argument("--no-start", action="store_true", help="only at the next sign-in")
        if action == "status":
            one.add_argument("--json", action="store_true", help="print JSON")
        one.set_defaults(handler=run, action=action)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Switch it on or off, or tell how it stands."""
    del stdin, stderr
    if args.action != "status":
        _must_not_be_sudo()
    computer = Computer(LiveHost(), Paths.here(), this_program())
    if args.action == "on":
        return _on(computer, stdout, start=not args.no_start)
    if args.action == "off":
        return _off(computer, stdout)
    standing = way(computer.host.system).read(computer)
    if args.json:
        print(json.dumps(_document(standing), indent=2), file=stdout)
    else:
        print("\n".join(_words(standing)), file=stdout)
    return exit_code(standing)


def exit_code(standing: Standing) -> int:
    """0 nothing to do, 1 something to mend, 3 could not be told."""
    if standing.state == "unknown":
        return UNKNOWN
    return FAILING if standing.problem is not None else 0


def _on(computer: Computer, stdout: IO[str], *, start: bool) -> int:
    must_start(computer.program)
    module = way(computer.host.system)
    started = module.turn_on(computer, start=start)
    standing = module.read(computer)
    for line in _words(standing):
        print(line, file=stdout)
    if standing.state == "on" and standing.problem is None:
        print("It has been started." if started == "now" else "It starts when you sign in next.", file=stdout)
    return exit_code(standing) if standing.state != "off" else FAILING


def _off(computer: Computer, stdout: IO[str]) -> int:
    had = way(computer.host.system).turn_off(computer)
    print(
        "Watchword no longer starts at sign-in." if had else "Watchword was not set to start at sign-in.", file=stdout
    )
    if had:
        print("If it is still running, it ends when you sign out.", file=stdout)
    return 0


def _words(standing: Standing) -> list[str]:
    how = f", {METHODS[standing.method]}" if standing.method and standing.state == "on" else ""
    lines = [f"Start at sign-in: {'could not be told' if standing.state == 'unknown' else standing.state}{how}."]
    if standing.problem is not None:
        lines.append(PROBLEMS[standing.problem].format(where=standing.where or "no answer"))
    return lines


def _document(standing: Standing) -> dict[str, object]:
    this_one = None if standing.state != "on" else standing.problem is not Problem.OTHER_PROGRAM
    return {
        "state": standing.state,
        "method": standing.method,
        "this_program": this_one,
        "problem": standing.problem,
        "where": standing.where or None,
    }


def _must_not_be_sudo() -> None:
    """With sudo it would be switched on for the administrator, who never signs in."""
    if sys.platform != "win32" and os.geteuid() == 0 and os.environ.get("SUDO_UID", "0") != "0":
        raise RefusedError("Run this without sudo: it is for the person who signs in.")
