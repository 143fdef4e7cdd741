"""Whether a machine policy on Windows is an administrator's: real files, and security descriptors as Windows has them.

Wine keeps no owner: all files are the person's, so where a file must be trusted, that person is named as one who may
own it. Of a list it keeps what the owner and what everybody may do.
"""

from __future__ import annotations

import ctypes
import msvcrt
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import trust_windows
from config.access_lists import Access, Entry, Kind, weakness
from config.errors import SettingsError
from config.loader import load
from config.trust_windows import access_of, descriptor_access, distrust
from tests.windows.conftest import Watchword

assert sys.platform == "win32"

TRUSTED_INSTALLER = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
#: What icacls shows of a Windows 11, in Microsoft's language for it (SDDL).
PROGRAM_DATA = (
    "O:SYG:SYD:PAI(A;OICIIO;GA;;;CO)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)(A;CI;DCLCRPCR;;;BU)"
)
DRIVE_C = (
    f"O:{TRUSTED_INSTALLER}D:PAI(A;OICIIO;SDGXGWGR;;;AU)(A;;LC;;;AU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
    "(A;OICI;0x1200a9;;;BU)"
)

UNREADABLE = "its owner and permissions, or those of a folder that leads to it, cannot be read, so it is not used"


def described(sddl: str) -> Access:
    """What is read from a real security descriptor in memory."""
    advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    convert = advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW
    convert.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
    descriptor = ctypes.c_void_p()
    assert convert(sddl, 1, ctypes.byref(descriptor), None), ctypes.FormatError(ctypes.get_last_error())
    assert descriptor.value
    return descriptor_access(descriptor.value)  # a few bytes in a test need not be freed


def grant(path: Path, sddl: str) -> None:
    """Give a file the list of a security descriptor."""
    advapi = ctypes.WinDLL("advapi32", use_last_error=True)
    convert, set_ = advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW, advapi.SetFileSecurityW
    convert.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)
    set_.argtypes = (wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p)
    descriptor = ctypes.c_void_p()
    assert convert(sddl, 1, ctypes.byref(descriptor), None)
    assert set_(str(path), 4, descriptor), ctypes.FormatError(ctypes.get_last_error())


def owner_of(path: Path) -> str:
    with path.open() as file:
        return access_of(msvcrt.get_osfhandle(file.fileno())).owner


@pytest.fixture
def policy() -> Iterator[Path]:
    """A policy below %ProgramData%, with the folders above it as Wine makes them."""
    folder = Path(tempfile.mkdtemp(prefix="Watchword tést ", dir=os.environ["PROGRAMDATA"]))
    path = folder / "policy.toml"
    path.write_text('profile = "toolkit"\n', encoding="utf-8")
    yield path
    shutil.rmtree(folder)


@pytest.fixture
def me(policy: Path) -> frozenset[str]:
    """The SID of whoever runs the tests."""
    return frozenset({owner_of(policy)})


def said(path: Path, administrators: frozenset[str]) -> str | None:
    with path.open() as file:
        return distrust(str(path), file.fileno(), administrators)


@pytest.mark.parametrize("sddl", [PROGRAM_DATA, DRIVE_C])
def test_the_lists_of_windows_own_folders_are_understood_and_trusted(sddl: str) -> None:
    assert weakness(described(sddl), Kind.FOLDER) is None


def test_an_entry_is_read_as_it_is() -> None:
    access = described("O:BAD:(D;;FA;;;BG)(A;OICIIO;0x1301bf;;;S-1-5-21-1-2-3-1001)(A;;GA;;;WD)")
    assert access == Access(
        "S-1-5-32-544",
        (
            Entry(1, 0, 0x1F01FF, "S-1-5-32-546"),
            Entry(0, 0x0B, 0x1301BF, "S-1-5-21-1-2-3-1001"),
            Entry(0, 0, 0x10000000, "S-1-1-0"),
        ),
    )


def test_no_list_is_told_from_an_empty_one() -> None:
    assert described("O:BA").entries is None
    assert described("O:BAD:").entries == ()


def test_a_descriptor_without_an_owner_is_not_read_as_anybodys() -> None:
    with pytest.raises(OSError, match="not a SID"):
        described("D:(A;;FA;;;WD)")


def test_a_policy_of_the_person_is_refused_in_words_they_can_pass_on(policy: Path) -> None:
    with pytest.raises(SettingsError, match="policy.toml: is not owned by an administrator; it is not used") as caught:
        load(None, policy)
    assert f'icacls "{policy}" /setowner *S-1-5-32-544' in str(caught.value)


def test_the_command_line_refuses_it_too_wherever_the_variable_points(watchword: Watchword, tmp_path: Path) -> None:
    folder = Path(os.environ["PROGRAMDATA"]) / "Watchword"
    folder.mkdir()
    try:
        (folder / "policy.toml").write_text('profile = "toolkit"\n')
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PROGRAMDATA", str(tmp_path))  # the person's to set, so it hides no policy
            done = watchword("config", "show")
    finally:
        shutil.rmtree(folder)
    assert b"is not owned by an administrator" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_policy_of_an_administrator_below_program_data_is_used(policy: Path, me: frozenset[str]) -> None:
    assert said(policy, me) is None
    assert load(None, policy, administrators=frozenset(me)).settings.profile.name == "toolkit"


@pytest.mark.parametrize("rights", ["FA", "FW", "GW", "0x1301bf"])
def test_a_file_that_everybody_may_write_is_refused(policy: Path, me: frozenset[str], rights: str) -> None:
    (owner,) = me
    grant(policy, f"D:P(A;;FA;;;{owner})(A;;{rights};;;WD)")
    assert (said(policy, me) or "").startswith("can be changed by anybody; it is not used")
    grant(policy, f"D:P(A;;FA;;;{owner})(A;;FR;;;WD)")
    assert said(policy, me) is None


def test_a_folder_in_which_everybody_may_replace_files_is_refused(policy: Path, me: frozenset[str]) -> None:
    (owner,) = me
    grant(policy.parent, f"D:P(A;OICI;FA;;;{owner})(A;OICI;FA;;;WD)")
    answer = said(policy, me) or ""
    grant(policy.parent, f"D:P(A;OICI;FA;;;{owner})(A;OICI;FR;;;WD)")
    assert answer.startswith(f"is reached by {policy.parent}, which can be changed by anybody; it is not used")
    assert said(policy, me) is None


def test_a_folder_further_up_counts_as_well(policy: Path, me: frozenset[str]) -> None:
    inner = policy.parent / "inner"
    inner.mkdir()
    path = inner / "policy.toml"
    path.write_text("")
    (owner,) = me
    grant(policy.parent, f"D:P(A;OICI;FA;;;{owner})(A;OICI;FA;;;WD)")
    answer = said(path, me) or ""
    grant(policy.parent, f"D:P(A;OICI;FA;;;{owner})(A;OICI;FR;;;WD)")
    assert f"is reached by {policy.parent}, which can be changed by anybody" in answer
    assert "icacls" not in answer  # a folder that may hold other things is not to be reset


def test_a_file_of_a_list_that_cannot_be_read_is_refused(
    policy: Path, me: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust_windows, "OWNER_AND_LIST", 0)  # asked for nothing, Windows says nothing
    assert said(policy, me) == UNREADABLE


@pytest.mark.parametrize("tag", [0xA000001D, 0xA000000C])
def test_a_link_of_a_kind_that_cannot_be_followed_is_refused(policy: Path, me: frozenset[str], tag: int) -> None:
    """Wine has no links of its own; LX_SYMLINK and SYMLINK are the tags of two."""
    real = os.lstat

    def tagged(path: str) -> object:
        return SimpleNamespace(st_reparse_tag=tag if str(path).endswith("policy.toml") else real(path).st_reparse_tag)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "lstat", tagged)
        assert said(policy, me) == UNREADABLE


def test_another_file_in_its_place_is_noticed(policy: Path, me: frozenset[str]) -> None:
    other = policy.with_name("other.toml")
    other.write_text("")
    with policy.open() as file:
        answer = distrust(str(other), file.fileno(), me)
    assert answer == "is another file now than when it was opened, so it is not used"


def test_a_policy_on_another_computer_is_refused(policy: Path, me: frozenset[str]) -> None:
    with policy.open() as file:
        answer = distrust(r"\\localhost\c$\policy.toml", file.fileno(), me)
    assert answer == "does not lie on a drive of this computer, so it is not used"
