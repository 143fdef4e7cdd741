"""What the README says first, and that its commands are commands."""

from __future__ import annotations

import re
from pathlib import Path

from agent.cli import COMMANDS
from agent.discovery import builtin_checks
from config.practices import practices

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FOR_IT = README.index("## For office IT and developers")


def test_it_begins_with_the_page_for_people() -> None:
    headings = re.findall(r"^## (.+)$", README, re.MULTILINE)
    assert headings[0] == "Open your page"
    assert re.findall(r"^\$ (.+)$", README, re.MULTILINE)[0] == "python3 start.py open"


def test_what_is_for_it_and_developers_comes_after_what_is_for_people() -> None:
    for word in ("`watchword compare", "`watchword schema", "`watchword record", "`app_updates`", "Exit codes"):
        assert README.index(word) > FOR_IT, word


def test_every_command_that_it_names_exists_and_every_command_is_named() -> None:
    named = set(re.findall(r"(?:`|\$ )watchword ([a-z][a-z-]*)", README))
    assert named == set(COMMANDS)


def test_every_check_has_its_place() -> None:
    own = [check.id for check in builtin_checks() if check.id not in practices()]
    assert [name for name in own if f"| `{name}` |" not in README] == []
    named = [name for name in practices() if f"`{name}`" in README]
    assert f"and {len(practices()) - len(named)} more" in README


def test_it_says_how_to_run_the_tests() -> None:
    assert "python3 start.py test" in README[README.index("## Tests") :]
