"""What an answer means, and that nothing but a status, a known word and a date is ever taken from one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Response
from agent.host import Unreadable
from agent.report.answers import CODE_PROBLEMS, PROBLEMS, Answer, Verdict, to_enrolment, to_signed

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 13:00:05 GMT"


def response(status: int, document: Any = None, **headers: str) -> Response:
    body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def signed(status: int, document: Any = None, **headers: str) -> Answer:
    return to_signed(response(status, document, **headers), now=NOW)


def enrolment(status: int, document: Any = None, **headers: str) -> Answer:
    return to_enrolment(response(status, document, **headers), now=NOW)


@pytest.mark.parametrize(
    ("status", "error", "verdict"),
    [
        (401, "unknown_key", Verdict.REFUSED),
        (401, "signature", Verdict.REFUSED),
        (403, "pending", Verdict.WAITING),
        (403, "wrong_device", Verdict.REFUSED),
        (409, "replayed", Verdict.GONE),
        (409, "older", Verdict.GONE),
        (409, "conflict", Verdict.GONE),
        (410, "ended", Verdict.ENDED),
        (422, "schema", Verdict.GONE),
    ],
)
def test_each_word_of_the_protocol_has_its_verdict(status: int, error: str, verdict: Verdict) -> None:
    assert signed(status, {"error": error, "at": "$.x"}) == Answer(verdict, status, error)


@pytest.mark.parametrize("status", [200, 202])
def test_a_report_is_taken_when_the_collector_says_so(status: int) -> None:
    assert signed(status, {"state": "taken"}) == Answer(Verdict.TAKEN, status)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<html>Welcome</html>", b'{"state":"pending"}', b'{"state":"taken"', b'"taken"', b"[]"]
)
@pytest.mark.parametrize("status", [200, 202])
def test_a_page_of_somebody_in_between_is_no_sign_that_a_report_was_taken(status: int, body: bytes) -> None:
    assert signed(status, body) == Answer(Verdict.LATER, status)


@pytest.mark.parametrize("body", [b"", b"<html>Gone</html>", b'{"error":"gone"}'])
def test_a_page_that_is_gone_does_not_end_the_enrolment(body: bytes) -> None:
    assert signed(410, body) == Answer(Verdict.LATER, 410)


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_what_will_never_be_taken_is_let_go_of_even_without_a_word(status: int) -> None:
    assert signed(status, b"<html>") == Answer(Verdict.GONE, status)


@pytest.mark.parametrize(
    "status", [100, 201, 204, 206, 301, 302, 303, 304, 307, 308, 401, 402, 404, 405, 407, 408, 411, 418, 425, 429, 431]
)
def test_whatever_else_happens_the_report_is_kept(status: int) -> None:
    assert signed(status, {"state": "taken", "error": "ended"}) == Answer(Verdict.LATER, status)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_collector_in_trouble_is_asked_later(status: int) -> None:
    assert signed(status, b"", retry_after="120") == Answer(Verdict.LATER, status, None, timedelta(seconds=120))


@pytest.mark.parametrize("body", [b"", b"<html>Blocked</html>", b'{"error":"code_used"}'])
def test_forbidden_without_a_known_word_is_a_refusal(body: bytes) -> None:
    assert signed(403, body) == Answer(Verdict.REFUSED, 403)


@pytest.mark.parametrize("reason", ["offline", "timeout", "tls", "refused", "incomplete", "too_large", "insecure"])
def test_no_answer_is_later_and_its_reason_is_kept(reason: str) -> None:
    unreadable = Unreadable(reason, "collector.example")
    assert to_signed(unreadable, now=NOW) == to_enrolment(unreadable, now=NOW) == Answer(Verdict.LATER, 0, reason)


# The clock


def test_a_refusal_for_the_clock_gives_the_collectors_time() -> None:
    answer = signed(401, {"error": "clock"}, date=DATE)
    assert answer == Answer(Verdict.CLOCK, 401, "clock", None, datetime(2026, 11, 22, 13, 0, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Sun, 22 Nov 2026 13:00:05",
        "Sun, 22 Nov 2026 13:00:05 +0000",
        "Sun, 31 Jun 2026 13:00:05 GMT",
        "Sun, 22 Nov 2026 25:00:05 GMT",
        "Sun, 22 Nov 2026 23:59:60 GMT",
        "Sun, 22 Nov 1970 13:00:05 GMT",
        "Sunday, 22-Nov-26 13:00:05 GMT",
        "Sun Nov 22 13:00:05 2026",
        "2026-11-22T13:00:05Z",
        "Sun, 22 nov 2026 13:00:05 GMT",
        "Sun, \u0662\u0662 Nov 2026 13:00:05 GMT",
        f"{DATE}, {DATE}",
    ],
)
def test_without_a_date_in_the_one_form_that_is_sent_there_is_nothing_to_sign_again_with(date: str) -> None:
    assert signed(401, {"error": "clock"}, date=date) == Answer(Verdict.LATER, 401, "clock")


@pytest.mark.parametrize(("status", "error"), [(200, "clock"), (401, "signature"), (403, "clock"), (503, "clock")])
def test_the_date_of_any_other_answer_is_not_looked_at(status: int, error: str) -> None:
    assert signed(status, {"error": error}, date=DATE).server_time is None


# How long to wait


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("0", timedelta(seconds=60)),
        ("59", timedelta(seconds=60)),
        ("61", timedelta(seconds=61)),
        (" 120 ", timedelta(seconds=120)),
        ("86400", timedelta(hours=24)),
        ("86401", timedelta(hours=24)),
        ("9" * 18, timedelta(hours=24)),
        ("Sun, 22 Nov 2026 10:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 09:00:00 GMT", timedelta(seconds=60)),
        ("Sun, 22 Nov 2099 09:00:00 GMT", timedelta(hours=24)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e3", None),
        ("60, 120", None),
        ("9" * 19, None),
        ("\u0661\u0662\u0660", None),
    ],
)
def test_a_wait_is_understood_and_held_between_a_minute_and_a_day(said: str, wait: timedelta | None) -> None:
    assert signed(429, b"", retry_after=said).retry_after == wait
    assert enrolment(429, b"", retry_after=said).retry_after == wait


# Being let in


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize(("state", "verdict"), [("accepted", Verdict.TAKEN), ("pending", Verdict.WAITING)])
def test_a_code_that_is_taken_says_whether_office_it_must_still_approve(
    status: int, state: str, verdict: Verdict
) -> None:
    assert enrolment(status, {"state": state}) == Answer(verdict, status)


@pytest.mark.parametrize("error", ["code_unknown", "code_used", "code_expired", "full"])
def test_a_code_that_is_not_taken_says_why(error: str) -> None:
    assert enrolment(403, {"error": error}) == Answer(Verdict.REFUSED, 403, error)


@pytest.mark.parametrize(("status", "error"), [(409, "conflict"), (422, "schema")])
def test_other_refusals_of_an_enrolment(status: int, error: str) -> None:
    assert enrolment(status, {"error": error}) == Answer(Verdict.REFUSED, status, error)


@pytest.mark.parametrize("error", ["pending", "wrong_device", "ended", "no_such_word"])
def test_a_word_about_reports_says_nothing_about_a_code(error: str) -> None:
    assert enrolment(403, {"error": error}) == Answer(Verdict.REFUSED, 403)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Welcome</html>"),
        (201, b""),
        (201, b'{"state":"ended"}'),
        (202, b'{"state":"accepted"}'),
        (302, b'{"state":"accepted"}'),
        (404, b""),
        (410, b'{"error":"ended"}'),
        (429, b""),
        (500, b'{"state":"accepted"}'),
    ],
)
def test_what_says_neither_yes_nor_no_to_a_code_is_asked_again(status: int, body: bytes) -> None:
    assert enrolment(status, body) == Answer(Verdict.LATER, status)


# Bodies that nobody should send


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"pending","error":"pending"}',
        b'{"error":"pending","x":NaN}',
        b'{"error":"pending","x":' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"error":"pending","x":"' + b"y" * 5000 + b'"}',
        b'\xef\xbb\xbf{"error":"pending"}',
        '{"error":"pending"}'.encode("utf-16"),
        b'{"error":"pending","x":"\xff"}',
        b'{"error":["pending"]}',
        b'{"error":{"pending":1}}',
        b'{"error":"Pending"}',
        b'{"error":" pending"}',
        b'{"error":"pending\\u0000"}',
        b'{"Error":"pending"}',
        b'[{"error":"pending"}]',
        b'{"error":"pending"}{"error":"pending"}',
    ],
)
def test_an_odd_body_says_nothing(body: bytes) -> None:
    assert signed(403, body) == Answer(Verdict.REFUSED, 403)


def test_the_longest_body_that_is_read() -> None:
    assert signed(403, b'{"error":"pending"}'.ljust(4096)).problem == "pending"
    assert signed(403, b'{"error":"pending"}'.ljust(4097)).problem is None


SAYING = [word for problems in (PROBLEMS, CODE_PROBLEMS) for words in problems.values() for word in sorted(words)]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from([*SAYING, "taken", "accepted"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from(["error", "state", "at", "url", "level", "command"]), json_values)
bodies = st.binary(max_size=200) | st.builds(lambda value: json.dumps(value).encode(), documents | json_values)
header_values = st.text(max_size=30) | st.sampled_from([DATE, "60", "0", "9" * 30, "-1"])
headers = st.dictionaries(st.sampled_from(["retry-after", "date", "location", "set-cookie"]), header_values)


@given(st.integers(100, 599), headers, bodies)
def test_no_answer_gives_more_than_a_verdict_a_known_word_and_two_bounded_times(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    for answer, problems in (
        (to_signed(Response(status, headers, body), now=NOW), PROBLEMS),
        (to_enrolment(Response(status, headers, body), now=NOW), CODE_PROBLEMS),
    ):
        assert answer.problem is None or answer.problem in problems[status]
        assert answer.retry_after is None or timedelta(minutes=1) <= answer.retry_after <= timedelta(hours=24)
        assert (answer.server_time is not None) == (answer.verdict is Verdict.CLOCK)
        assert answer.verdict is not Verdict.TAKEN or status in (200, 201, 202)
        assert answer.verdict is not Verdict.ENDED or (status, answer.problem) == (410, "ended")
