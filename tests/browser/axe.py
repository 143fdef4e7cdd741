"""axe-core, which finds what makes a page hard to use for some people. It is fetched by ``fetch_axe.sh``."""

from __future__ import annotations

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Window

__all__ = ["violations"]

FETCH = Path(__file__).with_name("fetch_axe.sh")
#: Asked for before any test has a home of its own.
FILE = subprocess.run(["bash", str(FETCH), "--where"], capture_output=True, text=True, check=False).stdout.strip()
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
#: WCAG 2.2 AA with the rules of earlier versions that it contains, and what axe calls good practice.
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """
const [rules, done] = arguments;
axe.run(document, {resultTypes: ["violations"], runOnly: rules})
  .then(found => done({violations: found.violations, passes: found.passes.length}),
        error => done({error: String(error)}));
"""


@cache
def _source() -> str:
    if not os.path.isfile(FILE):
        pytest.skip("axe-core is not there: run tests/browser/fetch_axe.sh")
    data = Path(FILE).read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256, f"{FILE} is not the one that was looked at"
    return data.decode()


def violations(window: Window, *, colours_only: bool = False) -> list[str]:
    """What axe finds wrong with the page as it is shown now: the rule and the element, a line each."""
    if not window.driver.execute_script("return 'axe' in window"):
        window.driver.execute_script(_source())
    found: dict[str, Any] = window.driver.execute_async_script(RUN, COLOURS if colours_only else RULES)
    assert "error" not in found, found
    assert found["passes"] > 0, "it did not look"
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]
