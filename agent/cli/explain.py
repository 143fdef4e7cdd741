"""``watchword explain``: run one check and show what its result rests on: every value, its source, and the limits."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import IO, Any, TextIO

from agent.cli import FAILED
from agent.cli.check import add_round_options, perform
from agent.cli.rounds import RoundResult
from agent.cli.show import Style, item_line, row_lines, spoken_time, style_for
from agent.cli.where import places
from agent.contract import Basis, Evidence, Fact, Finding, Status
from agent.status import CheckRow, exit_code

__all__ = ["add_parser", "run"]

BASES = {
    Basis.MEASURED: "read from this computer",
    Basis.API: "asked of the service",
    Basis.ATTESTED: "what you told us",
}


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "explain", help="run one check and show what its result rests on", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("ids", metavar="CHECK", nargs="+", help="a check, for example screen_lock")
    parser.add_argument("--plain", action="store_true", help="no colours; reads well aloud")
    add_round_options(parser)
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: TextIO, stdout: IO[str], stderr: IO[str]) -> int:
    """Run the checks and print their findings with their evidence."""
    result = perform(args, args.ids, stdin, stderr, quiet=args.plain)
    for note in result.notes:
        print(f"watchword: {note}", file=stderr)
    for check_id in dict.fromkeys(args.ids):
        for line in _lines(result, check_id, style_for(stdout, plain=args.plain), here=args.replay is None):
            print(line, file=stdout)
    rows = [row for row in result.document.checks if row.id in args.ids]
    return FAILED if result.failed else exit_code(row.status for row in rows)


def _lines(result: RoundResult, check_id: str, style: Style, *, here: bool) -> Iterable[str]:
    for row, finding in result.findings(check_id):
        yield from row_lines(row, style, result.titles)
        yield ""
        yield from _detail(row, finding, here=here)


def _detail(row: CheckRow, finding: Finding, *, here: bool) -> Iterable[str]:
    """All there is to say. ``here`` says that it is about this computer, so that something can be done on it."""
    yield from _section("What it rests on:", [_evidence_line(evidence) for evidence in finding.evidence])
    how = "we do not" if row.status is Status.UNKNOWN else BASES[row.basis]
    yield f"How we know: {how}, {spoken_time(row.observed_at)}"
    yield f"Reason: {row.id}.{row.reason}" + (f" ({row.error})" if row.error else "")
    if row.facts:
        yield "Facts: " + ", ".join(f"{name}={_fact(value)}" for name, value in sorted(row.facts.items()))
    for label, moment in (("Since", row.since), ("Due", row.due_at), ("Good until", row.expires_at)):
        if moment is not None:
            yield f"{label}: {spoken_time(moment)}"
    if row.text is not None:
        yield from _section("What to do:", [f"{number}. {step}" for number, step in enumerate(row.text.steps, 1)])
        yield from _section("Where to do it:", places(row) if here and row.text.steps else ())
        yield from _section("More about it:", row.text.links)
    if row.refs:
        yield "Advice behind it: " + ", ".join(row.refs)
    yield from _section("In detail:", [item_line(item) for item in row.items])
    yield ""


def _section(heading: str, lines: Sequence[str]) -> Iterable[str]:
    if lines:
        yield heading
        yield from (f"  {line}" for line in lines)


def _evidence_line(evidence: Evidence) -> str:
    return f"{evidence.what}: {evidence.value}" + (f" ({evidence.source})" if evidence.source else "")


def _fact(value: Fact) -> str:
    return "[" + ", ".join(value) + "]" if isinstance(value, list) else str(value)
