"""``watchword report``: what the person sees before anything leaves, how they begin, send at once, and stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from agent.locking import FileLock
from agent.report.reader import encode, read
from agent.reporting import held
from agent.secrets import REPORT_SECRET, REPORT_SECRET_NEW
from agent.store import Store
from config.report_words import keyring_words, level_words, problem_words, standing_words
from tests.agent.cli.conftest import Watchword
from tests.agent.cli.office import ELSEWHERE, LABEL, Done, Office, office, statuses
from tests.report_collector import Collector
from tests.report_server import Fault, ReportServer, Say, report_server

GOES_TO = "Office of the Member (127.0.0.1)"
NOT_RUNNING = (
    "The background agent is not running, so nothing leaves by itself: `watchword autostart on` has it start, and "
    "`watchword report send` sends one now."
)


@pytest.fixture
def server() -> Iterator[ReportServer]:
    with report_server(collector=Collector(approves=True)) as running:
        yield running


@pytest.fixture
def laptop(
    server: ReportServer,
    own_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """Its office asks, and the person has looked at how things stand."""
    with ExitStack() as stack:
        made = stack.enter_context(office(server, tmp_path, capsys, monkeypatch))
        made.state("none")
        assert made("run", "--due").code == 1
        yield made


@pytest.fixture
def sharing(laptop: Office) -> Office:
    laptop.enrol()
    laptop.server.requests.clear()
    return laptop


def refused(done: Done, sentence: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == f"watchword: {sentence}"


# show


def test_show_says_how_it_stands_and_prints_the_report_as_it_would_be(laptop: Office) -> None:
    done = laptop("report", "show")
    assert (done.code, done.err) == (0, "")
    first, second, _, heading, _, *rest = done.out.splitlines()
    assert first == standing_words("asked")
    assert second == f"Asked for by {GOES_TO}, at the level detailed."
    assert heading.startswith("A report at the level detailed, as the last result would make it.")
    report = json.loads("\n".join(rest))
    assert report["privacy"]["level"] == "detailed"
    assert statuses(report)["two_step"] == "fail"
    assert laptop.sent() == 0


@pytest.mark.parametrize("level", ["summary", "standard", "detailed"])
def test_show_prints_it_at_any_level(laptop: Office, level: str) -> None:
    report = json.loads(laptop("report", "show", "--level", level, "--json").out)
    assert report["privacy"]["level"] == level
    assert ("checks" in report) is (level != "summary")


def test_show_as_json_is_the_bytes_and_nothing_else(laptop: Office) -> None:
    done = laptop("report", "show", "--json")
    assert (done.code, done.err) == (0, "")
    assert not done.out.endswith("\n")
    assert encode(read(done.out.encode())) == done.out.encode()


def test_show_without_a_policy_shows_what_there_would_be_and_that_nobody_asks(laptop: Office) -> None:
    laptop.policy()
    done = laptop("report", "show")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{standing_words('nobody_asks')}\n\nA report at the level summary, as the last result")


def test_show_before_the_first_round_says_what_to_do(laptop: Office) -> None:
    Path(laptop.paths.status).unlink()
    refused(laptop("report", "show"), "there is no result to make a report of; run `watchword check` first")


def test_show_of_a_document_that_fits_no_report_says_the_same(laptop: Office) -> None:
    path = Path(laptop.paths.status)
    document = json.loads(path.read_text())
    document["policy"]["digest"] = "edited by hand"
    path.write_text(json.dumps(document))
    refused(laptop("report", "show"), "there is no result to make a report of; run `watchword check` first")


def test_show_while_it_waits_for_approval_says_the_three_words(laptop: Office, server: ReportServer) -> None:
    server.collector.approves = False
    laptop.enrol()
    laptop("report", "send")
    out = laptop("report", "show").out.splitlines()
    assert out[0] == standing_words("sharing")
    assert f"It goes to {GOES_TO}, at the level detailed, every 24 hours." in out
    assert "One report waits to be sent." in out
    assert problem_words("pending") in out
    assert f"Your three words: {'  '.join(server.collector.words(laptop.device_id))}" in out
    assert [line for line in out if line.startswith("The next attempt is on ")]


def test_show_the_last_is_what_was_sent_byte_for_byte(sharing: Office, server: ReportServer) -> None:
    refused(sharing("report", "show", "--last"), "no report has been sent from this computer")
    assert sharing("report", "send").code == 0
    sharing.state("passkey")
    sharing("run")
    assert sharing("report", "show", "--last", "--json").out.encode() == server.collector.taken[-1].body
    assert "\nThe last report:\n" in sharing("report", "show", "--last").out


def test_the_bytes_are_the_same_in_a_session_with_another_encoding(laptop: Office) -> None:
    path = laptop.folder / "policy.toml"
    path.write_text(path.read_text() + '[device]\nlabel = "Zo\u00eb\u2019s laptop"\n', encoding="utf-8")
    laptop("run")
    shown = laptop("report", "show", "--json").out.encode()
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(path), "report", "show", "--json"],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout == shown
    assert "Zo\u00eb\u2019s laptop".encode() in shown


# enrol


def test_before_they_agree_the_person_reads_what_leaves_and_where_to(laptop: Office, server: ReportServer) -> None:
    done = laptop("report", "enrol", said="no\n")
    refused(done, "nothing has changed, and nothing is sent")
    told = done.err
    assert "Office of the Member asks for a report about this laptop, every 24 hours." in told
    assert f"It goes to {GOES_TO}." in told
    assert all(level_words(level) in told for level in ("summary", "standard", "detailed"))
    assert "`watchword report show` prints it as it is." in told
    assert server.requests == []


@pytest.mark.parametrize("level", ["summary", "standard"])
def test_who_agrees_to_less_reads_what_less_is(laptop: Office, level: str) -> None:
    told = laptop("report", "enrol", "--level", level, said="no\n").err
    assert level_words(level) in told
    assert level_words("detailed") not in told


@pytest.mark.parametrize("answer", ["yes", "y", "YES", " yes "])
def test_with_a_yes_and_a_code_it_begins(laptop: Office, server: ReportServer, answer: str) -> None:
    done = laptop("report", "enrol", said=f"{answer}\n{server.collector.new_code()}\n")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"You share with {GOES_TO}, at the level detailed.",
        f"Read these three words to office IT:  {'  '.join(server.collector.words(laptop.device_id))}",
        NOT_RUNNING,
        "`watchword report leave` ends it at any time.",
    ]
    assert laptop.keyring.kept.keys() == {REPORT_SECRET}


@pytest.mark.parametrize("answer", ["", "no", "n", "yess", "y e s", "7K3M-Q9TR-V2XW-0H1D"])
def test_without_a_clear_yes_nothing_begins(laptop: Office, server: ReportServer, answer: str) -> None:
    refused(
        laptop("report", "enrol", said=f"{answer}\n{server.collector.new_code()}\n"),
        "nothing has changed, and nothing is sent",
    )
    assert server.requests == []


def test_with_yes_the_code_is_the_first_line_of_standard_input(laptop: Office, server: ReportServer) -> None:
    done = laptop("report", "enrol", "--yes", said=server.collector.new_code().lower())
    assert done.code == 0
    assert "asks for a report about this laptop" in done.err


def test_an_office_that_approves_says_what_comes_next(laptop: Office, server: ReportServer) -> None:
    server.collector.approves = False
    assert (
        "They compare them with theirs and approve this laptop. Until then reports wait here.\n" in laptop.enrol().out
    )


@pytest.mark.parametrize("said", ["", "\n", "  \n"])
def test_without_a_code_nothing_begins(laptop: Office, server: ReportServer, said: str) -> None:
    refused(
        laptop("report", "enrol", "--yes", said=said),
        "no code was given, so nothing has changed; office IT gives you one",
    )
    assert server.requests == []


def test_a_code_is_never_an_argument(laptop: Office) -> None:
    with pytest.raises(SystemExit) as caught:
        laptop("report", "enrol", "7K3M-Q9TR-V2XW-0H1D")
    assert caught.value.code == 2


def test_a_code_that_is_refused_is_told_and_not_repeated(laptop: Office) -> None:
    done = laptop("report", "enrol", "--yes", said="7K3M-Q9TR-V2XW-0H1D\n")
    refused(done, problem_words("code_unknown"))
    assert "7K3M" not in done.err


def test_a_collector_that_cannot_be_reached_ends_with_4_and_the_code_stays_good(
    laptop: Office, server: ReportServer
) -> None:
    code = server.collector.new_code()
    server.faults.append(Fault.LOSE_ANSWER)
    done = laptop("report", "enrol", "--yes", said=code)
    assert (done.code, done.out) == (4, "")
    assert done.err.splitlines()[-1].endswith(" Nothing has changed. The same code can be tried again.")
    assert laptop("report", "enrol", "--yes", said=code).code == 0


@pytest.mark.parametrize("reason", ["no_keyring", "locked", "timeout", "failed"])
def test_a_keyring_that_would_not_ends_with_4_before_the_code_is_used(
    laptop: Office, server: ReportServer, reason: str
) -> None:
    laptop.keyring.problem = reason
    done = laptop("report", "enrol", "--yes", said=server.collector.new_code())
    assert (done.code, done.out) == (4, "")
    assert done.err.splitlines()[-1] == f"watchword: {keyring_words(reason)}"
    assert server.requests == []


def test_where_no_office_asks_there_is_nobody_to_share_with(laptop: Office) -> None:
    laptop.policy()
    refused(
        laptop("report", "enrol", "--yes", said="7K3M-Q9TR-V2XW-0H1D"),
        "no office has set up reports on this computer, so there is nobody to share with",
    )


def test_nobody_agrees_to_more_than_is_asked_for(laptop: Office) -> None:
    laptop.policy(**laptop.asks | {"level": "summary"})
    assert "at the level summary." in laptop.enrol("--level", "detailed").out


def test_to_share_less_needs_no_code(sharing: Office, server: ReportServer) -> None:
    done = sharing("report", "enrol", "--yes", "--level", "summary")
    assert done.code == 0
    assert done.out.splitlines() == [
        f"You share with {GOES_TO}, at the level summary.",
        NOT_RUNNING,
        "`watchword report leave` ends it at any time.",
    ]
    assert server.requests == []
    sharing("run", "--due")
    assert sharing.reports[-1]["privacy"]["level"] == "summary"


def test_while_a_report_is_being_sent_the_person_is_asked_to_wait(laptop: Office, server: ReportServer) -> None:
    with held(laptop.paths):
        done = laptop("report", "enrol", "--yes", said=server.collector.new_code())
    assert (done.code, done.out) == (4, "")
    assert done.err.splitlines()[-1] == "watchword: A report is being sent just now. Try again in a minute."


def test_broken_settings_are_told_and_nothing_begins(laptop: Office, server: ReportServer) -> None:
    laptop.break_policy()
    done = laptop("report", "enrol", "--yes", said=server.collector.new_code())
    assert (done.code, done.out) == (2, "")
    assert "policy.toml" in done.err
    assert server.requests == []


# send


def test_send_checks_everything_and_sends_a_report_now(sharing: Office) -> None:
    done = sharing("report", "send")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == standing_words("sharing")
    assert "The last report was taken on " in done.out
    sharing.state("passkey")
    assert sharing("report", "send").code == 0
    assert [statuses(report)["two_step"] for report in sharing.reports] == ["fail", "pass"]


def test_send_does_not_wait_for_the_next_attempt(sharing: Office, server: ReportServer) -> None:
    server.faults.append(Say(503, {"Retry-After": "86400"}))
    assert sharing("report", "send").code == 4
    assert sharing("report", "send").code == 0
    assert len(sharing.reports) == 1


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (Say(503), "busy"),
        (Say(302), "redirect"),
        (Say(401, body=b'{"error":"unknown_key"}'), "unknown_key"),
        (Say(422, body=b'{"error":"schema"}'), "schema"),
        (Say(500), "any"),
    ],
)
def test_send_says_what_went_wrong_and_ends_with_4(
    sharing: Office, server: ReportServer, what: Say, problem: str
) -> None:
    server.faults.append(what)
    done = sharing("report", "send")
    assert (done.code, done.err) == (4, "")
    assert problem_words(problem) in done.out.splitlines()


def test_send_after_the_office_ended_it_says_so(sharing: Office, server: ReportServer) -> None:
    server.collector.end(sharing.device_id)
    done = sharing("report", "send")
    assert (done.code, done.out) == (4, f"{standing_words('ended')}\n")
    refused(sharing("report", "send"), standing_words("ended"))


def test_send_before_they_agreed_is_refused(laptop: Office, server: ReportServer) -> None:
    refused(laptop("report", "send"), standing_words("asked"))
    laptop.policy()
    refused(laptop("report", "send"), standing_words("nobody_asks"))
    assert server.requests == []


def test_send_after_the_office_moved_is_refused(sharing: Office, server: ReportServer) -> None:
    sharing.policy(**sharing.asks | {"url": f"{server.root}/elsewhere"})
    refused(sharing("report", "send"), standing_words("asked_again"))
    assert server.requests == []


@pytest.mark.parametrize("reason", ["no_keyring", "locked", "timeout", "failed"])
def test_send_without_a_keyring_says_why(sharing: Office, server: ReportServer, reason: str) -> None:
    sharing.keyring.problem = reason
    done = sharing("report", "send")
    assert done.code == 4
    assert problem_words(f"keyring_{reason}") in done.out.splitlines()
    assert server.requests == []


def test_send_during_a_round_is_told_to_wait(sharing: Office) -> None:
    lock = FileLock(f"{sharing.paths.data}/round.lock")
    assert lock.take()
    done = sharing("report", "send")
    lock.release()
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith("watchword: Another round is running just now")


# leave


def test_leave_stops_and_tells_the_office(sharing: Office, server: ReportServer) -> None:
    sharing("report", "send")
    done = sharing("report", "leave")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Stopped. Nothing is shared from this computer any more, and what was waiting is thrown away.",
        "Your office's collector was told to delete what it has of this laptop.",
    ]
    assert server.collector.taken == []
    assert sharing.keyring.kept == {}
    assert sharing("report", "show").out.startswith(standing_words("stopped"))
    refused(sharing("report", "send"), standing_words("stopped"))


def test_leave_without_network_stops_all_the_same(sharing: Office, server: ReportServer) -> None:
    server.faults.append(Fault.DROP)
    done = sharing("report", "leave")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == (
        "Your office's collector could not be told of everything. Ask office IT to delete what it has of the "
        f"laptop with the number {sharing.device_id}."
    )
    assert sharing("report", "show").out.startswith(standing_words("stopped"))


def test_leave_with_a_locked_keyring_stops_and_says_what_is_left(sharing: Office) -> None:
    sharing.keyring.problem = "locked"
    done = sharing("report", "leave")
    assert done.code == 4
    assert done.out.startswith("Stopped. ")
    assert done.err == f"watchword: The secret for reports could not be removed: {keyring_words('locked')}\n"


def test_leave_what_was_never_begun(laptop: Office, server: ReportServer) -> None:
    done = laptop("report", "leave")
    assert done == Done(0, "Nothing is shared from this computer.\n", "")
    assert server.requests == []


def test_leave_while_a_report_is_being_sent(sharing: Office) -> None:
    with held(sharing.paths):
        assert sharing("report", "leave").code == 0
    assert sharing("report", "show").out.startswith(standing_words("stopped"))


def test_leave_works_when_no_office_asks_any_more(sharing: Office, server: ReportServer) -> None:
    sharing.policy()
    assert sharing("report", "leave").code == 0
    assert [each.path.rpartition("/")[2] for each in server.requests] == ["leave"]


def test_after_leaving_one_can_begin_again(sharing: Office) -> None:
    sharing("report", "send")
    sharing("report", "leave")
    sharing.enrol()
    assert sharing("report", "send").code == 0
    assert sharing.reports[-1]["sequence"] == 2


def test_a_store_that_cannot_be_kept_is_told(sharing: Office) -> None:
    Path(sharing.paths.store).unlink()
    Path(sharing.paths.store).mkdir()
    done = sharing("report", "send")
    assert (done.code, done.out) == (4, "")
    assert "Nothing can be kept on this computer just now, so no report was made." in done.err
    assert sharing.sent() == 0


# As its user runs it


def test_the_command_without_an_action_says_which_there_are(watchword: Watchword) -> None:
    done = watchword("report")
    assert (done.returncode, done.stdout) == (2, "")
    assert "ACTION" in done.stderr
    helped = watchword("report", "--help")
    assert helped.returncode == 0
    assert all(action in helped.stdout for action in ("show", "send", "enrol", "leave"))


def test_without_an_office_a_fresh_laptop_refuses_in_one_line(watchword: Watchword) -> None:
    for action in ("show", "send", "enrol"):
        done = watchword("report", action)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
    assert watchword("report", "leave").stdout == "Nothing is shared from this computer.\n"


def test_no_command_reads_or_sets_the_secret(watchword: Watchword) -> None:
    for name in (REPORT_SECRET, REPORT_SECRET_NEW):
        for action in ("set", "remove"):
            assert watchword("secret", action, name, input="A" * 43).returncode == 2


def test_the_label_of_an_account_is_in_no_summary(laptop: Office) -> None:
    assert LABEL in laptop("report", "show", "--json").out
    assert LABEL not in laptop("report", "show", "--level", "summary", "--json").out


def test_how_sending_goes_is_forgotten_with_a_new_beginning(sharing: Office, server: ReportServer) -> None:
    server.faults.append(Say(401, body=b'{"error":"unknown_key"}'))
    sharing("report", "send")
    assert sharing.going.problem == "unknown_key"
    sharing.enrol()
    assert sharing.going.problem is None
    with Store.open(sharing.paths) as store:
        assert store.sending().next_at is None
    sharing.is_time(timedelta(0))
    assert sharing("run", "--due").code == 1
    assert len(sharing.reports) == 1
