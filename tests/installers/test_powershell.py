"""The discovery script for Windows: its syntax by a real parser, and nothing that Windows PowerShell 5.1 does not know.

It cannot be run here. What it must answer is what the shell script answers, whose tests it was written after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

KIT = Path(__file__).parents[2] / "installers/it/intune"
SCRIPT = KIT / "discovery.ps1"
#: What only later versions have: ?? ?. ?: && || and parameters of cmdlets.
LATER = re.compile(r"\?\?|\?\.|&&|\|\||-AsHashtable|-Parallel|-AsUTC|\bclean\s*\{|\bternary\b")
#: What a discovery script has no business with.
FORBIDDEN = re.compile(
    r"invoke-expression|\biex\b|invoke-webrequest|net\.webclient|start-process|set-content|out-file|remove-item|add-type"
    r"|set-itemproperty|new-item\b|env:computername|env:username|win32_bios|\bhostname\b",
    re.IGNORECASE,
)


def tree(data: bytes) -> Any:
    powershell = pytest.importorskip("tree_sitter_powershell", reason="tree-sitter-powershell is not installed")
    sitter = pytest.importorskip("tree_sitter", reason="tree-sitter is not installed")
    return sitter.Parser(sitter.Language(powershell.language())).parse(data).root_node


def nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from nodes(child)


def code() -> str:
    return "\n".join(line.partition("# ")[0] for line in SCRIPT.read_text("ascii").splitlines())


def test_it_is_powershell() -> None:
    root = tree(SCRIPT.read_bytes())
    assert not [node.start_point for node in nodes(root) if node.is_error or node.is_missing]


def test_the_parser_notices_what_is_not() -> None:
    assert tree(SCRIPT.read_bytes().replace(b"function Read-Text(", b"function Read-Text((")).has_error


def test_it_is_plain_ascii_so_that_no_version_misreads_it() -> None:
    assert SCRIPT.read_bytes().isascii()


def test_it_uses_nothing_that_came_after_5_1() -> None:
    assert LATER.findall(code()) == []


def test_it_writes_nothing_starts_nothing_and_asks_for_no_name() -> None:
    assert FORBIDDEN.findall(code()) == []


def test_its_last_word_is_exit_code_0_and_there_is_no_other() -> None:
    assert re.findall(r"^\s*exit\b.*$", code(), re.MULTILINE) == ["exit 0"]
    assert SCRIPT.read_text().rstrip().endswith("exit 0")


def test_it_prints_the_same_settings_as_the_shell_script() -> None:
    pattern = re.compile(r'\\?"(Watchword[A-Za-z]+)\\?":')
    assert pattern.findall(SCRIPT.read_text()) == pattern.findall((KIT / "discovery.sh").read_text()) != []


def test_texts_are_compared_with_their_case() -> None:
    """``-eq``, ``-match`` and ``switch`` take "OK" for "ok", and a registry path may be written either way."""
    texts = [line for line in code().splitlines() if re.search(r"-(eq|ne|match|notmatch|like) ['\"]", line)]
    assert [line.strip() for line in texts] == [
        "if ($Root -ne '') {",
        "if ($folder -match '^[A-Za-z]:\\\\') { $found += $folder }",
    ]


def test_every_pattern_ends_at_the_very_end() -> None:
    r"""In .NET ``$`` is also before a line end; ``\z`` is not."""
    assert not re.search(r"-c?(not)?match '[^']*\$'", code())
