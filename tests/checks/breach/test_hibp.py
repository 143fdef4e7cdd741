"""The protocol: every answer means exactly one thing, and nonsense never means "not found"."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Response, Unreadable
from checks.breach import hibp
from checks.breach.breach import UNREADABLE, Breach, breach_from, named, plain
from checks.breach.dealt_with import is_new
from checks.breach.hibp import Plan, Trouble
from checks.breach.severity import Weight, weight
from tests.builders import NOW
from tests.hibp_server import breach

BASE = "https://haveibeenpwned.com/api/v3/"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["Name", "DataClasses", "IsVerified", "hashSuffix", "websites", "Rpm", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)
BODIES = st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode())
HEADERS = st.dictionaries(st.sampled_from(["retry-after", "cf-ray", "content-type"]), st.text(max_size=30))
ANSWERS = st.builds(
    Response, status=st.integers(100, 599) | st.sampled_from([200, 404, 429, 403]), headers=HEADERS, body=BODIES
) | st.builds(Unreadable, reason=st.text(max_size=10))


def answer(status: int, body: Any = "", **headers: str) -> Response:
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


# Addresses


def test_the_published_vectors() -> None:
    assert hibp.address_hash("test@example.com") == "567159D622FFBB50B11B0EFD307BE358624A26EE"
    assert hibp.range_url(BASE, hibp.address_hash("test@example.com")).endswith("/breachedaccount/range/567159")
    assert hibp.password_hash("password") == "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"
    assert hibp.passwords_url("https://api.pwnedpasswords.com", hibp.password_hash("password")).endswith("/range/5BAA6")


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        (" Alex@Example.ORG\n", "alex@example.org"),
        ("a+b@example.org", "a+b@example.org"),
        ("zoë@example.org", "zoë@example.org"),
        ('"odd@local"@example.org', '"odd@local"@example.org'),
        ("alex", None),
        ("@example.org", None),
        ("alex@", None),
        ("alex jones@example.org", None),
        ("alex@exa\x00mple.org", None),
        ("", None),
        ("a" * 250 + "@example.org", None),
    ],
)
def test_an_address_is_normalised_or_refused(address: str, known_as: str | None) -> None:
    assert hibp.normalised(address) == known_as


@given(st.text())
def test_any_address_stays_one_segment_of_the_path(text: str) -> None:
    address = hibp.normalised(text)
    if address is not None:
        path = hibp.account_url(BASE, address).removeprefix(BASE)
        assert path.count("/") == 1
        assert path.count("?") == 1
        assert "#" not in path


# Answers about an address


def test_a_404_with_an_empty_body_is_not_found() -> None:
    assert hibp.decode_account(answer(404), NOW) == ()


@pytest.mark.parametrize(
    ("given_answer", "reason"),
    [
        (answer(400, {"statusCode": 400}), "bad_request"),
        (answer(401, "Access denied due to missing hibp-api-key."), "bad_key"),
        (answer(403, "<html>"), "no_permission"),
        (answer(403, "<html>", cf_ray="8f1234567890abcd-FRA"), "blocked"),
        (answer(404, "<html>"), "unreadable"),
        (answer(404, {"statusCode": 404}), "unreadable"),
        (answer(429, "", retry_after="7"), "rate_limited"),
        (answer(500), "unavailable"),
        (answer(503, "<html>"), "unavailable"),
        (answer(521), "unavailable"),
        (answer(200), "unreadable"),
        (answer(200, "<html>Welcome</html>"), "unreadable"),
        (answer(200, []), "unreadable"),
        (answer(200, {}), "unreadable"),
        (answer(200, "null"), "unreadable"),
        (answer(200, [{"Name": ""}]), "unreadable"),
        (answer(200, [{"Name": "Adobe"}, {"name": "Other"}]), "unreadable"),
        (answer(200, '[{"Name": "Adobe"}'), "unreadable"),
        (answer(200, b'[{"Name": "\xff"}]'), "unreadable"),
        (answer(200, "[" * 100_000), "unreadable"),
        (answer(204), "unreadable"),
        (answer(302), "unreadable"),
        (answer(418), "unreadable"),
        (Unreadable("offline", "x"), "offline"),
        (Unreadable("refused", "x"), "offline"),
        (Unreadable("timeout", "x"), "timeout"),
        (Unreadable("tls", "x"), "tls"),
        (Unreadable("too_large", "x"), "unreadable"),
        (Unreadable("redirect", "x"), "unreadable"),
    ],
)
def test_every_other_answer_is_trouble_with_a_reason(given_answer: Response | Unreadable, reason: str) -> None:
    decoded = hibp.decode_account(given_answer, NOW)

    assert isinstance(decoded, Trouble)
    assert decoded.reason == reason


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 8),
        ("0", 2),
        ("-5", 61),
        ("  30 ", 31),
        ("999999", 86400),
        ("9" * 50, 86400),
        ("Sun, 22 Nov 2026 10:05:00 GMT", 301),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 2),
        ("Sun, 22 Nov 2099 09:00:00 GMT", 86400),
        ("soon", 61),
        ("", 61),
        ("7.5", 61),
        ("\u0667", 61),
        ("1e3", 61),
        ("Sun, 99 Nov 2026 09:00:00 GMT", 61),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_a_day(said: str, seconds: int) -> None:
    decoded = hibp.decode_account(answer(429, retry_after=said), NOW)

    assert decoded == Trouble("rate_limited", timedelta(seconds=seconds))


def test_a_ray_id_is_only_shown_if_it_looks_like_one() -> None:
    decoded = hibp.decode_account(answer(403, cf_ray="<script>alert(1)</script>"), NOW)

    assert decoded == Trouble("blocked", timedelta(hours=24), "")


# The anonymous search


def test_only_the_entry_with_our_own_suffix_counts_whatever_its_case() -> None:
    digest = hibp.address_hash("test@example.com")
    entries = [
        {"hashSuffix": digest[6:].lower(), "websites": ["Adobe", "Forum"]},
        {"hashSuffix": "0" * 34, "websites": ["Dating"]},
    ]

    assert hibp.decode_range(answer(200, entries), digest, NOW) == ("Adobe", "Forum")
    assert hibp.decode_range(answer(200, entries[1:]), digest, NOW) == ()


def test_an_anonymous_answer_without_any_address_says_nothing() -> None:
    assert hibp.decode_range(answer(200, []), "A" * 40, NOW) == Trouble("unreadable")
    assert hibp.decode_range(answer(404), "A" * 40, NOW) == Trouble("unreadable")


@pytest.mark.parametrize(
    "entries",
    [
        [{"hashSuffix": "0" * 35, "websites": ["A"]}],
        [{"hashSuffix": "0" * 33, "websites": ["A"]}],
        [{"hashSuffix": "G" * 34, "websites": ["A"]}],
        [{"hashSuffix": 5, "websites": ["A"]}],
        [{"hashSuffix": "0" * 34}],
        ["0" * 34],
        {"hashSuffix": "0" * 34},
    ],
)
def test_a_range_that_cannot_be_read_is_trouble(entries: Any) -> None:
    assert hibp.decode_range(answer(200, entries), "A" * 40, NOW) == Trouble("unreadable")


@pytest.mark.parametrize("names", [[], [5], [""]])
def test_our_own_entry_without_names_is_trouble(names: list[Any]) -> None:
    entries = [{"hashSuffix": "A" * 34, "websites": names}]

    assert hibp.decode_range(answer(200, entries), "A" * 40, NOW) == Trouble("unreadable")


# The subscription and the passwords


@pytest.mark.parametrize(
    ("document", "plan"),
    [
        ({"SubscriptionName": "Pro 1", "Rpm": 500, "IncludesKAnon": True}, Plan(500, True)),
        ({"SubscriptionName": "Pwned 1", "Rpm": 10, "IncludesKAnon": False, "New": 1}, Plan(10, False)),
        ({"SubscriptionName": "Core 1"}, Plan(10, False)),
        ({"SubscriptionName": "Core 1", "Rpm": None, "IncludesKAnon": "true"}, Plan(10, False)),
        ({"SubscriptionName": "Core 1", "Rpm": 0}, Plan(10, False)),
        ({"SubscriptionName": "Core 1", "Rpm": True}, Plan(10, False)),
        ({"SubscriptionName": "Core 1", "Rpm": 10**30}, Plan(100_000, False)),
        ({"Rpm": 10}, Trouble("unreadable")),
        ([], Trouble("unreadable")),
    ],
)
def test_a_subscription_is_read_by_its_flags(document: Any, plan: Plan | Trouble) -> None:
    assert hibp.decode_plan(answer(200, document), NOW) == plan


PASSWORD = hibp.password_hash("password")
PADDING = "\r\n".join(f"{number:035X}:0" for number in range(799))


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (f"{'0' * 35}:5\r\n{PASSWORD[5:]}:9659365\r\n{'F' * 35}:0", 9659365),
        (f"{PASSWORD[5:].lower()}:3\n", 3),
        (f"{PASSWORD[5:]}:0\r\n{PADDING}", 0),
        (f"{'F' * 35}:5\r\n{PADDING}", 0),
        (f"{PASSWORD[5:]}:7\r\n{'F' * 35}:5", 7),
        (PADDING, Trouble("unreadable")),
        (f"{'0' * 35}:5", Trouble("unreadable")),
        ("", Trouble("unreadable")),
        ("\r\n", Trouble("unreadable")),
        ("<html>", Trouble("unreadable")),
        (f"{'0' * 35}:5\r\n{PASSWORD[5:20]}", Trouble("unreadable")),
        (f"{'0' * 35}:", Trouble("unreadable")),
        (f"{'0' * 34}:5", Trouble("unreadable")),
        (f"{'0' * 35}:\u0665", Trouble("unreadable")),
        (f"{PASSWORD[5:]} :5", Trouble("unreadable")),
    ],
)
def test_a_password_range_is_read_line_by_line(body: str, seen: int | Trouble) -> None:
    assert hibp.decode_passwords(answer(200, body), PASSWORD, NOW) == seen


def test_a_password_range_is_never_a_404() -> None:
    assert hibp.decode_passwords(answer(404), PASSWORD, NOW) == Trouble("unreadable")


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("0" * 32, True),
        ("aB" * 16, True),
        ("0" * 31, False),
        ("0" * 33, False),
        ("g" * 32, False),
        ("0" * 32 + "\n", False),
    ],
)
def test_the_form_of_a_key(key: str, is_one: bool) -> None:
    assert hibp.is_key(key) is is_one


# Anything at all


@given(ANSWERS)
def test_no_answer_raises_and_only_an_empty_404_is_not_found(any_answer: Response | Unreadable) -> None:
    decoded = hibp.decode_account(any_answer, NOW)

    empty_404 = isinstance(any_answer, Response) and any_answer.status == 404 and not any_answer.body.strip()
    assert (decoded == ()) == empty_404
    if isinstance(decoded, Trouble) and decoded.wait is not None:
        assert timedelta(seconds=1) <= decoded.wait <= timedelta(hours=24)


@given(ANSWERS)
def test_no_answer_raises_in_any_other_decoder(any_answer: Response | Unreadable) -> None:
    hibp.decode_range(any_answer, "A" * 40, NOW)
    hibp.decode_plan(any_answer, NOW)
    hibp.decode_latest(any_answer, NOW)
    catalogue = hibp.decode_catalogue(any_answer, NOW)
    assert catalogue != ()
    seen = hibp.decode_passwords(any_answer, PASSWORD, NOW)
    assert isinstance(seen, Trouble) or (isinstance(any_answer, Response) and any_answer.status == 200)


@pytest.mark.parametrize("name", ["\U00018cd6", "\u202e", "<>"])
def test_one_whose_name_cannot_be_shown_is_a_breach_all_the_same(name: str) -> None:
    read = breach_from({"Name": name})
    assert read is not None
    assert (read.name, read.title, named(name).title) == (name, UNREADABLE, UNREADABLE)


@given(st.dictionaries(st.sampled_from(list(breach("X"))), JSON_VALUES))
def test_any_object_is_a_breach_or_is_not(entry: dict[str, Any]) -> None:
    read = breach_from({"Name": "X", **entry})

    assert read is None or (read.name and read.title and len(read.title) <= 60)
    if read is not None and entry.get("IsSpamList") is not True and entry.get("IsRetired") is not True:
        assert weight(read) > Weight.IGNORED
        assert is_new(read, {})


@given(st.text(alphabet=st.sampled_from("<>&;!-[]/ a\"'\n\u202e\x1b\x00#x3cglt"), max_size=400))
def test_text_from_elsewhere_becomes_harmless_words(text: str) -> None:
    words = plain(text, 50)

    assert len(words) <= 50
    assert not set(words) & set("<>\n\x1b\x00\u202e")


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ('In 2024, <a href="https://x.example">X</a> &amp; co', "In 2024, X & co"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "scriptalert(1)/script"),
        ("<b", "b"),
        ("one<br>two\n\tthree", "one two three"),
        ("safe\u202egnirts \x1b[31mred", "safegnirts [31mred"),
        ("x" * 60, "x" * 49 + "…"),
    ],
)
def test_html_is_read_as_words(html: str, words: str) -> None:
    assert plain(html, 50) == words


# Weights


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Weight.DETAILS),
        ({"DataClasses": []}, Weight.DETAILS),
        ({"DataClasses": None}, Weight.DETAILS),
        ({"DataClasses": ["Something new"]}, Weight.DETAILS),
        ({"DataClasses": ["Physical addresses"]}, Weight.GRAVE),
        ({"DataClasses": ["Auth tokens"]}, Weight.GRAVE),
        ({"DataClasses": ["security questions and answers"]}, Weight.GRAVE),
        ({"IsMalware": True}, Weight.GRAVE),
        ({"DataClasses": ["Names", "Passwords"]}, Weight.PASSWORD),
        ({"DataClasses": ["Passwords"], "IsVerified": False}, Weight.DOUBTFUL),
        ({"DataClasses": ["Passwords"], "IsFabricated": True}, Weight.DOUBTFUL),
        ({"IsStealerLog": True}, Weight.PASSWORD),
        ({"IsStealerLog": True, "IsVerified": False}, Weight.PASSWORD),
        ({"IsStealerLog": True, "IsFabricated": True}, Weight.DOUBTFUL),
        ({"DataClasses": ["Passwords"], "IsSpamList": True}, Weight.IGNORED),
        ({"DataClasses": ["Passwords"], "IsRetired": True}, Weight.IGNORED),
        ({"IsVerified": "false", "IsSpamList": "true", "IsRetired": 1}, Weight.DETAILS),
    ],
)
def test_what_a_breach_weighs(changes: dict[str, Any], expected: Weight) -> None:
    read = breach_from(breach("X", **changes))

    assert isinstance(read, Breach)
    assert weight(read) is expected
