from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli import run as watchword
from agent.cli.window import rows_about
from agent.errors import RefusedError
from agent.paths import Paths
from agent.status import load
from tests.agent.guide.test_page import row


def test_without_a_result_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert watchword(["explain", "screen_lock", "--window"]) == 4
    assert "nothing has been checked yet" in capsys.readouterr().err


def test_a_wrong_name_is_refused_with_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    watchword(["check", "screen_lock", "--plain"])
    assert watchword(["explain", "--window", "screen_lok"]) == 2
    assert "did you mean screen_lock?" in capsys.readouterr().err


def test_where_nothing_opens_pages_the_page_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    watchword(["check", "screen_lock", "--plain"])
    monkeypatch.setenv("BROWSER", "false")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert watchword(["explain", "--window", "screen_lock"]) == 4
    said = capsys.readouterr().err
    assert "no program opens web pages here" in said or "there is no program that opens" in said
    (page,) = (Path(Paths.here().runtime) / "guide").iterdir()
    assert str(page) in said


def test_an_item_names_a_check_or_one_account_of_it() -> None:
    import msgspec

    watchword(["check", "screen_lock", "--plain"])
    last = load(Path(Paths.here().status).read_bytes())
    rows = tuple(msgspec.structs.replace(row(), id="two_step", instance=name) for name in ("a1", "b2"))
    last = msgspec.structs.replace(last, checks=rows)

    def about(*items: str) -> list[str | None]:
        return [found.instance for found in rows_about(items, last, known={"two_step"})]

    assert about("two_step") == ["a1", "b2"]
    assert about("two_step:b2", "two_step:b2") == ["b2"]
    assert about("two_step:gone") == []
    with pytest.raises(RefusedError):
        about("other")


def test_several_checks_can_be_explained_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert watchword(["explain", "screen_lock", "disk_encryptio"]) == 2
    assert watchword(["explain", "screen_lock", "--plain"]) in (0, 1, 3)
    assert "How we know:" in capsys.readouterr().out
