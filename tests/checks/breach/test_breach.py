"""The check as a whole, against the stand-in for the service."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from agent.contract import Account, Context, Finding, Response, Severity, Status, Unreadable
from agent.http import Network
from checks.breach import CHECK
from checks.breach.hibp import ATTRIBUTION
from checks.breach.remembered import acknowledge, forget, happened_after, newest_news, take_back
from config.schema import BreachSettings, NetworkSettings
from tests.builders import NOW, DictMemory, computer, context
from tests.hibp_server import ANONYMOUS_KEY, KEY, TEST_KEY, HibpServer, address_of, breach, hibp_server

MAIL = Account(id="i-000000000001", service="google", label="Mail", has_address=True)
POSTING = Account(id="i-000000000002", service="x", label="Posting", has_address=True)


@pytest.fixture
def server() -> Iterator[HibpServer]:
    with hibp_server() as running:
        yield running


class Laptop:
    """A computer with accounts, a keyring and a memory that lasts over rounds."""

    def __init__(self, server: HibpServer, *, key: str | Unreadable | None = KEY, profile: str = "standard") -> None:
        self.server = server
        self.key = key
        self.profile = profile
        self.accounts: list[Account] = [MAIL]
        self.addresses: dict[str, str | Unreadable | None] = {MAIL.id: address_of("account-exists")}
        self.memory = DictMemory()
        self.http: Any = Network(NetworkSettings(offline=False, ca_file=""), read_seconds=0.5, total_seconds=1)
        self.now = NOW

    def context(self, *, fresh: bool = False) -> Context:
        return context(
            computer(),
            profile=self.profile,
            now=self.now,
            memory=self.memory,
            http=self.http,
            accounts=self.accounts,
            address=lambda account: self.addresses.get(account.id),
            secret=lambda name: self.key if name == "hibp_api_key" else None,
            fresh=fresh,
            breach=BreachSettings(base_url=self.server.base_url, passwords_url=self.server.passwords_url),
        )

    def check(self, *, fresh: bool = False) -> list[Finding]:
        return list(CHECK.run(self.context(fresh=fresh)))

    def finding(self, *, fresh: bool = False) -> Finding:
        (finding,) = self.check(fresh=fresh)
        return finding

    def with_address(self, name: str) -> Laptop:
        self.addresses[MAIL.id] = address_of(name)
        return self

    def later(self, **time: float) -> Laptop:
        self.now += timedelta(**time)
        return self

    def asked(self) -> list[str]:
        """What was asked since the last time this was called."""
        paths = list(self.server.paths)
        self.server.requests.clear()
        return paths


@pytest.fixture
def laptop(server: HibpServer) -> Laptop:
    return Laptop(server)


def verdict(finding: Finding) -> tuple[Status, str]:
    return finding.status, finding.reason


# With a key


@pytest.mark.parametrize(
    ("name", "expected", "known"),
    [
        ("account-exists", (Status.FAIL, "password_exposed"), 1),
        ("multiple-breaches", (Status.WARN, "found"), 3),
        ("not-active-and-active-breach", (Status.FAIL, "password_exposed"), 1),
        ("not-active-breach", (Status.PASS, "none_known"), 0),
        ("opt-out", (Status.PASS, "none_known"), 0),
        ("permanent-opt-out", (Status.PASS, "none_known"), 0),
        ("paste-sensitive-breach", (Status.PASS, "none_known"), 0),
        ("sensitive-breach", (Status.PASS, "none_known"), 0),
        ("sensitive-and-other-breaches", (Status.WARN, "found"), 2),
        ("spam-list-only", (Status.PASS, "none_known"), 0),
        ("spam-list-and-others", (Status.WARN, "found"), 1),
        ("stealer-log", (Status.FAIL, "password_exposed"), 1),
        ("subscription-free-breach", (Status.WARN, "found"), 1),
        ("subscription-free-and-other-breaches", (Status.WARN, "found"), 3),
        ("unverified-breach", (Status.WARN, "found"), 1),
    ],
)
@pytest.mark.parametrize("way", ["full", "truncated", "anonymous"])
def test_the_services_own_test_accounts(
    laptop: Laptop, way: str, name: str, expected: tuple[Status, str], known: int
) -> None:
    laptop.server.truncate = way == "truncated"
    laptop.key = ANONYMOUS_KEY if way == "anonymous" else KEY

    finding = laptop.with_address(name).finding()

    assert verdict(finding) == expected
    assert finding.facts["known"] == known
    assert finding.subject == MAIL.id


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("unverified-breach", Severity.LOW),
        ("subscription-free-breach", Severity.MEDIUM),
        ("multiple-breaches", Severity.HIGH),
        ("stealer-log", Severity.HIGH),
    ],
)
def test_what_was_leaked_sets_the_severity(laptop: Laptop, name: str, severity: Severity) -> None:
    assert laptop.with_address(name).finding().severity is severity


def test_many_old_breaches_are_one_finding_with_the_news_first(laptop: Laptop) -> None:
    old = [breach(f"Old{year}", AddedDate=f"{year}-01-01T00:00:00Z") for year in range(2006, 2026)]
    laptop.server.catalogue += old
    laptop.server.accounts["account-exists"] = [each["Name"] for each in old]
    first = laptop.finding()
    laptop.server.catalogue.append(breach("Fresh", AddedDate="2026-11-25T00:00:00Z"))
    laptop.server.accounts["account-exists"].append("Fresh")
    second = laptop.later(days=7).finding()

    assert verdict(first) == (Status.WARN, "found")
    assert first.facts["new"] == 20
    assert {item.details[0] for item in first.items} == {"From before you listed this account"}
    assert [item.name for item in second.items][:2] == ["Fresh", "Old2025"]
    assert second.items[0].details[0] == "New"


def test_what_was_dealt_with_is_not_told_again_until_there_is_something_new(laptop: Laptop) -> None:
    assert verdict(laptop.finding()) == (Status.FAIL, "password_exposed")

    assert acknowledge(laptop.memory, MAIL.id, laptop.now) == 1
    assert verdict(laptop.later(hours=4).finding()) == (Status.PASS, "acknowledged")
    assert verdict(laptop.later(days=8).finding()) == (Status.PASS, "acknowledged")

    laptop.server.accounts["account-exists"].append("Forum")
    finding = laptop.later(days=8).finding()
    assert verdict(finding) == (Status.WARN, "found")
    assert (finding.facts["new"], finding.facts["known"]) == (1, 2)


def test_a_breach_from_long_ago_that_is_new_to_the_address_is_news(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    laptop.server.catalogue.append(breach("Ancient", AddedDate="2013-01-01T00:00:00Z"))
    laptop.server.accounts["account-exists"].append("Ancient")

    assert verdict(laptop.finding(fresh=True)) == (Status.WARN, "found")


def test_a_breach_that_turns_out_to_be_worse_is_news_again(laptop: Laptop) -> None:
    laptop.with_address("unverified-breach").finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    for each in laptop.server.catalogue:
        each["IsVerified"] = True

    assert verdict(laptop.finding(fresh=True)) == (Status.FAIL, "password_exposed")


def test_dealing_with_an_address_covers_the_other_accounts_that_have_it(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("account-exists").upper()
    laptop.check()

    acknowledge(laptop.memory, MAIL.id, laptop.now, [POSTING.id])

    assert [finding.reason for finding in laptop.check()] == ["acknowledged", "acknowledged"]


def test_dealing_with_an_address_says_nothing_about_another(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("not-active-and-active-breach")
    laptop.check()

    acknowledge(laptop.memory, MAIL.id, laptop.now, [POSTING.id])

    assert [finding.reason for finding in laptop.check()] == ["acknowledged", "password_exposed"]


def test_what_was_dealt_with_for_the_old_address_is_open_for_a_new_one(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)

    assert laptop.with_address("not-active-and-active-breach").finding().reason == "password_exposed"


def test_there_is_nothing_to_deal_with_before_something_was_shown(laptop: Laptop) -> None:
    assert acknowledge(laptop.memory, MAIL.id, laptop.now) == 0
    laptop.with_address("opt-out").finding()
    assert acknowledge(laptop.memory, MAIL.id, laptop.now) == 0


def test_a_forgotten_account_leaves_nothing_behind(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)

    forget(laptop.memory, MAIL.id)

    assert "Adobe" not in str(laptop.memory.values)


# What is asked, and when


def test_an_address_is_encoded_and_every_detail_asked_for(laptop: Laptop) -> None:
    laptop.addresses[MAIL.id] = " Alex.Jones+Mail/x@Example.ORG "
    laptop.finding()

    assert "/breachedaccount/alex.jones%2Bmail%2Fx%40example.org?truncateResponse=false" in laptop.asked()


def test_a_plan_with_the_anonymous_search_keeps_the_address_at_home(laptop: Laptop) -> None:
    laptop.key = ANONYMOUS_KEY
    laptop.with_address("multiple-breaches").finding()

    assert laptop.asked() == ["/subscription/status", "/breachedaccount/range/6B5917", "/breaches"]


def test_a_plan_that_hid_the_address_once_never_falls_back_to_sending_it(laptop: Laptop) -> None:
    laptop.key = ANONYMOUS_KEY
    laptop.with_address("opt-out").finding()
    laptop.asked()
    laptop.server.mode = "forbidden"

    finding = laptop.later(days=8).finding()

    assert verdict(finding) == (Status.UNKNOWN, "no_permission")
    assert not [path for path in laptop.asked() if "%40" in path]


def test_an_answer_is_not_asked_for_again_within_the_profiles_days(laptop: Laptop) -> None:
    laptop.finding()
    laptop.asked()

    assert laptop.later(days=6, hours=23).finding().reason == "password_exposed"
    assert laptop.asked() == []
    laptop.later(hours=1).finding()
    assert len(laptop.asked()) == 2


def test_a_person_who_asks_gets_a_new_answer_but_the_plan_is_asked_once_a_day(laptop: Laptop) -> None:
    laptop.finding()
    laptop.asked()

    laptop.finding(fresh=True)

    assert [path.split("/")[1] for path in laptop.asked()] == ["breachedaccount"]


def test_one_address_of_many_accounts_is_asked_for_once(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("account-exists").upper()

    findings = laptop.check()

    assert [finding.reason for finding in findings] == ["password_exposed"] * 2
    assert len([path for path in laptop.asked() if path.startswith("/breachedaccount")]) == 1


def test_a_changed_address_is_asked_for_at_once(laptop: Laptop) -> None:
    assert laptop.with_address("opt-out").finding().reason == "none_known"
    assert laptop.with_address("stealer-log").finding().reason == "password_exposed"


def test_no_more_is_asked_in_a_minute_than_the_plan_allows_and_the_rest_later(laptop: Laptop) -> None:
    laptop.accounts = [
        Account(id=f"i-{number:012}", service="google", label=str(number), has_address=True) for number in range(14)
    ]
    laptop.addresses = {account.id: f"person{account.label}@example.org" for account in laptop.accounts}

    first = laptop.check()
    keyed = [headers for _, headers in laptop.server.requests if "hibp-api-key" in headers]
    again = laptop.check()
    later = laptop.later(minutes=1).check()

    assert len(keyed) == 10  # the plan itself, then nine addresses
    assert [finding.reason for finding in first].count("none_known") == 9
    assert [finding.reason for finding in first].count("rate_limited") == 5
    assert [finding.reason for finding in again].count("rate_limited") == 5
    assert {finding.reason for finding in later} == {"none_known"}


# When the service says no


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("rate_limited", "rate_limited"),
        ("blocked", "blocked"),
        ("forbidden", "no_permission"),
        ("unavailable", "unavailable"),
        ("captive_portal", "unreadable"),
        ("not_found_page", "unreadable"),
        ("empty_not_found", "unreadable"),
        ("redirect_elsewhere", "unreadable"),
        ("cut_off", "unreadable"),
        ("silent", "timeout"),
        ("slow_headers", "timeout"),
        ("slow_body", "timeout"),
        ("drop", "offline"),
        ("huge", "unreadable"),
    ],
)
def test_every_way_to_have_no_answer_is_unknown(laptop: Laptop, mode: str, reason: str) -> None:
    laptop.server.mode = mode

    assert verdict(laptop.with_address("opt-out").finding()) == (Status.UNKNOWN, reason)


def test_that_the_service_answered_yesterday_does_not_make_an_empty_not_found_of_today_its_own(laptop: Laptop) -> None:
    laptop.finding()
    laptop.later(hours=1).with_address("opt-out").server.mode = "empty_not_found"

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "unreadable")


@pytest.mark.parametrize("mode", ["rate_limited", "blocked", "unavailable", "captive_portal", "silent", "drop"])
def test_the_last_good_answer_stands_through_a_bad_moment_but_not_for_long(laptop: Laptop, mode: str) -> None:
    laptop.with_address("opt-out").finding()
    laptop.server.mode = mode

    within = laptop.later(days=7, hours=23).finding(fresh=True)
    beyond = laptop.later(hours=1).finding(fresh=True)

    assert verdict(within) == (Status.PASS, "none_known")
    assert within.facts["checked_days"] == 7
    assert verdict(beyond) == (Status.UNKNOWN, "stale")


def test_a_known_breach_stays_known_however_long_the_service_is_away(laptop: Laptop) -> None:
    laptop.finding()
    laptop.server.mode = "drop"

    finding = laptop.later(days=60).finding()

    assert verdict(finding) == (Status.FAIL, "password_exposed")
    assert finding.facts["checked_days"] == 60


@pytest.mark.parametrize("key", ["f" * 32, "nonsense", KEY + "0", f"{KEY}\r\nX-Evil: 1"])
def test_a_key_that_is_not_accepted_is_said_so_and_not_tried_again_and_again(laptop: Laptop, key: str) -> None:
    laptop.key = key
    assert verdict(laptop.with_address("opt-out").finding()) == (Status.UNKNOWN, "bad_key")
    laptop.asked()

    assert verdict(laptop.later(hours=4).finding()) == (Status.UNKNOWN, "bad_key")
    assert not [path for path in laptop.asked() if "breachedaccount" in path or "subscription" in path]

    laptop.key = KEY
    assert verdict(laptop.finding()) == (Status.PASS, "none_known")


def test_a_key_that_is_withdrawn_does_not_leave_a_pass_standing(laptop: Laptop) -> None:
    laptop.with_address("opt-out").finding()
    laptop.key = "f" * 32

    assert verdict(laptop.finding(fresh=True)) == (Status.UNKNOWN, "bad_key")


def test_a_key_that_is_refused_halfway_is_not_tried_with_the_next_address(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("opt-out")
    laptop.check()
    laptop.asked()
    del laptop.server.plans[KEY]

    findings = laptop.check(fresh=True)

    assert [verdict(finding) for finding in findings] == [
        (Status.FAIL, "password_exposed"),
        (Status.UNKNOWN, "bad_key"),
    ]
    assert len([path for path in laptop.asked() if path.startswith("/breachedaccount")]) == 1


@pytest.mark.parametrize("mode", ["captive_portal", "forbidden", "empty_not_found"])
def test_a_subscription_that_cannot_be_read_does_not_stop_the_look_up(laptop: Laptop, mode: str) -> None:
    laptop.server.mode, laptop.server.mode_for = mode, "/subscription/"

    assert verdict(laptop.with_address("opt-out").finding()) == (Status.PASS, "none_known")


def test_the_public_test_key_works_for_test_accounts(laptop: Laptop) -> None:
    laptop.key = TEST_KEY

    assert laptop.finding().reason == "password_exposed"
    assert laptop.with_address("opt-out").finding().reason == "none_known"


def test_an_address_that_is_none_is_not_sent(laptop: Laptop) -> None:
    laptop.addresses[MAIL.id] = "alex jones"

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "bad_request")
    assert not [path for path in laptop.asked() if "breachedaccount" in path]


UNUSUAL = [
    "o'brien@example.com",
    "sinéad@example.com",
    "alex@exämple.com",
    "alex@xn--exmple-cua.com",
    "alex_@example.com",
]


@pytest.mark.parametrize("address", UNUSUAL)
@pytest.mark.parametrize("key", [KEY, ANONYMOUS_KEY, None])
def test_that_nothing_is_known_of_an_address_that_is_never_kept_says_nothing(
    laptop: Laptop, address: str, key: str | None
) -> None:
    laptop.addresses[MAIL.id], laptop.key = address, key

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "not_kept")
    laptop.server.mode = "unavailable"
    assert verdict(laptop.later(days=2).finding()) == (Status.UNKNOWN, "not_kept")


def test_what_is_known_of_such_an_address_all_the_same_is_told(laptop: Laptop) -> None:
    laptop.addresses[MAIL.id] = UNUSUAL[0]
    laptop.server.others[UNUSUAL[0]] = ["Adobe"]

    assert verdict(laptop.finding()) == (Status.FAIL, "password_exposed")
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    assert verdict(laptop.finding()) == (Status.UNKNOWN, "not_kept")


def test_patience_that_was_asked_for_outlives_a_restart_and_an_impatient_person(laptop: Laptop) -> None:
    laptop.server.mode = "rate_limited"
    laptop.server.retry_after = "3600"
    laptop.with_address("opt-out").finding()
    laptop.asked()
    laptop.server.mode = "normal"

    assert laptop.later(minutes=59).finding(fresh=True).reason == "rate_limited"
    assert laptop.asked() == []
    assert laptop.later(minutes=2).finding().reason == "none_known"


def test_patience_by_a_date_is_kept_too(laptop: Laptop) -> None:
    laptop.server.mode = "rate_limited"
    laptop.server.retry_after = "Sun, 22 Nov 2026 11:00:00 GMT"
    laptop.with_address("opt-out").finding()
    laptop.server.mode = "normal"

    assert laptop.later(minutes=59).finding().reason == "rate_limited"
    assert laptop.later(minutes=2).finding().reason == "none_known"


def test_a_block_is_obeyed_for_a_day_and_its_id_shown(laptop: Laptop) -> None:
    laptop.server.mode = "blocked"
    first = laptop.with_address("opt-out").finding()
    laptop.asked()
    laptop.server.mode = "normal"
    second = laptop.later(hours=23).finding(fresh=True)

    assert laptop.asked() == []
    for finding in (first, second):
        assert verdict(finding) == (Status.UNKNOWN, "blocked")
        assert "8f1234567890abcd-FRA" in [evidence.value for evidence in finding.evidence]
    assert laptop.later(hours=2).finding().reason == "none_known"


def test_an_unavailable_service_is_given_longer_and_longer_pauses(laptop: Laptop) -> None:
    laptop.server.mode = "unavailable"
    laptop.with_address("opt-out").finding()
    laptop.asked()

    laptop.later(minutes=14).finding()
    assert laptop.asked() == []
    laptop.later(minutes=2).finding()
    assert len(laptop.asked()) == 1
    laptop.later(minutes=29).finding()
    assert laptop.asked() == []


def test_one_sign_of_trouble_ends_the_rounds_asking(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("opt-out")
    laptop.server.mode = "silent"

    assert [finding.reason for finding in laptop.check()] == ["timeout", "timeout"]
    assert len(laptop.asked()) == 1


def test_a_clock_that_was_set_back_does_not_keep_an_answer_alive(laptop: Laptop) -> None:
    laptop.with_address("opt-out").finding()
    laptop.server.mode = "drop"

    assert laptop.later(days=-30).finding().status is Status.UNKNOWN
    laptop.server.mode = "normal"
    laptop.asked()
    assert laptop.finding().reason == "none_known"
    assert any(path.startswith("/breachedaccount") for path in laptop.asked())


# Without a key, an address or accounts


def test_no_accounts_means_no_request_at_all(laptop: Laptop) -> None:
    laptop.accounts = []

    finding = laptop.finding()

    assert verdict(finding) == (Status.UNKNOWN, "no_accounts")
    assert finding.subject is None
    assert laptop.asked() == []


def test_without_a_key_it_is_unknown_and_nothing_of_the_person_is_sent(laptop: Laptop) -> None:
    laptop.key = None

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "no_key")
    assert laptop.asked() == ["/latestbreach", "/breaches"]


def test_without_a_key_a_breach_at_a_service_since_it_was_listed_is_a_warning(laptop: Laptop) -> None:
    laptop.key = None
    laptop.accounts = [MAIL, POSTING]
    laptop.server.catalogue.append(breach("Before", Domain="twitter.com"))
    assert [finding.reason for finding in laptop.check()] == ["no_key", "no_address"]
    laptop.server.catalogue.append(breach("After", Domain="twitter.com", AddedDate="2026-11-23T00:00:00Z"))

    mail, posting = laptop.later(days=1).check()

    assert mail.reason == "no_key"
    assert verdict(posting) == (Status.WARN, "service_breached")
    assert posting.facts["new"] == 1
    assert [(item.name, item.status) for item in posting.items] == [("After", Status.WARN), ("Before", Status.UNKNOWN)]
    acknowledge(laptop.memory, POSTING.id, laptop.now)
    assert [finding.reason for finding in laptop.check()] == ["no_key", "no_address"]


def test_the_catalogue_is_fetched_only_when_it_has_grown(laptop: Laptop) -> None:
    laptop.key = None
    laptop.finding()
    laptop.asked()

    laptop.later(hours=4).finding()
    assert laptop.asked() == []
    laptop.later(days=1).finding()
    assert laptop.asked() == ["/latestbreach"]
    laptop.server.catalogue.append(breach("Fresh", AddedDate="2026-11-24T00:00:00Z"))
    laptop.later(days=1).finding()
    assert laptop.asked() == ["/latestbreach", "/breaches"]


def test_a_newly_listed_service_is_looked_for_at_once(laptop: Laptop) -> None:
    laptop.key = None
    laptop.finding()
    laptop.asked()

    laptop.accounts = [MAIL, POSTING]
    laptop.check()

    assert laptop.asked() == ["/latestbreach", "/breaches"]


def test_without_a_key_and_a_network_it_is_offline(laptop: Laptop) -> None:
    laptop.key = None
    laptop.server.mode = "drop"

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "offline")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [("locked", "locked"), ("timeout", "locked"), ("no_keyring", "no_keyring"), ("failed", "no_keyring")],
)
def test_a_keyring_that_does_not_answer_is_unknown(laptop: Laptop, failure: str, reason: str) -> None:
    laptop.with_address("opt-out").finding()

    laptop.key = Unreadable(failure, "keyring")
    assert verdict(laptop.finding()) == (Status.UNKNOWN, reason)
    laptop.key = KEY
    laptop.addresses[MAIL.id] = Unreadable(failure, "keyring")
    assert verdict(laptop.finding()) == (Status.UNKNOWN, reason)


def test_a_locked_keyring_does_not_hide_a_known_breach(laptop: Laptop) -> None:
    laptop.finding()
    laptop.key = Unreadable("locked")
    laptop.addresses[MAIL.id] = Unreadable("locked")

    assert verdict(laptop.finding()) == (Status.FAIL, "password_exposed")


def test_an_account_without_an_address_still_hears_of_its_service(laptop: Laptop) -> None:
    laptop.addresses = {}
    assert verdict(laptop.finding()) == (Status.UNKNOWN, "no_address")
    laptop.server.catalogue.append(breach("Gone", Domain="GMAIL.com", AddedDate="2026-11-23T00:00:00Z"))

    assert verdict(laptop.later(days=1).finding()) == (Status.WARN, "service_breached")


def test_an_account_without_an_address_lacks_that_first_and_not_a_key(laptop: Laptop) -> None:
    laptop.key = None
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses = {MAIL.id: address_of("account-exists")}
    assert [finding.reason for finding in laptop.check()] == ["no_key", "no_address"]


def test_an_address_that_was_taken_away_takes_its_breaches_with_it(laptop: Laptop) -> None:
    laptop.finding()
    laptop.addresses = {}

    assert verdict(laptop.finding()) == (Status.UNKNOWN, "no_address")


@pytest.mark.parametrize("key", [None, KEY])
def test_a_replayed_computer_has_no_network_and_no_verdict(key: str | None) -> None:
    ctx = context(computer(), accounts=[MAIL], address=lambda account: "alex@example.org", secret=lambda name: key)

    (finding,) = CHECK.run(ctx)

    assert verdict(finding) == (Status.UNKNOWN, "offline")


# What is told


def test_the_source_is_credited_wherever_its_data_is_shown(laptop: Laptop) -> None:
    for finding in (laptop.finding(), laptop.with_address("opt-out").finding()):
        assert ATTRIBUTION in [evidence.value for evidence in finding.evidence]


def test_a_description_is_shown_as_words_and_never_as_markup(laptop: Laptop) -> None:
    finding = laptop.finding()

    (text,) = [detail for detail in finding.items[0].details if detail.startswith("In 2024")]
    assert text == "In 2024, Adobe & others lost data."


def test_a_sensitive_breach_is_not_named_and_its_date_not_reported(laptop: Laptop) -> None:
    laptop.server.accounts["account-exists"] = ["Dating"]

    finding = laptop.finding()

    assert finding.reason == "found"
    assert "newest" not in finding.facts
    assert "Dating" not in str(msgspec.to_builtins(finding))


def test_facts_hold_no_name_of_a_breach(laptop: Laptop) -> None:
    finding = laptop.finding()

    assert finding.facts == {"new": 1, "known": 1, "checked_days": 0, "passwords": True, "newest": "2024-05"}


class Recorder:
    """Passes requests on and keeps what came back, as a log of everything that was said."""

    def __init__(self, http: Network) -> None:
        self._http = http

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        answer = self._http.get(url, headers=headers)
        # A careless implementation of the network might name what it asked for.
        return Unreadable(answer.reason, url) if isinstance(answer, Unreadable) else answer


@pytest.mark.parametrize("mode", ["normal", "rate_limited", "drop", "blocked", "captive_portal", "bad_header"])
@pytest.mark.parametrize("key", [KEY, ANONYMOUS_KEY, "5" * 32])
def test_neither_the_address_nor_the_key_is_in_findings_memory_or_logs(
    laptop: Laptop, key: str, mode: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    laptop.http = Recorder(laptop.http)
    laptop.key = key
    laptop.addresses[MAIL.id] = "planted.marker@example.org"
    laptop.server.mode = mode

    findings = laptop.check()

    said = "".join([str(msgspec.to_builtins(findings)), str(laptop.memory.values), caplog.text, *capfd.readouterr()])
    assert laptop.server.requests
    assert "planted" not in said
    assert key not in said


def test_a_damaged_memory_is_as_good_as_none(laptop: Laptop) -> None:
    laptop.finding()
    nonsense: list[Any] = [[], "x", 7, {"at": "never"}, {"at": "2026-11-22T10:00:00", "tag": 3}]
    for rubbish in nonsense:
        laptop.memory.values = dict.fromkeys(laptop.memory.values, rubbish)
        assert laptop.finding().reason == "password_exposed"


# What was dealt with


def test_more_that_leaked_from_the_same_breach_is_told_again_and_less_is_not(laptop: Laptop) -> None:
    laptop.with_address("subscription-free-breach").finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    (free,) = [each for each in laptop.server.catalogue if each["Name"] == "Free"]

    free["DataClasses"] = ["Email addresses"]
    assert laptop.finding(fresh=True).reason == "acknowledged"
    free["DataClasses"] = ["Usernames", "Email addresses", "Phone numbers"]
    assert verdict(laptop.finding(fresh=True)) == (Status.WARN, "found")
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    assert laptop.finding(fresh=True).reason == "acknowledged"


def test_details_that_become_known_later_are_no_news_if_they_are_no_worse(laptop: Laptop) -> None:
    laptop.server.truncate = True
    laptop.server.mode, laptop.server.mode_for = "unavailable", "/breaches"
    laptop.with_address("subscription-free-breach").finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    laptop.server.mode = "normal"

    assert laptop.later(days=1).finding(fresh=True).reason == "acknowledged"


def test_the_day_on_which_it_was_done_is_shown_and_the_details_for_a_month(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now, on=(laptop.now - timedelta(days=2)).date())

    (item,) = laptop.finding().items
    assert item.details[0] == "You dealt with this on 20 November 2026"
    assert any(detail.startswith("Leaked: ") for detail in item.details)
    (item,) = laptop.later(days=31).finding().items
    assert item.details == ("You dealt with this on 20 November 2026",)


def test_what_was_done_before_a_breach_happened_does_not_deal_with_it(laptop: Laptop) -> None:
    dated = [breach("Before", BreachDate="2026-09-01"), breach("After", BreachDate="2026-11-02")]
    laptop.server.catalogue += dated
    laptop.server.accounts["account-exists"] = ["Before", "After"]
    laptop.finding()
    changed = date(2026, 10, 1)

    assert happened_after(laptop.memory, MAIL.id, changed, laptop.now) == 1
    assert acknowledge(laptop.memory, MAIL.id, laptop.now, on=changed) == 1
    assert verdict(laptop.finding()) == (Status.WARN, "found")
    assert acknowledge(laptop.memory, MAIL.id, laptop.now, on=date(2026, 11, 2)) == 1
    assert verdict(laptop.finding()) == (Status.PASS, "acknowledged")


def test_the_last_acknowledgement_can_be_taken_back_and_only_that(laptop: Laptop) -> None:
    laptop.accounts = [MAIL, POSTING]
    laptop.addresses[POSTING.id] = address_of("account-exists")
    laptop.check()
    acknowledge(laptop.memory, MAIL.id, laptop.now, [POSTING.id])
    laptop.server.accounts["account-exists"].append("Forum")
    laptop.later(days=1).check(fresh=True)
    acknowledge(laptop.memory, MAIL.id, laptop.now, [POSTING.id])
    assert [finding.reason for finding in laptop.check()] == ["acknowledged"] * 2

    assert take_back(laptop.memory, POSTING.id, laptop.now, [MAIL.id]) == 1
    assert [finding.reason for finding in laptop.check()] == ["found"] * 2
    assert take_back(laptop.memory, MAIL.id, laptop.now, [POSTING.id]) == 1
    assert [finding.reason for finding in laptop.check()] == ["password_exposed"] * 2
    assert take_back(laptop.memory, MAIL.id, laptop.now) == 0


def test_what_an_earlier_program_acknowledged_still_counts(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    del laptop.memory.values[f"acknowledged:{MAIL.id}"]["details"]

    finding = laptop.finding()
    assert verdict(finding) == (Status.PASS, "acknowledged")
    assert finding.items[0].details[0] == "You dealt with this on 22 November 2026"
    assert take_back(laptop.memory, MAIL.id, laptop.now) == 1
    assert laptop.finding().reason == "password_exposed"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("account-exists", "Change your Adobe password, and any other with the same one"),
        ("stealer-log", "Have the computer looked at first, then change your passwords from a clean one"),
    ],
)
def test_each_breach_says_what_to_do(laptop: Laptop, name: str, said: str) -> None:
    assert laptop.with_address(name).finding().items[0].to_do == said


def test_a_service_that_is_known_is_called_as_people_call_it(laptop: Laptop) -> None:
    laptop.server.catalogue.append(breach("Two hundred million", Domain="twitter.com", DataClasses=["Passwords"]))
    laptop.server.accounts["account-exists"] = ["Two hundred million"]
    assert laptop.finding().items[0].to_do == "Change your X password, and any other with the same one"


def test_a_list_from_nowhere_is_not_taken_for_a_service(laptop: Laptop) -> None:
    laptop.server.catalogue.append(breach("Collection", Domain="", DataClasses=["Passwords"]))
    laptop.server.accounts["account-exists"] = ["Collection"]
    assert laptop.finding().items[0].to_do == "Change every password that you use in more than one place"


def test_what_there_is_to_do_does_not_say_what_a_sensitive_breach_was(laptop: Laptop) -> None:
    laptop.server.catalogue.append(breach("Secret", IsSensitive=True, DataClasses=["Passwords"]))
    laptop.server.accounts["account-exists"] = ["Secret"]
    assert laptop.finding().items[0].to_do is None


def test_nothing_is_to_be_done_about_what_was_dealt_with(laptop: Laptop) -> None:
    laptop.finding()
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    assert [item.to_do for item in laptop.finding().items] == [None]


# When a breach is news


def news(laptop: Laptop) -> bool:
    """Whether the last round saw a breach that was new."""
    return newest_news(laptop.memory, MAIL.id, laptop.now) == laptop.now


def test_what_was_known_when_the_account_was_listed_is_no_news_and_what_comes_later_is_once(laptop: Laptop) -> None:
    laptop.finding()
    assert not news(laptop)
    laptop.server.accounts["account-exists"].append("Forum")  # loaded long ago, and found to include the address
    laptop.later(days=7).finding()
    assert news(laptop)
    laptop.later(days=7).finding()
    assert not news(laptop)
    acknowledge(laptop.memory, MAIL.id, laptop.now)
    laptop.finding()
    take_back(laptop.memory, MAIL.id, laptop.now)
    laptop.finding()
    assert not news(laptop)


def test_after_a_clean_look_every_breach_is_news(laptop: Laptop) -> None:
    laptop.with_address("opt-out").finding()
    laptop.server.accounts["opt-out"] = ["Forum"]
    laptop.later(days=7).finding()
    assert news(laptop)


def test_another_address_does_not_make_old_breaches_news(laptop: Laptop) -> None:
    laptop.with_address("opt-out").finding()
    laptop.later(days=1).with_address("account-exists").finding()
    assert not news(laptop)


def test_a_breach_at_a_service_is_news_without_a_key(laptop: Laptop) -> None:
    laptop.key = None
    laptop.finding()
    laptop.server.catalogue.append(breach("Gone", Domain="gmail.com", AddedDate="2026-11-23T00:00:00Z"))
    laptop.later(days=1).finding()
    assert news(laptop)
    laptop.later(days=1).finding()
    assert not news(laptop)


# Addresses with a "+"


def gmail(laptop: Laptop, address: str, **breaches: list[str]) -> Laptop:
    """Give the mail account an address, and let the service know breaches of names at gmail.com."""
    laptop.addresses[MAIL.id] = address
    laptop.server.others = {f"{name.replace('_', '+')}@gmail.com": names for name, names in breaches.items()}
    return laptop


@pytest.mark.parametrize("key", [KEY, ANONYMOUS_KEY])
def test_an_address_with_a_plus_is_looked_up_with_and_without_it(laptop: Laptop, key: str) -> None:
    laptop.key = key
    finding = gmail(laptop, "Alex+shop@gmail.com", alex=["Adobe", "Forum"], alex_shop=["Forum"]).finding()

    assert verdict(finding) == (Status.FAIL, "password_exposed")
    where = {item.name: any("your mailbox" in detail for detail in item.details) for item in finding.items}
    assert where == {"Adobe": True, "Forum": False}
    assert "alex" not in str(msgspec.to_builtins(finding)).lower()


def test_without_breaches_of_either_both_were_asked(laptop: Laptop) -> None:
    assert verdict(gmail(laptop, "alex+shop@gmail.com").finding()) == (Status.PASS, "none_known")
    assert len([path for path in laptop.asked() if "%40gmail.com" in path]) == 2


def test_half_an_answer_is_no_pass_but_what_it_knows_is_told(laptop: Laptop) -> None:
    laptop.server.per_minute = 2  # the plan, and one address
    first = gmail(laptop, "alex+shop@gmail.com", alex=["Adobe"]).finding()
    assert verdict(first) == (Status.UNKNOWN, "rate_limited")

    laptop.server.per_minute = 4
    found = gmail(laptop.later(minutes=2), "sam+shop@gmail.com", sam_shop=["Forum"]).finding()
    assert verdict(found) == (Status.WARN, "found")
    laptop.server.per_minute = 10**6
    laptop.addresses[MAIL.id] = "alex+shop@gmail.com"
    laptop.server.others = {"alex@gmail.com": ["Adobe"]}
    assert verdict(laptop.later(minutes=2).finding()) == (Status.FAIL, "password_exposed")


def test_an_answer_of_an_earlier_program_about_half_an_address_is_no_pass(laptop: Laptop) -> None:
    gmail(laptop, "alex+shop@gmail.com").finding()
    laptop.memory.values[f"answer:{MAIL.id}"].pop("base_asked")
    laptop.server.mode = "drop"

    assert verdict(laptop.later(hours=4).finding()) == (Status.UNKNOWN, "offline")


def test_at_an_office_a_plus_may_be_part_of_a_name(laptop: Laptop) -> None:
    laptop.addresses[MAIL.id] = "alex+sam@parliament.example"
    laptop.finding()
    assert [path for path in laptop.asked() if "breachedaccount" in path] == [
        "/breachedaccount/alex%2Bsam%40parliament.example?truncateResponse=false"
    ]
