"""The person's page on Windows: one process, on loopback, that outlives its starter and ends when told to."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest

from agent.locking import is_held
from agent.own_files import find
from agent.page.address import Address, noted
from agent.paths import Paths

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="this is about Windows")

OPEN = [sys.executable, "-m", "agent", "open", "--no-browser"]


def opened() -> str:
    done = subprocess.run(OPEN, capture_output=True, text=True, check=True, timeout=90)
    return done.stdout.strip()


def ask(address: Address, method: str, path: str, **fields: str) -> tuple[int, str]:
    """The status, and the text or where it leads."""
    origin = {"Origin": address.origin, "Content-Type": "application/x-www-form-urlencoded"}
    posting = method == "POST"
    with closing(http.client.HTTPConnection(address.host, address.port, timeout=60)) as connection:
        body = urlencode(fields) if posting else None
        connection.request(method, address.prefix + path, body, headers=origin if posting else {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("location") or answer.read().decode()


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert done()


def test_it_opens_once_is_used_and_ends() -> None:
    url = opened()
    address = noted(Paths.here().page)
    assert address is not None
    assert url == address.url()
    assert urlsplit(url).hostname == address.host != "127.0.0.1"
    assert opened() == url

    status, page = ask(address, "GET", "/")
    assert status == 200
    assert "Nothing has been checked yet" in page
    assert ask(replace(address, secret="A" * 43), "GET", "/")[0] == 404
    assert ask(address, "POST", "/finish")[0] == 403

    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token is not None
    status, where = ask(address, "POST", "/item/check", token=token[1], check="screen_lock")
    assert (status, where) == (303, f"{address.prefix}/item/screen_lock")
    assert "Checked again just now." in ask(address, "GET", "/item/screen_lock")[1]

    assert ask(address, "POST", "/finish", token=token[1])[0] == 303
    until(lambda: not is_held(Paths.here().page_lock))
    assert not os.path.exists(Paths.here().page)


def test_what_is_deleted_from_the_page_leaves_nothing_behind_when_it_has_closed() -> None:
    opened()
    address = noted(Paths.here().page)
    assert address is not None
    token = re.search(r'name="token" value="([^"]+)"', ask(address, "GET", "/it/delete")[1])
    assert token is not None
    status, page = ask(address, "POST", "/it/delete", token=token[1], sure="yes")
    assert status == 200
    assert "could not be removed" not in page
    until(lambda: not os.path.exists(Paths.here().page_lock))
    found = find(Paths.here(), os.path.expanduser("~"))
    assert (found.files, found.folders) == ((), ())
