"""Where the running page is: a number of this computer, a port and a secret path, in a file for the person alone.

Imported by ``watchword open`` before anything else, so it needs the standard library only.
"""

from __future__ import annotations

import errno
import hmac
import http.client
import json
import os
import re
import secrets
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Self

from agent.files import read_regular

__all__ = ["HOST", "Address", "answers", "any_host", "forget", "keep_to_ourselves", "note", "noted"]

#: Never a name, never another interface: nobody outside this computer reaches it.
HOST = "127.0.0.1"
#: All of these are this computer.
LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")
#: 32 random bytes, 43 characters of a URL.
SECRET_BYTES = 32
MAX_BYTES = 4096
ANSWER_SECONDS = 2.0


@dataclass(frozen=True)
class Address:
    """A running page. ``proof`` is what it answers to show that it is ours; it is never sent before."""

    port: int
    secret: str
    proof: str
    host: str = HOST

    @classmethod
    def new(cls, port: int, host: str = HOST) -> Self:
        """A fresh secret for a page at this place."""
        return cls(port, secrets.token_urlsafe(SECRET_BYTES), secrets.token_urlsafe(SECRET_BYTES), host)

    @property
    def prefix(self) -> str:
        """The secret path that every address of the page begins with, without a slash at its end."""
        return f"/s/{self.secret}"

    def url(self, path: str = "/") -> str:
        """The full address of a path of the page. It is secret: it belongs in no log, argument or environment."""
        return f"{self.origin}{self.prefix}{path}"

    @property
    def origin(self) -> str:
        """What browsers take for one site."""
        return f"http://{self.host}:{self.port}"


def any_host() -> str:
    """A number of this computer's that hardly any other program has ever used, so that none has left anything there.

    What a page leaves in a browser, such as a service worker that answers in its place, belongs to its number and port.
    """
    first, second, third = (secrets.randbelow(254) + 1 for _ in range(3))
    return f"127.{first}.{second}.{third}"


def keep_to_ourselves(folder: str) -> bool:
    """Let nobody but the person write to their folder; whether that is so. ``XDG_RUNTIME_DIR`` may lead anywhere."""
    with suppress(OSError):
        if sys.platform != "win32" and _is_theirs(os.lstat(folder)):
            os.chmod(folder, 0o700)
    return _is_ours(folder)


def _is_ours(path: str) -> bool:
    """Whether this is the person's and nobody else may write to it. On Windows all below their own folder is."""
    if sys.platform == "win32":
        return True
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return _is_theirs(found) and not found.st_mode & 0o022


def _is_theirs(found: os.stat_result) -> bool:
    return sys.platform != "win32" and found.st_uid == os.geteuid() and not stat.S_ISLNK(found.st_mode)


def note(address: Address, path: str) -> None:
    """Leave the address where the next ``watchword open`` finds it, readable by the person alone.

    Raises:
        OSError: it cannot be written, or others may write there.
    """
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not keep_to_ourselves(folder):
        raise PermissionError(errno.EPERM, "Others may write there", folder)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".page-")  # 0600, O_EXCL
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            json.dump(asdict(address), file)
        os.replace(temporary, path)
    except BaseException:  # Ctrl-C too: leave no half file, then go on raising
        with suppress(OSError):
            os.unlink(temporary)
        raise


def noted(path: str) -> Address | None:
    """The address that was left, or ``None``. Whether anything is there still is another question."""
    if not (_is_ours(os.path.dirname(path)) and _is_ours(path)):
        return None
    try:
        raw = json.loads(read_regular(path, MAX_BYTES))
        address = Address(raw["port"], raw["secret"], raw["proof"], raw.get("host", HOST))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(address.host, str) or LOOPBACK.fullmatch(address.host) is None:
        return None
    texts = all(isinstance(text, str) and text.isascii() and text for text in (address.secret, address.proof))
    return address if texts and isinstance(address.port, int) and 0 < address.port < 65536 else None


def forget(path: str) -> None:
    """Take the note away."""
    with suppress(OSError):
        os.unlink(path)


def answers(address: Address, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether our page is there. Another program at that port cannot know the proof."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=seconds)
    try:
        connection.request("GET", f"{address.prefix}/alive")
        answer = connection.getresponse()
        said = answer.read(len(address.proof) + 1)
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return answer.status == 200 and hmac.compare_digest(said, address.proof.encode())
