"""flatpak, from recordings and for real."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Unreadable
from agent.host.live import LiveHost
from agent.host.replay import ReplayHost
from checks.app_updates.facts import Held, Pending
from checks.app_updates.linux_managers import flatpak
from tests.builders import NOW, command, context
from tests.checks.app_updates.computers import DAY, debian, judged, mtime, outcome

SUMMARY = "/home/person/.cache/flatpak/system-cache/summaries/flathub.idx"
APP = "/var/lib/flatpak/app/org.signal.Signal/current"
LIST = """\
org.signal.Signal\tSignal\t7.79.0\tstable\tflathub\taaaaaaaaaaaa
org.gnome.Platform\tPlatform\t\t47\tflathub\tbbbbbbbbbbbb
"""
UPDATES = "org.signal.Signal\t7.80.0\tstable\tflathub\tcccccccccccc\n"


def asked(argv: tuple[str, ...], kind: str, stdout: str, code: int = 0, stderr: str = "") -> dict[str, Any]:
    return command((*argv[:2], f"--{kind}", *argv[2:]), stdout, code, stderr)


def laptop(
    listed: str = LIST,
    updates: str = "",
    *,
    exits: tuple[int, int] = (0, 0),
    stderr: str = "",
    age: float | None = 0,
    deployed: bool = True,
    masks: str = "",
) -> ReplayHost:
    """A Debian laptop, up to date with apt, with flatpak apps of the system."""
    return debian(
        commands=[
            asked(flatpak.LIST, "system", listed, exits[0]),
            asked(flatpak.LIST, "user", ""),
            asked(flatpak.UPDATES, "system", updates, exits[1], stderr),
            command("flatpak mask --system", masks),
        ],
        files={APP: {"present": True}} if deployed else {},
        queries=[] if age is None else [mtime(SUMMARY, NOW - age * DAY)],
    )


def test_an_app_that_is_behind_is_pending_under_its_catalogue_name() -> None:
    finding = judged(laptop(updates=UPDATES))
    assert outcome(finding) == ("unknown", "age_unknown")
    item = finding.items[0]
    assert (item.name, item.installed, item.latest, item.source) == ("Signal", "7.79.0", "7.80.0", "flatpak")


@pytest.mark.parametrize("version", ["", "7.79.0"])
def test_without_a_new_version_the_commits_tell_the_builds_apart(version: str) -> None:
    installed = flatpak.parse_installed(LIST)
    assert installed is not None
    rows = f"org.signal.Signal\t{version}\tstable\tflathub\tcccc\n"
    assert flatpak.parse_updates(rows, installed) == (
        Pending("org.signal.Signal", "aaaaaaaaaaaa", "cccc", title="Signal"),
    )


def test_a_masked_app_is_held() -> None:
    installed = flatpak.parse_installed(LIST)
    assert installed is not None
    found = flatpak.parse_updates(UPDATES, installed, ["org.signal.*"])
    assert found is not None
    assert found[0].held is Held.HELD


def test_apps_without_updates_are_a_pass_beside_apt() -> None:
    assert outcome(judged(laptop())) == ("pass", "up_to_date")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (laptop(listed=""), "unreadable"),
        (laptop(exits=(1, 0)), "unreadable"),
        (laptop(exits=(0, 1)), "unreadable"),
        (
            laptop(exits=(0, 1), stderr="error: Unable to load summary: No cached summary for remote 'flathub'"),
            "no_lists",
        ),
        (laptop(listed="Signal 7\n"), "unreadable"),
        (laptop(updates="Signal 7\n"), "unreadable"),
        (laptop(age=30), "stale"),
        (laptop(age=None), "unreadable"),
        (debian(files={APP: {"present": True}}), "no_tool"),
    ],
)
def test_one_manager_that_proves_nothing_makes_the_whole_unknown(host: ReplayHost, reason: str) -> None:
    assert outcome(judged(host)) == ("unknown", reason)


def test_a_flatpak_with_nothing_installed_says_nothing() -> None:
    assert outcome(judged(laptop(listed="", deployed=False, age=None))) == ("pass", "up_to_date")


@given(st.text(), st.text())
def test_no_output_makes_the_parsers_raise(listed: str, updates: str) -> None:
    flatpak.parse_updates(updates, flatpak.parse_installed(listed) or ())
    judged(laptop(listed, updates))


def test_the_real_flatpak_without_apps_says_nothing() -> None:
    if shutil.which("flatpak") is None:
        pytest.skip("flatpak is not installed")
    host = LiveHost()
    if host.glob("/var/lib/flatpak/app/*") or host.glob(f"{host.home}/.local/share/flatpak/app/*"):
        pytest.skip("this machine has flatpak apps")
    assert flatpak.read(context(host, now=host.now())) == ()


def publish(directory: Path, version: str) -> None:
    """Build an app of this version and publish it in ``directory/repo``."""
    build = directory / "build"
    metainfo = build / "files/share/app-info/xmls"
    metainfo.mkdir(parents=True, exist_ok=True)
    (build / "export").mkdir(exist_ok=True)
    (build / "metadata").write_text("[Application]\nname=org.example.App\nruntime=org.example.P/x86_64/1\ncommand=x\n")
    (build / "files/x").write_text(version)
    component = (
        '<components version="0.8"><component type="desktop"><id>org.example.App</id><name>Example</name>'
        f'<summary>s</summary><releases><release version="{version}" timestamp="1700000000"/></releases>'
        '<bundle type="flatpak">app/org.example.App/x86_64/master</bundle></component></components>'
    )
    (metainfo / "org.example.App.xml.gz").write_bytes(gzip.compress(component.encode()))
    flatpak_does("build-export", "--arch=x86_64", str(directory / "repo"), str(build))
    flatpak_does("build-update-repo", str(directory / "repo"))


def flatpak_does(*arguments: str) -> None:
    done = subprocess.run(["flatpak", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def test_the_real_flatpak_says_what_its_last_look_at_a_real_remote_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("flatpak") is None:
        pytest.skip("flatpak is not installed")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    publish(tmp_path, "1.0")
    handler = partial(Quiet, directory=str(tmp_path / "repo"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        remote = f"http://127.0.0.1:{server.server_port}/"
        flatpak_does("remote-add", "--user", "--no-gpg-verify", "example", remote)
        flatpak_does(
            "install", "--user", "--noninteractive", "-y", "--no-deps", "--arch=x86_64", "example", "org.example.App"
        )
        host = LiveHost()
        facts = flatpak.read(context(host, now=host.now()))
        assert [(one.manager, one.pending) for one in facts] == [("flatpak-user", ())]

        publish(tmp_path, "2.0")
        flatpak_does("remote-ls", "--user", "--updates", "example")
        server.shutdown()

    # The server is gone: what follows is answered from the copies on disk.
    facts = flatpak.read(context(host, now=host.now()))
    assert not isinstance(facts[0].pending, Unreadable)
    assert [(one.package, one.title) for one in facts[0].pending] == [("org.example.App", "Example")]
    assert abs((facts[0].lists_at - host.now()).total_seconds()) < 300  # type: ignore[operator]  # it is a date

    shutil.rmtree(tmp_path / "data/flatpak/repo/tmp/cache/summaries")
    assert flatpak.read(context(host, now=host.now()))[0].pending == Unreadable(
        "no_lists", "flatpak remote-ls --user --updates --cached --columns=application,version,branch,origin,commit"
    )
