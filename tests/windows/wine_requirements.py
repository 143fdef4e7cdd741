"""Print what Windows needs of ``requirements-dev.lock``, with its hashes and without markers.

pip evaluates markers for the system it runs on, even when asked for packages of another one. So the markers are
evaluated here, for the Windows Python that the tests run in. Usage: ``wine_requirements.py LOCK VERSION``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

#: Tools that look at the code from outside; they run once, on Linux.
LEFT_OUT = re.compile(
    r"(types-.*|ruff|mypy.*|librt|ast-serialize|import-linter|grimp|rich|markdown-it-py|mdurl|hatchling"
    r"|pathspec|trove-classifiers|tomlkit)"
)


def windows_requirements(lock: str, version: str) -> Iterator[str]:
    """The lock's requirements that apply to Windows with Python ``version`` ("3.11"), each with its hashes."""
    environment: dict[str, str | AbstractSet[str]] = {
        **{name: str(value) for name, value in default_environment().items()},
        "os_name": "nt",
        "sys_platform": "win32",
        "platform_system": "Windows",
        "platform_machine": "AMD64",
        "python_version": version,
        "python_full_version": f"{version}.0",
    }
    for entry in lock.replace("\\\n", " ").splitlines():
        text, *hashes = re.split(r"\s+(?=--hash=)", entry.strip())
        if not text or text.startswith("#"):
            continue
        requirement = Requirement(text.strip())
        if requirement.marker is not None and not requirement.marker.evaluate(environment):
            continue
        if not LEFT_OUT.fullmatch(requirement.name):
            yield " ".join([f"{requirement.name}{requirement.specifier}", *(each.strip() for each in hashes)])


if __name__ == "__main__":
    print("\n".join(windows_requirements(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2])))
