"""``watchword status`` with results that are no longer current, and with text that a terminal would act on."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import quick_status, status
from agent.cli.show import not_current
from agent.contract import Severity, Status
from agent.paths import Paths
from tests.agent.cli.conftest import Watchword
from tests.agent.test_status import a_document, a_row

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


def put(*statuses: Status, age: timedelta = timedelta(), written: str = "", title: str = "Title") -> None:
    """A result of that age in the place of status.json."""
    rows = [a_row(each, Severity.HIGH, id=f"check_{number}") for number, each in enumerate(statuses)]
    document = json.loads(status.encode(a_document(*rows)))
    at = (datetime.now(UTC) - age).replace(microsecond=0)
    document["generated_at"] = written or at.isoformat().replace("+00:00", "Z")
    for row in document["checks"]:
        row["text"]["title"] = title
    path = Path(Paths.here().status)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))


@pytest.mark.parametrize("age", [timedelta(), WEEK - MINUTE, -timedelta(minutes=5)])
def test_a_current_result_is_what_it_says(age: timedelta, watchword: Watchword) -> None:
    put(Status.PASS, age=age)
    assert watchword("status", "--json").returncode == 0
    done = watchword("status")
    assert done.returncode == 0
    assert "Nothing needs doing." in done.stdout


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (WEEK + MINUTE, "This result is 7 days old and nothing has been checked since"),
        (timedelta(days=7 * 365), "This result is 7 years old and nothing has been checked since"),
        (-timedelta(minutes=20), "This result is dated in the future"),
    ],
)
def test_an_old_pass_or_one_from_the_future_is_no_pass_and_says_so(
    age: timedelta, said: str, watchword: Watchword
) -> None:
    put(Status.PASS, age=age)
    spoken, document = watchword("status"), watchword("status", "--json")
    assert (spoken.returncode, document.returncode) == (3, 3)
    assert said in spoken.stdout.replace("\n", " ")
    assert "Nothing needs doing" not in spoken.stdout
    assert document.stdout == Path(Paths.here().status).read_text()
    assert said in document.stderr


def test_what_failed_long_ago_is_not_taken_back(watchword: Watchword) -> None:
    put(Status.FAIL, Status.PASS, age=10 * WEEK)
    assert watchword("status").returncode == watchword("status", "--json").returncode == 1


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2999-01-01T00:00:00.000Z",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "XXX9999999", "Pacific/Kiritimati"])
def test_a_time_at_the_edge_of_the_calendar_is_never_current(
    written: str, zone: str, watchword: Watchword, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    put(Status.PASS, written=written)
    for form in ("--json", "--plain"):
        done = watchword("status", form)
        assert done.returncode in (3, 4), done.stderr
        assert "something went wrong inside" not in done.stderr


def test_the_two_ways_to_the_document_agree_on_what_is_current() -> None:
    assert timedelta(seconds=quick_status.CURRENT_SECONDS) == status.CURRENT_FOR
    assert timedelta(seconds=quick_status.CLOCK_SLACK_SECONDS) == status.CLOCK_SLACK


def test_a_whole_week_is_still_current_to_the_second() -> None:
    document = a_document(a_row())
    assert not_current(document, document.generated_at + WEEK) == ""
    assert not_current(document, document.generated_at + WEEK + timedelta(seconds=1)) != ""


def test_text_in_the_file_cannot_move_the_cursor(watchword: Watchword) -> None:
    put(Status.FAIL, title="\x1b]0;title\x07 \u202eall fine\u061c")
    done = watchword("status")
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "\u061c" not in done.stdout
