"""What Watchword answers about recorded computers, to be compared between Linux and Windows.

``python -m tests.windows.answers`` prints it as JSON: recording -> command -> exit code and text.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from agent import cli

__all__ = ["NAMES", "answer"]

FOLDER = Path(__file__).parents[1] / "recordings"
RECORDED = sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/*.json"))
#: Every recorded Windows and Mac, as "windows/win10_pro_german", and every fifth Linux.
NAMES = [name for number, name in enumerate(RECORDED) if not name.startswith("linux/") or number % 5 == 0]
COMMANDS = (
    ("check", "--json"),
    ("explain", "screen_lock"),
    ("explain", "app_updates"),
    ("explain", "password_manager"),
)


def answer(name: str) -> dict[str, tuple[int, str]]:
    """By command: its exit code and all that it prints."""
    path = str(FOLDER / f"{name}.json")
    return {" ".join(command): _printed([*command, "--replay", path]) for command in COMMANDS}


def _printed(arguments: list[str]) -> tuple[int, str]:
    data = io.BytesIO()
    stream = io.TextIOWrapper(data, encoding="utf-8", newline="\n", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        code = cli.run(arguments)
    return code, data.getvalue().decode()


if __name__ == "__main__":
    json.dump({name: answer(name) for name in NAMES}, sys.stdout)
