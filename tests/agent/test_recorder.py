"""Recording: the same verdicts from the file as from the computer, or a word about which are not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent import round as rounds
from agent.contract import Category, Check, Context, Finding, Status
from agent.host import Host, Unreadable
from agent.host.identity import Identity, Person
from agent.recorder import Difference, Remembered, take
from agent.runner import Outcome
from config.loader import Loaded, from_values
from tests.builders import command, computer

ALEX = {"name": "alexq", "home": "/home/alexq", "uid": 1000}


def a_check(name: str, judge: Callable[[Context], str], category: Category = Category.DEVICE) -> Check:
    """A check whose reason is what ``judge`` makes of its context."""

    def run(context: Context) -> list[Finding]:
        return [Finding(status=Status.PASS, reason=judge(context))]

    return Check(name, name, category, run, frozenset({"yes", "no", "offline"}))


def yes_if(condition: bool) -> str:
    return "yes" if condition else "no"


def judge_with(checks: Sequence[Check]) -> Callable[[Host, Loaded, Remembered], Sequence[Outcome]]:
    def judge(host: Host, loaded: Loaded, remembered: Remembered) -> Sequence[Outcome]:
        return rounds.run(host, loaded.settings, checks, remembered=remembered).outcomes

    return judge


def taken(check: Check, host: Host, *, config: dict[str, Any] | None = None, **rest: Any) -> Any:
    loaded = from_values(config or {}, "config.toml")
    return take(host, loaded, [check], judge_with([check]), **rest)


def test_a_recording_is_judged_like_the_computer() -> None:
    check = a_check("here", lambda context: yes_if(context.host.read(f"{context.host.home}/on") == "1 alexq"))
    result = taken(check, computer(user=ALEX, files={"/home/alexq/on": "1 person"}))
    assert result.differences == ()
    assert result.recording.files == {"/home/person/on": "1 person"}


def test_a_verdict_that_redaction_changed_is_told() -> None:
    check = a_check("here", lambda context: yes_if(context.host.read("/on") == "alexq"))
    result = taken(check, computer(user=ALEX, files={"/on": "alexq"}))
    assert result.differences == (Difference("here", ("pass (yes)",), ("pass (no)",)),)


def test_the_network_is_not_used() -> None:
    def ask(context: Context) -> str:
        answer = context.http.get("https://example.org")
        return answer.reason if isinstance(answer, Unreadable) else "yes"

    check = a_check("net", ask)
    result = taken(check, computer())
    assert result.differences == ()


def test_what_a_device_check_recalled_is_in_the_recording_and_nothing_more() -> None:
    def recall(context: Context) -> str:
        return yes_if(context.memory.recall("seen") == 1)

    memory: Mapping[str, Any] = {"seen": 1, "cache": "x" * 100}
    result = taken(a_check("ages", recall), computer(), remembered=lambda _: memory)
    assert result.recording.remembered == {"ages": {"seen": 1}}
    assert result.differences == ()


def test_what_is_remembered_about_accounts_stays_here() -> None:
    check = a_check("breach", lambda context: yes_if(context.memory.recall("breaches") is None), Category.ACCOUNT)
    result = taken(check, computer(), remembered=lambda _: {"breaches": ["Somewhere"]})
    assert result.recording.remembered == {}
    assert result.differences == ()


def test_settings_are_recorded_without_names_addresses_and_offices() -> None:
    check = a_check("here", lambda context: yes_if(context.profile.lock_minutes.fail == 7))
    config = {
        "profile": "heightened",
        "thresholds": {"lock_minutes": {"fail": 7}},
        "device": {"label": "Alex's laptop"},
        "breach": {"base_url": "https://breaches.office.example"},
        "accounts": [
            {"service": "google", "label": "Alex's mail", "address": "alexq@office.example"},
            {"service": "x", "label": "Constituency"},
        ],
    }
    result = taken(check, computer(), config=config)
    assert result.recording.config == {
        "profile": "heightened",
        "thresholds": {"lock_minutes": {"fail": 7}},
        "accounts": [
            {"service": "google", "label": "Account 1", "address": "account1@example.invalid"},
            {"service": "x", "label": "Account 2", "address": ""},
        ],
    }
    assert result.recording.redacted == {"account_address": 1, "account_label": 2}
    assert result.differences == ()


def test_what_is_known_of_the_computer_is_left_out() -> None:
    check = a_check("here", lambda context: yes_if(context.host.run(["who"]) is not None))
    host = computer(user=ALEX, commands=[command("who", "alexq tty1 10.1.2.3\nbobz tty2\n")])
    result = taken(check, host, identity=Identity(people=(Person("alexq", "/home/alexq"), Person("bobz"))))
    assert result.recording.commands[0].stdout == "person tty1 198.18.0.2\nperson2 tty2\n"
    assert result.recording.redacted == {"home": 1, "ip_address": 1, "user_name": 3}
