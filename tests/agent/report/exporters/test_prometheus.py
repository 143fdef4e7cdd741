"""The Prometheus textfile, read by a small parser of its grammar."""

from __future__ import annotations

import re
from datetime import timedelta

import msgspec
import pytest

from agent.report.exporters import prometheus
from agent.report.exporters.entry import Entry
from tests.agent.report.builders import ACCOUNT, DEVICE, NOW, report, row
from tests.agent.report.exporters.entries import LATER, UNKNOWN, current, future, passing, stale, well

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})\{{((?:{LABEL})(?:,{LABEL})*)\}} (-?[0-9]+)")


def samples(*entries: Entry) -> dict[str, int]:
    """Every sample by its whole name; each may be there once, after its HELP and TYPE, which are there once."""
    found: dict[str, int] = {}
    declared: list[str] = []
    for line in prometheus.render(entries, LATER).decode().removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            assert line.split()[2] not in declared
            declared.append(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {declared[-1]} gauge"
        else:
            match = SAMPLE.fullmatch(line)
            assert match is not None, line
            assert match[1] == declared[-1]
            key = f"{match[1]}{{{match[2]}}}"
            assert key not in found
            found[key] = int(match[3])
    return found


def test_a_check_is_one_when_it_passes_and_not_otherwise() -> None:
    found = samples(current())
    values = {re.findall('check="([a-z_]+)"', name)[0]: value for name, value in found.items() if "check_pass" in name}
    assert values == {"screen_lock": 0, "app_updates": 0, "two_step": 0, "breach": -1, "password_manager": 1}


def test_the_time_of_the_report_is_a_value_and_no_sample_has_a_timestamp() -> None:
    name = f'watchword_report_generated_timestamp_seconds{{device="{DEVICE}"}}'
    assert samples(current())[name] == int(NOW.timestamp())


@pytest.mark.parametrize("state", UNKNOWN)
def test_what_is_not_known_has_no_sample_that_says_it_is_well(state: str) -> None:
    found = samples(UNKNOWN[state])
    assert found[f'watchword_files{{state="{state}"}}'] == 1
    assert not [name for name in found if "check_pass" in name or "findings" in name]
    assert not [name for name, value in found.items() if 'overall="ok"' in name and value]


@pytest.mark.parametrize("hours", [-24, 0, 1])
def test_of_several_current_reports_of_one_device_the_worst_counts(hours: int) -> None:
    """A program of somebody else may have put a file with this laptop's number beside the true one."""
    other = current(well(generated_at=(NOW + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")))
    word = f'watchword_overall{{device="{DEVICE}",overall="action"}}'
    assert samples(current(), other)[word] == samples(other, current())[word] == 1


@pytest.mark.parametrize("other", [stale(), future()], ids=["stale", "future"])
def test_one_that_is_not_current_hides_none_that_is(other: Entry) -> None:
    word = f'watchword_overall{{device="{DEVICE}",overall="action"}}'
    assert samples(current(), other)[word] == samples(other, current())[word] == 1


def test_of_those_that_are_not_current_the_newest_is_named() -> None:
    older = stale(well(generated_at=(NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")))
    name = f'watchword_report_generated_timestamp_seconds{{device="{DEVICE}"}}'
    assert samples(stale(), older)[name] == samples(older, stale())[name] == int(NOW.timestamp())


def test_of_two_findings_with_one_name_the_worse_counts() -> None:
    twice = report(passing(instance=ACCOUNT), row(instance=ACCOUNT))
    name = f'watchword_check_pass{{device="{DEVICE}",check="screen_lock",instance="{ACCOUNT}"}}'
    assert samples(current(twice))[name] == 0


def test_a_label_cannot_end_its_quotes() -> None:
    made = well()
    device = msgspec.structs.replace(made.device, label='x",y="\\')
    found = samples(current(msgspec.structs.replace(made, device=device)))
    assert any('label="x\\",y=\\"\\\\"' in name for name in found)
