"""The command line as its user runs it: a process of its own, in a home of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

Watchword = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def watchword() -> Watchword:
    """Run ``watchword ARGS...``; ``input`` is piped to it."""

    def run(*arguments: str, input: str = "", timeout: float = 100) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "agent", *arguments],
            input=input,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    return run
