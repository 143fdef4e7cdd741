"""Standard input and output that can be used, however this program was started."""

from __future__ import annotations

import io
import json
import os
import sys

__all__ = ["make_usable"]


def make_usable() -> None:
    r"""Put the null device in the place of a closed stream, and write what an encoding lacks as ``\u00fc``.

    Were the descriptor of a closed stream left free, the next file to be opened would get it, and with it whatever is
    meant for the screen. The escapes are those of JSON, so that a document stays one in any encoding.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115  (as long as the process)
    if isinstance(sys.stdout, io.TextIOWrapper):
        import codecs

        codecs.register_error("watchword", _escaped)
        sys.stdout.reconfigure(errors="watchword")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end
