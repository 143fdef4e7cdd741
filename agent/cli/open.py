"""``watchword open``: your own page, in your browser. It is only on this computer, and only there while you use it."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from typing import IO, Any

from agent.errors import RefusedError, WatchwordError
from agent.locking import is_held
from agent.page.address import Address, answers, keep_to_ourselves, noted
from agent.paths import Paths

__all__ = ["add_parser", "run", "running_page"]

#: What the process behind the page says when it can be opened, and when another one got there first.
READY, TAKEN = "ready", "taken"
START_SECONDS = 20.0
#: Connections are taken at once, and answered when the rest is loaded.
LOAD_SECONDS = 10.0
#: One that is just ending has let go by then.
PATIENCE_SECONDS = 15.0
if sys.platform == "win32":
    START_FLAGS = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
else:
    START_FLAGS = 0
ACCOUNT_ID = re.compile(r"i-[0-9a-f]{12}")

EPILOG = """\
It closes by itself after 15 minutes without use, or when you choose Finish on it.

examples:
  watchword open
  watchword open --at screen_lock
  watchword open --at two_step:"Work email"
  watchword open --menu on                  put Watchword into the Start menu, Applications or the desktop's menu
  watchword open --menu status              whether it is there, and opens this very copy
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "open",
        help="open your own page in your browser",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--at", metavar="CHECK[:ACCOUNT]", help="open it at what is said about this")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address and open nothing; it is secret, like a key"
    )
    parser.add_argument(
        "--menu", choices=("on", "off", "status"), help="put Watchword where your apps are, take it out, or see"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Open the page. Exit code 2 for a wrong name, 4 when it cannot be started or nothing opens it."""
    del stdin, stderr
    paths = Paths.here()
    if args.serve:
        return _serve(paths)
    if args.menu is not None:
        from agent.cli import menu  # seldom asked for

        return menu.run(args.menu, stdout)
    path = _path(args.at) if args.at is not None else "/"
    address = running_page(paths)
    if args.no_browser:
        _must_answer(address)
        print(address.url(path), file=stdout)
        return 0
    from agent.host.live import LiveHost
    from agent.page.launcher import launch

    launch(address, path, LiveHost(), paths)  # the browser needs longer to start than the page does
    _must_answer(address)
    return 0


def _must_answer(address: Address) -> None:
    """Raises WatchwordError if the page ended as soon as it began."""
    if not answers(address, LOAD_SECONDS):
        raise WatchwordError("the page was started, but it does not answer.")


def running_page(paths: Paths) -> Address:
    """The address of the page; it is started if it is not there.

    Raises:
        WatchwordError: it cannot be started, or it does not answer.
    """
    if os.path.lexists(paths.runtime) and not keep_to_ourselves(paths.runtime):
        raise WatchwordError(f"{paths.runtime}: is not yours, so what it says of the page is not believed.")
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patience:
        if not is_held(paths.page_lock):
            said = _start()
            address = noted(paths.page)
            if said == READY and address is not None:
                return address
            if said not in (READY, TAKEN):
                raise WatchwordError("the page could not be started" + (f": {said}" if said else ""))
        address = noted(paths.page)
        if address is not None and answers(address):
            return address
        time.sleep(0.05)
    raise WatchwordError("the page is there but does not answer. Try again in a minute.")


def _start() -> str:
    """Start the process behind the page; what it says first. It outlives this one."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "agent", "open", "--serve"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=sys.platform != "win32",
        creationflags=START_FLAGS,
    )
    assert child.stdout is not None
    too_long = threading.Timer(START_SECONDS, child.kill)
    too_long.start()
    try:
        with child.stdout as stdout:
            said = stdout.readline(1000).decode("utf-8", "replace").strip()
    finally:
        too_long.cancel()
    if said == READY:
        child.returncode = 0  # it goes on; it is not waited for
    else:
        child.wait()
    return said


def _serve(paths: Paths) -> int:
    """Be the process behind the page."""
    from agent.page.server import serve

    def say(line: str) -> None:
        """To whoever started this, who then hangs up."""
        print(line, flush=True)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

    try:
        if not serve(paths, lambda: say(READY)):
            say(TAKEN)
    except OSError as error:
        say(error.strerror or type(error).__name__)
        return 4
    return 0


def _path(item: str) -> str:
    """The path of the page about an item.

    Raises:
        RefusedError: no check or account is called that.
    """
    from agent.discovery import built_in
    from config.text import nearest, quoted

    check_id, _, account = item.partition(":")
    known = [point.name for point in built_in()]
    if check_id not in known:
        known += _plugins()
    if check_id not in known:
        near = nearest(check_id, known)
        raise RefusedError(f"there is no check {quoted(check_id)}" + (f"; did you mean {near}?" if near else ""))
    if not account:
        return f"/item/{check_id}"
    return f"/item/{check_id}/{account if ACCOUNT_ID.fullmatch(account) else _account_id(account)}"


def _plugins() -> tuple[str, ...]:
    from agent.cli.session import settings_in_force

    return settings_in_force()[0].settings.plugins


def _account_id(name: str) -> str:
    from datetime import UTC, datetime

    from agent.accounts import known_accounts
    from agent.cli.session import open_session
    from agent.cli.subjects import account_named

    session = open_session(last_good=True)
    with session.store:
        known = known_accounts(session.loaded.settings, session.store, now=datetime.now(UTC))
        return account_named(name, known.accounts).id
