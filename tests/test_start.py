"""start.py on a machine where something is missing: one clear line, and nothing half done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

START = Path(__file__).parent.parent / "start.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what start.py needs, with no environment beside it."""
    for name in ("start.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(START.with_name(name), tmp_path)
    return tmp_path


def start(checkout: Path, *arguments: str, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run start.py with some Python run before it, to make this machine a poorer one."""
    hand_over = f"sys.argv = {['start.py', *arguments]!r}; runpy.run_path('start.py', run_name='__main__')"
    run = f"{before}\nimport runpy, sys\n{hand_over}"
    return subprocess.run(
        [sys.executable, "-c", run],
        cwd=checkout,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_without_arguments_it_says_how_it_is_used(checkout: Path) -> None:
    done = start(checkout)
    assert done.returncode == 0
    assert "python3 start.py check" in done.stdout
    assert not (checkout / ".venv").exists()


def test_an_old_python_is_named_in_one_line(checkout: Path) -> None:
    done = start(checkout, "check", before="import sys; sys.version_info = (3, 9, 2)")
    assert done.returncode == 4
    assert done.stderr.startswith("start.py: Watchword needs Python 3.11 or newer; this is Python 3.9.2 (")
    assert done.stderr.count("\n") == 1


def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    done = start(checkout, "check", before="import sys; sys.modules['ensurepip'] = None")
    assert done.returncode == 4
    assert done.stderr.splitlines()[-1].startswith("start.py: this Python has no venv module. On Debian and Ubuntu: ")
    assert not (checkout / ".venv").exists()


def test_without_network_it_says_so_and_can_be_run_again(checkout: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "1"}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    for _ in range(2):
        done = start(checkout, "check", **nowhere)
        assert done.returncode == 4
        assert done.stderr.splitlines()[-1].startswith("start.py: the packages could not be fetched: ")
        assert done.stdout == ""


def test_a_lock_that_was_tampered_with_is_refused(checkout: Path) -> None:
    lock = checkout / "requirements.lock"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{4}", "sha256:0000", lock.read_text()))
    done = start(checkout, "check")
    assert done.returncode == 4
    assert "could not be installed" in done.stderr


def test_a_folder_that_cannot_be_written_is_named(checkout: Path) -> None:
    (checkout / ".venv").write_text("in the way")
    done = start(checkout, "check")
    assert done.returncode == 4
    assert "the private environment could not be made in" in done.stderr


def test_the_locks_name_no_place_to_download_from() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = START.with_name(name).read_text()
        assert "://" not in text
        assert "--index-url" not in text
        assert "--find-links" not in text
        assert "--hash=sha256:" in text


def test_files_where_one_works_are_not_run_as_parts_of_it(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("json", "tempfile", "compileall", "agent", "config"):
        (elsewhere / f"{name}.py").write_text("open('was-run', 'w')\nraise SystemExit(9)\n")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "1"}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    done = subprocess.run(
        [sys.executable, checkout / "start.py", "check"],
        cwd=elsewhere,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stderr.splitlines()[-1].startswith("start.py: the packages could not be fetched: ")
    assert not (elsewhere / "was-run").exists()
