"""``watchword doctor``: can the agent do its work here? Each part is tried for real and answers in one line."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from agent import __version__, discovery, notify, plugins, secrets, tried
from agent.alerts.records import Delivery
from agent.cli import FAILED
from agent.cli.session import Session, SessionError, open_session
from agent.cli.show import spoken_time, style_for
from agent.contract import Unreadable
from agent.errors import WatchwordError
from agent.files import read_regular
from agent.health import read as read_health
from agent.health import sentence
from agent.host.live import LiveHost
from agent.localtime import LOCAL
from agent.report.sharing import Standing
from agent.report.standing import standing_lines
from agent.reporting import Reports
from agent.status import StatusError, load

__all__ = ["Part", "State", "add_parser", "examine", "run"]

COLOURS = {"working": "32", "limited": "33", "broken": "31;1"}

TEST_ALERT = ("A test from Watchword", "If you can read this, alerts work on this laptop. There is nothing to do.")
#: Why an alert cannot be shown, by the reason of a delivery.
WHY_NOT = {
    "no_session": "there is no desktop session to show it in",
    "no_server": "no program here shows notifications",
    "no_answer": "the program that shows notifications did not answer",
    "no_tool": "there is nothing to show it with",
    "refused": "the program that shows notifications refused it",
    "off_by_user": "notifications are switched off in the system's settings",
    "off_by_policy": "an administrator switched notifications off",
}


class State(StrEnum):
    """Whether a part works, works in part (and what that costs), or stops the agent from doing its work."""

    WORKING = "working"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True)
class Part:
    """One part of the agent's surroundings and how it was found."""

    name: str
    state: State
    said: str


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "doctor", help="try whether the agent can do its work here", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--alert", action="store_true", help="show a test alert and say whether it arrived")
    parser.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Try every part, or only alerts. 0 all working or limited, 4 something is broken."""
    del stdin, stderr
    style = style_for(stdout)
    parts = list(_test_alert(args.config)) if args.alert else list(examine(args.config))
    width = max(len(part.name) for part in parts)
    for part in parts:
        state = style.paint(part.state.value.ljust(7), COLOURS[part.state.value])
        print(f"{state}  {part.name.ljust(width)}  {part.said}", file=stdout)
    return FAILED if any(part.state is State.BROKEN for part in parts) else 0


def examine(config: str | None) -> Iterator[Part]:
    """Try every part, one after the other."""
    yield Part("program", State.WORKING, f"Watchword {__version__} on Python {sys.version.split()[0]}")
    try:
        session = open_session(config)
    except SessionError as error:
        for line in str(error).splitlines():
            yield Part("settings", State.BROKEN, line)
        return
    yield Part("settings", State.WORKING, f"{session.loaded.settings.profile.name} profile")
    yield _store(session)
    yield _status(session)
    yield _keyring()
    yield _session_bus()
    yield from _plugins(session)
    yield _alerts(session)
    yield _background(session)
    yield _reports(session)


def _store(session: Session) -> Part:
    if not session.store.keeps:
        return Part("memory", State.BROKEN, " ".join(session.notes) or "nothing can be kept")
    said = f"kept in {session.paths.store}"
    return Part("memory", State.LIMITED if session.notes else State.WORKING, " ".join([said, *session.notes]))


def _status(session: Session) -> Part:
    """The status file: readable if it exists, and its directory writable, tried with a real file."""
    path = Path(session.paths.status)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".doctor-"):
            pass
        load(read_regular(str(path)), str(path))
    except FileNotFoundError:
        return Part("status.json", State.WORKING, f"none yet; it will be {path}")
    except OSError as error:
        return Part("status.json", State.BROKEN, f"{path} cannot be written: {error.strerror}")
    except StatusError as error:
        return Part("status.json", State.LIMITED, str(error))
    return Part("status.json", State.WORKING, str(path))


def _keyring() -> Part:
    found = secrets.get_many([secrets.HIBP_KEY])[secrets.HIBP_KEY]
    if isinstance(found, Unreadable):
        why = {
            "no_keyring": "this session has no keyring that encrypts",
            "locked": "the keyring is locked",
            "timeout": "the keyring did not answer in time",
        }.get(found.reason, "the keyring gave an error")
        return Part("keyring", State.LIMITED, f"{why}: addresses cannot be kept, so breaches cannot be looked up")
    held = "a Have I Been Pwned key is kept" if found else "no Have I Been Pwned key is kept"
    return Part("keyring", State.WORKING, held)


def _session_bus() -> Part:
    host = LiveHost()
    if host.system.value != "linux":
        return Part("session", State.WORKING, host.system.value)
    desktop = os.environ.get("XDG_CURRENT_DESKTOP")
    if not desktop:
        return Part("session", State.LIMITED, "no desktop session here: the screen lock cannot be judged")
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return Part("session", State.LIMITED, f"{desktop}, but no session bus")
    return Part("session", State.WORKING, desktop)


def _alerts(session: Session) -> Part:
    """Whether an alert could be shown, without showing one."""
    if not session.loaded.settings.alerts.enabled:
        return Part("alerts", State.LIMITED, "switched off in the settings; `watchword status` shows results")
    found = notify.available()
    now = datetime.now(UTC)
    if found.shown is None and (last := tried.last(session.store, now)) is not None and last.shown is not None:
        found = tried.believed(found, session.store, now)
        when = f" when last tried, {spoken_time(last.at)}"
    else:
        when = ""
    if found.shown is False:
        return Part("alerts", State.LIMITED, f"not shown{when}: {_why(found)}; `watchword status` shows results")
    if found.shown is None:
        return Part("alerts", State.LIMITED, f"not tried yet, by {found.how}; `watchword doctor --alert` shows one")
    return Part("alerts", State.WORKING, f"by {found.how}{when}; `watchword doctor --alert` shows one")


def _test_alert(config: str | None) -> Iterator[Part]:
    """Show a real one, say what the system answered, which is not always whether it was seen, and remember it."""
    found = notify.show(*TEST_ALERT)
    yield _shown(found)
    try:
        with open_session(config).store as store:
            tried.keep(store, found, datetime.now(UTC))
    except WatchwordError as error:
        yield Part("memory", State.LIMITED, f"this could not be remembered: {error}")


def _shown(found: Delivery) -> Part:
    if found.shown:
        return Part("alert", State.WORKING, f"accepted by {found.how}")
    if found.shown is None:
        why = "did not answer in time" if found.reason else "gives no receipt"
        return Part("alert", State.LIMITED, f"handed to {found.how}, which {why}: look whether you see it")
    return Part("alert", State.BROKEN, f"not shown: {_why(found)}")


def _why(found: Delivery) -> str:
    said = WHY_NOT.get(found.reason or "", "showing it failed")
    return f"{said} ({found.how})"


def _background(session: Session) -> Part:
    health = read_health(session.paths)
    state = State.LIMITED if health is None or health.failures else State.WORKING
    return Part("background", state, sentence(health, LOCAL, datetime.now(UTC), in_terminal=True))


def _reports(session: Session) -> Part:
    """Whether reports reach the office, as the last attempts went; nothing is sent for this."""
    reports = Reports(session.store, session.paths, session.loaded.settings.report)
    holds, going = reports.arrangement, session.store.sending()
    lines = standing_lines(holds, going, len(reports.outbox.waiting()), LOCAL, datetime.now(UTC))
    amiss = holds.standing in (Standing.ASKED, Standing.ASKED_AGAIN) or going.problem or going.put_problem
    return Part("reports", State.LIMITED if amiss else State.WORKING, " ".join(lines))


def _plugins(session: Session) -> Iterator[Part]:
    named = session.loaded.settings.plugins
    for check_id in named:
        try:
            yield Part(f"check {check_id}", State.WORKING, plugins.start(check_id).title)
        except plugins.PluginError as error:
            yield Part(f"check {check_id}", State.BROKEN, str(error))
    for registered in discovery.third_party():
        if registered.id not in named:
            said = f"installed by {registered.distribution}, but the machine policy does not name it, so it never runs"
            yield Part(f"check {registered.id}", State.LIMITED, said)
