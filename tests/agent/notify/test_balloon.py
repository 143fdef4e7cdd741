"""A real balloon of a real Windows Python under Wine, on a screen that nobody sees."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.agent.notify.desktop import needs, running, until

REPOSITORY = Path(__file__).parents[3]
SHOW = """
import sys
from agent import notify
body = "If you step away, someone could use this laptop. It takes about a minute to fix."
answer = notify.show("Your screen does not lock itself", body + sys.argv[2], keys=["screen_lock"])
open(sys.argv[1], "w").write(f"{answer.shown} {answer.reason}")
"""


def wine_python() -> Path:
    """Where tests/windows/wine-python.sh keeps it."""
    cache = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache"
    folder = Path(os.environ.get("WATCHWORD_WINE") or cache / "watchword" / "wine")
    if not (folder / "stamp").exists():
        pytest.skip("there is no Windows Python under Wine: tests/windows/wine-python.sh makes it")
    return folder


def white(picture: Path) -> int:
    """How many white pixels are above the task bar: the balloon's."""
    argv = ["convert", str(picture), "-crop", "800x370+0+0", "-fill", "black", "+opaque", "white"]
    done = subprocess.run([*argv, "-format", "%[fx:mean*w*h]", "info:"], check=True, capture_output=True, text=True)
    return int(float(done.stdout))


def test_windows_shows_a_balloon_and_gives_no_receipt(display: str, tmp_path: Path) -> None:
    needs("wine", "import", "convert")
    home = wine_python()
    script, answer, picture = tmp_path / "show.py", tmp_path / "answer", tmp_path / "screen.png"
    script.write_text(SHOW)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": pwd.getpwuid(os.getuid()).pw_dir,
        "DISPLAY": display,
        "WINEPREFIX": str(home / "prefix"),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "PYTHONPATH": f"Z:{REPOSITORY}".replace("/", "\\"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # A desktop of its own: that of another program may have been made without a screen.
    program = [f"Z:{home}/py/pythonw.exe", f"Z:{script}", f"Z:{answer}", " More." * 60]
    argv = ["wine", "explorer", f"/desktop=watchword{os.getpid()},800x400", *program]
    null = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def seen() -> int:
        subprocess.run(["import", "-window", "root", str(picture)], env={**os.environ, "DISPLAY": display}, check=True)
        return white(picture)

    with running(argv, env, **null):
        until(lambda: answer.exists() and answer.read_text(), 60)
        assert answer.read_text() == "None None"
        try:
            until(lambda: seen() > 5_000, 30)
        finally:
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    there = f"DISPLAY={display}".encode() in (folder / "environ").read_bytes().split(b"\0")
                    if there and b"agent.notify.balloon" in (folder / "cmdline").read_bytes():
                        os.kill(int(folder.name), signal.SIGKILL)
