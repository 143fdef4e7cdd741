"""``watchword forget-everything``: remove all that Watchword holds about you from this computer."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any

from agent import enrolment, secrets
from agent.account_list import why_not
from agent.cli import FAILED
from agent.cli.ask import one_line as ask
from agent.cli.session import open_session
from agent.errors import RefusedError
from agent.forgetting import Forgotten, Plan, SwitchedOff, SwitchOff, forget_everything, plan
from agent.host.live import LiveHost
from agent.http import Network
from agent.paths import Paths
from agent.reporting import Reports, held

__all__ = ["add_parser", "outside", "run"]

EPILOG = """\
Your accounts, statements, reminders, settings, results and logs, the addresses and the key in the keyring, the start
at sign-in and the entry in the menu. The program and your office's machine policy stay. It cannot be undone; to have a
copy first: watchword export-my-data
"""

SHARING = "Sharing with your office"
#: What has an entry of ours, by the name that Python has for a system.
MENUS = {"win32": "the Start menu", "darwin": "Applications"}
#: What the kinds of files are called.
KINDS = {
    "store": "accounts, statements, results, reminders and alerts",
    "journal": "a second copy of what you stated and chose (the journal)",
    "settings": "your settings file",
    "status": "the last results",
    "log": "logs",
    "runtime": "locks and pages for your browser",
    "other": "other files of Watchword",
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "forget-everything",
        help="remove everything that Watchword holds about you",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Remove it. 0 all of it is gone, 2 nobody said yes, 4 something is left."""
    paths, home, may_prompt = Paths.here(), os.path.expanduser("~"), stdin.isatty()
    for line in lines(plan(paths, home, may_prompt=may_prompt)):
        print(line, file=stderr)
    if not args.yes:
        answer = ask("Remove all of it? Type yes:", stdin, stderr)
        if (answer or "").casefold() != "yes":
            raise RefusedError("nothing was removed; to go on, answer yes or say --yes")
    done = forget_everything(paths, home, switch_off=outside(), may_prompt=may_prompt)
    for line in done.left:
        print(f"watchword: {line}", file=stderr)
    print(said(done), file=stdout)
    return FAILED if done.left else 0


def said(done: Forgotten) -> str:
    """What came of it in a sentence or two: only what there was."""
    files = "1 file" if done.files == 1 else f"{done.files} files"
    kept = "1 entry of the keyring" if done.secrets == 1 else f"{done.secrets} entries of the keyring"
    outside_ours = [f"{name[:1].lower()}{name[1:]}" for name in done.ended if name != SHARING]
    *most, last = [files, *([kept] if done.secrets else []), *outside_ours]
    removed = f"Removed {', '.join(most)} and {last}." if most else f"Removed {last}."
    return f"{removed} {SHARING} has ended." if SHARING in done.ended else removed


def lines(todo: Plan) -> Iterator[str]:
    """What there is to remove, in words."""
    yield "This will be removed from this computer, for good:"
    for what in todo.running:
        yield f"  {what}: it is stopped"
    yield f"  the start at sign-in, and the entry in {MENUS.get(sys.platform, 'the menu')}"
    by_kind = Counter((KINDS[file.kind], os.path.dirname(file.path)) for file in todo.found.files)
    for (kind, folder), count in by_kind.items():
        yield f"  {kind}: {'1 file' if count == 1 else f'{count} files'} in {folder}"
    if todo.keyring_problem is None:
        addresses = sum(name.startswith("address:") for name in todo.secrets)
        yield (
            f"  from the keyring: {'1 address' if addresses == 1 else f'{addresses} addresses'}"
            + (" and the key for Have I Been Pwned" if secrets.HIBP_KEY in todo.secrets else "")
            + (" and what signs reports to your office" if secrets.REPORT_SECRET in todo.secrets else "")
        )
    elif todo.keyring_problem.reason != "no_keyring":
        yield f"  from the keyring: what can be reached, {why_not(todo.keyring_problem)}"
    for path in todo.found.strangers:
        yield f"Left, because it is not Watchword's: {path}"
    yield "The program and your office's machine policy stay."


def outside() -> dict[str, SwitchOff]:
    """What Watchword has put elsewhere than in its own folders."""

    def autostart() -> SwitchedOff:
        from agent.autostart import Computer, way
        from agent.autostart.program import this_program

        computer = Computer(LiveHost(), Paths.here(), this_program())
        return SwitchedOff(was_on=bool(way(computer.host.system).turn_off(computer)))

    def menu() -> SwitchedOff:
        from agent.page.menu import way as place

        return SwitchedOff(was_on=bool(place().take_away()))

    return {
        SHARING: _stop_sharing,
        "The start at sign-in": autostart,
        f"The entry in {MENUS.get(sys.platform, 'the menu')}": menu,
    }


def _stop_sharing() -> SwitchedOff:
    """Take the report back out of the folder and tell the office's collector, while there is a key to do so with.

    Raises:
        WatchwordError: the store or the folder would not do as asked.
    """
    paths = Paths.here()
    if not os.path.exists(paths.store) and not os.path.exists(paths.journal):
        return SwitchedOff(was_on=False)
    session = open_session(last_good=True)
    with session.store, held(paths):
        reports = Reports(session.store, paths, session.loaded.settings.report)
        agreed = session.store.sharing()
        if agreed is None or agreed.level is None:
            return SwitchedOff(was_on=False)
        network = Network(session.loaded.settings.network)
        left = enrolment.leave(reports, datetime.now(UTC), keyring=secrets, network=network)
    untold = "Your office could not be told. Ask office IT to delete what they have of this laptop."
    return SwitchedOff(was_on=True, rest=untold if left.told is False else "")
