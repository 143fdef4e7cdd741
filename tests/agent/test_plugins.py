"""Checks from elsewhere: installed as anybody would install them, and kept in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import msgspec
import pytest

from agent import discovery, plugins
from agent.contract import Status
from agent.host import System
from agent.host.live import LiveHost
from agent.round import RoundError, chosen_checks, run
from agent.words import text_for
from config.loader import default_settings
from tests.builders import computer

EXAMPLE = Path(__file__).parent.parent / "example_plugin"
SETTINGS = default_settings()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built and installed by pip into a directory of its own."""
    target = tmp_path_factory.mktemp("site")
    wheel = os.environ.get("WATCHWORD_EXAMPLE")
    if wheel:  # a Python without pip: tests/windows/run.sh has built it
        zipfile.ZipFile(wheel).extractall(target)
        return target
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), str(EXAMPLE)], check=True, capture_output=True)
    return target


@pytest.fixture
def with_example(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    monkeypatch.setattr(sys, "path", [str(installed), *sys.path])


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
        ("noise", "crashed"),
    ],
)
def test_one_that_misbehaves_is_unknown_for_itself_alone(
    how: str, reason: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert misbehave(how, monkeypatch) == (Status.UNKNOWN, reason)
    assert capfd.readouterr().out == ""


@pytest.mark.usefixtures("with_example")
@pytest.mark.parametrize("how", ["hang", "spin", "fork"])
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


def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *names: str, **sources: str) -> None:
    """Packages that register ``odd:CHECK`` under these names, with the modules they consist of."""
    information = tmp_path / "odd-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\n")
    points = "".join(f"{name} = odd:CHECK\n" for name in names)
    (information / "entry_points.txt").write_text(f"[watchword.checks]\n{points}")
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)


A_CHECK = """
from datetime import timedelta
from agent.contract import Category, Check, Finding, Status, Words
FINE = Finding(status=Status.PASS, reason="fine")
CHECK = Check(
    id="odd", title="Odd\\x1b[31m", category=Category.DEVICE, run=lambda context: [FINE], reasons=frozenset({"fine"}),
    every=timedelta.max, time_limit=timedelta.max, words={"fine": Words(title="F\\x1b[31mine", body="")},
)
"""


def test_the_longest_times_there_are_and_colours_in_its_words_do_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(tmp_path, monkeypatch, "odd", odd=A_CHECK)
    check = plugins.start("odd")
    assert check.time_limit == plugins.MAX_TIME_LIMIT
    assert check.title == "Odd\ufffd[31m"
    (outcome,) = run(computer(), SETTINGS, [check]).outcomes
    assert text_for(check, outcome.findings[0], System.LINUX).title == "F\ufffd[31mine"


def test_it_is_given_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = 'Finding(status=Status.PASS, reason="fine", facts={"said": context.http.get("http://127.0.0.1:9/").reason})'
    offer(tmp_path, monkeypatch, "odd", odd=A_CHECK.replace("[FINE]", f"[{asks}]"))
    (outcome,) = run(computer(), SETTINGS, [plugins.start("odd")]).outcomes
    assert outcome.findings[0].facts == {"said": "offline"}  # where there is one, that place refuses


def test_one_that_never_ends_its_import_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import os, time\nif os.fork() == 0:\n    os.setsid()\ntime.sleep(8)\nos._exit(0)\n"
    offer(tmp_path, monkeypatch, "odd", odd=source)
    monkeypatch.setattr(plugins, "DESCRIBE_SECONDS", 1.0)
    started = time.monotonic()
    with pytest.raises(plugins.PluginError, match="'odd' could not be loaded: it ended, or took too long to start"):
        plugins.start("odd")
    assert time.monotonic() - started < 5


def test_none_takes_the_place_of_a_built_in_check_or_runs_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(tmp_path, monkeypatch, "odd", "screen_lock", odd=A_CHECK)
    named = msgspec.structs.replace(SETTINGS, plugins=("odd", "screen_lock", "odd"))
    checks, notes = chosen_checks(["odd", "screen_lock"], named)
    assert [(check.id, check.title) for check in checks] == [("screen_lock", "Screen lock"), ("odd", "Odd\ufffd[31m")]
    assert notes == ["the machine policy lists screen_lock under plugins, but it is one of Watchword's own checks"]
