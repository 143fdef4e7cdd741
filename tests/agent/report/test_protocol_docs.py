"""``docs/report-protocol.md`` says what the agent does, to the byte: its vectors, its words, its tables."""

from __future__ import annotations

import inspect
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.contract import Response
from agent.errors import RefusedError
from agent.http import Network
from agent.report.answers import CODE_PROBLEMS, PROBLEMS, to_enrolment, to_signed
from agent.report.enrolment_code import normalised
from agent.report.protocol import Key, endpoint, enrolment, leave, secret_of, secret_text, signature, signing_text
from config.confirmation_words import confirmation_words

TEXT = (Path(__file__).parents[3] / "docs/report-protocol.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DATE = {"date": "Sun, 22 Nov 2026 10:00:00 GMT"}


def section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def block(title: str) -> str:
    """What stands between the first fences in a section."""
    found: list[str] = re.findall(r"^```[a-z]*\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)
    return found[0]


def answers(title: str) -> list[list[str]]:
    """The cells of the table of answers in a section, without code marks."""
    rows = re.findall(r"^\| ([0-9]{3}) \| (.*?) \| .*? \| `([a-z]+)`", section(title), re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row] for row in rows]


VECTORS: dict[str, Any] = json.loads(block("Test vectors"))
KEY = Key(VECTORS["device_id"], bytes.fromhex(VECTORS["secret_hex"]))


def test_the_secret_its_key_id_and_its_words() -> None:
    assert secret_text(KEY.secret) == VECTORS["secret"]
    assert secret_of(VECTORS["secret"]) == KEY.secret
    assert KEY.id == VECTORS["key_id"]
    assert list(KEY.words) == VECTORS["words"]
    assert f"*{' '.join(KEY.words)}*" in section("Approval by three words")


def test_the_list_of_words_is_whole_and_in_order() -> None:
    assert block("Approval by three words").split() == list(confirmation_words())


def test_the_body_of_an_enrolment() -> None:
    code = next(iter(VECTORS["codes"].values()))
    asked = enrolment("https://x.example", code=code, key=KEY, platform="linux", agent_version="0.1.0")
    assert asked.body == VECTORS["enrolment_body"].encode()
    assert json.loads(block("Joining")) == json.loads(asked.body)


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda vector: vector["path"])
def test_what_is_signed_and_the_signature(vector: dict[str, str]) -> None:
    text = signing_text("POST", vector["path"], vector["time"], vector["nonce"], vector["body"].encode())
    assert text == vector["text"].encode()
    assert signature(KEY.secret, text) == vector["signature"]


def test_a_whole_request_is_the_first_of_these() -> None:
    vector = VECTORS["signed"][0]
    asked = leave("https://x.example/watchword", key=KEY, at=NOW, nonce=vector["nonce"])
    assert asked.body == vector["body"].encode()
    assert asked.headers["Watchword-Signature"] == vector["signature"]


def test_the_headers_are_those_of_a_request() -> None:
    named = re.findall(r"^\| `([A-Za-z-]+)` \|", section("Signed requests"), re.MULTILINE)
    sent = leave("https://x.example", key=KEY, at=NOW, nonce="0" * 32).headers
    assert named == [name for name in sent if name != "Content-Type"]


def test_the_example_of_what_is_signed_has_its_six_lines() -> None:
    assert block("Signed requests") == VECTORS["signed"][0]["text"] + "\n"


@pytest.mark.parametrize(("base", "path"), VECTORS["paths"].items())
def test_the_path_of_an_address(base: str, path: str) -> None:
    assert endpoint(base, "reports").removeprefix("https://collector.example") == path


@pytest.mark.parametrize(("typed", "code"), VECTORS["codes"].items())
def test_what_becomes_of_a_code(typed: str, code: str) -> None:
    assert normalised(typed) == code


@pytest.mark.parametrize("typed", VECTORS["not_codes"])
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(RefusedError):
        normalised(typed)


@pytest.mark.parametrize(("status", "error", "verdict"), answers("Reporting"))
def test_the_verdict_on_an_answer_to_a_report(status: str, error: str, verdict: str) -> None:
    body = json.dumps({"error": error} if error else {"state": "taken"}).encode()
    assert to_signed(Response(int(status), DATE, body), now=NOW).verdict.value == verdict


@pytest.mark.parametrize(("status", "body", "verdict"), answers("Joining"))
def test_the_verdict_on_an_answer_to_a_code(status: str, body: str, verdict: str) -> None:
    assert to_enrolment(Response(int(status), {}, body.encode()), now=NOW).verdict.value == verdict


def test_every_word_that_is_understood_is_in_a_table() -> None:
    about_reports = {(int(status), error) for status, error, _ in answers("Reporting")}
    about_codes = {(int(status), json.loads(body).get("error")) for status, body, _ in answers("Joining")}
    assert {(status, word) for status, words in PROBLEMS.items() for word in words} <= about_reports
    assert {(status, word) for status, words in CODE_PROBLEMS.items() for word in words} <= about_codes


@pytest.mark.parametrize(("said", "seconds"), [("59", 60), ("86401", 86400)])
def test_the_bounds_of_a_wait_are_those_that_are_told(said: str, seconds: int) -> None:
    answer = to_signed(Response(503, {"retry-after": said}, b""), now=NOW)
    assert answer.retry_after == timedelta(seconds=seconds)
    told = " ".join(section("Rates, and how a laptop backs off").split())
    assert "Less than 60 seconds counts as 60 seconds, more than 24 hours as 24 hours" in told


def test_the_time_that_a_laptop_waits_is_that_of_its_network() -> None:
    limits = inspect.signature(Network).parameters
    assert [limits[f"{name}_seconds"].default for name in ("connect", "read", "total")] == [5, 20, 25]
    told = " ".join(section("Every request").split())
    assert "five seconds for the connection, twenty for the next byte, and twenty-five for everything" in told
