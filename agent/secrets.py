"""Secrets in the keyring of the system: the Have I Been Pwned key, addresses of accounts, what signs reports.

The keyring is only ever used by a child process with a time limit (:mod:`agent.keyring_child`): asking a locked one
can wait for a prompt that nobody answers. Names are allow-listed, so that no command can read or overwrite what other
programs keep.

Could not tell is ``Unreadable``: ``no_keyring`` (none, or only one that stores plain text or nothing), ``locked``,
``timeout`` or ``failed``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from agent.host import Unreadable

__all__ = ["HIBP_KEY", "REPORT_SECRET", "REPORT_SECRET_NEW", "SERVICE", "Reader", "address_name", "get", "get_many"]
__all__ += ["is_known", "is_the_persons", "kept_names", "remove", "store"]

SERVICE = "watchword"
HIBP_KEY = "hibp_api_key"
#: What reports are signed with, and one that an office has yet to accept. No command reads or sets them.
REPORT_SECRET, REPORT_SECRET_NEW = "report_secret", "report_secret_new"

#: Reading from an unlocked keyring takes 50 ms, the child's start 300 ms; a slow disk may need ten times that.
READ_SECONDS = 10.0
#: A person is at the keyboard and may have to type the keyring's password.
PROMPT_SECONDS = 120.0

_ADDRESS = re.compile(r"address:[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_REASONS = frozenset({"no_keyring", "locked", "failed"})


def address_name(account_id: str) -> str:
    """The name under which the address of an account is kept."""
    return f"address:{account_id}"


def is_known(name: str) -> bool:
    """Whether ``name`` is one that Watchword may keep a secret under."""
    return name in (HIBP_KEY, REPORT_SECRET, REPORT_SECRET_NEW) or _ADDRESS.fullmatch(name) is not None


def is_the_persons(name: str) -> bool:
    """Whether it is a name under which the person may keep or forget a secret by hand."""
    return is_known(name) and name not in (REPORT_SECRET, REPORT_SECRET_NEW)


def get_many(
    names: Sequence[str], *, time_limit: float = READ_SECONDS, may_prompt: bool = False
) -> dict[str, str | Unreadable | None]:
    """Several secrets by one child. ``None`` is one that was never stored. No prompt unless ``may_prompt``."""
    if not names:
        return {}
    answer = _ask("get", names, time_limit, may_prompt=may_prompt)
    if isinstance(answer, Unreadable):
        return dict.fromkeys(names, answer)
    values = answer.get("values")
    if not isinstance(values, dict):
        return dict.fromkeys(names, Unreadable("failed", "keyring"))
    return {name: _value(values, name) for name in names}


class Reader:
    """Reads from the keyring for one round: everything that may be wanted, by one child, at the first question.

    Each child costs 0.15 s of CPU time, and most rounds need nothing from the keyring.
    """

    def __init__(self) -> None:
        self._wanted = {HIBP_KEY}
        self._known: dict[str, str | Unreadable | None] = {}
        self._lock = threading.Lock()

    def expect(self, names: Iterable[str]) -> None:
        """These may be asked for later in the round."""
        self._wanted.update(names)

    def get_many(self, names: Sequence[str]) -> dict[str, str | Unreadable | None]:
        """As :func:`get_many`."""
        with self._lock:
            if not set(names) <= self._known.keys():
                self._known.update(get_many(sorted(self._wanted | set(names))))
            return {name: self._known[name] for name in names}

    def get(self, name: str) -> str | Unreadable | None:
        """One secret; ``None`` when it was never stored."""
        return self.get_many([name])[name]


def get(name: str, *, time_limit: float = READ_SECONDS, may_prompt: bool = False) -> str | Unreadable | None:
    """One secret; ``None`` when it was never stored."""
    return get_many([name], time_limit=time_limit, may_prompt=may_prompt)[name]


def store(name: str, value: str, *, time_limit: float = PROMPT_SECONDS, may_prompt: bool = True) -> Unreadable | None:
    """Keep a secret, and read it back to be sure. ``None`` when it is kept."""
    answer = _ask("set", [name], time_limit, may_prompt=may_prompt, value=value)
    if isinstance(answer, Unreadable):
        return answer
    return None if answer.get("done") is True else Unreadable("failed", "keyring")


def remove(name: str, *, time_limit: float = PROMPT_SECONDS, may_prompt: bool = True) -> bool | Unreadable:
    """Forget a secret. ``False`` when there was none."""
    answer = _ask("remove", [name], time_limit, may_prompt=may_prompt)
    if isinstance(answer, Unreadable):
        return answer
    done = answer.get("done")
    return done if isinstance(done, bool) else Unreadable("failed", "keyring")


def kept_names(*, time_limit: float = READ_SECONDS, may_prompt: bool = False) -> list[str] | Unreadable:
    """The names under which secrets are kept, as far as the keyring can say: on Windows and macOS it names none."""
    answer = _ask("names", [], time_limit, may_prompt=may_prompt)
    if isinstance(answer, Unreadable):
        return answer
    names = answer.get("names")
    if not isinstance(names, list):
        return Unreadable("failed", "keyring")
    return sorted({name for name in names if isinstance(name, str) and is_known(name)})


def _value(values: dict[str, Any], name: str) -> str | Unreadable | None:
    value = values.get(name, False)
    return value if value is None or isinstance(value, str) else Unreadable("failed", "keyring")


def _ask(
    op: str, names: Sequence[str], time_limit: float, *, may_prompt: bool, value: str = ""
) -> dict[str, Any] | Unreadable:
    """One request to a child of its own, which does not outlive ``time_limit`` seconds."""
    if not all(map(is_known, names)):
        raise ValueError("that is not the name of a secret that Watchword keeps")  # it may be the secret: not quoted
    request = {
        "op": op,
        "service": SERVICE,
        "names": list(names),
        "value": value,
        "may_prompt": may_prompt,
        "seconds": time_limit + 1,
    }
    try:
        child = subprocess.Popen(
            # -P: a folder named "agent" in the current directory must not be run in our place.
            [sys.executable, "-P", "-m", "agent.keyring_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:
        return Unreadable("failed", "keyring")
    with child:
        try:
            out, _ = child.communicate(json.dumps(request).encode(), timeout=time_limit)
        except subprocess.TimeoutExpired:
            _end(child)
            return Unreadable("timeout", "keyring")
    try:
        answer = json.loads(out)
    except ValueError:
        return Unreadable("failed", "keyring")
    if not isinstance(answer, dict):
        return Unreadable("failed", "keyring")
    if "error" in answer:
        return Unreadable(answer["error"] if answer["error"] in _REASONS else "failed", "keyring")
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
