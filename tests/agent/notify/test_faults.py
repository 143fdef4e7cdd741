"""What is said of an alert that nobody could see."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent import notify
from agent.alerts.records import Delivery
from agent.cli import run as watchword
from agent.notify import child
from tests.agent.notify.desktop import (
    has_server,
    listeners,
    message_bus,
    needs,
    python,
    running,
    said_by_dunst,
    until,
)


@contextmanager
def misbehaving(how: str) -> Iterator[None]:
    argv = [sys.executable, str(Path(__file__).with_name("misbehaving.py")), how]
    with running(argv, os.environ, stderr=subprocess.DEVNULL):
        owned = "from agent.host.native import dbus; print(dbus.name_owned('session', 'org.freedesktop.Notifications'))"
        until(lambda: python(owned) == "True")
        yield


def test_without_a_session_nothing_is_called_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert notify.available() == Delivery(shown=False, how="D-Bus", reason="no_session")
    assert notify.show("T", "b", keys=["screen_lock"]) == Delivery(shown=False, how="D-Bus", reason="no_session")
    assert watchword(["doctor", "--alert"]) == 4
    assert "not shown: there is no desktop session" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["nonsense", "unix:path=/nowhere", "unix:abstract=", "tcp:host=127.0.0.1,port=1"])
def test_an_address_that_leads_nowhere_is_no_session(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert notify.show("T", "b").shown is False
    assert notify.available().shown is False


def test_a_bus_that_never_answers_costs_a_limited_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "bus"))
        listener.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
        before = time.monotonic()
        assert notify.available().shown is False
        assert notify.show("T", "b").shown is False
        assert time.monotonic() - before < 20


def test_a_bus_without_a_server_is_said_so(bus: str) -> None:
    assert notify.available() == Delivery(shown=False, how="D-Bus", reason="no_server")
    assert notify.show("T", "b") == Delivery(shown=False, how="D-Bus", reason="no_server")
    assert notify.state(notify.available()) == "unavailable"
    assert not listeners(bus)


def test_a_server_that_would_be_started_is_not_started_to_ask(bus: str, tmp_path: Path) -> None:
    started = tmp_path / "started"
    (tmp_path / "services" / "a.service").write_text(
        f"[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/sh -c 'touch {started}; exit 1'\n"
    )
    python(
        "from agent.host.native import dbus; dbus.ask('session', dbus.BUS, dbus.BUS_PATH, f'{dbus.BUS}.ReloadConfig')"
    )
    assert notify.available().shown is None
    assert not started.exists()
    assert notify.show("T", "b") == Delivery(shown=False, how="D-Bus", reason="no_server")
    assert started.exists()
    assert not listeners(bus)


def alerts_of_doctor(capsys: pytest.CaptureFixture[str]) -> str:
    """What doctor says of alerts."""
    capsys.readouterr()
    watchword(["doctor"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.split()[1:2] == ["alerts"]]
    return line


def test_doctor_does_not_call_working_what_it_did_not_try_and_remembers_what_it_did(
    bus: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "services" / "a.service").write_text(
        "[D-BUS Service]\nName=org.freedesktop.Notifications\nExec=/bin/false\n"
    )
    python(
        "from agent.host.native import dbus; dbus.ask('session', dbus.BUS, dbus.BUS_PATH, f'{dbus.BUS}.ReloadConfig')"
    )
    assert alerts_of_doctor(capsys).startswith("limited  alerts")
    assert watchword(["doctor", "--alert"]) == 4
    said = alerts_of_doctor(capsys)
    assert said.startswith("limited  alerts")
    assert "not shown when last tried" in said
    assert "no program here shows notifications" in said
    watchword(["check", "reporting", "--json"])
    assert json.loads(capsys.readouterr().out)["agent"]["notifications"] == "unavailable"


@pytest.mark.parametrize(
    ("how", "shown", "reason"),
    [
        ("refuses", False, "refused"),
        ("zero", False, "refused"),
        ("dies", False, "refused"),  # the bus answers in its place that it has left
        ("nonsense", False, "no_server"),
        ("throws", False, "no_server"),
        ("hangs", False, "no_answer"),
        ("hangs_then", None, "no_answer"),  # it took the words and may show them yet
    ],
)
def test_a_server_that_misbehaves_is_not_believed(
    how: str, shown: bool | None, reason: str, bus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with misbehaving(how):
        delivery = notify.show("T", "b", keys=["screen_lock"])
        assert (delivery.shown, delivery.reason) == (shown, reason)
        until(lambda: not listeners(bus))
        if how == "hangs":
            assert notify.available() == Delivery(shown=False, how="D-Bus", reason="no_answer")
        if how == "refuses":
            assert watchword(["doctor", "--alert"]) == 4
            assert "refused it (Odd 1)" in capsys.readouterr().out


def test_one_that_accepts_and_then_ends_leaves_nobody_waiting(bus: str) -> None:
    with misbehaving("accepts"):
        assert notify.show("T", "b", keys=["screen_lock"]).shown is True
        until(lambda: listeners(bus))
    until(lambda: not listeners(bus))


def test_when_the_bus_ends_so_does_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").mkdir()
    with message_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        with misbehaving("accepts"):
            assert notify.show("T", "b", keys=["screen_lock"]).shown is True
            (pid,) = until(lambda: listeners(address))
    until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"shown": "yes", "reason": null}', "{}"])
def test_a_child_that_says_no_sense_has_shown_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "silly.py").write_text(f"import sys; sys.stdin.read(); print({line!r})")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert child.ask("silly", {}, 10, how="x") == Delivery(shown=False, how="x", reason="failed")


def test_a_child_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "silent.py").write_text("import time; time.sleep(60)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    before = time.monotonic()
    assert child.ask("silent", {"much": "x" * 300_000}, 0.5, how="x").reason == "no_answer"
    assert time.monotonic() - before < 10


def test_a_folder_named_agent_in_the_current_directory_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agent").mkdir()
    (tmp_path / "agent" / "__init__.py").write_text("open('run', 'w')")
    monkeypatch.chdir(tmp_path)
    assert notify.show("T", "b").reason == "no_session"
    assert not (tmp_path / "run").exists()


def test_where_only_others_reach_the_bus_plyer_shows_it_and_gives_no_receipt(
    tmp_path: Path, display: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bus behind TCP is one that jeepney does not know and that GLib does."""
    needs("dunst", "gdbus", "notify-send")
    (tmp_path / "services").mkdir()
    printed = tmp_path / "printed"
    with message_bus(tmp_path, "tcp:host=127.0.0.1,bind=127.0.0.1,family=ipv4") as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert notify.show("T", "b") == Delivery(shown=False, how="D-Bus", reason="no_session")
        (tmp_path / "dunstrc").write_text("[global]\nmarkup = full\n")
        argv = ["dunst", "-print", "-config", str(tmp_path / "dunstrc")]
        with printed.open("wb") as output, running(argv, os.environ, stdout=output, stderr=subprocess.DEVNULL):
            until(lambda: notify.available() == Delivery(shown=True, how="notify-send"))
            delivery = notify.show("--icon=x", "it's <b>not</b> bold", keys=["screen_lock"])
            assert delivery == Delivery(shown=None, how="plyer")
            (said,) = until(lambda: said_by_dunst(printed.read_text()))
    assert (said["summary"].strip(), said["body"]) == ("--icon=x", "it's &lt;b&gt;not&lt;/b&gt; bold")


def test_a_bus_that_no_variable_names_is_found_where_it_always_is(
    bus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket_path = bus.removeprefix("unix:path=").partition(",")[0]
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "bus").symlink_to(socket_path)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    assert notify.available().reason == "no_server"


def test_what_an_alert_is_about_never_becomes_an_option(bus: str) -> None:
    assert not has_server(bus)
    from agent.notify.text import KEY

    assert [bool(KEY.fullmatch(key)) for key in ("screen_lock", "two_step:a1b2", "--config=x", "a:--x", "a b", "")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
