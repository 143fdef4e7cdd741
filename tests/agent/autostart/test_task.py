"""The Windows task's XML: what it holds, in the order of Microsoft's schema, and how answers about it are read."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.autostart import task

ARGUMENTS = ("-P", "-m", "agent", "daemon")
ARGV = ("C:\\Users\\Zoë O'Brien & <Łuk>\\Watchword\\.venv\\Scripts\\pythonw.exe", *ARGUMENTS)
SID = "S-1-5-21-1004336348-1177238915-682003330-1001"

#: The order of elements where Microsoft's schema has a sequence (learn.microsoft.com, triggerBaseType and
#: logonTriggerType, actionsType, execType). Elsewhere it is "all": each at most once, in any order.
SEQUENCES = {
    "LogonTrigger": ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "UserId", "Delay"],
}
#: What the schema knows, of those parents that we use.
KNOWN = {
    "Task": {"RegistrationInfo", "Triggers", "Principals", "Settings", "Data", "Actions"},
    "RegistrationInfo": {
        "URI",
        "SecurityDescriptor",
        "Source",
        "Date",
        "Author",
        "Version",
        "Description",
        "Documentation",
    },
    "Triggers": {"LogonTrigger"},
    "LogonTrigger": set(SEQUENCES["LogonTrigger"]),
    "Repetition": {"Interval", "Duration", "StopAtDurationEnd"},
    "Principals": {"Principal"},
    "Principal": {"UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"},
    "Settings": {
        "AllowStartOnDemand",
        "RestartOnFailure",
        "MultipleInstancesPolicy",
        "DisallowStartIfOnBatteries",
        "StopIfGoingOnBatteries",
        "AllowHardTerminate",
        "StartWhenAvailable",
        "NetworkProfileName",
        "RunOnlyIfNetworkAvailable",
        "WakeToRun",
        "Enabled",
        "Hidden",
        "DeleteExpiredTaskAfter",
        "IdleSettings",
        "NetworkSettings",
        "ExecutionTimeLimit",
        "Priority",
        "RunOnlyIfIdle",
    },
    "IdleSettings": {"Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"},
    "RestartOnFailure": {"Interval", "Count"},
    "Actions": {"Exec"},
    "Exec": {"Command", "Arguments", "WorkingDirectory"},
}

unicode_text = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60)


def tree(argv: tuple[str, ...] = ARGV) -> ET.Element:
    return ET.fromstring(task.definition(argv, SID).decode("utf-16").partition("?>")[2])


def local(element: ET.Element) -> str:
    assert element.tag.startswith(task.NAMESPACE)
    return element.tag.removeprefix(task.NAMESPACE)


def test_every_element_is_one_of_the_schema_and_in_its_order() -> None:
    for parent in tree().iter():
        names = [local(child) for child in parent]
        assert set(names) <= KNOWN.get(local(parent), set())
        assert len(names) == len(set(names))
        if local(parent) in SEQUENCES:
            assert names == [name for name in SEQUENCES[local(parent)] if name in names]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Settings/DisallowStartIfOnBatteries", "false"),
        ("Settings/StopIfGoingOnBatteries", "false"),
        ("Settings/ExecutionTimeLimit", "PT0S"),
        ("Settings/MultipleInstancesPolicy", "IgnoreNew"),
        ("Settings/StartWhenAvailable", "true"),
        ("Settings/RunOnlyIfIdle", "false"),
        ("Settings/IdleSettings/StopOnIdleEnd", "false"),
        ("Settings/Hidden", "true"),
        ("Settings/RestartOnFailure/Interval", "PT5M"),
        ("Principals/Principal/LogonType", "InteractiveToken"),
        ("Principals/Principal/RunLevel", "LeastPrivilege"),
        ("Principals/Principal/UserId", SID),
        ("Triggers/LogonTrigger/UserId", SID),
        ("Triggers/LogonTrigger/Repetition/Interval", "PT1H"),
    ],
)
def test_no_default_that_would_end_or_hold_it_is_left(path: str, value: str) -> None:
    assert task._text(tree(), path) == value


def test_its_action_is_run_as_its_principal() -> None:
    root = tree()
    actions, principal = root.find(task._path("Actions")), root.find(task._path("Principals/Principal"))
    assert actions is not None
    assert principal is not None
    assert actions.get("Context") == principal.get("id")


def test_it_is_utf16_with_a_mark_as_schtasks_wants_it() -> None:
    data = task.definition(ARGV, SID)
    assert data.startswith(b"\xff\xfe")
    assert data[2:].decode("utf-16-le").startswith('<?xml version="1.0" encoding="UTF-16"?>\r\n')


@given(unicode_text)
def test_whatever_the_folder_is_called_the_task_starts_this_program(name: str) -> None:
    argv = (f"C:\\{name}\\pythonw.exe", *ARGUMENTS)
    found = task.parse(task.definition(argv, SID).decode("utf-16"))
    assert found is not None
    assert found.is_ours
    assert found.enabled
    assert found.starts(argv)
    assert not found.starts(("C:\\other\\pythonw.exe", *ARGUMENTS))


def test_a_name_that_the_code_page_spoils_is_still_known() -> None:
    for page in ("cp850", "ascii"):
        said = task.definition(ARGV, SID).decode("utf-16").encode(page, "replace").decode(page)
        found = task.parse(said)
        assert found is not None
        assert found.command != ARGV[0]
        assert found.starts(ARGV)


def test_a_task_whose_command_was_changed_by_hand_is_another() -> None:
    argv = ("C:\\Watchword\\pythonw.exe", *ARGUMENTS)
    said = task.definition(argv, SID).decode("utf-16")
    for change in (("C:\\Watchword\\", "C:\\Elsewhere\\"), ("agent daemon", "agent daemon --no")):
        found = task.parse(said.replace(*change))
        assert found is not None
        assert not found.starts(argv)


@pytest.mark.parametrize("part", ["Settings", "LogonTrigger"])
def test_a_task_that_was_switched_off_is_not_enabled(part: str) -> None:
    said = task.definition(ARGV, SID).decode("utf-16")
    at = said.index("<Enabled>true", said.index(f"<{part}>"))
    found = task.parse(said[:at] + "<Enabled>false" + said[at + len("<Enabled>true") :])
    assert found is not None
    assert not found.enabled


def test_a_task_without_its_trigger_is_not_enabled() -> None:
    said = task.definition(ARGV, SID).decode("utf-16").replace("LogonTrigger", "BootTrigger")
    found = task.parse(said)
    assert found is not None
    assert not found.enabled


def test_another_makers_task_is_not_ours() -> None:
    found = task.parse(task.definition(ARGV, SID).decode("utf-16").replace("<Source>Watchword<", "<Source>Other<"))
    assert found is not None
    assert not found.is_ours


@pytest.mark.parametrize("dressing", ["\ufeff{}", "\r\n{}\r\n\r\n", "<!-- made by -->{}"])
def test_answers_are_read_however_they_are_wrapped(dressing: str) -> None:
    said = task.definition(ARGV, SID).decode("utf-16")
    body = said.partition("?>")[2] if dressing.startswith("<") else said
    found = task.parse(dressing.format(body))
    assert found is not None
    assert found.starts(ARGV)


def test_utf16_that_nobody_announced_is_read() -> None:
    said = task.definition(ARGV, SID)[2:].decode("utf-8", "replace")
    assert "\0" in said
    found = task.parse(said)
    assert found is None or found.starts(ARGV)
    plain = ("C:\\Watchword\\pythonw.exe", *ARGUMENTS)
    found = task.parse(task.definition(plain, SID)[2:].decode("utf-8", "replace"))
    assert found is not None
    assert found.starts(plain)


@given(st.text() | st.builds("<Task>{}".format, st.text()))
def test_no_answer_makes_it_stumble_or_is_taken_for_a_task(said: str) -> None:
    assert task.parse(said) is None


def test_an_answer_with_a_document_type_is_not_read() -> None:
    said = task.definition(ARGV, SID).decode("utf-16").replace("<Task ", '<!DOCTYPE x [<!ENTITY a "a">]><Task ')
    assert task.parse(said) is None


@pytest.mark.parametrize(("folder", "possible"), [("100%", True), ("%TEMP%", False), ("a%b%c", False), ("plain", True)])
def test_a_path_that_looks_like_a_variable_is_not_given_to_a_task(folder: str, possible: bool) -> None:
    assert task.can_hold((f"C:\\{folder}\\pythonw.exe", *ARGUMENTS)) is possible


@given(unicode_text)
def test_the_run_keys_command_reads_back_as_this_program(name: str) -> None:
    name = name.replace('"', "")  # no Windows file name has one
    argv = [f"C:\\{name}\\pythonw.exe", *ARGUMENTS]
    assert split_command(subprocess.list2cmdline(argv)) == argv


def split_command(line: str) -> list[str]:
    """A command line taken apart as CommandLineToArgvW does for the program's own path and for plain words."""
    words, rest = [], line
    while rest:
        if rest.startswith('"'):
            word, _, rest = rest[1:].partition('"')
        else:
            word, _, rest = rest.partition(" ")
            rest = f" {rest}" if rest else ""
        words.append(word)
        rest = rest.lstrip(" ")
    return words
