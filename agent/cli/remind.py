"""``watchword remind``: pick a time for something that needs a minute of yours. Until then it is quiet."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from agent.accounts import known_accounts
from agent.alerts.calendar import CHOICES
from agent.alerts.records import Key, Reminder
from agent.cli.session import Session, session_with_notes
from agent.cli.subjects import account_named
from agent.daemon.doorbell import ring
from agent.discovery import built_in
from agent.errors import RefusedError
from agent.localtime import LOCAL
from agent.reminding import cancel, remember, remind_at, spoken
from agent.store import StoreError
from config.text import nearest, quoted

__all__ = ["add_parser", "run"]

IN = re.compile(r"([0-9]{1,4}) ?(m|min|minutes?|h|hours?|d|days?)")
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}

EPILOG = """\
An item can wait for two weeks in all, one that matters most for three days.

examples:
  watchword remind screen_lock --tomorrow            tomorrow at 9:30
  watchword remind screen_lock app_updates --in 2h
  watchword remind two_step:"Work email" --at "2026-11-27 14:00"
  watchword remind                                   the reminders you have
  watchword remind screen_lock --cancel
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "remind",
        help="pick a time to be reminded of something",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("items", metavar="CHECK[:ACCOUNT]", nargs="*", help="what about; none lists your reminders")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--in", dest="in_", metavar="TIME", help="in 30m, 2h or 3d")
    when.add_argument("--at", metavar="TIME", help='local time: "14:00" or "2026-11-27 14:00"')
    for choice, said in zip(
        CHOICES, ("in an hour", "this evening", "tomorrow at 9:30", "on Friday at 9:30"), strict=True
    ):
        when.add_argument(f"--{choice}", dest="choice", action="store_const", const=choice, help=said)
    when.add_argument("--cancel", action="store_true", help="take the reminder back")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Keep, list or cancel. Exit code 2 for a wrong name or time, 4 when it could not be kept."""
    del stdin
    now = datetime.now(UTC)
    # A settings file that has gone bad stops no alert, so it must not stop the answer to one either.
    with session_with_notes(args.config, stderr, last_good=args.config is None) as session:
        if not args.items:
            if args.in_ or args.at or args.choice or args.cancel:
                raise RefusedError("say what about, for example: watchword remind screen_lock --tomorrow")
            _list(session, stdout)
            return 0
        keys = [_key(item, session) for item in args.items]
        if not session.store.keeps:
            raise StoreError("the reminder could not be kept.")
        if args.cancel:
            found = [cancel(session.store, key, now) for key in keys]
            print("Taken back." if any(found) else "There was no reminder.", file=stdout)
            return 0
        reminders = _remind(args, session, _wanting(session, keys), now)
        heard = ring(session.paths.doorbell)
    for at in dict.fromkeys(reminder.due_at for reminder in reminders):
        print(f"We will remind you on {spoken(at, LOCAL)}.", file=stdout)
    if not heard:
        print("watchword: but only while the background agent runs. `watchword autostart on` starts it.", file=stderr)
    return 0


def _wanting(session: Session, keys: Sequence[Key]) -> list[Key]:
    """Those of them that need doing: by the time a button is pressed, one of several may be well."""
    open_ = {episode.key for episode in session.store.episodes()}
    wanting = [key for key in keys if key in open_]
    if not wanting:
        names = ", ".join(key.check_id for key in keys)
        raise RefusedError(f"{names}: nothing there needs doing, so there is nothing to remind you of")
    return wanting


def _remind(args: argparse.Namespace, session: Session, keys: Sequence[Key], now: datetime) -> list[Reminder]:
    if args.choice:
        return remember(session.store, keys, args.choice, now, LOCAL)
    if args.in_:
        return remind_at(session.store, keys, now.astimezone(LOCAL) + _span(args.in_), now)
    if args.at:
        return remind_at(session.store, keys, _moment(args.at, now), now)
    raise RefusedError("say when: --hour, --evening, --tomorrow, --friday, --in TIME or --at TIME")


def _list(session: Session, stdout: IO[str]) -> None:
    reminders = session.store.reminders()
    labels = {account.id: account.label for account in session.store.accounts()}
    if not reminders:
        print("You have no reminders.", file=stdout)
    for reminder in reminders:
        about = f" ({labels.get(reminder.subject, 'an account')})" if reminder.subject else ""
        print(f"{reminder.check_id}{about}: {spoken(reminder.due_at, LOCAL)}", file=stdout)


def _key(item: str, session: Session) -> Key:
    check_id, _, account = item.partition(":")
    known = [point.name for point in built_in()] + list(session.loaded.settings.plugins)
    if check_id not in known:
        near = nearest(check_id, known)
        raise RefusedError(f"there is no check {quoted(check_id)}" + (f"; did you mean {near}?" if near else ""))
    if not account:
        return Key(check_id, None)
    known_here = known_accounts(session.loaded.settings, session.store, now=datetime.now(UTC)).accounts
    return Key(check_id, account_named(account, known_here).id)


def _span(text: str) -> timedelta:
    found = IN.fullmatch(text.strip().lower())
    if found is None:
        raise RefusedError(f"--in: found {quoted(text)}; allowed: a time such as 30m, 2h or 3d")
    return int(found[1]) * UNITS[found[2][0]]


def _moment(text: str, now: datetime) -> datetime:
    """A local time of day, the next time it comes, or a date with one."""
    local = now.astimezone(LOCAL)
    try:
        if len(text.strip()) <= len("14:00"):
            at = datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007  (its zone is the person's)
            wall = datetime.combine(local.date(), at, LOCAL)
            return wall if wall > local else datetime.combine(local.date() + timedelta(days=1), at, LOCAL)
        return datetime.strptime(text.strip().replace("T", " "), "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL)
    except ValueError as error:
        raise RefusedError(f'--at: found {quoted(text)}; allowed: "14:00" or "2026-11-27 14:00"') from error
