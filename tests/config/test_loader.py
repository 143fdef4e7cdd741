"""Settings: what wins, what is refused, and in which words."""

import json
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import files
from config.errors import SettingsError
from config.files import parse
from config.keys import KEYS
from config.loader import (
    Loaded,
    check_file,
    default_settings,
    from_values,
    keepable,
    load,
    profile,
    shareable,
)
from config.schema import Limit
from tests.config.administrators import ME, write

T = TypeVar("T")


def loaded(tmp_path: Path, user: str = "", policy: str = "", choices: dict[str, Any] | None = None) -> Loaded:
    tmp_path.chmod(0o755)
    return load(write(tmp_path, user), write(tmp_path, policy, "policy.toml"), choices, administrators=ME)


def outcome(call: Callable[[], T]) -> T | SettingsError:
    """What a call returns, or the one error it may raise."""
    try:
        return call()
    except SettingsError as error:
        return error


def problems(tmp_path: Path, user: str | bytes) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load(write(tmp_path, user))
    return caught.value.problems


# What holds when nothing or little is set.


def test_with_no_files_every_setting_is_a_default_or_the_standard_profile() -> None:
    result = load("/nonexistent/config.toml", "/nonexistent/policy.toml")
    assert result.settings == default_settings("standard")
    assert set(result.origins.values()) == {"default", "profile standard"}
    assert set(result.values) == set(KEYS)


@pytest.mark.parametrize("name", ["toolkit", "standard", "heightened"])
def test_every_packaged_profile_keeps_to_the_table_of_settings(name: str) -> None:
    result = from_values({"profile": name}, "test")
    assert result.settings.profile == profile(name)
    limits = {key: value for key, value in result.values.items() if value is not None}
    assert all(KEYS[key].problem(value) is None for key, value in limits.items())


def test_the_profile_that_is_chosen_brings_its_limits(tmp_path: Path) -> None:
    result = loaded(tmp_path, 'profile = "heightened"')
    assert result.settings.profile.lock_minutes == Limit(warn=5, fail=10)
    assert result.origins["thresholds.lock_minutes.fail"] == "profile heightened"
    assert result.origins["profile"] == "config.toml"


def test_a_single_limit_overrides_the_profile_and_leaves_the_others(tmp_path: Path) -> None:
    result = loaded(tmp_path, "[thresholds]\nlock_minutes = { fail = 12 }")
    assert result.settings.profile.lock_minutes == Limit(warn=10, fail=12)
    assert result.origins["thresholds.lock_minutes.warn"] == "profile standard"


# Who wins.


def test_the_order_of_strength_is_locked_choices_policy_person_profile() -> None:
    user = 'profile = "toolkit"\n[network]\noffline = true\n[device]\nlabel = "User"\n[checks]\ndisabled = ["a"]\n'
    policy = 'locked = ["profile"]\nprofile = "heightened"\n[device]\nlabel = "Office"\n[checks]\ndisabled = ["b"]\n'
    result = _from_texts(user, policy, {"profile": "standard", "device.label": "Mine"})
    assert {
        key: (result.values[key], result.origins[key]) for key in ("profile", "device.label", "checks.disabled")
    } == {
        "profile": ("heightened", "machine policy (locked)"),
        "device.label": ("Mine", "your choice"),
        "checks.disabled": (["b"], "machine policy"),
    }
    assert result.origins["network.offline"] == "config.toml"
    assert result.origins["breach.base_url"] == "default"


def _from_texts(user: str, policy: str, choices: dict[str, Any] | None = None) -> Loaded:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return loaded(Path(folder), user, policy, choices)


def test_choices_may_be_nested_or_dotted(tmp_path: Path) -> None:
    assert loaded(tmp_path, choices={"device": {"label": "A"}}).values["device.label"] == "A"
    assert loaded(tmp_path, choices={"device.label": "A"}).values["device.label"] == "A"


def test_a_choice_that_is_no_longer_possible_stops_nothing_and_is_told(tmp_path: Path) -> None:
    result = loaded(tmp_path, choices={"profile": 7, "gone.since": True, "device.label": "Mine"})
    assert (result.values["profile"], result.values["device.label"]) == ("standard", "Mine")
    assert result.ignored == (
        "your choice: profile: found 7 (a whole number); allowed: toolkit, standard or heightened",
        "your choice: gone.since: unknown setting",
    )


def test_of_choices_that_contradict_each_other_neither_is_used(tmp_path: Path) -> None:
    choices = {"thresholds.update_days.warn": 20, "thresholds.update_days.fail": 10, "network.offline": True}
    result = loaded(tmp_path, choices=choices)
    assert (result.settings.profile.update_days.warn, result.settings.profile.update_days.fail) == (3, 14)
    assert result.settings.network.offline
    assert result.ignored == (
        "your choice: thresholds.update_days: found warn 20 above fail 10; allowed: warn up to fail",
    )


def test_a_choice_cannot_name_code_to_load(tmp_path: Path) -> None:
    result = loaded(tmp_path, choices={"plugins": ["evil"], "locked": ["profile"]})
    assert (result.settings.plugins, result.settings.locked) == ((), ())
    assert len(result.ignored) == 2


# Settings that were good


GOOD_USER = 'profile = "heightened"\n[[accounts]]\nservice = "google"\nlabel = "Work"\naddress = "jo@example.org"\n'
GOOD_POLICY = 'locked = ["network"]\nplugins = ["extra"]\n[network]\noffline = true\n[device]\nlabel = "Office 7"\n'


def after_good(tmp_path: Path, user: str, policy: str, choices: dict[str, Any] | None = None) -> Loaded:
    """What holds when good files become these."""
    good = json.loads(json.dumps(keepable(loaded(tmp_path, GOOD_USER, GOOD_POLICY))))
    return load(
        write(tmp_path, user), write(tmp_path, policy, "policy.toml"), choices, administrators=ME, last_good=good
    )


def test_what_is_kept_of_good_settings_holds_no_address(tmp_path: Path) -> None:
    kept = keepable(loaded(tmp_path, GOOD_USER, GOOD_POLICY))
    assert "example.org" not in json.dumps(kept)
    assert kept["digest"] == loaded(tmp_path, GOOD_USER, GOOD_POLICY).digest


def test_a_file_that_went_bad_leaves_its_last_good_settings_in_force(tmp_path: Path) -> None:
    result = after_good(tmp_path, "profile = 3", GOOD_POLICY, {"device.label": "Mine"})
    assert (result.values["profile"], result.origins["profile"]) == ("heightened", "config.toml")
    assert result.values["device.label"] == "Mine"
    assert [(entry.service, entry.label, entry.address) for entry in result.settings.accounts] == [
        ("google", "Work", "")
    ]
    assert len(result.problems) == 1
    assert result.problems[0].endswith("profile: found 3 (a whole number); allowed: toolkit, standard or heightened")


def test_good_accounts_of_a_bad_file_are_looked_after_as_it_lists_them(tmp_path: Path) -> None:
    result = after_good(tmp_path, GOOD_USER.replace("Work", "Office") + "[network]\nofline = true", "")
    assert [(entry.label, entry.address) for entry in result.settings.accounts] == [("Office", "jo@example.org")]
    assert result.values["profile"] == "heightened"


def test_a_policy_that_went_bad_still_locks_what_it_locked_but_names_no_code(tmp_path: Path) -> None:
    result = after_good(tmp_path, "[network]\noffline = false", "locked = 3", {"network.offline": False})
    assert (result.values["network.offline"], result.origins["network.offline"]) == (True, "machine policy (locked)")
    assert result.values["device.label"] == "Office 7"
    assert result.settings.plugins == ()
    assert result.values["profile"] == "standard"


def test_without_anything_kept_the_defaults_stand_in(tmp_path: Path) -> None:
    result = load(write(tmp_path, "nonsense"), last_good={})
    assert result.values["profile"] == "standard"
    assert result.problems


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.dictionaries(st.sampled_from(["user", "policy", *KEYS]), inner, max_size=4),
    ).filter(lambda kept: isinstance(kept, dict))
)
def test_whatever_was_kept_ends_in_valid_settings(kept: dict[str, Any]) -> None:
    result = load("/dev/null", "/dev/null", last_good=kept)  # a device is no settings file
    assert len(result.problems) == 2
    assert result.settings.plugins == ()


def test_good_files_are_used_whatever_was_kept(tmp_path: Path) -> None:
    result = after_good(tmp_path, 'profile = "toolkit"', "")
    assert (result.values["profile"], result.problems) == ("toolkit", ())


def test_who_locks_the_profile_locks_its_limits(tmp_path: Path) -> None:
    result = loaded(tmp_path, "[thresholds.lock_minutes]\nfail = 240", 'locked = ["profile"]\nprofile = "standard"')
    assert result.settings.profile.lock_minutes.fail == 15
    assert result.overruled == ("thresholds.lock_minutes.fail (config.toml)",)


def test_a_locked_table_holds_everything_in_it(tmp_path: Path) -> None:
    result = loaded(
        tmp_path,
        '[breach]\nbase_url = "https://a.example"\npasswords_url = "https://b.example"',
        'locked = ["breach"]\n[breach]\nbase_url = "https://office.example"',
    )
    assert result.values["breach.base_url"] == "https://office.example"
    assert result.origins["breach.passwords_url"] == "default"


def test_the_accounts_of_the_office_and_of_the_person_are_both_looked_after(tmp_path: Path) -> None:
    result = loaded(
        tmp_path,
        '[[accounts]]\nservice="x"\nlabel="Mine"\n[[accounts]]\nservice="google"\naddress="Office@example.org"',
        '[[accounts]]\nservice="google"\nlabel="Office"\naddress="office@example.org"',
    )
    assert [account.label for account in result.settings.accounts] == ["Office", "Mine"]
    assert result.origins["accounts"] == "machine policy, config.toml"


def test_locked_accounts_are_the_only_ones(tmp_path: Path) -> None:
    result = loaded(
        tmp_path,
        '[[accounts]]\nservice="x"',
        'locked=["accounts"]\n[[accounts]]\nservice="google"\nlabel="Office"',
    )
    assert [account.service for account in result.settings.accounts] == ["google"]


def test_an_account_without_a_label_is_called_by_its_service(tmp_path: Path) -> None:
    assert loaded(tmp_path, '[[accounts]]\nservice="google"').settings.accounts[0].label == "google"


# What only the policy may say.


@pytest.mark.parametrize("line", ['plugins = ["extra"]', 'locked = ["profile"]'])
def test_what_only_the_policy_may_set_is_refused_in_a_persons_file(tmp_path: Path, line: str) -> None:
    (problem,) = problems(tmp_path, line)
    assert "only the machine policy" in problem
    assert problem.startswith(f"{tmp_path / 'config.toml'}: {line.partition(' ')[0]}: ")


def test_the_policy_names_plugins(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", 'plugins = ["extra"]').settings.plugins == ("extra",)


def test_locking_what_the_policy_does_not_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"locked: breach.base_url is not set in this file"):
        loaded(tmp_path, "", 'locked = ["breach.base_url"]')


def test_locking_what_does_not_exist_names_the_nearest_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no setting breach\.bas_url; did you mean breach\.base_url\?"):
        loaded(tmp_path, "", 'locked = ["breach.bas_url"]')


# What cannot be read.


def test_the_persons_file_may_be_absent_but_not_one_that_was_asked_for(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert load(missing).settings == default_settings()
    with pytest.raises(SettingsError, match=r"none.toml: there is no such file"):
        load(missing, must_exist=True)


def test_a_directory_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not a regular file"):
        load(tmp_path)


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.toml")
    results: list[SettingsError] = []

    def attempt() -> None:
        with pytest.raises(SettingsError) as caught:
            load(tmp_path / "config.toml")
        results.append(caught.value)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(5)
    assert "is not a regular file" in str(results[0])


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to("config.toml")
    with pytest.raises(SettingsError, match="link that leads back to itself"):
        load(tmp_path / "config.toml")


def test_a_file_over_one_mebibyte_is_refused(tmp_path: Path) -> None:
    assert "larger than 1 MiB" in problems(tmp_path, b"#" * (files.MAX_BYTES + 1))[0]


def test_a_file_of_one_mebibyte_is_read(tmp_path: Path) -> None:
    assert load(write(tmp_path, b"#" * files.MAX_BYTES)).settings == default_settings()


def test_a_file_that_is_not_utf8_is_refused_with_the_line(tmp_path: Path) -> None:
    assert "line 2: is not UTF-8" in problems(tmp_path, b'profile = "toolkit"\n# caf\xe9')[0]


def test_a_byte_order_mark_does_not_hide_the_first_key(tmp_path: Path) -> None:
    assert load(write(tmp_path, b'\xef\xbb\xbfprofile = "toolkit"')).settings.profile.name == "toolkit"


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    assert load(write(tmp_path, b'profile = "toolkit"\r\n[network]\r\noffline = true\r\n')).settings.network.offline


def test_a_name_with_a_nul_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load("a\0b")


# What a file may say.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profil = 'x'", "profil: unknown setting; did you mean profile?"),
        ("[brech]\nx = 1", "brech: unknown setting; did you mean breach?"),
        ("[breach]\nbase_ulr = 'x'", "breach.base_ulr: unknown setting; did you mean breach.base_url?"),
        ("base_url = 'x'", "base_url: unknown setting; did you mean breach.base_url?"),
        ("[lock_minutes]\nfail = 3", "lock_minutes: unknown setting; did you mean thresholds.lock_minutes?"),
        ("zzzzzz = 1", "zzzzzz: unknown setting"),
        ('"device.label" = "x"', '"device.label": unknown setting; did you mean device.label?'),
        ("profile = 'hard'", 'profile: found "hard" (text); allowed: toolkit, standard or heightened'),
        ("profile = true", "profile: found true (true or false); allowed: toolkit, standard or heightened"),
        ("breach = 1", "breach: found 1 (a whole number); allowed: a table of settings"),
        ("[network]\noffline = 1", "network.offline: found 1 (a whole number); allowed: true or false"),
        ("[network]\noffline = 'yes'", 'network.offline: found "yes" (text); allowed: true or false'),
        (
            "[thresholds]\npackage_list_days = true",
            "thresholds.package_list_days: found true (true or false); allowed: a whole number from 1 to 90",
        ),
        (
            "[thresholds]\npackage_list_days = 7.0",
            (
                "thresholds.package_list_days: found 7.0 (a number with a decimal point); "
                "allowed: a whole number from 1 to 90"
            ),
        ),
        (
            "[thresholds]\nlock_minutes = { fail = 0 }",
            "thresholds.lock_minutes.fail: found 0 (a whole number); allowed: a whole number from 1 to 240",
        ),
        (
            "[thresholds]\nlock_minutes = { warn = 20, fail = 10 }",
            "thresholds.lock_minutes: found warn 20 above fail 10; allowed: warn up to fail",
        ),
        ("[checks]\ndisabled = 'breach'", 'checks.disabled: found "breach" (text); allowed: a list of ids of checks'),
        ("[checks]\ndisabled = [1]", "checks.disabled: found [1] (a list); allowed: a list of ids of checks"),
        (
            "[device]\nlabel = ''",
            'device.label: found "" (text); allowed: a name of 1 to 40 characters without any of @ < > / \\ :',
        ),
        (
            "[device]\nlabel = 'a\u202eb'",
            'device.label: found "a\\u202eb" (text); allowed: a name of 1 to 40 characters without any of @ < > / \\ :',
        ),
        (
            "[network]\nca_file = 'x.pem'",
            'network.ca_file: found "x.pem" (text); allowed: the full path of a file, or nothing',
        ),
        ("[accounts]\nservice = 'x'", 'accounts: found {"service": "x"} (a table); allowed: [[accounts]] entries'),
        (
            "[[accounts]]\nservise = 'x'\nservice = 'x'",
            "accounts, entry 1: servise: unknown setting; did you mean service?",
        ),
        (
            "[[accounts]]\nlabel = 'x'",
            "accounts, entry 1: service: is missing; allowed: the service's id, for example google",
        ),
        (
            "[[accounts]]\nservice = 3",
            "accounts, entry 1: service: found 3 (a whole number); allowed: one line of text",
        ),
        (
            "[[accounts]]\nservice='x'\n[[accounts]]\nservice = 'x'\naddress = 'nobody'",
            'accounts, entry 2: address: found "nobody" (text); allowed: an email address',
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found_and_what_is_allowed(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert problems(tmp_path, text) == (f"{tmp_path / 'config.toml'}: {expected}",)


def test_every_problem_is_listed_on_a_line_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(tmp_path, "profil = 1\nzzz = 2", "profile = 1")
    assert len(str(caught.value).splitlines()) == 3
    assert "policy.toml: profile" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://haveibeenpwned.com/api/v3",
        "https://example.org:8443",
        "http://127.0.0.1:5000/api",
        "http://localhost:1",
        "http://[::1]:80",
    ],
)
def test_https_and_loopback_addresses_are_taken(tmp_path: Path, url: str) -> None:
    assert loaded(tmp_path, f'[breach]\nbase_url = "{url}"').settings.breach.base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.2",
        "http://localhost.example.org",
        "http://127.0.0.1@example.org",
        "https://user:secret@example.org",
        "https://",
        "https:///x",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://exa mple.org",
        "https://[::1",
        "https://example.org:99999",
        "https://example.org/?q=1",
        "https://example.org\\\\@evil.example",
        "",
    ],
)
def test_other_addresses_are_refused(tmp_path: Path, url: str) -> None:
    (problem,) = problems(tmp_path, f'[breach]\nbase_url = "{url}"')
    assert "allowed: an https:// address, or http:// on this computer itself" in problem


def test_a_file_can_be_checked_as_a_policy_before_it_is_installed(tmp_path: Path) -> None:
    path = write(tmp_path, 'plugins = ["a"]')
    check_file(str(path), policy=True)
    with pytest.raises(SettingsError):
        check_file(str(path))


# The reader underneath.


@pytest.mark.parametrize(
    "text",
    [
        "a=1 b=2",
        "a = [1, 'x']",
        "a={b=1",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a",
        "[",
        "a = '''x",
        "a=0x10",
        "a = " + "[" * 5000 + "]" * 5000,
        "\ufeff\ufeffa = 1",
        "a = 2026-13-45",
    ],
)
def test_what_either_reader_refuses_is_one_clear_error(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, "x.toml")
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("x.toml: is ")


def test_an_error_in_the_text_names_the_line(tmp_path: Path) -> None:
    assert (
        "is not valid TOML: expected newline or end of document after a statement (at line 2"
        in problems(tmp_path, 'profile = "toolkit"\na=1 b=2')[0]
    )


@settings(max_examples=300)
@given(st.text())
def test_any_text_is_a_table_or_one_settings_error(text: str) -> None:
    result = outcome(lambda: parse(text, "x"))
    assert isinstance(result, dict) or len(result.problems) == 1


WORDS = st.sampled_from([*KEYS, *[key.rsplit(".", 1)[-1] for key in KEYS], "thresholds", "breach", "x"])
VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8), st.sampled_from(["toolkit"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, VALUES, max_size=6))
def test_any_choices_end_in_valid_settings_or_in_a_settings_error(choices: dict[str, Any]) -> None:
    result = outcome(lambda: load(choices=choices))
    if isinstance(result, SettingsError):
        assert result.problems
        assert all(problem.startswith("your choice: ") and "\n" not in problem for problem in result.problems)
    else:
        assert all(value is None or KEYS[key].problem(value) is None for key, value in result.values.items())


TOML_LINES = st.lists(
    st.one_of(
        st.builds(
            "{} = {}".format,
            WORDS,
            st.sampled_from(["1", "true", '"x"', "[]", "{}", "{ fail = 3 }", "[1,'a']", "0x1", "1 b=2"]),
        ),
        st.builds("[{}]".format, WORDS),
        st.builds("[[{}]]".format, WORDS),
        st.text(max_size=12),
    ),
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOML_LINES)
def test_any_file_ends_in_valid_settings_or_in_a_settings_error(tmp_path: Path, lines: list[str]) -> None:
    path = write(tmp_path, "\n".join(lines).encode("utf-8", "surrogatepass"))
    result = outcome(lambda: load(path))
    if isinstance(result, SettingsError):
        assert all(problem.startswith(str(path)) for problem in result.problems)
    else:
        assert result.settings.plugins == ()


# The digest and what recordings carry.


def test_the_digest_follows_the_limits_and_nothing_personal(tmp_path: Path) -> None:
    plain = loaded(tmp_path).digest
    assert plain.startswith("sha256:")
    assert len(plain) == len("sha256:") + 64
    personal = '[device]\nlabel = "Alex"\n[[accounts]]\nservice = "google"\naddress = "alex@example.org"'
    assert loaded(tmp_path, personal).digest == plain
    assert loaded(tmp_path, 'profile = "toolkit"').digest != plain


def test_settings_that_are_shared_give_the_same_limits_again(tmp_path: Path) -> None:
    first = loaded(
        tmp_path, 'profile = "heightened"\n[thresholds]\nlock_minutes = { fail = 12 }\n[checks]\ndisabled=["a"]'
    )
    again = from_values(shareable(first), "laptop.json")
    assert again.settings.profile == first.settings.profile
    assert again.settings.checks == first.settings.checks


def test_a_wrong_setting_in_a_recording_names_the_recording() -> None:
    with pytest.raises(SettingsError, match=r"laptop.json: profile: found 3"):
        from_values({"profile": 3}, "laptop.json")


def test_reading_settings_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    path = write(tmp_path, "# mine\n")
    before = path.stat()
    load(path)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("# mine\n", stat.S_IMODE(before.st_mode))
