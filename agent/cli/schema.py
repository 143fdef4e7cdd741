"""``watchword schema``: the JSON Schema of the status document, or of the report, made from the types that write it."""

from __future__ import annotations

import argparse
import json
from typing import IO, Any

from agent.report.schema import json_schema as report_schema
from agent.status import json_schema

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "schema", help="print the JSON Schema of the status document", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("--report", action="store_true", help="that of the report for office IT")
    parser.set_defaults(handler=run)


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Print the schema."""
    del stdin, stderr
    print(json.dumps(report_schema() if args.report else json_schema(), indent=2), file=stdout)
    return 0
