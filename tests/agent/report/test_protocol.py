"""Requests, signatures and secrets, as pure functions."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter

from agent.host import Unreadable
from agent.report.protocol import (
    SECRET_BYTES,
    Key,
    endpoint,
    enrolment,
    leave,
    report,
    secret_of,
    secret_text,
    signature,
    signing_text,
)
from config.confirmation_words import confirmation_words

DEVICE = "6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22"
KEY = Key(DEVICE, bytes(range(32)))
AT = datetime(2026, 11, 22, 10, 0, 5, 999_999, tzinfo=UTC)
NONCE = "00112233445566778899aabbccddeeff"
BASE = "https://collector.example/watchword"

secrets = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


# The secret


@given(secrets)
def test_a_secret_is_written_in_one_way_and_read_back(secret: bytes) -> None:
    text = secret_text(secret)
    assert len(text) == 43
    assert secret_of(text) == secret


@given(
    st.text() | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=", min_size=42, max_size=45)
)
def test_what_is_no_secret_is_not_taken_for_one(text: str) -> None:
    secret = secret_of(text)
    assert secret == Unreadable("malformed", "report_secret") or (
        isinstance(secret, bytes) and len(secret) == SECRET_BYTES and secret_text(secret) == text
    )


@pytest.mark.parametrize(
    "text",
    ["", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 43 + "=", "A" * 43 + "\n", "+" * 43, "\u0661" * 43],
)
def test_a_secret_that_was_changed_by_hand_is_none(text: str) -> None:
    assert secret_of(text) == Unreadable("malformed", "report_secret")


def test_neither_a_key_nor_a_request_shows_its_secret() -> None:
    code = "7K3MQ9TRV2XW0H1D"
    asked = enrolment(BASE, code=code, key=KEY, platform="linux", agent_version="0.1.0")
    for shown in (repr(KEY), str(KEY), repr(asked), str(asked)):
        assert secret_text(KEY.secret) not in shown
        assert repr(KEY.secret) not in shown
        assert code not in shown


@given(secrets)
def test_the_words_are_three_of_the_list_and_depend_on_every_part_of_the_secret(secret: bytes) -> None:
    words = Key(DEVICE, secret).words
    assert len(words) == 3
    assert set(words) <= set(confirmation_words())
    assert Key("another", secret).words == words
    changed = [Key(DEVICE, secret[:at] + bytes([secret[at] ^ 1]) + secret[at + 1 :]) for at in range(SECRET_BYTES)]
    assert any(each.words != words for each in changed)
    assert all(each.id != Key(DEVICE, secret).id for each in changed)


# The requests


def test_asking_to_be_let_in_is_unsigned_and_has_these_members() -> None:
    asked = enrolment(BASE, code="7K3MQ9TRV2XW0H1D", key=KEY, platform="linux", agent_version="0.1.0")
    assert asked.url == "https://collector.example/watchword/v1/enrolments"
    assert asked.headers == {"Content-Type": "application/json"}
    assert json.loads(asked.body) == {
        "format": "watchword.enrolment/1",
        "code": "7K3MQ9TRV2XW0H1D",
        "secret": base64.urlsafe_b64encode(KEY.secret).decode().rstrip("="),
        "device_id": DEVICE,
        "platform": "linux",
        "agent_version": "0.1.0",
    }


def test_asking_twice_is_the_same_request() -> None:
    once, again = (
        enrolment(BASE, code="7K3MQ9TRV2XW0H1D", key=KEY, platform="linux", agent_version="0.1.0") for _ in range(2)
    )
    assert once == again


def test_a_report_is_sent_as_it_is_and_signed() -> None:
    body = b'{"format":"watchword.report/1", "odd" : 1}\n'
    asked = report(BASE, body, key=KEY, at=AT, nonce=NONCE)
    assert asked.url == "https://collector.example/watchword/v1/reports"
    assert asked.body == body
    assert asked.headers == {
        "Content-Type": "application/json",
        "Watchword-Device": DEVICE,
        "Watchword-Key": KEY.id,
        "Watchword-Time": "2026-11-22T10:00:05Z",
        "Watchword-Nonce": NONCE,
        "Watchword-Signature": signature(
            KEY.secret, signing_text("POST", "/watchword/v1/reports", "2026-11-22T10:00:05Z", NONCE, body)
        ),
    }


def test_leaving_is_signed_in_the_same_way() -> None:
    asked = leave(BASE, key=KEY, at=AT, nonce=NONCE)
    text = signing_text("POST", "/watchword/v1/leave", "2026-11-22T10:00:05Z", NONCE, asked.body)
    assert asked.body == b'{"format":"watchword.leave/1"}'
    assert asked.headers["Watchword-Signature"] == signature(KEY.secret, text)


def test_the_time_is_that_of_utc_wherever_the_laptop_is() -> None:
    at = AT.astimezone(timezone(timedelta(hours=-5, minutes=-30)))
    assert report(BASE, b"", key=KEY, at=at, nonce=NONCE) == report(BASE, b"", key=KEY, at=AT, nonce=NONCE)


def test_every_part_of_a_request_changes_its_signature() -> None:
    parts: dict[str, Any] = {"method": "POST", "path": "/v1/reports", "at": "2026-11-22T10:00:05Z", "nonce": NONCE}
    whole = signing_text(**parts, body=b"{}")
    others = [signing_text(**(parts | {name: parts[name] + "x"}), body=b"{}") for name in parts]
    others.append(signing_text(**parts, body=b"{} "))
    signatures = {signature(KEY.secret, text) for text in (whole, *others)} | {signature(bytes(32), whole)}
    assert len(signatures) == len(parts) + 3


# The address


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://collector.example", "https://collector.example/v1/reports"),
        ("https://collector.example/", "https://collector.example/v1/reports"),
        ("https://collector.example:8443//a/./b/../c/", "https://collector.example:8443/a/c/v1/reports"),
        ("https://collector.example/%7Ealex/%c3%bc", "https://collector.example/~alex/%C3%BC/v1/reports"),
        ("https://collector.example/b\u00fcro/50%", "https://collector.example/b%C3%BCro/50%25/v1/reports"),
        ("https://collector.example/a%2fb;c=1,2", "https://collector.example/a%2Fb;c=1,2/v1/reports"),
        ("https://collector.example/%2e%2E/a", "https://collector.example/a/v1/reports"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x/v1/reports"),
    ],
)
def test_an_address_is_written_in_the_one_way_in_which_it_is_sent(base: str, url: str) -> None:
    assert endpoint(base, "reports") == url


signs = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="?#")
pieces = st.sampled_from([".", "..", "", "%7e", "%2F", "%c3%Bc", "%", "%zz", "a b", "~", "[x]", "a;b=c", "|", "^"])
paths = st.lists(pieces | st.text(signs, max_size=6), max_size=5).map("/".join)


@given(paths)
def test_the_path_that_is_signed_is_the_path_that_is_sent(path: str) -> None:
    url = endpoint(f"https://collector.example/{path}", "reports")
    prepared = requests.Request("POST", url, data=b"{}").prepare()
    sent = HTTPAdapter().request_url(prepared, {})
    assert sent == urlsplit(url).path
    assert sent.isascii()
    assert endpoint(f"https://collector.example/{path}/", "reports") == url
