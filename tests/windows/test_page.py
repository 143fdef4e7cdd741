"""The person's page on Windows: one process, on loopback, that outlives its starter and ends when told to."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest

from agent.locking import is_held
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
    deadline = time.monotonic() + 30
    while is_held(Paths.here().page_lock) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not is_held(Paths.here().page_lock)
    assert not os.path.exists(Paths.here().page)
