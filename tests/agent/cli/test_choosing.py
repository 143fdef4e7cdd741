"""`watchword config set` and `unset`: what a person chooses is kept in the store and used by every command."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agent.cli.session import SessionError, keep_settings, open_session, settings_in_force
from agent.paths import Paths
from agent.store import Store
from tests.agent.cli.test_config import ask
from tests.builders import NOW


@pytest.fixture
def paths(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A person with a config.toml in a home of their own, and a machine policy that is not there yet."""
    here = Paths.here()
    here.policy = str(tmp_path / "policy.toml")
    os.makedirs(os.path.dirname(here.config))
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Paths, "here", lambda: here)
    return here


def origin(key: str) -> tuple[object, str]:
    shown = json.loads(ask("show", "--json")[1])["settings"][key]
    return shown["value"], shown["origin"]


def write(path: str, text: str) -> None:
    Path(path).write_text(text)
    Path(path).chmod(0o644)


def test_what_was_chosen_holds_and_show_says_that_it_was_chosen(paths: Paths) -> None:
    write(paths.config, 'profile = "toolkit"')
    assert ask("set", "profile", "heightened") == (0, 'profile is now "heightened" (your choice).\n', "")
    assert origin("profile") == ("heightened", "your choice")
    assert ask("show", "--origin")[1] == ask("show")[1]
    with open_session().store:
        assert open_session().loaded.settings.profile.name == "heightened"


def test_what_is_taken_back_no_longer_holds(paths: Paths) -> None:
    write(paths.config, 'profile = "toolkit"')
    ask("set", "profile", "heightened")
    assert ask("unset", "profile") == (0, 'profile is now "toolkit" (config.toml).\n', "")
    assert origin("profile") == ("toolkit", "config.toml")
    code, out, _ = ask("unset", "profile")
    assert (code, out) == (0, 'You have made no choice for profile. profile is now "toolkit" (config.toml).\n')


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("network.offline", "true", True),
        ("thresholds.update_days.fail", "10", 10),
        ("device.label", "Front desk", "Front desk"),
        ("device.label", '"Front desk"', "Front desk"),
        ("device.label", "12", "12"),
        ("device.label", "true", "true"),
        ("alerts.quiet_from", "17:30", "17:30"),
        ("checks.disabled", '["breach", "two_step"]', ["breach", "two_step"]),
        ("checks.disabled", "breach, two_step", ["breach", "two_step"]),
        ("checks.disabled", "", []),
        ("app_updates.ignore", "vim", ["vim"]),
        ("breach.base_url", "https://breaches.example.org/api", "https://breaches.example.org/api"),
        ("network.ca_file", "C:\\Office\\ca.pem", "C:\\Office\\ca.pem"),
    ],
)
def test_values_may_be_typed_as_toml_or_as_plain_words(paths: Paths, key: str, typed: str, value: object) -> None:
    assert ask("set", key, typed)[0] == 0
    assert origin(key) == (value, "your choice")


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("profile", "strict", 'profile: found "strict" (text); allowed: toolkit, standard or heightened'),
        ("network.offline", "yes", 'network.offline: found "yes" (text); allowed: true or false'),
        ("network.offline", "1", "network.offline: found 1 (a whole number); allowed: true or false"),
        ("thresholds.update_days.fail", "ten", "allowed: a whole number from 0 to 365"),
        ("checks.disabled", "[1, 2]", "found [1, 2] (a list); allowed: a list of ids of checks"),
        ("checks.disabled", '["a", 1]', "allowed: a list of ids of checks"),
        ("device.label", "a\nb", "allowed: a name of 1 to 40 characters"),
        ("alerts.quiet_from", "17:30:00", "allowed: a time of day"),
        ("profil", "toolkit", "there is no setting 'profil'; did you mean profile?"),
        ("alerts", "true", "alerts is a table of settings; choose one of alerts.enabled,"),
        ("accounts", "x", "accounts are not chosen here: `watchword accounts` lists, adds and changes them"),
        ("plugins", "evil", "plugins: only the machine policy, which an administrator installs, may set this"),
        ("locked", "profile", "locked: only the machine policy, which an administrator installs, may set this"),
        ("x\x1b[2J", "1", "there is no setting 'x\\x1b[2J'"),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_words_and_nothing_is_kept(
    paths: Paths, key: str, typed: str, said: str
) -> None:
    code, out, err = ask("set", key, typed)
    assert (code, out) == (2, "")
    assert said in err
    assert "\x1b" not in err
    assert len(err.splitlines()) == 1
    with Store.open(paths) as store:
        assert store.choices() == {}


def test_what_the_policy_locks_cannot_be_chosen_and_the_refusal_says_who_can(paths: Paths) -> None:
    write(paths.policy, 'locked = ["profile"]\nprofile = "heightened"\n[device]\nlabel = "Office 7"\n')
    code, _, err = ask("set", "profile", "toolkit")
    assert (code, err) == (
        2,
        'watchword: profile: the machine policy holds this at "heightened"; only an administrator can change it\n',
    )
    assert ask("set", "thresholds.update_days.fail", "300")[0] == 2  # who locks the profile locks its limits
    assert ask("set", "device.label", "Mine")[0] == 0
    assert origin("device.label") == ("Mine", "your choice")


def test_a_choice_that_contradicts_another_is_refused(paths: Paths) -> None:
    assert ask("set", "thresholds.update_days.fail", "10")[0] == 0
    code, _, err = ask("set", "thresholds.update_days.warn", "20")
    assert (code, "found warn 20 above fail 10" in err) == (2, True)
    assert origin("thresholds.update_days.fail") == (10, "your choice")


def test_a_choice_that_is_no_longer_possible_stops_nothing_and_can_be_taken_back(paths: Paths) -> None:
    with Store.open(paths) as store:
        store.choose("old.setting", 3, NOW)
        store.choose("profile", "extreme", NOW)
    session = open_session()
    session.store.close()
    assert session.loaded.settings.profile.name == "standard"
    assert any("old.setting: unknown setting" in note and "config unset" in note for note in session.notes)
    assert ask("show")[0] == 0
    assert ask("set", "device.label", "Mine")[0] == 0
    assert ask("unset", "old.setting") == (0, "'old.setting' is forgotten.\n", "")
    ask("unset", "profile")
    assert settings_in_force()[1] == []


def test_a_choice_can_be_made_while_the_persons_file_is_bad(paths: Paths) -> None:
    write(paths.config, "profile = 3")
    code, out, _ = ask("set", "device.label", "Mine")
    assert (code, out) == (
        0,
        "device.label: that is kept, but your settings cannot be used yet: `watchword config check` says why.\n",
    )


def test_showing_the_settings_leaves_nothing_behind(paths: Paths) -> None:
    assert ask("show")[0] == 0
    assert not os.path.exists(paths.data)


def test_choices_survive_a_damaged_database(paths: Paths) -> None:
    ask("set", "network.offline", "true")
    Path(paths.store).write_bytes(b"nonsense" * 1000)
    assert origin("network.offline") == (True, "your choice")


# The last good settings


def test_a_round_goes_on_with_the_last_good_settings_and_says_so(paths: Paths) -> None:
    write(paths.config, 'profile = "heightened"')
    session = open_session()
    with session.store:
        keep_settings(session)
    write(paths.config, "profile = 3")
    session = open_session(last_good=True)
    with session.store as store:
        assert session.loaded.settings.profile.name == "heightened"
        assert session.loaded.problems == (
            f"{paths.config}: profile: found 3 (a whole number); allowed: toolkit, standard or heightened",
        )
        assert session.loaded.problems[0] in session.notes
        kept = store.settings_kept()
        keep_settings(session)
        assert store.settings_kept() == kept
    with pytest.raises(SessionError, match="profile: found 3"):
        open_session()


def test_the_digest_that_is_kept_tells_whether_settings_have_changed_since(paths: Paths) -> None:
    session = open_session()
    with session.store as store:
        keep_settings(session)
        assert (store.settings_kept() or {})["digest"] == session.loaded.digest
    ask("set", "profile", "heightened")
    session = open_session()
    with session.store as store:
        assert (store.settings_kept() or {})["digest"] != session.loaded.digest


def test_wrong_settings_leave_no_open_store_behind(paths: Paths) -> None:
    write(paths.config, "profile = 3")
    for _ in range(3):
        with pytest.raises(SessionError):
            open_session()
    Store.open(paths).close()
    assert not os.path.exists(paths.store + "-wal")  # the last to close a database removes it
