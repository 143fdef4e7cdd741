"""Redaction: nothing that names a person or the computer stays, and nothing else changes."""

import base64
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.host import System
from agent.host.identity import Identity, Person, of_this_computer
from agent.host.recording import Recording, encode, load
from agent.host.redact import redacted
from agent.host.replay import ReplayHost
from agent.host.secret_words import is_secret_name, without_secrets
from agent.host.standins import REMOVED, StandIns, catalogue_ids
from tests.builders import command

ALEX = {"name": "alexq", "home": "/home/alexq", "uid": 1000}
KNOWN = Identity(
    people=(Person("alexq", "/home/alexq", "Alex Quill"), Person("bobz", "/home/bobz")),
    hosts=("quill-laptop.office.example", "quill-laptop"),
    addresses=("81.2.69.142", "2a02:c7f::1", "a4:c3:f0:11:22:33"),
    serials=("0123456789abcdef0123456789abcdef",),
    mails=("alexq@localhost",),
)


def recording(system: str = "linux", **facts: Any) -> Recording:
    document = {"format": "watchword.recording/1", "system": system, **facts}
    return load(json.dumps(document).encode())


def text(content: str, *, identity: Identity = KNOWN, versions: bool = False) -> str:
    return StandIns(identity).text(content, versions=versions)


# Text.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/home/alexq/.config", "/home/person/.config"),
        ("file:///home/alexq/x", "file:///home/person/x"),
        ("%2Fhome%2Falexq%2Fx", "%2Fhome%2Fperson%2Fx"),
        (r'"\/home\/alexq\/x"', r'"\/home\/person\/x"'),
        (r'{"a": "x\nalexq"}', r'{"a": "x\nperson"}'),
        ("/home/alexquilter/x", "/home/alexquilter/x"),
        ("/home/alexq-old/x", "/home/person-old/x"),
        ("/media/alexq/usb", "/media/person/usb"),
        ("ALEXQ", "person"),
        ("alexq_backup", "person_backup"),
        ("malexq", "malexq"),
        ("Name=alexq", "Name=person"),
        ("/home/bobz, bobz", "/home/person2, person2"),
        ("Alex Quill", "Person Name"),
        ("quill-laptop login:", "computer login:"),
        ("quill-laptop.office.example", "computer"),
        ("alexq@quill-laptop", "person@computer"),
        ("write to alexq@localhost", "write to person1@example.invalid"),
        ("<Jo.Bloggs+x@parliament.example.uk>", "<person1@example.invalid>"),
        ("jo%40office.example", "person1%40example.invalid"),
        ("https://jo:hunter2@mail.example/x", f"https://{REMOVED}@mail.example/x"),
        ("0123456789ABCDEF0123456789abcdef", "0" * 31 + "1"),
        ("Machine ID: 1fb1d4f5dca44d0f9d5b8b1a4f3b4a55", "Machine ID: " + "0" * 31 + "1"),
        ("root=UUID=2d1c7a44-9a6e-4c0e-8d6c-0a5a2f1b9c77 ro", "root=UUID=00000000-0000-0000-0000-000000000001 ro"),
        ("Serial Number (system): C02XK1JHJGH5", "Serial Number (system): 000000000001"),
        ("S-1-5-21-1004336348-1177238915-682003330-1001", "S-1-5-21-0-0-1-1001"),
        ("ether a4:c3:f0:11:22:33 brd", "ether 02:00:00:00:00:01 brd"),
        ("A4-C3-F0-11-22-33", "02-00-00-00-00-01"),
        ("inet6 2a02:c7f::1/64", "inet6 100::1/64"),
        ("inet6 fe80::a6c3:f0ff:fe11:2233/64", "inet6 100::1/64"),
        ("inet 81.2.69.142/24", "inet 198.18.0.2/24"),
        ("81.2.69.142", "198.18.0.2"),
        ("nameserver 9.9.9.9", "nameserver 198.18.0.2"),
        ("http://151.101.1.1:3128/", "http://198.18.0.2:3128/"),
        ("192.168.1.20 and 10.20.30.40", "198.18.0.2 and 198.18.0.3"),
    ],
)
def test_personal_details_get_stand_ins(before: str, after: str) -> None:
    assert text(before) == after


@pytest.mark.parametrize(
    "content",
    [
        "keepassxc-browser@keepassxc.org",
        "/x/extensions/keepassxc-browser@keepassxc.org.xpi",
        "getty@tty1.service user@1000.service",
        "icon@2x.png",
        "libfoo@1.2.3",
        "{446900e4-71c2-419f-a6a7-df9c091e268b}",
        "381b4222-f694-41f0-9685-ff5bcb260d2e",
        '"uuid": "dash2dock9@example"',
        "Version: 115.3.0.1",
        '"version": "1.9.0.3"',
        '"minVersion":"1.9.0.3"',
        "firefox-115.3.0.1",
        "115.3.0.1-1+deb12u1",
        "2.0.0.1~rc1",
        "1:10.2.0.1",
        "1.2.3.4.5",
        "1.2.3.400",
        "127.0.0.1 localhost ::1 0.0.0.0",
        "255.255.255.0",
        "12:34:56",
        "20-11-22-10-00-00",
        "std::string face::bad",
        "1:2.3.4",
        "uint32 300",
        "serial: unknown",
        "alexqs",
    ],
)
def test_what_only_looks_personal_stays(content: str) -> None:
    assert text(content) == content


def test_bare_numbers_with_dots_are_versions_where_versions_are_kept() -> None:
    assert text("firefox\t115.3.0.1\n", versions=True) == "firefox\t115.3.0.1\n"
    assert text("mirror 192.168.1.20, from 115.3.0.1:80", versions=True) == "mirror 198.18.0.2, from 198.18.0.3:80"


def test_the_same_detail_has_the_same_stand_in() -> None:
    names = StandIns(KNOWN)
    first = names.text("a@x.example b@x.example 10.1.1.1")
    assert (
        names.text("10.1.1.1 B@x.example a@x.example") == "198.18.0.2 person2@example.invalid person1@example.invalid"
    )
    assert first == "person1@example.invalid person2@example.invalid 198.18.0.2"


def test_every_id_in_the_catalogues_stays() -> None:
    assert len(catalogue_ids()) > 3
    for each in catalogue_ids():
        assert text(f"/x/{each}.xpi {each}") == f"/x/{each}.xpi {each}"


@pytest.mark.parametrize("name", ["gnome", "a", "apt", "gnome-shell", "user"])
def test_a_person_called_like_a_program_is_replaced_only_where_it_is_their_name(name: str) -> None:
    old = recording(
        user={"name": name, "home": f"/home/{name}", "uid": 1000},
        env={"USER": name, "XDG_CURRENT_DESKTOP": "GNOME", "DESKTOP_SESSION": name},
        programs={name: f"/usr/bin/{name}"},
        commands=[command(f"gsettings get org.{name}.desktop.session idle-delay", f"a {name} b\n")],
        files={f"/home/{name}/.config/{name}/x": f"path=/home/{name}/x {name}", "/etc/passwd": f"{name}:x:1000:1000::"},
        processes=[{"pid": 1, "name": "gnome-shell", "user": name, "argv": ["gnome-shell"]}],
    )
    new = redacted(old)
    assert new.user is not None
    assert (new.user.name, new.user.home) == ("person", "/home/person")
    assert new.env == {"USER": "person", "XDG_CURRENT_DESKTOP": "GNOME", "DESKTOP_SESSION": name}
    assert new.programs == old.programs
    assert new.commands == old.commands
    assert new.files == {
        f"/home/person/.config/{name}/x": f"path=/home/person/x {name}",
        "/etc/passwd": "person:x:1000:1000::",
    }
    assert [(each.name, each.user) for each in new.processes] == [("gnome-shell", "person")]


def test_root_needs_no_stand_in() -> None:
    old = recording(user={"name": "root", "home": "/root", "uid": 0}, files={"/root/x": "root"}, env={"USER": "root"})
    assert redacted(old) == old


def test_a_computer_called_like_its_system_is_replaced_only_where_it_is_its_name() -> None:
    new = redacted(recording(files={"/etc/hostname": "debian\n", "/etc/os-release": "ID=debian"}))
    assert new.files == {"/etc/hostname": "computer\n", "/etc/os-release": "ID=debian"}


# Every part of a recording.

MARKS = ("alexq", "quill-laptop", "jo@office.example", "192.168.7.8", "a4:c3:f0:11:22:33")
PLANTED = " ".join(MARKS)


def survivors(new: Recording) -> list[str]:
    """Marks that are left anywhere, in base64 files too."""
    written = encode(new).decode()
    for match in re.finditer(r'"base64": ?"([^"]*)"', written):
        data = base64.b64decode(match[1])
        written += data.decode("latin-1") + data.decode("utf-16-le", "replace")
    return [mark for mark in MARKS if mark.lower() in written.lower()]


def everywhere(mark: str, system: str = "linux") -> Recording:
    """A recording with a text in every place that can hold one."""
    return recording(
        system,
        user={"name": "alexq", "home": "/home/alexq"},
        env={"A": mark, "USER": "alexq", "HOSTNAME": "quill-laptop"},
        programs={"tool": f"/opt/{mark}/tool"},
        commands=[{"argv": ["tool", mark], "stdout": mark, "stderr": mark}],
        files={
            f"/x/{mark}": mark,
            "/b": {"base64": base64.b64encode(b"\xff\xfe\xfd" + mark.encode() + b"\0").decode()},
            "/u": {"base64": base64.b64encode(mark.encode("utf-16")).decode()},
            f"/p/{mark}": {"present": True},
        },
        registry={
            f"HKCU\\{mark}": {mark: {"type": "REG_SZ", "value": mark}, "m": {"type": "REG_MULTI_SZ", "value": [mark]}}
        },
        processes=[{"pid": 1, "name": "p", "user": "alexq", "argv": ["p", mark]}],
        queries=[{"name": "q", "args": [mark], "value": {mark: [mark, {"k": mark}]}}],
        unreadable={f"HKLM64\\{mark}": "denied"},
        config={"device": {"label": mark}},
        remembered={"c": {mark: mark}},
        comment=mark,
    )


def test_nothing_planted_survives_anywhere() -> None:
    assert survivors(everywhere(PLANTED)) == list(MARKS)
    assert survivors(redacted(everywhere(PLANTED), KNOWN)) == []


AROUND = st.text(alphabet="abc/\\ =:;,\"'\n\t<>()[]{}|%é", max_size=6)
SEPARATED = st.sampled_from([" ", "/", '"', "'", "=", "\n", "\t", "<", "(", ";", ","])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(AROUND, SEPARATED, st.sampled_from(MARKS), SEPARATED, AROUND), min_size=1, max_size=4))
def test_marks_in_any_text_survive_nowhere(pieces: list[tuple[str, str, str, str, str]]) -> None:
    mark = "".join("".join(piece) for piece in pieces)
    assert survivors(redacted(everywhere(mark), KNOWN)) == []


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_a_second_pass_changes_nothing(content: str) -> None:
    once = redacted(everywhere(f"{content} {PLANTED}"), KNOWN)
    again = redacted(once, KNOWN)
    assert msgspec.structs.replace(again, redacted={}) == msgspec.structs.replace(once, redacted={})


@settings(max_examples=300)
@given(st.text(alphabet="0123456789abcdef.:-@/ xUI=\\\n", max_size=60))
def test_any_text_is_redacted_without_an_error_and_to_a_fixed_point(content: str) -> None:
    once = text(content)
    assert text(once) == once


@given(st.binary(max_size=60))
def test_bytes_that_are_no_text_keep_their_length(data: bytes) -> None:
    planted = b"\xff\x00" + data + b" /home/alexq quill-laptop " + b"\xff"
    new = redacted(recording(files={"/b": {"base64": base64.b64encode(planted).decode()}}, user=ALEX), KNOWN)
    answer = ReplayHost(new).read_bytes("/b")
    assert isinstance(answer, bytes)
    assert len(answer) == len(planted)
    assert b"alexq" not in answer


def test_a_long_text_takes_no_longer_than_its_length_warrants() -> None:
    for content in ("a" * 2_000_000, "1." * 500_000, "a:" * 500_000, "ab-" * 300_000, "a@" * 500_000, "a.a@" * 300_000):
        assert len(text(content)) == len(content)


def test_a_windows_home_is_found_in_any_spelling() -> None:
    identity = Identity(people=(Person("Alexq", r"C:\Users\Alexq"),))
    for before, after in (
        (r"C:\Users\Alexq\AppData", r"C:\Users\person\AppData"),
        (r"c:\users\alexq", r"c:\users\person"),
        (r'"C:\\Users\\Alexq\\x"', r'"C:\\Users\\person\\x"'),
        ("file:///C:/Users/Alexq/x", "file:///C:/Users/person/x"),
    ):
        assert text(before, identity=identity) == after


def test_what_was_replaced_is_counted_by_kind() -> None:
    new = redacted(recording(user=ALEX, files={"/a": "/home/alexq alexq jo@office.example 10.9.8.7"}))
    assert new.redacted == {"home": 2, "ip_address": 1, "mail_address": 1, "user_name": 2}


def test_versions_survive_where_package_managers_and_programs_speak() -> None:
    old = recording(
        commands=[command("dpkg-query -W", "firefox\t115.3.0.1\n"), command("tool --version", "Tool 10.2.0.1 ready\n")],
        files={
            "/usr/lib/firefox/application.ini": "x=115.3.0.1",
            "/opt/app-1.2.3.4/x": "",
            "/opt/VERSION": "115.3.0.1",
        },
        queries=[{"name": "snapd_get", "args": ["/v2/snaps"], "value": [{"version": "115.3.0.1"}]}],
        remembered={"app_updates": {"seen": {"apt:firefox": ["115.3.0.1"]}}},
        registry={r"HKLM64\X": {"DisplayVersion": {"type": "REG_SZ", "value": "115.3.0.1"}}},
    )
    assert redacted(old) == old


# Secrets and private detail.


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["x", "--password=hunter2"], ["x", f"--password={REMOVED}"]),
        (["x", "--token", "abc", "y"], ["x", "--token", REMOVED, "y"]),
        (["x", "--api-key", "-v"], ["x", "--api-key", "-v"]),
        (["x", "API_TOKEN=abc"], ["x", f"API_TOKEN={REMOVED}"]),
        (["x", "Authorization: Bearer abc"], ["x", f"Authorization:{REMOVED}"]),
        (["x", "ghp_0123456789abcdefghijABCDEFGHIJ012345"], ["x", REMOVED]),
        (
            ["xautolock", "-time", "10", "-locker", "i3lock -c 000000"],
            ["xautolock", "-time", "10", "-locker", "i3lock -c 000000"],
        ),
        (["swayidle", "-w", "timeout", "300", "swaylock -f"], ["swayidle", "-w", "timeout", "300", "swaylock -f"]),
        (["chrome", "--password-store=basic"], ["chrome", "--password-store=basic"]),
        (
            ["/usr/lib/x86_64-linux-gnu/libexec/xfce4-screensaver-0123456789"],
            ["/usr/lib/x86_64-linux-gnu/libexec/xfce4-screensaver-0123456789"],
        ),
    ],
)
def test_secrets_in_command_lines_are_removed(argv: list[str], expected: list[str]) -> None:
    assert list(without_secrets(argv)[0]) == expected


@pytest.mark.parametrize(
    "name", ["PASSWORD", "db_passwd", "userPassword", "GITHUB_TOKEN", "api-key", "DefaultPassword", "AUTH"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["PATH", "SSH_AUTH_SOCK", "XAUTHORITY", "lock-delay", "compass", "keyboard", "author", "spinner"]
)
def test_other_names_are_not_those_of_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_variables_and_registry_values_with_the_names_of_secrets_are_removed() -> None:
    new = redacted(
        recording(
            "windows",
            env={"API_TOKEN": "x", "LANG": "C"},
            registry={r"HKLM64\Winlogon": {"DefaultPassword": {"type": "REG_SZ", "value": "hunter2"}}},
        )
    )
    assert new.env == {"API_TOKEN": REMOVED, "LANG": "C"}
    assert new.registry[r"HKLM64\Winlogon"]["DefaultPassword"].value == REMOVED
    assert new.redacted == {"secret": 2}


def test_of_a_browsers_state_only_its_extensions_are_kept_and_none_of_its_sites() -> None:
    state = {
        "account_info": [{"full_name": "Jo Bloggs"}],
        "profile": {"content_settings": {"https://a-secret-place.example,*": 1}},
        "extensions": {
            "settings": {
                "a" * 32: {"state": 1, "active_permissions": {"explicit_host": ["https://a-secret-place.example/*"]}}
            }
        },
    }
    path = "/home/alexq/.config/chromium/Default/Preferences"
    new = redacted(recording(user=ALEX, files={path: json.dumps(state)}))
    answer = ReplayHost(new).read("/home/person/.config/chromium/Default/Preferences")
    assert json.loads(str(answer)) == {"extensions": {"settings": {"a" * 32: {"state": 1}}}}
    assert new.redacted["browser_state"] == 1


def test_a_browsers_state_that_is_not_json_is_kept_as_broken_as_it_is() -> None:
    path = "/x/Secure Preferences"
    assert redacted(recording(files={path: "{broken"})).files == {path: "{broken"}


def test_this_computer_can_say_who_it_is() -> None:
    identity = of_this_computer(System.LINUX)
    assert all(person.name != "root" for person in identity.people)
    assert all(identity.hosts)
    assert "127.0.0.1" in identity.addresses
