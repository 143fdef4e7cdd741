"""Asking a snapd that is a stand-in on a real socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.host import Unreadable
from agent.host.native import snapd


@contextmanager
def answering(directory: Path, answer: bytes) -> Iterator[str]:
    """A server that gives one caller this answer."""
    address = str(directory / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()

        def serve() -> None:
            caller, _ = server.accept()
            with caller, suppress(OSError):
                caller.recv(65536)
                caller.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield address
        thread.join(5)


def ok(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def test_the_document_is_handed_over_whatever_its_status(tmp_path: Path) -> None:
    with answering(tmp_path, ok(b'{"type": "error"}', b"404 Not Found")) as address:
        assert snapd.snapd_get("/v2/snaps", address) == {"type": "error"}


def test_without_a_snapd_there_is_no_answer(tmp_path: Path) -> None:
    assert snapd.snapd_get("/v2/snaps", str(tmp_path / "none")) is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "failed"),
        (b"nonsense\r\n\r\n", "failed"),
        (ok(b"<html>"), "malformed"),
        (ok(b"[" * 100_000), "malformed"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (snapd.MAX_BYTES + 1), "too_large"),
    ],
)
def test_a_bad_answer_is_unreadable(tmp_path: Path, answer: bytes, reason: str) -> None:
    with answering(tmp_path, answer) as address:
        assert snapd.snapd_get("/v2/snaps", address) == Unreadable(reason, "/v2/snaps")


def test_a_snapd_that_says_nothing_does_not_hold_the_round_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapd, "LIMIT_SECONDS", 0.2)
    address = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        assert snapd.snapd_get("/v2/snaps", address) == Unreadable("timeout", "/v2/snaps")


@pytest.mark.parametrize("path", ["/v1/x", "http://elsewhere/", "/v2/snaps HTTP/1.1\r\nX: y", "/v2/ x"])
def test_only_snapds_own_questions_are_asked(path: str) -> None:
    assert snapd.snapd_get(path) == Unreadable("unsupported", path)
