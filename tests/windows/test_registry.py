"""The live registry: values written by reg.exe, read by winreg in both views."""

from __future__ import annotations

import sys
import winreg
from collections.abc import Callable

import pytest

from agent.host import RegistryValue, Unreadable
from agent.host.live import LiveHost

assert sys.platform == "win32"

Reg = Callable[..., None]


def test_every_type_of_value_is_read_with_its_type(host: LiveHost, key: str, reg: Reg) -> None:
    path = rf"HKCU\Software\{key}"
    reg("add", path, "/v", "Text", "/t", "REG_SZ", "/d", "Ångström Łódź", "/f")
    reg("add", path, "/v", "Number", "/t", "REG_DWORD", "/d", "4294967295", "/f")
    reg("add", path, "/v", "Path", "/t", "REG_EXPAND_SZ", "/d", r"%SystemRoot%\x.scr", "/f")
    reg("add", path, "/v", "List", "/t", "REG_MULTI_SZ", "/d", r"a\0b", "/f")
    reg("add", path, "/v", "Bytes", "/t", "REG_BINARY", "/d", "03ff", "/f")
    assert host.registry(path) == {
        "text": RegistryValue("REG_SZ", "Ångström Łódź"),
        "number": RegistryValue("REG_DWORD", 0xFFFFFFFF),
        "path": RegistryValue("REG_EXPAND_SZ", r"%SystemRoot%\x.scr"),
        "list": RegistryValue("REG_MULTI_SZ", ["a", "b"]),
        "bytes": RegistryValue("REG_BINARY", "03ff"),
    }


def test_long_values_and_the_unnamed_one_are_read(host: LiveHost, key: str) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"Software\{key}") as handle:
        winreg.SetValueEx(handle, "", 0, winreg.REG_SZ, "x" * 5000)
        winreg.SetValueEx(handle, "Quad", 0, winreg.REG_QWORD, 2**63)
    assert host.registry(rf"HKCU\Software\{key}") == {
        "": RegistryValue("REG_SZ", "x" * 5000),
        "quad": RegistryValue("REG_QWORD", 2**63),
    }


def test_the_64_bit_view_wins_where_both_have_a_value(host: LiveHost, key: str, reg: Reg) -> None:
    path = rf"HKLM\Software\{key}"
    reg("add", path, "/v", "Both", "/t", "REG_SZ", "/d", "sixty-four", "/f", "/reg:64")
    reg("add", path, "/v", "Both", "/t", "REG_SZ", "/d", "thirty-two", "/f", "/reg:32")
    reg("add", path, "/v", "Only32", "/t", "REG_DWORD", "/d", "1", "/f", "/reg:32")
    assert host.registry(rf"HKLM64\Software\{key}") == {"both": RegistryValue("REG_SZ", "sixty-four")}
    assert host.registry(rf"HKLM32\Software\{key}") == {
        "both": RegistryValue("REG_SZ", "thirty-two"),
        "only32": RegistryValue("REG_DWORD", 1),
    }
    assert host.registry(path) == {
        "both": RegistryValue("REG_SZ", "sixty-four"),
        "only32": RegistryValue("REG_DWORD", 1),
    }


def test_subkeys_of_both_views_are_one_list(host: LiveHost, key: str, reg: Reg) -> None:
    path = rf"HKLM\Software\{key}"
    reg("add", rf"{path}\Éditeur", "/f", "/reg:64")
    reg("add", rf"{path}\Shared", "/f", "/reg:64")
    reg("add", rf"{path}\SHARED", "/f", "/reg:32")
    reg("add", rf"{path}\Old app", "/f", "/reg:32")
    assert host.registry_subkeys(path) == ["Old app", "Shared", "Éditeur"]
    assert host.registry_subkeys(rf"HKLM32\Software\{key}") == ["Old app", "SHARED"]


def test_a_key_is_found_in_any_case_and_by_the_long_name_of_its_root(host: LiveHost, key: str, reg: Reg) -> None:
    reg("add", rf"HKCU\Software\{key}", "/v", "A", "/t", "REG_SZ", "/d", "b", "/f")
    expected = {"a": RegistryValue("REG_SZ", "b")}
    assert host.registry(rf"hkcu\SOFTWARE\{key.upper()}") == expected
    assert host.registry(rf"HKEY_CURRENT_USER\Software\{key}") == expected


def test_a_key_without_values_has_none_and_a_key_that_is_not_there_is_not(host: LiveHost, key: str) -> None:
    winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"Software\{key}").Close()
    assert host.registry(rf"HKCU\Software\{key}") == {}
    assert host.registry_subkeys(rf"HKCU\Software\{key}") == []
    assert host.registry(rf"HKCU\Software\{key}\x") is None
    assert host.registry_subkeys(rf"HKLM\Software\{key}") is None


@pytest.mark.parametrize("nonsense", ["", "HKXX", r"HKXX\Software", "HKCU\\a\0b"])
def test_a_root_that_does_not_exist_is_never_an_empty_key(host: LiveHost, nonsense: str) -> None:
    assert isinstance(host.registry(nonsense), Unreadable)
    assert isinstance(host.registry_subkeys(nonsense), Unreadable)


def test_half_a_character_does_no_harm(host: LiveHost, key: str) -> None:
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"Software\{key}") as handle:
        winreg.SetValueEx(handle, "bad", 0, winreg.REG_SZ, "a\ud800b")
    assert host.registry(rf"HKCU\Software\{key}") == {"bad": RegistryValue("REG_SZ", "a\ufffdb")}
