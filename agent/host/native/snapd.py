"""Asking snapd over its socket, which every user may read from."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

from agent.host import Unreadable

if TYPE_CHECKING:
    from http.client import HTTPResponse

SOCKET = "/run/snapd.socket"
#: snapd asks its store before it answers some questions.
LIMIT_SECONDS = 15.0
MAX_BYTES = 8 * 1024 * 1024


def snapd_get(path: str, address: str = SOCKET) -> Any:
    """GET ``path`` (``/v2/snaps``): the JSON document of the answer, whatever its status. ``None`` without a snapd.

    ``Unreadable`` is ``timeout``, ``denied``, ``failed``, ``too_large`` or ``malformed``.
    """
    if not path.startswith("/v2/") or not path.isprintable() or " " in path:
        return Unreadable("unsupported", path)
    if not os.path.exists(address):
        return None
    from http.client import HTTPException  # with what comes below it 15 ms, of use only where there is a snapd

    from agent.host.native.unix_http import UnixConnection

    connection = UnixConnection(address, LIMIT_SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return json.loads(_body(connection.getresponse()))
    except _TooLargeError:
        return Unreadable("too_large", path)
    except (OSError, HTTPException) as error:
        return Unreadable(_reason(error), path)
    except (ValueError, RecursionError):
        return Unreadable("malformed", path)
    finally:
        connection.close()


def _body(response: HTTPResponse) -> bytes:
    deadline = time.monotonic() + LIMIT_SECONDS
    body = b""
    while chunk := response.read1(65536):
        body += chunk
        if len(body) > MAX_BYTES:
            raise _TooLargeError
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "denied" if isinstance(error, PermissionError) else "failed"


class _TooLargeError(Exception):
    """The answer is longer than anything snapd says."""
