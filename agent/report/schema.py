"""The JSON Schema (2020-12) of the report, made from its model."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.report.model import FORMAT, Report

__all__ = ["json_schema"]


def json_schema() -> dict[str, Any]:
    """The schema as it is published: ``watchword schema --report``."""
    (reference,), components = msgspec.json.schema_components([Report], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{FORMAT.replace('/', ':')}",
        "title": "What a Watchword agent reports to office IT",
        **reference,
        "$defs": {name: _without_titles(components[name]) for name in sorted(components)},
    }


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "title"}
