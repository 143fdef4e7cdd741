"""The rules of OCSF 1.8 for Compliance Finding (2003) as data, and a validator that reads them.

An object is a table of attributes: type, whether it is required, and the values it may have. ``type`` is a name of
another table, or of a scalar. An attribute that a table does not list is refused, as OCSF servers do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Attribute(NamedTuple):
    type: str
    required: bool = False
    values: frozenset[Any] = frozenset()
    many: bool = False


def of(type: str, *values: Any, required: bool = False, many: bool = False) -> Attribute:
    return Attribute(type, required, frozenset(values), many)


STATUS = {1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved", 5: "Archived", 6: "Deleted"}
SEVERITY = {0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical", 6: "Fatal"}
VERDICT = {0: "Unknown", 1: "Pass", 2: "Warning", 3: "Fail"}
ACTIVITY = {1: "Create", 2: "Update", 3: "Close"}
DEVICE = {0: "Unknown", 1: "Server", 2: "Desktop", 3: "Laptop", 4: "Tablet", 5: "Mobile", 6: "Virtual"}
SYSTEM = {100: "Windows", 200: "Linux", 300: "macOS"}

OBJECTS: Mapping[str, Mapping[str, Attribute]] = {
    "compliance_finding": {
        "activity_id": of("integer", *ACTIVITY, required=True),
        "activity_name": of("string"),
        "category_uid": of("integer", 2, required=True),
        "category_name": of("string", "Findings"),
        "class_uid": of("integer", 2003, required=True),
        "class_name": of("string", "Compliance Finding"),
        "type_uid": of("integer", *(2003 * 100 + activity for activity in ACTIVITY), required=True),
        "type_name": of("string"),
        "time": of("timestamp", required=True),
        "severity_id": of("integer", *SEVERITY, 99, required=True),
        "severity": of("string"),
        "status_id": of("integer", *STATUS, 0, 99),
        "status": of("string"),
        "message": of("string"),
        "metadata": of("metadata", required=True),
        "finding_info": of("finding_info", required=True),
        "compliance": of("compliance", required=True),
        "device": of("device"),
        "unmapped": of("object"),
    },
    "metadata": {
        "version": of("version", required=True),
        "product": of("product", required=True),
        "uid": of("string"),
        "log_name": of("string"),
        "profiles": of("string", "host", many=True),
    },
    "product": {"name": of("string"), "vendor_name": of("string", required=True), "version": of("string")},
    "finding_info": {
        "uid": of("string", required=True),
        "title": of("string"),
        "product_uid": of("string"),
        "created_time": of("timestamp"),
        "first_seen_time": of("timestamp"),
        "last_seen_time": of("timestamp"),
    },
    "compliance": {
        "control": of("string"),
        "standards": of("string", many=True, required=True),
        "status_id": of("integer", *VERDICT, 99),
        "status": of("string"),
        "status_details": of("string", many=True),
    },
    "device": {
        "uid": of("string"),
        "name": of("string"),
        "type_id": of("integer", *DEVICE, 99, required=True),
        "type": of("string"),
        "os": of("os"),
        "is_compliant": of("boolean"),
    },
    "os": {
        "name": of("string", required=True),
        "type_id": of("integer", *SYSTEM, 0, 99, required=True),
        "type": of("string"),
        "version": of("string"),
    },
}
#: An id and the caption that its sibling must have; at 99, "Other", the sibling is the source's own word.
SIBLINGS = {
    ("compliance_finding", "activity_id"): ("activity_name", ACTIVITY),
    ("compliance_finding", "severity_id"): ("severity", SEVERITY),
    ("compliance_finding", "status_id"): ("status", STATUS),
    ("compliance", "status_id"): ("status", VERDICT),
    ("device", "type_id"): ("type", DEVICE),
    ("os", "type_id"): ("type", SYSTEM),
}
#: 2020 to 2100, in milliseconds: seconds where milliseconds belong are the usual mistake.
TIMES = range(1_577_836_800_000, 4_102_444_800_000)


def problems(event: Any, name: str = "compliance_finding", place: str = "event") -> Iterator[str]:
    """What is wrong with an event, a line each."""
    if not isinstance(event, dict):
        yield f"{place}: no object"
        return
    attributes = OBJECTS[name]
    yield from (f"{place}.{key}: not in {name}" for key in event if key not in attributes)
    yield from (f"{place}.{key}: required" for key, each in attributes.items() if each.required and key not in event)
    for key, value in event.items():
        if key in attributes:
            yield from _wrong(value, attributes[key], f"{place}.{key}")
    for (owner, key), (sibling, captions) in SIBLINGS.items():
        if owner == name and key in event:
            word = event.get(sibling)
            if not word or (event[key] != 99 and word != captions.get(event[key])):
                yield f"{place}.{sibling}: {word!r} is not the caption of {event[key]}"
    if name == "compliance_finding":
        yield from _whole(event)


def _whole(event: Mapping[str, Any]) -> Iterator[str]:
    if event.get("type_uid") != event.get("class_uid", 0) * 100 + event.get("activity_id", 0):
        yield "event.type_uid: not class_uid * 100 + activity_id"
    if event.get("type_name") != f"{event.get('class_name')}: {event.get('activity_name')}":
        yield "event.type_name: not the names of class and activity"
    profiles = event.get("metadata", {}).get("profiles", [])
    if ("host" in profiles) != ("device" in event):
        yield "event.device: goes with the profile host"


def _wrong(value: Any, attribute: Attribute, place: str) -> Iterator[str]:
    if attribute.many:
        if not isinstance(value, list) or (attribute.required and not value):
            yield f"{place}: no list with something in it"
            return
        for each in value:
            yield from _wrong(each, attribute._replace(many=False), place)
        return
    if attribute.type in OBJECTS:
        yield from problems(value, attribute.type, place)
        return
    right = {
        "integer": type(value) is int,
        "timestamp": type(value) is int and value in TIMES,
        "string": isinstance(value, str) and value != "",
        "boolean": isinstance(value, bool),
        "version": isinstance(value, str) and re.fullmatch(r"1\.8\.0", value) is not None,
        "object": isinstance(value, dict),
    }
    if not right[attribute.type]:
        yield f"{place}: {value!r} is no {attribute.type}"
    elif attribute.values and value not in attribute.values:
        yield f"{place}: {value!r} is not allowed"
