"""The status document: what the whole comes to, and that it is always whole on disk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.contract import Basis, Category, Item, Severity, Status
from agent.status import (
    AgentPart,
    CheckRow,
    DevicePart,
    Document,
    PolicyPart,
    StatusError,
    Text,
    encode,
    exit_code,
    json_schema,
    load,
    summarise,
    write,
)
from tests.builders import NOW


def a_row(
    status: Status = Status.PASS,
    severity: Severity = Severity.INFO,
    *,
    id: str = "screen_lock",
    since: datetime | None = NOW,
) -> CheckRow:
    return CheckRow(
        id=id,
        version=1,
        category=Category.DEVICE,
        status=status,
        severity=severity,
        basis=Basis.MEASURED,
        reason="some_reason",
        observed_at=NOW,
        since=since,
        items=(Item("Firefox", Status.WARN, installed="1", latest="2", since=NOW),),
        text=Text("Title", "Body", ("One",), ()),
    )


def a_document(*rows: CheckRow) -> Document:
    return Document(
        generated_at=NOW,
        agent=AgentPart("0.1.0", "ok", "unavailable"),
        device=DevicePart("6a5d2c1e-9a35-4a1b-8f7c-2f6f1f0f9b22", "Laptop 1", "linux", "Debian 12"),
        policy=PolicyPart("standard", "sha256:0"),
        summary=summarise(rows, NOW),
        checks=rows,
    )


def overall(*rows: CheckRow, known: bool = True) -> str:
    return summarise(rows, NOW, [(row.id, row.instance) for row in rows] if known else []).overall


def test_a_serious_failure_asks_for_action() -> None:
    for severity in (Severity.MEDIUM, Severity.HIGH):
        assert overall(a_row(Status.FAIL, severity), a_row(Status.UNKNOWN, id="other")) == "action"


def test_a_slight_failure_or_a_warning_asks_for_attention() -> None:
    assert overall(a_row(Status.FAIL, Severity.LOW)) == "attention"
    assert overall(a_row(Status.WARN, Severity.HIGH)) == "attention"


def test_passes_alone_are_ok() -> None:
    assert overall(a_row(Status.PASS), a_row(Status.NOT_APPLICABLE, id="b"), a_row(Status.DISABLED, id="c")) == "ok"


def test_what_was_known_last_week_may_be_unknown_for_seven_days() -> None:
    assert overall(a_row(Status.UNKNOWN, since=NOW - timedelta(days=7))) == "ok"
    assert overall(a_row(Status.UNKNOWN, since=NOW - timedelta(days=7, seconds=1))) == "unknown"


def test_what_was_never_known_is_not_ok_from_the_first_round_on() -> None:
    assert overall(a_row(Status.UNKNOWN), a_row(Status.PASS, id="other"), known=False) == "unknown"


def an_answer(reason: str, *, basis: Basis = Basis.ATTESTED, since: datetime | None = NOW) -> CheckRow:
    row = a_row(Status.UNKNOWN, id="practice", since=since)
    return msgspec.structs.replace(row, reason=reason, basis=basis)


@pytest.mark.parametrize("reason", ["no_answer", "find_out", "no_accounts"])
def test_what_only_the_person_can_tell_and_never_told_does_not_hide_the_rest(reason: str) -> None:
    assert overall(an_answer(reason), a_row(Status.PASS, id="other"), known=False) == "ok"
    assert overall(an_answer(reason, since=NOW - timedelta(days=30))) == "ok"
    assert summarise([an_answer(reason)], NOW).counts.unknown == 1
    assert overall(an_answer(reason), a_row(Status.UNKNOWN, id="other"), known=False) == "unknown"


@pytest.mark.parametrize("reason", ["expired", "reworded", "clock", "unreadable"])
def test_what_was_told_once_and_no_longer_counts_is_unknown_like_anything_else(reason: str) -> None:
    assert overall(an_answer(reason), known=False) == "unknown"
    assert overall(an_answer(reason, since=NOW - timedelta(days=8))) == "unknown"


def test_a_measured_unknown_is_never_taken_for_an_open_question() -> None:
    assert overall(an_answer("no_answer", basis=Basis.MEASURED), known=False) == "unknown"


def test_counts_add_up_to_the_rows() -> None:
    rows = [a_row(status, id=f"check_{number}") for number, status in enumerate([*Status, *Status, Status.PASS])]
    counts = msgspec.to_builtins(summarise(rows, NOW).counts)
    assert counts == {"pass": 3, "warn": 2, "fail": 2, "unknown": 2, "not_applicable": 2, "disabled": 2}


@given(st.lists(st.sampled_from(Status), max_size=6))
def test_the_exit_code_never_calls_an_unknown_or_a_failure_fine(statuses: list[Status]) -> None:
    code = exit_code(statuses)
    assert (code == 1) == (Status.FAIL in statuses)
    assert (code == 0) == (Status.FAIL not in statuses and Status.UNKNOWN not in statuses)


def test_every_key_of_the_design_is_there_even_when_it_is_empty() -> None:
    document = json.loads(encode(a_document(a_row())))
    assert list(document) == ["schema", "generated_at", "agent", "device", "policy", "summary", "checks"]
    assert list(document["checks"][0]) == [
        "id", "version", "category", "status", "severity", "basis", "reason", "observed_at", "instance", "label",
        "since", "due_at", "deadline", "expires_at", "notified", "facts", "items", "refs", "error", "text",
    ]  # fmt: skip
    assert document["generated_at"] == "2026-11-22T10:00:00Z"
    assert document["checks"][0]["instance"] is None


def test_a_document_reads_back_as_it_was_written() -> None:
    document = a_document(a_row(), a_row(Status.FAIL, Severity.HIGH, id="other"))
    assert load(encode(document)) == document


def test_the_schema_names_every_field_and_status() -> None:
    definitions = json_schema()["$defs"]
    assert set(definitions["CheckRow"]["properties"]) == set(CheckRow.__struct_fields__)
    assert definitions["Status"]["enum"] == sorted(Status)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"schema": "other/1"}', b"\xff", b"null", b"[" * 100_000, encode(a_document())[:-20]]
)
def test_a_damaged_document_is_said_in_one_line(data: bytes) -> None:
    with pytest.raises(StatusError, match="status.json is damaged") as caught:
        load(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("year", ["0001", "1969", "2201", "9999"])
@pytest.mark.parametrize("member", ["generated_at", "observed_at", "since", "due_at", "expires_at"])
def test_a_time_of_no_year_of_ours_is_damage(member: str, year: str) -> None:
    row = msgspec.structs.replace(a_row(), due_at=NOW, expires_at=NOW)
    tree = json.loads(encode(a_document(row)))
    assert load(json.dumps(tree).encode())
    part = tree if member in tree else tree["checks"][0]
    part[member] = f"{year}{part[member][4:]}"
    with pytest.raises(StatusError, match="status.json is damaged"):
        load(json.dumps(tree).encode())


@given(st.binary(max_size=200))
def test_nothing_else_passes_for_a_document(data: bytes) -> None:
    with pytest.raises(StatusError):
        load(data)


def test_what_a_killed_process_left_goes_with_the_next_document_a_day_later(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in (".status-old.tmp", ".status-new.tmp", ".other-old.tmp"))
    for path, hours in ((old, 25), (new, 23), (other, 25)):
        path.write_bytes(b"{")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    write(a_document(a_row()), tmp_path / "status.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other-old.tmp", ".status-new.tmp", "status.json"]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "status.json"
    write(a_document(a_row()), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_symbolic_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path = tmp_path / "status.json"
    path.symlink_to(victim)
    write(a_document(a_row()), path)
    assert victim.read_text() == "precious"
    assert not path.is_symlink()


def test_a_directory_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StatusError, match="could not be written: Not a directory|could not be written: File exists"):
        write(a_document(a_row()), tmp_path / "file" / "status.json")


def test_a_full_disk_leaves_the_last_document_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write(a_document(a_row()), path)
    before = path.read_bytes()
    script = (
        "import resource, signal, sys, msgspec\n"
        "from pathlib import Path\n"
        "from agent.status import load, write, StatusError\n"
        "document = load(Path(sys.argv[1]).read_bytes())\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"  # as a disk with 100 bytes left
        "try:\n    write(document, Path(sys.argv[1]))\nexcept StatusError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert "could not be written: File too large" in done.stdout
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["status.json"]


def test_a_reader_always_finds_a_whole_document(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    small, large = a_document(a_row()), a_document(*(a_row(id=f"check_{number}") for number in range(200)))
    write(small, path)
    stop = threading.Event()
    seen: set[int] = set()

    def read() -> None:
        while not stop.is_set():
            seen.add(len(load(path.read_bytes()).checks))

    reader = threading.Thread(target=read)
    reader.start()
    ends = time.monotonic() + 1.5
    while time.monotonic() < ends:
        write(large, path)
        write(small, path)
    stop.set()
    reader.join()
    assert seen == {1, 200}
