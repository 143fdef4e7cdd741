"""Formats that office IT already reads, each a pure function over what was found in the files.

Every format says in its own terms when a report is too old, damaged or not there; none of them takes that for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from agent.report.exporters import csv_, fleet, intune, jamf, json_, ocsf, osquery, prometheus, text
from agent.report.exporters.entry import Entry

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True)
class Format:
    """A format. ``meaning`` is for people.

    ``always_zero``: whatever is wrong is in the output, for the caller takes another exit code for a broken script.
    ``binary`` goes to a file only. One that is not ``about_computers`` is the same everywhere: no file is read for it.
    """

    meaning: str
    render: Callable[[Sequence[Entry], datetime], bytes]
    always_zero: bool = False
    binary: bool = False
    about_computers: bool = True


#: Every format by the name that ``watchword export --format`` takes.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "json": Format("the report itself, one line each", json_.render),
        "text": Format("plain text that reads well aloud", text.render),
        "csv": Format("a table for a spreadsheet, one line a finding", csv_.render),
        "intune": Format("Microsoft Intune custom compliance: one line of JSON", intune.render, always_zero=True),
        "jamf": Format("Jamf Pro extension attribute", jamf.render, always_zero=True),
        "ocsf": Format("OCSF Compliance Finding (2003), JSON lines", ocsf.render),
        "prometheus": Format("textfile for node_exporter", prometheus.render),
        "osquery": Format("SQLite table for osquery; needs --out", osquery.render, binary=True),
        "osquery-config": Format("osquery's settings for that table", osquery.render_config, about_computers=False),
        "fleet": Format("queries and a policy for Fleet", fleet.render, about_computers=False),
    }
)
