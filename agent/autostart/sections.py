"""Reading units and desktop entries: files of sections with keys, written by us or changed by somebody since."""

from __future__ import annotations

import configparser

__all__ = ["section"]


def section(data: bytes, name: str) -> dict[str, str]:
    """The keys of one section as they are written. What cannot be read has none."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # typeshed: keys are case-sensitive here
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return dict(parser[name]) if parser.has_section(name) else {}
