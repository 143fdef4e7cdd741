"""Apps that package managers installed, on recorded computers and with the real tools."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Completed, Host, Unreadable
from agent.host.live import LiveHost
from checks.password_manager import packages
from checks.password_manager.desktop import parse_program
from checks.password_manager.packages import Installed, parse_dpkg_status, parse_pacman_desc, parse_rpm_query
from checks.password_manager.remembered import Files, MalformedError
from tests.builders import NOW, DictMemory, command
from tests.checks.password_manager.computers import HOME, said, verdict

FOUND = ("pass", "found")
NOT_FOUND = ("warn", "not_found")
UNREADABLE = ("unknown", "unreadable")
STATUS = "/var/lib/dpkg/status"
RPM = "/var/lib/rpm/rpmdb.sqlite"
ASKED = sorted({"keepassxc", "bitwarden"})


def needs(tool: str) -> str:
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    return path


def stanza(package: str = "keepassxc", status: str = "install ok installed", version: str = "2.7.4-1") -> str:
    return f"Package: {package}\nStatus: {status}\nVersion: {version}\nDescription: x\n Package: gopass\n .\n more\n\n"


def files_of(host: Host) -> Files:
    return Files(host, DictMemory(), NOW, 1)


# dpkg


@pytest.mark.parametrize("status", ["install ok installed", "hold ok installed"])
def test_an_installed_package_is_found_with_its_version(status: str) -> None:
    finding = verdict({STATUS: stanza("bash") + stanza(status=status)})
    assert said(finding) == FOUND
    assert [(item.name, item.source, item.installed) for item in finding.items] == [
        ("KeePassXC", "app (dpkg)", "2.7.4-1")
    ]


@pytest.mark.parametrize(
    "status",
    [
        "deinstall ok config-files",
        "install ok half-installed",
        "purge ok not-installed",
        "installed",
        "",
        "a b c installed",
    ],
)
def test_a_package_that_is_not_whole_does_not_count(status: str) -> None:
    assert said(verdict({STATUS: stanza(status=status)})) == NOT_FOUND


def test_a_package_named_in_another_ones_description_does_not_count() -> None:
    assert said(verdict({STATUS: stanza("bash").replace("gopass", "keepassxc")})) == NOT_FOUND


@pytest.mark.parametrize(
    "name", ["gnome-keyring", "seahorse", "kwalletmanager", "webext-keepassxc-browser", "keepassxc-doc"]
)
def test_a_keyring_or_a_neighbouring_name_does_not_count(name: str) -> None:
    assert said(verdict({STATUS: stanza(name)})) == NOT_FOUND


@pytest.mark.parametrize("content", ["", "nonsense", {"denied": True}])
def test_a_package_list_that_cannot_be_read_is_unknown(content: Any) -> None:
    assert said(verdict({STATUS: content})) == UNREADABLE


def test_an_odd_version_is_left_out_and_the_package_still_counts() -> None:
    assert parse_dpkg_status(stanza(version="<b>" * 40).encode(), ["keepassxc"]) == Installed({"keepassxc": None})


LINES = st.sampled_from(
    ["Package: keepassxc", "Status: install ok installed", "Status: x", "Version: 1", "", " ", " .", ":"]
)


@given(st.binary(max_size=200) | (st.lists(LINES | st.text(max_size=12)).map(lambda lines: "\n".join(lines).encode())))
def test_a_package_list_of_any_shape_is_parsed_or_refused(data: bytes) -> None:
    try:
        found = parse_dpkg_status(data, ["keepassxc"])
    except MalformedError:
        return
    text = data.decode("utf-8", "replace").split("\n\n")
    if found.versions:
        assert any("Package: keepassxc" in part and "installed" in part for part in text)


def test_dpkg_itself_lists_the_same_packages(tmp_path: Path) -> None:
    needs("dpkg-query")
    status = Path(STATUS).read_bytes()
    (tmp_path / "status").write_bytes(status)
    listing = subprocess.run(
        ["dpkg-query", f"--admindir={tmp_path}", "-W", "-f", "${Package}\t${db:Status-Status}\t${Version}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in listing.stdout.splitlines()]
    theirs = {name: version for name, status, version in rows if status == "installed"}
    ours = parse_dpkg_status(status, set(theirs))
    assert len(theirs) > 100
    assert ours.versions == theirs


# rpm


def test_rpm_is_asked_only_where_it_has_a_database() -> None:
    answer = [command(["rpm", "-q"], "x")]
    assert said(verdict(commands=answer, programs={"rpm": "/usr/bin/rpm"})) == NOT_FOUND
    assert said(verdict({RPM: {"present": True}}, commands=answer, programs={"rpm": "/usr/bin/rpm"})) == UNREADABLE
    assert said(verdict({RPM: {"present": True}})) == UNREADABLE


def test_every_package_asked_for_needs_an_answer_of_its_own() -> None:
    assert parse_rpm_query("package bitwarden is not installed\nkeepassxc\t2.7.10-1.fc41\n", ASKED) == Installed(
        {"keepassxc": "2.7.10-1.fc41"}
    )
    for text in (
        "",
        "package bitwarden is not installed\n",
        "keepassxc\n",
        "package bitwarden is not installed\nerror: x",
    ):
        with pytest.raises(MalformedError):
            parse_rpm_query(text, ASKED)


@given(
    st.lists(
        st.sampled_from(["keepassxc\t1", "package bitwarden is not installed", "\t", "keepassxc"]) | st.text(max_size=9)
    )
)
def test_an_rpm_answer_of_any_shape_is_parsed_or_refused(lines: list[str]) -> None:
    try:
        found = parse_rpm_query("\n".join(lines), ASKED)
    except MalformedError:
        return
    assert set(found.versions) <= set(ASKED)


class RpmElsewhere(LiveHost):
    """This computer, with rpm's database in a directory of the test's own."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self.database = database

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Completed | Unreadable:
        return super().run([argv[0], "--dbpath", str(self.database), *argv[1:]], timeout)

    def query(self, name: str, *args: str) -> Any:
        return 1 if args == (RPM,) else super().query(name, *args)


SPEC = """Name: bitwarden
Version: 2026.1.0
Release: 1
Summary: x
License: x
BuildArch: noarch
%description
x
%files
"""


def test_the_real_rpm_tells_an_installed_package_from_a_missing_one(tmp_path: Path) -> None:
    needs("rpm"), needs("rpmbuild")
    spec = tmp_path / "bitwarden.spec"
    spec.write_text(SPEC)
    subprocess.run(
        ["rpmbuild", "-bb", "--define", f"_topdir {tmp_path}", str(spec)], check=True, capture_output=True, cwd=tmp_path
    )
    database = tmp_path / "db"
    database.mkdir()
    host = RpmElsewhere(database)
    assert packages.rpm(files_of(host), ASKED) == Installed()
    (built,) = tmp_path.glob("RPMS/noarch/*.rpm")
    subprocess.run(
        ["rpm", "--dbpath", str(database), "-i", "--justdb", "--nodeps", "--noscripts", str(built)],
        check=True,
        capture_output=True,
    )
    assert packages.rpm(files_of(host), ASKED) == Installed({"bitwarden": "2026.1.0-1"})


# pacman


def pacman_entry(name: str, folder: str | None = None) -> dict[str, str]:
    return {
        f"{packages.PACMAN_DATABASE}/{folder or name + '-2.7.10-1'}/desc": f"%NAME%\n{name}\n\n%VERSION%\n2.7.10-1\n\n"
    }


def test_a_package_in_pacmans_database_is_found() -> None:
    finding = verdict(pacman_entry("keepassxc") | pacman_entry("bash"))
    assert said(finding) == FOUND
    assert finding.items[0].installed == "2.7.10-1"


def test_a_package_with_a_longer_name_is_another_one() -> None:
    assert said(verdict(pacman_entry("keepassxc-plugin"))) == NOT_FOUND
    assert said(verdict(pacman_entry("other", "keepassxc-2.7.10-1"))) == NOT_FOUND


def test_the_real_pacman_reads_the_same_database(tmp_path: Path) -> None:
    needs("pacman")
    for path, text in pacman_entry("keepassxc").items():
        target = tmp_path / "local" / Path(path).parent.name
        target.mkdir(parents=True)
        (target / "desc").write_text(text + "%ARCH%\nx86_64\n\n")
        (target / "files").write_text("%FILES%\n\n")
    (tmp_path / "local" / "ALPM_DB_VERSION").write_text("9\n")
    answer = subprocess.run(["pacman", "-Q", "--dbpath", str(tmp_path)], capture_output=True, text=True, check=True)
    assert answer.stdout == "keepassxc 2.7.10-1\n"


@given(st.lists(st.sampled_from(["%NAME%", "%VERSION%", "keepassxc", "", "%"]) | st.text(max_size=5)))
def test_a_package_description_of_any_shape_is_parsed(lines: list[str]) -> None:
    assert all(isinstance(value, str) for value in parse_pacman_desc("\n".join(lines)).values())


# flatpak and snap


@pytest.mark.parametrize("place", ["/var/lib/flatpak", f"{HOME}/.local/share/flatpak"])
def test_a_flatpak_counts_while_it_is_deployed(place: str) -> None:
    app = f"{place}/app/com.bitwarden.desktop"
    assert said(verdict({f"{app}/current/active/metadata": "[Application]"})) == FOUND
    assert said(verdict({f"{app}/x86_64/stable/old/metadata": "[Application]"})) == NOT_FOUND
    assert said(verdict({f"{HOME}/.var/app/com.bitwarden.desktop/config/Bitwarden/data.json": "{}"})) == NOT_FOUND


def test_the_real_flatpak_deploys_where_we_look(tmp_path: Path, own_home: Path) -> None:
    needs("flatpak"), needs("dbus-run-session")
    app = tmp_path / "app"
    (app / "files").mkdir(parents=True)
    (app / "export").mkdir()
    (app / "metadata").write_text(
        "[Application]\nname=com.bitwarden.desktop\nruntime=org.x.Platform/x86_64/1\nsdk=org.x.Sdk/x86_64/1\n"
    )

    def flatpak(*arguments: str) -> None:
        line = ["dbus-run-session", "--", "flatpak", *arguments]
        subprocess.run(line, check=True, capture_output=True, timeout=60)

    flatpak("build-export", str(tmp_path / "repo"), str(app), "master")
    flatpak("--user", "remote-add", "--no-gpg-verify", "local", f"file://{tmp_path}/repo")
    ids = ["com.bitwarden.desktop"]
    assert packages.flatpak(files_of(LiveHost()), ids) == Installed()
    flatpak("--user", "install", "-y", "--noninteractive", "--no-deps", "local", *ids)
    assert packages.flatpak(files_of(LiveHost()), ids) == Installed({ids[0]: None})
    flatpak("--user", "uninstall", "-y", "--noninteractive", *ids)
    assert packages.flatpak(files_of(LiveHost()), ids) == Installed()


@pytest.mark.parametrize("place", packages.SNAPS)
def test_a_snap_counts_while_it_has_a_current_revision(place: str) -> None:
    finding = verdict({f"{place}/bitwarden/current/meta/snap.yaml": "name: bitwarden\nversion: '2026.1.0'\n"})
    assert said(finding) == FOUND
    assert finding.items[0].installed == "2026.1.0"
    assert said(verdict({f"{place}/bitwarden/120/meta/snap.yaml": "name: bitwarden\n"})) == NOT_FOUND
    assert said(verdict({f"{place}/bitwarden/current/meta/snap.yaml": "name: other\n"})) == NOT_FOUND


# menu entries

ENTRY = "/usr/share/applications/org.keepassxc.KeePassXC.desktop"
MENU = "[Desktop Entry]\nType=Application\nName=KeePassXC\nExec=/opt/keepassxc %f\n"
PROGRAM = {"/opt/keepassxc": {"present": True}}


def test_a_menu_entry_counts_while_its_program_is_there() -> None:
    assert said(verdict({ENTRY: MENU, **PROGRAM})) == FOUND
    assert said(verdict({ENTRY: MENU})) == NOT_FOUND
    assert (
        said(
            verdict({ENTRY: MENU.replace("/opt/keepassxc", "keepassxc")}, programs={"keepassxc": "/usr/bin/keepassxc"})
        )
        == FOUND
    )


@pytest.mark.parametrize(
    "entry",
    [
        MENU + "Hidden=true\n",
        MENU.replace("Application", "Link"),
        MENU.replace("[Desktop Entry]", "[Desktop Action new]"),
        MENU.replace("/opt/keepassxc", "/usr/bin/flatpak run org.keepassxc.KeePassXC"),
        MENU.replace("Exec", "# Exec"),
        "",
    ],
)
def test_a_hidden_or_foreign_menu_entry_does_not_count(entry: str) -> None:
    assert said(verdict({ENTRY: entry, **PROGRAM, "/usr/bin/flatpak": {"present": True}})) == NOT_FOUND


def test_the_persons_own_entry_hides_the_systems() -> None:
    own = f"{HOME}/.local/share/applications/org.keepassxc.KeePassXC.desktop"
    assert said(verdict({ENTRY: MENU, own: MENU + "Hidden=true\n", **PROGRAM})) == NOT_FOUND


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("/opt/a %U", "/opt/a"),
        ('"/opt/My App/a" %U', "/opt/My App/a"),
        ("env LANG=C X=1 /opt/a", "/opt/a"),
        ("/usr/bin/env /opt/a", "/opt/a"),
        ("env", None),
        ("", None),
        ("snap run a", None),
    ],
)
def test_the_program_is_the_first_word_that_is_one(line: str, program: str | None) -> None:
    assert parse_program(MENU.replace("/opt/keepassxc %f", line)) == program


WORDS = st.sampled_from(
    ["[Desktop Entry]", "Type=Application", 'Exec="a', "Exec=env", "Exec=/x", "Hidden=true", "=", "["]
)


@given(st.lists(WORDS | st.text(max_size=10)))
def test_a_menu_entry_of_any_shape_is_parsed(lines: list[str]) -> None:
    program = parse_program("\n".join(lines))
    assert program is None or (program and "\0" not in program)
