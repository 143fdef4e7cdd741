"""The small parts: how long it lives, what a form holds, where it is noted."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.page.address import Address, answers, any_host, forget, note, noted
from agent.page.form import BadFormError, Form, parse
from agent.page.lifetime import Lifetime


class Clocks:
    """A monotonic clock and one on the wall."""

    def __init__(self) -> None:
        self.monotonic = 100.0
        self.wall = 1_800_000_000.0

    def lifetime(self) -> Lifetime:
        return Lifetime(timedelta(minutes=15), clocks=(lambda: self.monotonic, lambda: self.wall))

    def go(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds


def test_it_ends_after_fifteen_minutes_without_use() -> None:
    clocks = Clocks()
    lifetime = clocks.lifetime()
    clocks.go(899)
    assert not lifetime.over
    lifetime.use()
    clocks.go(899)
    assert not lifetime.over
    clocks.go(1)
    assert lifetime.over


def test_the_time_that_a_laptop_slept_counts() -> None:
    clocks = Clocks()
    lifetime = clocks.lifetime()
    clocks.wall += 3600
    assert lifetime.over


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no clock counts sleep and is never set")
def test_a_clock_that_is_put_right_does_not_end_it() -> None:
    code = """
import time
wall, ahead = time.time, 0
time.time = lambda: wall() + ahead
from agent.page.lifetime import Lifetime
lifetime = Lifetime()
ahead = 20 * 60
print(lifetime.over)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_clock_that_is_set_back_does_not_keep_it_open() -> None:
    clocks = Clocks()
    lifetime = clocks.lifetime()
    clocks.wall -= 86400
    clocks.monotonic += 900
    assert lifetime.over


def test_when_finished_it_stays_just_long_enough_to_say_so() -> None:
    clocks = Clocks()
    lifetime = clocks.lifetime()
    lifetime.finish()
    assert not lifetime.over
    clocks.go(2)
    lifetime.use()
    assert not lifetime.over
    clocks.go(1)
    assert lifetime.over


def test_a_form_has_its_fields() -> None:
    form = parse(b"name=+Zo%C3%AB+&on=a&on=b&empty=")
    assert (form.get("name"), form.get("on"), form.all("on"), form.get("empty")) == ("Zoë", "a", ["a", "b"], "")
    assert "empty" in form
    assert "other" not in form
    assert form.get("other") == ""
    assert parse(b"").fields == ()


@given(st.binary(max_size=200))
def test_no_body_is_anything_but_a_form_or_refused(body: bytes) -> None:
    try:
        form = parse(body)
    except BadFormError:
        return
    assert isinstance(form, Form)
    assert not any("\0" in part for pair in form.fields for part in pair)


def test_the_address_is_noted_for_the_person_alone(tmp_path: Path) -> None:
    path = tmp_path / "run" / "page.json"
    address = Address.new(4711, any_host())
    note(address, str(path))
    assert noted(str(path)) == address
    assert os.listdir(path.parent) == ["page.json"]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    forget(str(path))
    forget(str(path))
    assert noted(str(path)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="all that is below one's own folder is one's own there")
def test_what_others_may_have_written_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run" / "page.json"
    note(Address.new(4711), str(path))
    path.chmod(0o666)
    assert noted(str(path)) is None
    path.chmod(0o600)
    assert noted(str(path)) is not None
    somebody_else = os.geteuid() + 1
    monkeypatch.setattr("os.geteuid", lambda: somebody_else)
    assert noted(str(path)) is None
    with pytest.raises(PermissionError, match="Others may write there"):
        note(Address.new(4711), str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="all that is below one's own folder is one's own there")
def test_nor_is_anything_kept_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        note(Address.new(4711), str(tmp_path / "run" / "page.json"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="all that is below one's own folder is one's own there")
def test_ones_own_folder_becomes_private(tmp_path: Path) -> None:
    path = tmp_path / "run" / "page.json"
    path.parent.mkdir()
    path.parent.chmod(0o775)
    note(Address.new(4711), str(path))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_secret_is_long_and_never_the_same() -> None:
    secrets = {Address.new(1).secret for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"port": 1}',
        '{"port": "1", "secret": "a", "proof": "b"}',
        '{"port": 0, "secret": "a", "proof": "b"}',
        '{"port": 70000, "secret": "a", "proof": "b"}',
        '{"port": 1, "secret": "", "proof": "b"}',
        '{"port": 1, "secret": ["a"], "proof": "b"}',
        '{"port": 1, "secret": "\\u00e9", "proof": "b"}',
        '{"port": 1, "secret": "a", "proof": "b", "host": "192.0.2.1"}',
        '{"port": 1, "secret": "a", "proof": "b", "host": "127.evil.example"}',
        '{"port": 1, "secret": "a", "proof": "b", "host": ["127.0.0.1"]}',
    ],
)
def test_a_note_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.json"
    path.write_text(text)
    assert noted(str(path)) is None


def _serving(answer: bytes) -> tuple[int, threading.Thread]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(4096)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return listener.getsockname()[1], thread


@pytest.mark.parametrize("body", [b"", b"hello", b"secret"])
def test_another_program_at_that_port_is_not_taken_for_the_page(body: bytes) -> None:
    port, thread = _serving(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
    assert not answers(Address(port, "secret", "proof"))
    thread.join()


def test_our_own_page_gives_the_proof() -> None:
    port, thread = _serving(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nproof")
    assert answers(Address(port, "secret", "proof"))
    thread.join()


def test_nobody_there_is_no_page() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not answers(Address(taken.getsockname()[1], "secret", "proof"), seconds=0.5)


def test_the_note_is_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    note(Address(1, "a", "b"), str(path))
    assert json.loads(path.read_text()) == {"port": 1, "secret": "a", "proof": "b", "host": "127.0.0.1"}


def test_the_note_of_an_earlier_version_names_no_host(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text('{"port": 1, "secret": "a", "proof": "b"}')
    assert noted(str(path)) == Address(1, "a", "b", "127.0.0.1")


def test_each_page_has_a_number_of_its_own() -> None:
    numbers = {any_host() for _ in range(1000)}
    assert len(numbers) > 990
    assert all(ipaddress.ip_address(number).is_loopback for number in numbers)
