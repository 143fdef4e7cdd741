from __future__ import annotations

import pytest

from agent.cli import run as watchword


def test_several_checks_can_be_explained_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert watchword(["explain", "screen_lock", "disk_encryptio"]) == 2
    assert watchword(["explain", "screen_lock", "--plain"]) in (0, 1, 3)
    assert "How we know:" in capsys.readouterr().out
