"""The child process that talks to the OS keyring, because only a process can be stopped while a prompt blocks it.

One JSON request on stdin, one JSON answer on stdout; no secret is ever an argument or an environment variable.
Run by :mod:`agent.secrets` as ``python -m agent.keyring_child``; it imports nothing else of Watchword.

Request: ``{"op": "get"|"set"|"remove"|"names", "service": "watchword", "names": [...], "value": "...",
"may_prompt": false, "seconds": 10}``. Answer: ``{"values": {name: text or null}}``, ``{"names": [...]}``,
``{"done": true or false}`` or ``{"error": reason}``.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import warnings
from contextlib import closing
from typing import Any

#: Where a secret may be kept: the stores of the systems themselves. Others (``keyrings.alt`` in plain text, ``null``,
#: ``fail``, anything unheard of) are refused.
TRUSTED_BACKENDS = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
        "keyring.backends.macOS",
        "keyring.backends.Windows",
    }
)
TIME_IS_UP = 75  # EX_TEMPFAIL


def main() -> int:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.read())
    # If the parent is gone, nobody ends this process while it waits for a prompt.
    timer = threading.Timer(request["seconds"], os._exit, [TIME_IS_UP])
    timer.daemon = True
    timer.start()
    # A back end that prints must not spoil the answer.
    answer_to, sys.stdout = sys.stdout, sys.stderr
    answer = _answer(request)
    answer_to.write(json.dumps(answer))
    answer_to.flush()
    return 0


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request. Any other error ends this process without one, which the parent takes as ``failed``."""
    warnings.simplefilter("ignore")
    from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError

    try:
        backend = _trusted_backend()
        obstacle = "no_keyring" if backend is None else None if request["may_prompt"] else _would_prompt(backend)
        return {"error": obstacle} if obstacle else _do(backend, request)
    except KeyringLocked:
        return {"error": "locked"}
    except (NoKeyringError, InitError):
        return {"error": "no_keyring"}
    except PasswordDeleteError:
        return {"done": False}


def _do(backend: Any, request: dict[str, Any]) -> dict[str, Any]:
    service = request["service"]
    if request["op"] == "get":
        return {"values": {name: backend.get_password(service, name) for name in request["names"]}}
    if request["op"] == "names":
        return {"names": _names(backend, service)}
    (name,) = request["names"]
    if request["op"] == "set":
        backend.set_password(service, name, request["value"])
        # Some back ends take a value and keep nothing.
        return {"done": True} if backend.get_password(service, name) == request["value"] else {"error": "failed"}
    if backend.get_password(service, name) is None:
        return {"done": False}
    backend.delete_password(service, name)
    return {"done": True}


def _names(backend: Any, service: str) -> list[str]:
    """The names of what is kept, of those keyrings that can be asked; the Secret Service is. Secrets are not read."""
    if type(backend).__module__ != "keyring.backends.SecretService":
        return []
    collection = backend.get_preferred_collection()
    with closing(collection.connection):
        kept = [item.get_attributes() for item in collection.search_items({"service": service})]
    return [attributes["username"] for attributes in kept if isinstance(attributes.get("username"), str)]


def _trusted_backend() -> Any:
    """The keyring in use, if it is one of the systems' own; of a chain, its first such link."""
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    candidates = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    for candidate in candidates:
        if type(candidate).__module__ in TRUSTED_BACKENDS:
            return candidate
    return None


def _would_prompt(backend: Any) -> str | None:
    """Why using this back end would put a password prompt on the screen, or ``None``.

    A prompt that appears by itself is what we teach people to distrust, so a background round never causes one.
    """
    if type(backend).__module__ != "keyring.backends.SecretService":
        return None
    import secretstorage
    from secretstorage.exceptions import SecretStorageException

    try:
        with closing(secretstorage.dbus_init()) as connection:
            # Unlike get_default_collection, this does not create a collection (and ask for its new password).
            return "locked" if secretstorage.Collection(connection).is_locked() else None
    except SecretStorageException:
        return "no_keyring"


if __name__ == "__main__":
    raise SystemExit(main())
