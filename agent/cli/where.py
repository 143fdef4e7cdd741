"""Where to do what the steps say: on the person's page, and by which command for who is in a terminal anyway."""

from __future__ import annotations

import shlex
import subprocess
import sys

from agent.status import CheckRow
from agent.words import catalogue
from config.text import printable

__all__ = ["command_for", "places"]

ACCOUNT = "{account}"


def places(row: CheckRow) -> tuple[str, ...]:
    """A line each: the page about this finding, then the command, if there is one."""
    account = row.label or row.instance or ""
    item = f"{row.id}:{account}" if account else row.id
    command = command_for(row.id, row.reason, account)
    page = f"on your page: watchword open --at {_word(item)}"
    return (page, f"or in a terminal: {command}") if command else (page,)


def command_for(check_id: str, reason: str, account: str = "") -> str:
    """The command that does what the steps for this reason come to; nothing where there is none.

    One about an account needs its name.
    """
    words = catalogue().get(f"{check_id}.{reason}") or catalogue().get(f"any.{reason}")
    if words is None or (ACCOUNT in words.command and not account):
        return ""
    return words.command.replace(ACCOUNT, _word(account))


def _word(text: str) -> str:
    """The text as one word for the shell that people use here."""
    shown = printable(text)
    return subprocess.list2cmdline([shown]) if sys.platform == "win32" else shlex.quote(shown)
