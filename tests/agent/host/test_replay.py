"""Recordings: what a recorded computer answers, and how a malformed one is refused."""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.host import Completed, Process, RegistryValue, System, Unreadable, User
from agent.host import recording as recording_format
from agent.host.live import LiveHost
from agent.host.recording import BadRecordingError, FileEntry, Recording, encode, load
from agent.host.recording_errors import place_of
from agent.host.replay import ReplayHost
from tests.builders import command, computer

MINIMAL = {"format": "watchword.recording/1", "system": "linux"}


def complaint(document: Any) -> str:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(BadRecordingError) as caught:
        load(data, "laptop.json")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("laptop.json: ")
    return str(caught.value).removeprefix("laptop.json: ")


# What is not recorded is not there.


def test_an_empty_recording_is_an_empty_computer() -> None:
    host = ReplayHost(load(json.dumps(MINIMAL).encode()))
    assert host.read("/etc/passwd") is None
    assert host.glob("/*") == []
    assert host.which("sh") is None
    assert host.run(["sh"]) == Unreadable("no_tool", "sh")
    assert host.registry("HKCU\\x") is None
    assert host.registry_subkeys("HKCU") is None
    assert host.processes() == []
    assert host.query("x", "y") == Unreadable("not_recorded", "x")
    assert dict(host.env) == {}


@pytest.mark.parametrize(
    ("system", "home"), [("linux", "/home/person"), ("macos", "/Users/person"), ("windows", r"C:\Users\person")]
)
def test_a_recording_that_names_no_user_has_an_ordinary_one(system: str, home: str) -> None:
    assert (computer(system).user.name, computer(system).home) == ("person", home)


def test_the_time_is_when_it_was_taken_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    host = ReplayHost(
        load(json.dumps(MINIMAL | {"taken_at": datetime(2026, 11, 22, 19, tzinfo=tokyo).isoformat()}).encode())
    )
    assert host.now() == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert host.now().tzinfo == UTC


# Files.


def test_files_hold_text_bytes_or_why_not() -> None:
    host = computer(
        files={
            "/text": "\ufeffé",
            "/bytes": {"base64": "AAEC"},
            "/bad": {"base64": "/w=="},
            "/denied": {"denied": True},
            "/unread": {"present": True},
            "/big": {"failure": "too_large"},
            "/dir/file": "",
        }
    )
    assert host.read("/text") == "é"
    assert host.read_bytes("/text") == "\ufeffé".encode()
    assert host.read_bytes("/bytes") == b"\0\1\2"
    assert host.read("/bad") == "\ufffd"
    answers = {path: host.read(path) for path in ("/denied", "/unread", "/big", "/dir")}
    assert answers == {
        "/denied": Unreadable("denied", "/denied"),
        "/unread": Unreadable("not_recorded", "/unread"),
        "/big": Unreadable("too_large", "/big"),
        "/dir": Unreadable("unsupported", "/dir"),
    }
    assert host.read("/dir/other") is None
    assert host.read("/text/below") is None


def test_windows_paths_match_without_case_and_with_either_slash() -> None:
    host = computer("windows", files={r"C:\Users\Alex\Data\Local State": "x", "D:/a": "y"})
    assert host.read(r"c:\users\ALEX/data/local state") == "x"
    assert host.read(r"D:\A") == "y"
    assert host.glob(r"c:\users\*\data\*") == [r"C:\Users\Alex\Data\Local State"]
    assert host.glob("C:/USERS/*") == [r"C:\Users\Alex"]


def test_linux_paths_match_with_case() -> None:
    host = computer(files={"/a/B": ""})
    assert host.read("/a/b") is None
    assert host.glob("/a/b*") == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/a/*", ["/a/b", "/a/bc"]),
        ("/a/?", ["/a/b"]),
        ("/a?b", []),
        ("/*", ["/a"]),
        ("/a/b*", ["/a/b", "/a/bc"]),
        ("/a/**", ["/a/b", "/a/bc"]),
        ("/a/[!x]", ["/a/b"]),
        ("/a/[!x]c", ["/a/bc"]),
        ("/a/.*", ["/a/.hidden"]),
        ("/a/*hidden", []),
        ("/a/*/*", ["/a/bc/d"]),
        ("/a/*/", ["/a/bc/"]),
        ("/a/bc", ["/a/bc"]),
        ("/a/b[", []),
        ("a/*", []),
        ("", []),
    ],
)
def test_a_glob_stays_within_a_component_and_skips_hidden_names(pattern: str, found: list[str]) -> None:
    assert computer(files={"/a/b": "", "/a/bc/d": "", "/a/.hidden": {"present": True}}).glob(pattern) == found


NAMES = st.text(alphabet="ab.*?[]!- ", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
PATTERNS = st.lists(st.text(alphabet="ab.*?[]!-", max_size=4), min_size=1, max_size=3).map("/".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=6), st.lists(PATTERNS, min_size=1, max_size=8))
def test_a_recorded_glob_finds_what_the_real_one_finds(paths: list[list[str]], patterns: list[str]) -> None:
    with tempfile.TemporaryDirectory() as root:
        for parts in paths:
            path = Path(root, *parts)
            if all(not above.is_file() for above in path.parents) and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        files = {os.path.join(folder, name): "" for folder, _, names in os.walk(root) for name in names}
        host = computer(files=files)
        for pattern in patterns:
            if not any(part in ("", ".", "..") for part in pattern.split("/")):
                assert host.glob(f"{root}/{pattern}") == LiveHost().glob(f"{root}/{pattern}")


# Programs and commands.


def test_a_listed_program_whose_command_was_not_recorded_answers_127() -> None:
    host = computer(programs={"gsettings": "/usr/bin/gsettings"}, commands=[command("gsettings get a b", "1\n")])
    assert host.run(["gsettings", "get", "a", "b"]) == Completed(0, "1\n")
    assert host.run(["/usr/bin/gsettings", "get", "a", "b"]) == Completed(0, "1\n")
    assert host.run(["gsettings", "get", "a"]) == Completed(127)
    assert host.run(["gsettings", "get", "a", "b", "c"]) == Completed(127)


def test_a_program_is_found_by_its_name_or_its_recorded_path_only() -> None:
    host = computer(programs={"gsettings": "/usr/bin/gsettings"})
    assert host.which("gsettings") == "/usr/bin/gsettings"
    assert host.which("/usr/bin/gsettings") == "/usr/bin/gsettings"
    assert host.which("/opt/gsettings") is None
    assert host.run(["/opt/gsettings"]) == Unreadable("no_tool", "/opt/gsettings")
    assert host.run([]) == Unreadable("no_tool", "")


def test_a_command_recorded_by_its_full_path_answers_to_its_name() -> None:
    host = computer(commands=[command("/usr/lib/x/tool -a", "yes")])
    assert host.which("tool") == "/usr/lib/x/tool"
    assert host.run(["tool", "-a"]) == Completed(0, "yes")
    assert host.run(["/usr/lib/y/tool", "-a"]) == Unreadable("no_tool", "/usr/lib/y/tool -a")


def test_a_command_recorded_by_its_name_answers_to_a_full_path() -> None:
    host = computer(commands=[command("tool -a", "yes", exit=3, stderr="no")])
    assert host.run(["/usr/bin/tool", "-a"]) == Completed(3, "yes", "no")


@pytest.mark.parametrize("failure", ["timeout", "too_large", "failed"])
def test_a_command_that_did_not_end_answers_why(failure: str) -> None:
    host = computer(commands=[{"argv": ["tool"], "failure": failure}])
    assert host.run(["tool"]) == Unreadable(failure, "tool")


# The registry.


def dword(value: int) -> dict[str, Any]:
    return {"type": "REG_DWORD", "value": value}


def test_registry_keys_and_names_match_without_case() -> None:
    host = computer("windows", registry={r"HKCU\Control Panel\Desktop": {"ScreenSaveActive": dword(1)}})
    assert host.registry(r"hkcu\CONTROL panel\desktop") == {"screensaveactive": RegistryValue("REG_DWORD", 1)}
    assert host.registry(r"HKEY_CURRENT_USER\Control Panel\Desktop\\") == host.registry(r"HKCU\Control Panel\Desktop")
    assert host.registry(r"HKCU\Control Panel") == {}
    assert host.registry_subkeys("HKCU") == ["Control Panel"]
    assert host.registry(r"HKCU\Control") is None
    assert host.registry_subkeys(r"HKCU\Control Panel\Desktop") == []


def test_a_view_is_one_half_and_hklm_is_both() -> None:
    host = computer(
        "windows",
        registry={
            r"HKLM64\Soft\A": {"x": dword(64), "y": dword(1)},
            r"HKLM32\Soft\A": {"x": dword(32), "z": dword(2)},
            r"HKLM32\Soft\B": {},
            r"HKLM\Soft\C": {"both": dword(3)},
        },
    )
    both = host.registry(r"HKLM\Soft\A")
    assert isinstance(both, dict)
    assert {name: value.value for name, value in both.items()} == {"x": 64, "y": 1, "z": 2}
    assert host.registry(r"HKLM32\Soft\A") == {"x": RegistryValue("REG_DWORD", 32), "z": RegistryValue("REG_DWORD", 2)}
    assert host.registry(r"HKLM64\Soft\B") is None
    assert host.registry(r"HKLM64\Soft\C") == host.registry(r"HKLM32\Soft\C") == host.registry(r"HKLM\Soft\C")
    assert host.registry_subkeys(r"HKLM\Soft") == ["A", "B", "C"]
    assert host.registry_subkeys(r"HKLM64\Soft") == ["A", "C"]


def test_a_registry_key_that_could_not_be_read_is_there_all_the_same() -> None:
    host = computer("windows", unreadable={r"HKLM64\SAM\SAM": "denied"})
    assert host.registry(r"HKLM64\sam\SAM") == Unreadable("denied", r"HKLM64\sam\SAM")
    assert host.registry(r"HKLM\SAM\SAM") == Unreadable("denied", r"HKLM\SAM\SAM")
    assert host.registry_subkeys(r"HKLM64\SAM") == ["SAM"]


# Processes and queries.


def test_processes_are_found_by_exact_name() -> None:
    host = computer(processes=[{"pid": 1, "name": "gnome-shell"}, {"pid": 2, "name": "sh", "argv": ["sh", "-l"]}])
    assert host.processes("sh") == [Process(2, "sh", "", ("sh", "-l"))]
    assert host.processes("gnome") == []
    assert len(host.processes()) == 2  # type: ignore[arg-type]  # a list, as recorded


def test_processes_that_could_not_be_listed_are_unreadable() -> None:
    assert computer(unreadable={"processes": "failed"}).processes("sh") == Unreadable("failed", "processes")


def test_queries_answer_by_name_and_arguments() -> None:
    host = computer(
        queries=[
            {"name": "n", "args": ["a"], "value": {"deep": [1, None]}},
            {"name": "n", "value": None},
            {"name": "n", "args": ["b"], "failure": "denied"},
        ]
    )
    assert host.query("n", "a") == {"deep": [1, None]}
    assert host.query("n") is None
    assert host.query("n", "b") == Unreadable("denied", "n")
    assert host.query("n", "c") == Unreadable("not_recorded", "n")


# Malformed recordings.


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"comands": []}, '$: unknown key "comands"; did you mean "commands"?'),
        ({"format": "watchword.recording/2"}, "$.format: "),
        ({"system": "beos"}, "$.system: "),
        ({"commands": [command("a"), command("b"), command("c"), {"argv": "x"}]}, "$.commands[3].argv: "),
        ({"commands": [{"argv": ["x", 1]}]}, "$.commands[0].argv[1]: expected `str`, got `int`; found a number 1"),
        ({"commands": [{"argv": []}]}, "$.commands[0].argv: "),
        ({"commands": [{}]}, "$.commands[0]: object missing required field `argv`"),
        ({"commands": [{"argv": ["x"], "exitt": 1}]}, '$.commands[0]: unknown key "exitt"; did you mean "exit"?'),
        ({"commands": [{"argv": ["x"], "exit": True}]}, "$.commands[0].exit: expected `int`, got `bool`"),
        ({"commands": {}}, "$.commands: expected `array`, got `object`"),
        ({"files": {"/a": 3}}, '$.files["/a"]: '),
        ({"files": {"/a": {"base64": "*"}}}, '$.files["/a"].base64: '),
        ({"files": {"/a": {}}}, '$.files["/a"]: needs exactly one of denied, base64, present and failure'),
        ({"files": {"/a": {"denied": True, "present": True}}}, '$.files["/a"]: needs exactly one of '),
        ({"files": {"/a": {"deny": True}}}, '$.files["/a"]: unknown key "deny"; did you mean "denied"?'),
        ({"registry": {"HKCU\\x": {"v": {"type": 1, "value": 1}}}}, '$.registry["HKCU\\\\x"]["v"].type: '),
        ({"registry": {"HKCU\\x": {"v": 1}}}, '$.registry["HKCU\\\\x"]["v"]: '),
        ({"processes": [{"pid": "x", "name": "y"}]}, "$.processes[0].pid: "),
        (
            {"processes": [{"pid": 1, "name": "y", "arg": []}]},
            '$.processes[0]: unknown key "arg"; did you mean "argv"?',
        ),
        ({"queries": [{"args": []}]}, "$.queries[0]: object missing required field `name`"),
        ({"user": {"name": "x"}}, "$.user: object missing required field `home`"),
        ({"user": {"name": "x", "home": "/x", "uuid": 1}}, '$.user: unknown key "uuid"; did you mean "uid"?'),
        ({"env": {"A": 1}}, '$.env["A"]: '),
        ({"taken_at": "2026-11-22T10:00:00"}, "$.taken_at: "),
        ({"taken_at": "yesterday"}, "$.taken_at: "),
        ({"unreadable": {"processes": "No Way"}}, '$.unreadable["processes"]: '),
        ({"config": []}, "$.config: "),
    ],
)
def test_a_malformed_recording_names_the_place(extra: dict[str, Any], expected: str) -> None:
    assert complaint(MINIMAL | extra).startswith(expected)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "is not JSON: line 1, column 1: expecting value"),
        (b'{\n "format": }', "is not JSON: line 2, column 12: expecting value"),
        (b"\xff", "line 1: is not UTF-8 text"),
        (b'{"format": "watchword.recording/1", "format": "x"}', 'the key "format" is there twice in one object'),
        (b'{"a": NaN}', "NaN is not a number that JSON has"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a":' * 100_000, "is nested too deeply"),
        (b'{"system": "linux"}', "$: object missing required field `format`"),
        (b"[]", "$: expected `object`, got `array`; found an array"),
        (b"null", "$: expected `object`, got `null`; found null"),
        (b"1" * 5000, "Exceeds the limit"),
    ],
)
def test_what_is_no_json_or_no_recording_gets_one_line(data: bytes, expected: str) -> None:
    assert complaint(data).startswith(expected)


def test_half_a_character_where_bytes_should_be_gets_one_line() -> None:
    entry = b'"files": {"/x": {"base64": "\\ud800"}}'
    said = complaint(b'{"format": "watchword.recording/1", "system": "linux", %s}' % entry)
    assert said == "holds '\\ud800', which is no character"


def test_a_huge_file_is_refused() -> None:
    assert complaint(b" " * (64 * 1024 * 1024 + 1)).startswith("is larger than 64 MiB")


@pytest.mark.parametrize("system", ["linux", "windows"])
@pytest.mark.parametrize("path", ["/a" * 100_000, "C:" + "\\a" * 100_000, "/" * 100_000])
def test_a_path_deeper_than_any_is_refused(system: str, path: str) -> None:
    said = complaint(json.dumps(MINIMAL | {"system": system, "files": {path: ""}}).encode())
    assert said.startswith("$.files: ")
    assert said.endswith(" is deeper than any path")
    assert len(said) < 200
    said = complaint(json.dumps(MINIMAL | {"system": system, "registry": {path: {}}}).encode())
    assert said.startswith("$.registry: ")


def test_many_long_paths_are_refused_before_they_fill_the_memory() -> None:
    files = {f"/{number}" + "/aaaaaaaaaaaaaaa" * 120: "" for number in range(1000)}
    assert complaint(json.dumps(MINIMAL | {"files": files}).encode()).endswith(" is deeper than any path")


def test_more_entries_than_any_computer_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_format, "MAX_ENTRIES", 20)
    for kind, more in (
        ("files", {f"/{number}": "" for number in range(21)}),
        ("env", {str(number): "" for number in range(21)}),
        ("commands", [{"argv": ["a"]}] * 21),
        ("queries", [{"name": "a"}] * 21),
    ):
        said = complaint(json.dumps(MINIMAL | {kind: more}).encode())
        assert said == f"$.{kind}: has more than 20 entries, which no computer needs"


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "1999-12-31T23:59:59Z",
    ],
)
def test_a_time_at_the_edge_of_the_calendar_is_refused(at: str) -> None:
    assert complaint(json.dumps(MINIMAL | {"taken_at": at}).encode()) == (
        "$.taken_at: must be between the years 2000 and 2999"
    )


def test_a_byte_order_mark_is_no_problem() -> None:
    assert load(b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode()).system is System.LINUX


def test_nesting_within_a_value_that_may_hold_anything_is_read_or_refused() -> None:
    deep = b'{"format": "watchword.recording/1", "system": "linux", "config": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    assert isinstance(outcome(deep), Recording | BadRecordingError)


def outcome(data: bytes) -> Recording | BadRecordingError:
    try:
        return load(data, "x.json")
    except BadRecordingError as error:
        return error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
FIELDS = st.sampled_from([*Recording.__struct_encode_fields__, "other"])


@settings(max_examples=300)
@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_any_document_is_a_recording_or_one_line_with_a_place(extra: dict[str, Any]) -> None:
    result = outcome(json.dumps(MINIMAL | extra).encode())
    if isinstance(result, BadRecordingError):
        assert str(result).startswith("x.json: $")
        assert "\n" not in str(result)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_recording_or_one_line(data: bytes) -> None:
    result = outcome(data)
    assert isinstance(result, BadRecordingError)
    assert "\n" not in str(result)


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
ENTRIES = st.one_of(
    TEXTS,
    st.just(FileEntry(denied=True)),
    st.just(FileEntry(present=True)),
    st.binary(max_size=8).map(lambda data: FileEntry(base64=data)),
)


@given(
    st.dictionaries(TEXTS.map(lambda name: f"/{name}"), ENTRIES, max_size=5),
    st.dictionaries(TEXTS, TEXTS, max_size=3),
    st.sampled_from(list(System)),
)
def test_a_recording_that_is_written_is_read_back_the_same(
    files: dict[str, str | FileEntry], env: dict[str, str], system: System
) -> None:
    recording = Recording(format="watchword.recording/1", system=system, files=files, env=env, user=User("a", "/a"))
    assert load(encode(recording)) == recording


def test_the_example_of_the_format_is_read() -> None:
    example = {
        **MINIMAL,
        "taken_at": "2026-11-22T10:00:00Z",
        "user": {"name": "alex", "home": "/home/alex", "uid": 1000},
        "env": {"XDG_CURRENT_DESKTOP": "GNOME"},
        "programs": {"gsettings": "/usr/bin/gsettings"},
        "commands": [command("gsettings get org.gnome.desktop.session idle-delay", "uint32 300\n")],
        "files": {"/etc/os-release": "ID=debian\n", "/etc/secret": {"denied": True}, "/bin/x": {"base64": "AAEC"}},
        "registry": {"HKCU\\Control Panel\\Desktop": {"ScreenSaveActive": {"type": "REG_SZ", "value": "1"}}},
        "processes": [{"pid": 812, "name": "gnome-shell", "user": "alex", "argv": ["gnome-shell"]}],
        "queries": [{"name": "bitlocker_protection", "args": ["C:"], "value": 1}],
        "config": {"profile": "standard"},
    }
    assert ReplayHost(load(json.dumps(example).encode())).query("bitlocker_protection", "C:") == 1


def test_a_value_that_fits_has_no_wrong_place() -> None:
    assert place_of(msgspec.to_builtins(MINIMAL), Recording) is None


@pytest.mark.parametrize(("system", "found"), [("windows", 1), ("linux", 0)])
def test_a_process_is_found_by_name_without_case_only_on_windows(system: str, found: int) -> None:
    host = computer(system, processes=[{"pid": 4, "name": "KeePassXC.exe"}])
    processes = host.processes("keepassxc.EXE")
    assert isinstance(processes, list)
    assert len(processes) == found
