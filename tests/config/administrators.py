"""Settings files, and who may own the policies among them in tests: whoever runs the tests."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

__all__ = ["ME", "write"]


def write(folder: Path, text: str | bytes, name: str = "config.toml") -> Path:
    """A settings file that only its owner may change."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(0o644)
    return path


def _me() -> frozenset[int | str]:
    if sys.platform != "win32":
        return frozenset({os.getuid()})
    import msvcrt

    from config.trust_windows import access_of

    with tempfile.TemporaryFile() as file:
        return frozenset({access_of(msvcrt.get_osfhandle(file.fileno())).owner})


ME = _me()
