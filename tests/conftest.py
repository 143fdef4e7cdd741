"""For every test: a home of its own, so that no test reads or writes the person's own files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

#: Skips that are right even where everything is installed: the reason, exactly.
EXPECTED_SKIPS: frozenset[str] = frozenset()

_skipped: list[str] = []

# How long an example takes says more about what else this computer is doing; what must be quick is timed by itself.
# Every run looks at new examples, but the one that judges a change: that one must not fail by what it did not change.
settings.register_profile("watchword", deadline=None, derandomize="WATCHWORD_SAME_EXAMPLES" in os.environ)
settings.load_profile("watchword")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, named by HOME (on Windows by USERPROFILE and its like), and no XDG variable at all."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith("XDG_") or name in ("DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "NO_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    if sys.platform == "win32":
        home = home / "Zoë O'Brien-Łuk"  # no code page has all of these letters
        monkeypatch.setenv("USERPROFILE", str(home))
        monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
        monkeypatch.setenv("LOCALAPPDATA", str(home / "AppData" / "Local"))
        (home / "AppData" / "Roaming").mkdir(parents=True)
        (home / "AppData" / "Local").mkdir()
    return home


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped.append(f"{report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    unexpected = [line for line in _skipped if line.partition(": ")[2] not in EXPECTED_SKIPS]
    if os.environ.get("WATCHWORD_NO_SKIPS") and unexpected and exitstatus == 0:
        print("\nskipped, though nothing should be:\n  " + "\n  ".join(unexpected))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
