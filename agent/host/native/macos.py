"""Native calls on macOS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.host.native import files

QUERIES: Mapping[str, Callable[..., Any]] = {
    "distrust": files.distrust,
    "mtime": files.mtime,
    "owner": files.owner,
}
