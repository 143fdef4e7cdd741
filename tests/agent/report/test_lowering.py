"""Sharing less of a report than it has."""

from __future__ import annotations

import pytest

from agent.report.lowering import lower, lowest
from agent.report.model import LEVELS, Level
from agent.report.reader import encode, read
from tests.agent.report.exporters.entries import busy


@pytest.mark.parametrize("high", LEVELS)
@pytest.mark.parametrize("low", LEVELS)
def test_a_lowered_report_is_the_one_that_the_lower_level_would_have_made(high: Level, low: Level) -> None:
    lowered = lower(busy(level=high), low)
    assert lowered.checks == busy(level=lowest(high, low)).checks
    assert lowered.privacy.level == lowest(high, low)
    assert read(encode(lowered)) == lowered


def test_a_level_is_never_raised() -> None:
    summary = busy(level="summary")
    assert lower(summary, "detailed") is summary
