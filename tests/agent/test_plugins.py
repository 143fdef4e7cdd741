"""Checks from elsewhere: installed as anybody would install them, and kept in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from agent import discovery, plugins
from agent.contract import Status
from agent.host.live import LiveHost
from agent.round import RoundError, chosen_checks, run
from config.loader import default_settings
from tests.builders import computer

EXAMPLE = Path(__file__).parent.parent / "example_plugin"
SETTINGS = default_settings()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built and installed by pip into a directory of its own."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(EXAMPLE)], check=True, capture_output=True)
    return target


@pytest.fixture
def with_example(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.syspath_prepend(str(installed))


def misbehave(how: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Status, str]:
    """What a misbehaving check comes to, once the good one beside it is seen to be unharmed."""
    monkeypatch.setenv("MISBEHAVE", how)
    checks = [plugins.start("misbehaving"), plugins.start("hosts_file")]
    done = run(computer(files={"/etc/hosts": ""}), SETTINGS, checks)
    bad, good = done.outcomes
    assert [finding.reason for finding in good.findings] == ["clean"]
    return bad.findings[0].status, bad.findings[0].reason


@pytest.mark.usefixtures("with_example")
def test_an_installed_check_is_found_without_being_imported() -> None:
    names = {registered.id: registered.distribution for registered in discovery.third_party()}
    assert names == {"hosts_file": "watchword-example", "misbehaving": "watchword-example"}
    assert "watchword_example" not in sys.modules


@pytest.mark.usefixtures("with_example")
def test_an_installed_check_runs_only_when_the_policy_names_it() -> None:
    assert "hosts_file" not in [check.id for check in chosen_checks((), SETTINGS)[0]]
    with pytest.raises(RoundError, match="there is no check 'hosts_file'"):
        chosen_checks(["hosts_file"], SETTINGS)
    named = msgspec.structs.replace(SETTINGS, plugins=("hosts_file",))
    assert [check.id for check in chosen_checks(["hosts_file"], named)[0]] == ["hosts_file"]


@pytest.mark.usefixtures("with_example")
def test_it_judges_this_computer() -> None:
    (outcome,) = run(LiveHost(), SETTINGS, [plugins.start("hosts_file")]).outcomes
    assert [finding.reason for finding in outcome.findings] == ["clean"]


@pytest.mark.usefixtures("with_example")
def test_it_judges_a_recorded_computer() -> None:
    laptop = computer(files={"/etc/hosts": "203.0.113.9 accounts.google.com x.com # not facebook\n"})
    (outcome,) = run(laptop, SETTINGS, [plugins.start("hosts_file")]).outcomes
    (finding,) = outcome.findings
    assert (finding.status, finding.reason, finding.facts) == (Status.FAIL, "redirected", {"count": 2})


@pytest.mark.usefixtures("with_example")
def test_it_brings_its_own_words() -> None:
    assert plugins.start("hosts_file").words["clean"].title == "No sign-in page is redirected"


@pytest.mark.usefixtures("with_example")
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("raise", "crashed"),
        ("exit", "crashed"),
        ("die", "crashed"),
        ("kill", "crashed"),
        ("print", "wrote_output"),
        ("descriptor", "wrote_output"),
        ("nonsense", "bad_answer"),
        ("empty", "bad_answer"),
        ("reason", "bad_answer"),
    ],
)
def test_one_that_misbehaves_is_unknown_for_itself_alone(
    how: str, reason: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert misbehave(how, monkeypatch) == (Status.UNKNOWN, reason)
    assert capfd.readouterr().out == ""


@pytest.mark.usefixtures("with_example")
@pytest.mark.parametrize("how", ["hang", "spin"])
def test_one_that_never_answers_is_ended_at_its_time_limit(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    assert misbehave(how, monkeypatch) == (Status.UNKNOWN, "timeout")
    assert time.monotonic() - started < 12


@pytest.mark.usefixtures("with_example")
def test_a_thread_it_leaves_behind_does_not_keep_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    assert misbehave("thread", monkeypatch) == (Status.PASS, "fine")
    assert time.monotonic() - started < 10


@pytest.mark.usefixtures("with_example")
def test_it_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISBEHAVE", "secrets")
    done = run(computer(), SETTINGS, [plugins.start("misbehaving")])
    assert done.outcomes[0].findings[0].facts == {"secret": "None"}


def test_a_name_that_nobody_registered_is_said_in_one_line() -> None:
    with pytest.raises(plugins.PluginError, match="'nobody' could not be loaded: .*no installed package offers it"):
        plugins.start("nobody")


def test_no_process_is_left_behind() -> None:
    import psutil

    before = {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)}
    with pytest.raises(plugins.PluginError):
        plugins.start("nobody")
    assert {child.pid for child in psutil.Process(os.getpid()).children(recursive=True)} == before
