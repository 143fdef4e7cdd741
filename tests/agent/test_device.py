"""What a computer's system is called in a report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.device import WINDOWS_VERSION_KEY, os_version
from tests.builders import computer


def windows(**values: object) -> str:
    """The name of a Windows with these values in the registry."""
    kinds = {name: "REG_DWORD" if isinstance(value, int) else "REG_SZ" for name, value in values.items()}
    entries = {name: {"type": kinds[name], "value": value} for name, value in values.items()}
    return os_version(computer("windows", registry={WINDOWS_VERSION_KEY: entries}))


@pytest.mark.parametrize(
    ("build", "display", "name"),
    [
        ("10240", "", "Windows 10"),
        ("19045", "22H2", "Windows 10 22H2"),
        ("22000", "21H2", "Windows 11 21H2"),
        ("26200", "25H2", "Windows 11 25H2"),
    ],
)
def test_the_build_decides_between_10_and_11(build: str, display: str, name: str) -> None:
    said = {"ProductName": "Windows 10 Pro", "CurrentBuild": build, "DisplayVersion": display}
    assert windows(**said) == name
    assert windows(**said, InstallationType="Client") == name


@pytest.mark.parametrize("build", ["0", "2600", "7601", "9200", "9600", "10239", "19046", "20348", "21996"])
def test_a_build_that_is_neither_is_called_by_its_number(build: str) -> None:
    assert windows(CurrentBuild=build) == f"Windows build {build}"


@pytest.mark.parametrize("build", ["14393", "17763", "26100"])
def test_a_server_is_not_called_by_the_name_of_its_sibling(build: str) -> None:
    assert windows(CurrentBuild=build, InstallationType="Server") == f"Windows build {build}"


@pytest.mark.parametrize("build", ["", "x", "-1", "22000.1", "٢٢٠٠٠", "9" * 5000])
def test_a_build_that_is_no_number_names_nothing(build: str) -> None:
    assert windows(CurrentBuild=build) == "Windows"


def test_a_registry_without_it_is_still_a_windows() -> None:
    assert os_version(computer("windows")) == "Windows"
    assert os_version(computer("windows", unreadable={WINDOWS_VERSION_KEY: "denied"})) == "Windows"


def test_linux_is_named_by_os_release() -> None:
    assert os_version(computer(files={"/etc/os-release": 'NAME="Debian GNU/Linux"\nVERSION_ID="12"\n'})) == "Debian 12"
    assert os_version(computer(files={"/etc/os-release": 'NAME="unclosed\n#NAME=x'})) == "Linux"


@given(
    st.dictionaries(st.sampled_from(["CurrentBuild", "DisplayVersion", "InstallationType"]), st.text() | st.integers())
)
def test_nothing_in_the_registry_makes_it_more_than_a_name(values: dict[str, object]) -> None:
    name = windows(**values)
    assert name.startswith("Windows")
    assert len(name) <= 48
