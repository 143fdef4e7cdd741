"""`watchword secret`, with a real keyring and without one."""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import secrets
from agent.cli import secret
from tests.agent.cli.conftest import Watchword
from tests.agent.test_secrets import GNOME_KEYRING, lock_collection, needs, session_bus

KEY = "0123456789abcdef0123456789ABCDEF"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    needs("gnome-keyring-daemon")
    with session_bus(GNOME_KEYRING, monkeypatch, tmp_path):
        yield


def ask(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    parser = argparse.ArgumentParser()
    secret.add_parser(parser.add_subparsers())
    args = parser.parse_args(["secret", *arguments])
    out, err = io.StringIO(), io.StringIO()
    return args.handler(args, io.StringIO(typed), out, err), out.getvalue(), err.getvalue()


def test_a_key_from_a_pipe_is_kept_and_removed(keyring: None) -> None:
    assert ask("set", "hibp_api_key", typed=f" {KEY}\n") == (0, "Kept in the keyring: hibp_api_key.\n", "")
    assert secrets.get("hibp_api_key") == KEY.lower()
    assert ask("remove", "hibp_api_key") == (0, "Removed from the keyring: hibp_api_key.\n", "")
    assert secrets.get("hibp_api_key") is None
    assert ask("remove", "hibp_api_key") == (0, "The keyring holds no hibp_api_key.\n", "")


def test_an_address_is_kept_under_its_account(keyring: None) -> None:
    assert ask("set", "address:i-0a1b2c3d4e5f", typed="alex@example.org\n")[0] == 0
    assert secrets.get("address:i-0a1b2c3d4e5f") == "alex@example.org"


@pytest.mark.parametrize("typed", ["0123", KEY + "0", KEY[:-1] + "g", "", "\n", f"{KEY[:16]} {KEY[16:]}"])
def test_what_is_no_key_is_not_kept_and_not_repeated(typed: str) -> None:
    code, out, err = ask("set", "hibp_api_key", typed=typed)

    assert (code, out) == (2, "")
    assert not typed.strip() or typed.strip() not in err


def test_what_is_no_address_is_not_kept() -> None:
    assert ask("set", "address:i-0a1b2c3d4e5f", typed="nobody\n")[0] == 2


@pytest.mark.parametrize("action", ["set", "remove"])
@pytest.mark.parametrize("name", [KEY, "ssh", "address:", "hibp"])
def test_another_name_is_refused_and_not_repeated_as_it_may_be_the_secret(action: str, name: str) -> None:
    code, out, err = ask(action, name, typed=KEY)

    assert (code, out) == (2, "")
    assert f" {name} " not in f" {err} ".replace(".", " ").replace("hibp_api_key", "")
    assert KEY not in err


def test_a_locked_keyring_is_told_and_ends_with_4(keyring: None) -> None:
    secrets.store("hibp_api_key", KEY)
    lock_collection()

    code, out, err = ask("set", "hibp_api_key", typed=KEY)

    assert (code, out) == (4, "")
    assert "locked" in err


def test_no_keyring_is_told_and_ends_with_4(watchword: Watchword) -> None:
    done = watchword("secret", "set", "hibp_api_key", input=KEY)

    assert (done.returncode, done.stdout) == (4, "")
    assert "no keyring that encrypts" in done.stderr
    assert KEY.lower() not in done.stderr.lower()


def test_a_secret_cannot_be_given_as_an_argument(watchword: Watchword) -> None:
    done = watchword("secret", "set", "hibp_api_key", KEY)

    assert done.returncode == 2
