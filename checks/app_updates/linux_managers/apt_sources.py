"""Which archives apt is told to use: the suites in its sources, in either form (sources.list(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.host import Host, Unreadable

__all__ = ["suites", "suites_in"]

SOURCES_GLOBS = ("/etc/apt/sources.list.d/*.list", "/etc/apt/sources.list.d/*.sources")
SOURCES = "/etc/apt/sources.list"
ONE_LINE = re.compile(r"deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)\s*.*")
FIELD = re.compile(r"^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)", re.MULTILINE)
COMMENT = re.compile(r"^#.*\n?", re.MULTILINE)
OFF = frozenset({"no", "false", "without", "off", "disable"})


def suites(host: Host) -> frozenset[str] | Unreadable:
    """Every suite in use. A file that may not be read is ``Unreadable``: apt leaves its archives out without a word."""
    found: set[str] = set()
    for path in (SOURCES, *(path for pattern in SOURCES_GLOBS for path in host.glob(pattern))):
        text = host.read(path)
        if isinstance(text, Unreadable) and text.reason == "denied":
            return text
        if isinstance(text, str):
            found.update(suites_in(text, deb822=path.endswith(".sources")))
    return frozenset(found)


def suites_in(text: str, *, deb822: bool) -> Iterator[str]:
    """The suites of one file, spelt as in the names of lists (``buster_updates``)."""
    for suite in _deb822(text) if deb822 else _one_line(text):
        yield suite.strip("/").replace("/", "_")


def _one_line(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if match := ONE_LINE.fullmatch(line.strip()):
            yield match[1]


def _deb822(text: str) -> Iterator[str]:
    for stanza in re.split(r"\n[ \t]*\n", COMMENT.sub("", text.replace("\r\n", "\n"))):
        fields = {name.lower(): value.split() for name, value in FIELD.findall(stanza)}
        enabled = " ".join(fields.get("enabled", [])).lower() not in OFF
        if enabled and "deb" in fields.get("types", []):
            yield from fields.get("suites", [])
