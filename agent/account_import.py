"""Importing a list of accounts that a spreadsheet saved as CSV: read it, plan what to do, and only then do it.

Reading and planning change nothing. No message holds an address: one may stand in any column by mistake.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from agent import account_list
from agent.accounts import KnownAccounts
from agent.contract import Account
from agent.errors import RefusedError
from agent.host import Unreadable
from agent.store import Store
from config.platforms import platform
from config.text import folded, printable, quoted

__all__ = ["FORMAT", "MAX_BYTES", "Done", "Plan", "Problem", "Row", "Sheet", "Step", "apply", "counted", "planned"]
__all__ += ["preview", "read"]

FORMAT = """\
Add the accounts of a list that a spreadsheet saved as CSV. The first line names the columns, in any order: service,
label and address. Only service is needed; a label that is left out is the service's name. Commas, semicolons and tabs
may stand between the columns. UTF-8, UTF-16 and the Windows code page 1252 are understood. Nothing is imported unless
every line is good, and the addresses go to the keyring. Delete the list afterwards: it still has the addresses in it.
"""

#: 200 accounts take 20 kB; an office has some dozens.
MAX_BYTES = 256 * 1024
MAX_ROWS = 200
#: What columns may be called, in lower case.
COLUMNS: Mapping[str, str] = {
    "service": "service",
    "platform": "service",
    "label": "label",
    "name": "label",
    "address": "address",
    "email": "address",
    "e-mail": "address",
    "email address": "address",
}
DELIMITERS = (",", ";", "\t")
#: How files of spreadsheet programs themselves begin: zip archives (xlsx, ods) and old Excel.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: Waiting for a keyring that does not answer once for each address would take hours.
GIVE_UP = frozenset({"no_keyring", "locked", "timeout"})


@dataclass(frozen=True)
class Row:
    """One line of the list, as it was written there. The address is kept out of ``repr``, and so of tracebacks."""

    line: int
    service: str
    label: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one line."""

    line: int
    message: str


@dataclass(frozen=True)
class Sheet:
    """A list that was read. ``notes`` say how, where that is not certain."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One account to add, or with ``account_id`` one that is listed already and gets its address."""

    line: int
    service: str
    label: str
    address: str | None = field(repr=False)
    account_id: str | None = None


@dataclass(frozen=True)
class Plan:
    """What importing would do. ``known`` are the lines whose account is listed already, in words."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]
    known: tuple[Problem, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """What came of it: ``not_kept`` addresses could not be kept in the keyring, because of ``problem``."""

    accounts: tuple[Account, ...]
    not_kept: int = 0
    problem: Unreadable | None = None


def read(data: bytes) -> Sheet:
    """The rows of a list.

    Raises:
        RefusedError: it is no such list at all.
    """
    text, notes = _text(data)
    header_line, delimiter, text = _dialect(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: list[str] = []
    for line, cells in _numbered(reader, header_line):
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = _columns(cells, notes)
            continue
        if len(rows) + len(problems) == MAX_ROWS:
            raise RefusedError(f"the list has more than {MAX_ROWS} lines")
        if any(cell.strip() for cell in cells[len(columns) :]):
            problems.append(Problem(line, "has more cells than the first line; put quotes around a cell with a comma"))
            continue
        found = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        if not found.get("service"):
            problems.append(Problem(line, "has no service"))
            continue
        rows.append(Row(line, found["service"], found.get("label", ""), found.get("address", "")))
    return Sheet(tuple(rows), tuple(problems), tuple(notes))


def planned(sheet: Sheet, known: KnownAccounts) -> Plan:
    """What importing would do with these rows, given the accounts that are listed. Nothing is changed.

    Addresses that are kept are compared, if the keyring opens without asking.
    """
    problems, already, steps = list(sheet.problems), [], list[Step]()
    for row in sheet.rows:
        try:
            step = _step(row)
        except RefusedError as error:
            problems.append(Problem(row.line, str(error)))
            continue
        earlier = next((each for each in steps if _same(each, step)), None)
        if earlier is not None and _folded(earlier.address) == _folded(step.address):
            already.append(Problem(row.line, f"repeats line {earlier.line}"))
            continue
        if earlier is not None:
            problems.append(Problem(row.line, f"line {earlier.line} has the same service and label; choose another"))
            continue
        listed = next((each for each in known.accounts if _is_listed(each, step, known)), None)
        if listed is None:
            steps.append(step)
        elif step.address and not listed.has_address and listed.id not in known.from_settings:
            steps.append(Step(step.line, listed.service, listed.label, step.address, listed.id))
        else:
            already.append(Problem(row.line, f"{listed.label} on {platform(listed.service).name} is listed already"))
    problems.sort(key=lambda problem: problem.line)
    return Plan(tuple(steps), tuple(problems), tuple(already), sheet.notes)


def preview(plan: Plan) -> Iterator[str]:
    """The plan in lines for a person, without any address."""
    yield from plan.notes
    for problem in plan.problems:
        yield f"line {problem.line}: {printable(problem.message)}"
    for step in plan.steps:
        name = f"{printable(step.label)} on {platform(step.service).name}"
        with_address = "with an address" if step.address else "without an address"
        yield (
            f"line {step.line}: the address of {name}"
            if step.account_id
            else f"line {step.line}: {name}, {with_address}"
        )
    for problem in plan.known:
        yield f"line {problem.line}: {printable(problem.message)}; left out"


def counted(plan: Plan) -> str:
    """How much there is to do: "3 accounts"."""
    new = sum(step.account_id is None for step in plan.steps)
    changed = len(plan.steps) - new
    parts = ["1 account" if new == 1 else f"{new} accounts"] if new or not changed else []
    parts += ["1 address" if changed == 1 else f"{changed} addresses"] if changed else []
    return " and ".join(parts)


def apply(store: Store, plan: Plan, *, now: datetime, may_prompt: bool) -> Done:
    """Do it, in the order of the lines. ``may_prompt``: the keyring may ask to be unlocked.

    Raises:
        RefusedError: somebody else has listed an account meanwhile.
        agent.store.StoreError: an account could not be kept.
        After either, those before it are listed; importing again leaves them out.
    """
    accounts: list[Account] = []
    not_kept, problem = 0, None
    for step in plan.steps:
        account_id = step.account_id or _listed(store, step, now)
        account = Account(id=account_id, service=step.service, label=step.label)
        if step.address and problem is not None and problem.reason in GIVE_UP:
            not_kept += 1
        elif step.address:
            kept = account_list.keep_address(store, account, step.address, may_prompt=may_prompt)
            account, problem = kept.account, kept.problem or problem
            not_kept += kept.problem is not None
        accounts.append(account)
    return Done(tuple(accounts), not_kept, problem)


def _listed(store: Store, step: Step, now: datetime) -> str:
    """List the account of a step; its id."""
    unless = account_list.objection(step.service, step.label)
    return store.add_account(step.service, step.label, now=now, unless=unless).id


def _text(data: bytes) -> tuple[str, list[str]]:
    """The file as text, and a note where how to read it had to be guessed."""
    if len(data) > MAX_BYTES:
        raise RefusedError(f"the list is larger than {MAX_BYTES // 1024} KiB, which no list of accounts needs to be")
    if data.startswith(WORKBOOKS):
        raise RefusedError("that is a workbook; save the sheet as CSV and import that")
    notes: list[str] = []
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        else:
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1252")
                notes.append("The list is not UTF-8, so it was read as Windows code page 1252. Look at the letters.")
    except UnicodeDecodeError:
        raise RefusedError("the list is not text; save the sheet as CSV (UTF-8) and import that") from None
    if "\0" in text:
        raise RefusedError("the list is not text; save the sheet as CSV (UTF-8) and import that")
    return text, notes


def _dialect(text: str) -> tuple[int, str, str]:
    """How many lines stand before the first one, what stands between its columns, and the text from there."""
    first, end, rest = text.partition("\n")
    told = first.strip()
    if told.casefold().startswith("sep=") and told[4:] in DELIMITERS:  # how Excel is told, and tells others
        return 1, told[4:], rest
    if first.strip("\r\t ") == "sep=":
        return 1, "\t", rest
    skipped = 0
    while not first.strip() and end:
        skipped += 1
        text = rest
        first, end, rest = text.partition("\n")
    found = [delimiter for delimiter in DELIMITERS if "service" in _named(first, delimiter)]
    if not found:
        raise RefusedError("the first line must name the columns: service, label, address")
    return skipped, max(found, key=lambda delimiter: sum(map(bool, _named(first, delimiter)))), text


def _named(line: str, delimiter: str) -> list[str]:
    """What each column of the first line holds; nothing for one that is not known."""
    try:
        cells = next(csv.reader([line.rstrip("\r")], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    return [COLUMNS.get(" ".join(cell.casefold().split()), "") for cell in cells]


def _columns(cells: Sequence[str], notes: list[str]) -> list[str]:
    columns = [COLUMNS.get(" ".join(cell.casefold().split()), "") for cell in cells]
    for name in ("service", "label", "address"):
        if columns.count(name) > 1:
            raise RefusedError(f"two columns are called {name}, or mean the same")
    if "service" not in columns:
        raise RefusedError("the first line must name the columns: service, label, address")
    unused = [cell for cell, name in zip(cells, columns, strict=True) if cell.strip() and not name]
    if unused and not any(map(account_list.holds_address, unused)):
        notes.append(f"Not used: {', '.join(map(quoted, unused[:10]))}.")
    return columns


def _numbered(reader: Iterable[list[str]], before: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of the line on which it begins."""
    lines = iter(reader)
    begin = 1
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error:  # its message may quote the line
            line = before + getattr(reader, "line_num", begin)
            raise RefusedError(f"line {line}: cannot be read; perhaps a quote is not closed before it") from None
        yield before + begin, cells
        begin = getattr(reader, "line_num", begin) + 1


def _step(row: Row) -> Step:
    service = account_list.service_of(row.service)
    label = account_list.label_of(row.label) if row.label else service.name
    return Step(row.line, service.id, label, account_list.address_of(row.address) if row.address else None)


def _same(one: Step, other: Step) -> bool:
    """Whether two lines speak of one account: the service with the same label or the same address."""
    if one.service != other.service:
        return False
    same_address = one.address is not None and _folded(one.address) == _folded(other.address)
    return same_address or folded(one.label) == folded(other.label)


def _is_listed(account: Account, step: Step, known: KnownAccounts) -> bool:
    if account.service != step.service:
        return False
    if folded(account.label) == folded(step.label):
        return True
    address = known.address(account) if step.address and account.has_address else None
    return isinstance(address, str) and _folded(address) == _folded(step.address)


def _folded(address: str | None) -> str:
    return (address or "").strip().casefold()
