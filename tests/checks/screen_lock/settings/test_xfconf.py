from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from checks.screen_lock.facts import Source
from checks.screen_lock.settings.xfconf import Channel, parse_channel
from tests.builders import command, computer

NAME = "xfce4-screensaver"
FILE = f"xfce4/xfconf/xfce-perchannel-xml/{NAME}.xml"
OWN, SYSTEM = f"/home/person/.config/{FILE}", f"/etc/xdg/{FILE}"


def channel_file(enabled: str, attributes: str = "", on_property: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<channel name="{NAME}" version="1.0"{attributes}>'
        f'<property name="lock" type="empty"><property name="enabled" type="bool" value="{enabled}"{on_property}/>'
        "</property></channel>\n"
    )


def enabled(**facts: Any) -> bool | Unreadable:
    return Channel(computer(**facts), NAME).boolean("/lock/enabled", True).value


def test_properties_are_read_by_their_path() -> None:
    found = parse_channel(channel_file("false").encode())
    assert not isinstance(found, Unreadable)
    assert {path: one.value for path, one in found.items()} == {"/lock/enabled": "false"}


def test_one_listing_answers_for_all() -> None:
    listing = command(f"xfconf-query -c {NAME} -l -v", "/lock/enabled    false\n/saver/mode    2\n")
    assert enabled(commands=[listing]) is False


def test_an_unset_property_is_the_default() -> None:
    listing = command(f"xfconf-query -c {NAME} -l -v", "/saver/mode    2\n")
    setting = Channel(computer(commands=[listing]), NAME).boolean("/lock/enabled", True)
    assert (setting.value, setting.source) == (True, Source.DEFAULT)


def test_single_properties_are_asked_where_there_is_no_listing() -> None:
    assert enabled(commands=[command(f"xfconf-query -c {NAME} -p /lock/enabled", "false\n")]) is False


def test_a_property_that_does_not_exist_is_the_default() -> None:
    said = f'Property "/lock/enabled" does not exist on channel "{NAME}".'
    assert enabled(commands=[command(f"xfconf-query -c {NAME} -p /lock/enabled", exit=1, stderr=said)]) is True


def test_an_answer_of_nothing_is_not_a_default() -> None:
    assert isinstance(enabled(commands=[command(f"xfconf-query -c {NAME} -p /lock/enabled")]), Unreadable)


def test_nobody_to_ask_and_no_file_is_unreadable() -> None:
    assert isinstance(enabled(), Unreadable)


def test_the_file_answers_without_a_session_bus() -> None:
    failed = command(f"xfconf-query -c {NAME} -l -v", exit=1, stderr="Failed to init libxfconf")
    assert enabled(commands=[failed], files={OWN: channel_file("false")}) is False


def test_the_persons_own_file_beats_the_systems() -> None:
    assert enabled(files={OWN: channel_file("false"), SYSTEM: channel_file("true")}) is False


@pytest.mark.parametrize("locked", ['locked="*"', 'locked="alice;person"'])
def test_a_locked_system_file_beats_the_persons_own(locked: str) -> None:
    host = computer(files={OWN: channel_file("false"), SYSTEM: channel_file("true", f" {locked}")})
    setting = Channel(host, NAME).boolean("/lock/enabled", True)
    assert (setting.value, setting.source) == (True, Source.POLICY)


def test_a_lock_for_somebody_else_does_not_count() -> None:
    files = {OWN: channel_file("false"), SYSTEM: channel_file("true", "", ' locked="alice"')}
    assert enabled(files=files) is False


def test_a_lock_for_a_group_cannot_be_told() -> None:
    files = {OWN: channel_file("false"), SYSTEM: channel_file("true", ' locked="@staff"')}
    assert isinstance(enabled(files=files), Unreadable)


def test_a_denied_system_file_may_hold_a_lock() -> None:
    assert isinstance(enabled(files={OWN: channel_file("true"), SYSTEM: {"denied": True}}), Unreadable)


def test_a_document_type_is_refused_before_its_entities_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert parse_channel((bomb + channel_file("true").split("\n", 1)[1]).encode()) == Unreadable("malformed")


def test_endless_nesting_is_refused() -> None:
    assert parse_channel(b'<channel name="x">' + b'<property name="a">' * 10_000) == Unreadable("malformed")


@pytest.mark.parametrize("text", ["", "<channel>", "<a/>", "<channel/><channel/>", "\x00"])
def test_what_xfconf_did_not_write_is_no_setting(text: str) -> None:
    found = parse_channel(text.encode())
    assert isinstance(found, Unreadable)


@given(st.binary())
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    parse_channel(data)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_answer_but_true_is_on(text: str) -> None:
    value = enabled(commands=[command(f"xfconf-query -c {NAME} -p /lock/enabled", text)])
    assert value is (True if text.strip() == "true" else False if text.strip() == "false" else value)
    if value is True:
        assert text.strip() == "true"
