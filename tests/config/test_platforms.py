from __future__ import annotations

from collections import Counter
from datetime import date
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
import toml

from config.links import is_official
from config.platforms import (
    OTHER,
    Platform,
    find,
    methods,
    nearest_service,
    of_service,
    offered,
    platform,
    platforms,
)

SERVICES = [
    *("x", "facebook", "instagram", "threads", "linkedin", "tiktok", "whatsapp", "youtube", "google", "microsoft"),
    *("microsoft_work", "apple", "yahoo", "bluesky", "mastodon", "signal", "telegram", "snapchat", "reddit"),
    *("substack", "discord", "hootsuite", "sprout_social", "buffer", "nationbuilder", "slack", "dropbox", "zoom"),
    *("github", "proton", "other", "other_email"),
]
every = pytest.mark.parametrize("entry", platforms().values(), ids=list(platforms()))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_that_offices_use_is_listed(service: str) -> None:
    assert platforms()[service].id == service


@every
def test_methods_are_known_and_stand_strongest_first(entry: Platform) -> None:
    ranks = [methods()[name].rank for name in entry.methods]
    assert ranks == sorted(ranks)
    assert set(entry.recalled) <= set(methods())
    assert not set(entry.recalled) & set(entry.methods)


@every
def test_every_entry_says_where_it_comes_from_and_when_that_was_checked(entry: Platform) -> None:
    catalogue = toml.loads(files("config").joinpath("platforms.toml").read_text("utf-8"))
    assert entry.sources
    assert set(entry.sources) <= set(catalogue["sources"])
    assert date.fromisoformat(entry.checked_on) <= date(2100, 1, 1)


@every
def test_what_is_only_recalled_lists_no_method(entry: Platform) -> None:
    if set(entry.sources) == {"RECALLED"}:
        assert (entry.methods, entry.complete) == ((), False)


@every
def test_a_complete_list_is_not_empty_where_something_is_offered(entry: Platform) -> None:
    if entry.complete and entry.second_step != "none":
        assert entry.methods


@every
def test_links_are_plain_https(entry: Platform) -> None:
    for link in filter(None, (entry.settings, entry.help)):
        parts = urlsplit(link)
        assert (parts.scheme, parts.username, parts.port) == ("https", None, None)
        assert parts.hostname
        assert is_official(link)


@every
def test_domains_are_bare_lower_case_names(entry: Platform) -> None:
    for domain in entry.domains:
        assert domain == domain.lower().strip(".")
        assert "." in domain
        assert "/" not in domain


def test_no_name_stands_for_two_services() -> None:
    names = Counter(name.casefold() for entry in platforms().values() for name in {entry.id, entry.name.casefold()})
    names += Counter(alias for entry in platforms().values() for alias in entry.aliases)
    assert [name for name, count in names.items() if count > 1 and len({find(name)}) != 1] == []
    assert all(find(alias) is entry for entry in platforms().values() for alias in entry.aliases)


def test_no_service_is_taken_to_offer_nothing_while_its_sources_disagree() -> None:
    assert platforms()["nationbuilder"].second_step == "disputed"
    assert not [entry.id for entry in platforms().values() if entry.second_step == "none"]


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("google", "google"),
        ("GMAIL", "google"),
        (" Sprout  Social ", "sprout_social"),
        ("twitter.com", "x"),
        ("google.com", "google"),
        ("youtube.com", "youtube"),
        ("Outlook", "microsoft"),
    ],
)
def test_a_service_is_found_by_id_name_alias_or_domain(name: str, service: str) -> None:
    found = find(name)
    assert found is not None
    assert found.id == service


@pytest.mark.parametrize(("typo", "service"), [("gogle", "google"), ("instgram", "instagram"), ("Tik Tok", "tiktok")])
def test_a_near_miss_gets_a_suggestion(typo: str, service: str) -> None:
    assert find(typo) is None
    assert nearest_service(typo) == service


def test_nonsense_gets_no_suggestion() -> None:
    assert nearest_service("zzzzqqqq" * 100) == ""


def test_a_service_that_nobody_knows_counts_as_other() -> None:
    assert platform("no such service").id == OTHER


@every
def test_what_is_offered_leaves_out_only_what_is_known_not_to_be(entry: Platform) -> None:
    possible = offered(entry)
    assert set(entry.methods) <= set(possible)
    assert list(possible) == [method for method in methods() if method in possible], "strongest first"
    assert possible == tuple(methods()) or entry.complete


def test_what_a_service_does_not_have_is_not_offered() -> None:
    assert "prompt" not in offered(platform("x"))
    assert offered(platform("signal")) == ("pin",)


ADVICE, FACEBOOK, X = "https://www.ncsc.gov.uk/guidance", "https://www.facebook.com/help/1", "https://help.x.com/en/1"


@pytest.mark.parametrize(
    ("service", "links"),
    [
        ("x", (ADVICE, X)),
        ("X", (ADVICE, X)),
        ("facebook", (ADVICE, FACEBOOK)),
        ("google", (ADVICE,)),
        ("another one", (ADVICE,)),
    ],
)
def test_links_to_another_service_are_left_out(service: str, links: tuple[str, ...]) -> None:
    assert of_service((ADVICE, FACEBOOK, X), service) == links


def test_a_page_that_two_services_share_is_for_both() -> None:
    shared = platform("instagram").help
    assert [of_service([shared], service) for service in ("instagram", "threads", "x")] == [(shared,), (shared,), ()]


def test_a_name_that_ends_like_a_service_is_not_the_service() -> None:
    assert of_service(["https://ax.com/help"], "google") == ("https://ax.com/help",)
