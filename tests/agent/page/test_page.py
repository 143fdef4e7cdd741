"""What every part of the page is given: that nothing is kept any more once everything is being deleted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.errors import WatchwordError
from agent.page.page import ClosedError, Page
from agent.paths import Paths
from tests.agent.page.client import Client


@pytest.fixture
def page() -> Page:
    return Client().page


@contextmanager
def working(page: Page) -> Iterator[threading.Event]:
    """Somebody else has a session open until the event is set."""
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        with page.open_session():
            begun.set()
            end.wait(20)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(20)
    yield end
    end.set()
    thread.join()


def test_what_is_at_work_is_waited_for(page: Page) -> None:
    with working(page) as end:
        threading.Timer(0.3, end.set).start()
        with page.emptied():
            assert end.is_set()


def test_what_does_not_end_keeps_everything_as_it_is(page: Page) -> None:
    with working(page):
        with pytest.raises(WatchwordError, match="nothing was deleted"), page.emptied(seconds=0.1):
            pytest.fail("it was not waited for")
        with page.open_session():
            pass


def test_from_then_on_nothing_is_opened(page: Page) -> None:
    with page.emptied():
        with pytest.raises(ClosedError), page.open_session():
            pytest.fail("a session was opened while everything was being deleted")
        with pytest.raises(ClosedError), page.emptied():
            pytest.fail("everything was deleted twice at once")
    with pytest.raises(ClosedError), page.open_session():
        pytest.fail("a session was opened after everything was deleted")
    assert not Path(Paths.here().store).exists()


def test_what_was_not_deleted_after_all_can_be_used(page: Page) -> None:
    with pytest.raises(WatchwordError, match="no"), page.emptied():
        raise WatchwordError("no")
    with page.open_session():
        pass
