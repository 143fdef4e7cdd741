"""Tests of Watchword on Windows. ``tests/windows/run.sh`` runs them under Wine; elsewhere nothing is collected."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.host.live import LiveHost

Watchword = Callable[..., "subprocess.CompletedProcess[bytes]"]

if sys.platform != "win32":
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def host() -> LiveHost:
    """This Windows."""
    return LiveHost()


@pytest.fixture
def reg() -> Callable[..., None]:
    """Run reg.exe, the way an administrator writes values."""

    def run(*arguments: str) -> None:
        subprocess.run(
            [os.path.join(os.environ["SYSTEMROOT"], "System32", "reg.exe"), *arguments],
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=60,
        )

    return run


@pytest.fixture
def key(reg: Callable[..., None]) -> Iterator[str]:
    """The name of a key of this test's own below Software, gone in every part of the registry afterwards."""
    name = f"Watchword test {uuid.uuid4()}"
    yield name
    for root, view in (("HKCU", "64"), ("HKLM", "64"), ("HKLM", "32")):
        try:
            reg("delete", rf"{root}\Software\{name}", "/f", f"/reg:{view}")
        except subprocess.CalledProcessError:
            continue


@pytest.fixture
def watchword(own_home: Path) -> Watchword:
    """Run ``watchword ARGS...`` in a process of its own, in a home of its own; ``input`` is piped to it."""

    def run(*arguments: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "agent", *arguments], input=input, capture_output=True, timeout=100, check=False
        )

    return run
