"""Whether a machine policy is an administrator's, by its owner and mode. Windows' way is in tests/windows."""

import os
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.loader import load
from config.trust import distrust, distrust_folder
from tests.config.administrators import ME, write

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")


@as_root
def test_a_policy_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, 'profile = "toolkit"', "policy.toml")
    os.chown(path, 4321, 4321)
    with pytest.raises(SettingsError, match="is not owned by an administrator"):
        load(None, path)


@pytest.mark.parametrize("mode", [0o666, 0o646])
def test_a_policy_that_anybody_can_change_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, "", "policy.toml")
    path.chmod(mode)
    with pytest.raises(SettingsError, match="can be changed by anybody"):
        load(None, path, administrators=ME)


@as_root
def test_a_policy_that_another_group_can_change_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "", "policy.toml")
    os.chown(path, 0, 4321)
    path.chmod(0o664)
    with pytest.raises(SettingsError, match="can be changed by others"):
        load(None, path)


def test_a_policy_in_a_directory_that_anybody_can_change_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    path = write(folder, "", "policy.toml")
    folder.chmod(0o777)
    with pytest.raises(SettingsError, match=f"its directory {folder} can be changed by anybody"):
        load(None, path, administrators=ME)


def test_a_safe_directory_inside_one_that_anybody_can_change_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "open" / "safe"
    inner.mkdir(parents=True)
    path = write(inner, "", "policy.toml")
    inner.parent.chmod(0o777)
    with pytest.raises(SettingsError, match=r"its directory .*/open can be changed by anybody"):
        load(None, path, administrators=ME)


def test_a_link_to_a_safe_policy_is_followed(tmp_path: Path) -> None:
    target = write(tmp_path, 'profile = "toolkit"', "target.toml")
    link = tmp_path / "policy.toml"
    link.symlink_to(target)
    assert load(None, link, administrators=ME).settings.profile.name == "toolkit"


@as_root
def test_a_link_is_judged_by_its_target(tmp_path: Path) -> None:
    target = write(tmp_path, 'profile = "toolkit"', "target.toml")
    os.chown(target, 4321, 4321)
    link = tmp_path / "policy.toml"
    link.symlink_to(target)
    with pytest.raises(SettingsError, match="is not owned by an administrator"):
        load(None, link)


@as_root
def test_a_link_into_somebody_elses_directory_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    target = write(theirs, "", "target.toml")
    os.chown(theirs, 4321, 4321)
    link = tmp_path / "policy.toml"
    link.symlink_to(target)
    with pytest.raises(SettingsError, match=r"its directory .*theirs is not owned"):
        load(None, link)


@pytest.mark.parametrize("target", ["/{}/safe", "../safe", "../other/../other/link"])
def test_a_link_on_the_way_that_anybody_can_turn_elsewhere_is_noticed(tmp_path: Path, target: str) -> None:
    opened = tmp_path / "open"
    for name in ("open", "safe", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "other" / "link").symlink_to(tmp_path / "safe")
    (opened / "way").symlink_to(target.format(tmp_path))
    write(tmp_path / "safe", 'profile = "toolkit"', "policy.toml")
    path = opened / "way" / "policy.toml"
    assert load(None, path, administrators=ME).settings.profile.name == "toolkit"
    opened.chmod(0o777)
    with pytest.raises(SettingsError, match=f"its directory {opened} can be changed by anybody"):
        load(None, path, administrators=ME)


def test_a_sticky_directory_above_is_no_reason_to_distrust(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    path = write(folder, "", "policy.toml")
    with path.open() as file:
        assert distrust(str(path), file.fileno(), ME) is None


def said_of(folder: Path) -> str | None:
    """What is said of a folder in which people may leave files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return distrust_folder(str(folder), descriptor, ME)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (0o1733, None),
        (0o1777, None),
        (0o755, None),
        (0o733, "can be changed by anybody"),
        (0o777, "can be changed by anybody"),
    ],
)
def test_a_folder_to_leave_files_in_is_sticky_where_others_may_write(
    tmp_path: Path, mode: int, said: str | None
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    folder.chmod(mode)
    assert said_of(folder) == said


def test_what_leads_to_a_folder_is_looked_at_and_not_named(tmp_path: Path) -> None:
    folder = tmp_path / "open" / "reports"
    folder.mkdir(parents=True)
    folder.chmod(0o1733)
    folder.parent.chmod(0o777)
    assert said_of(folder) == "lies in a folder that can be changed by anybody"
