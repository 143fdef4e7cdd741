"""The process in which a check from elsewhere runs: ``python -m agent.plugin_child ID``.

It speaks one JSON line each way over its stdin and the stdout it was started with. The plugin itself sees an empty
stdin and a stdout that leads to a scratch file, which is only looked at to know whether it wrote anything.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import msgspec

from agent.contract import Check, Context, Response
from agent.discovery import GROUP, OURS
from agent.host import Host, Unreadable
from agent.plugins import Answer, Description, Request
from agent.runner import BadAnswerError, checked
from config.schema import Settings


class _Memory:
    def __init__(self, values: dict[str, Any]) -> None:
        self.values = dict(values)

    def recall(self, key: str) -> Any:
        return self.values.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.values[key] = value


class _NoNetwork:
    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        del headers
        return Unreadable("offline", url)


def main() -> None:
    """Describe the plugin, wait for its context, run it, answer."""
    check_id = sys.argv[1]
    out = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    scratch = tempfile.TemporaryFile()  # noqa: SIM115  (it lasts as long as the process)
    os.dup2(scratch.fileno(), 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    try:
        check = _load(check_id)
        described = Description(
            id=check.id,
            title=check.title,
            category=check.category,
            reasons=tuple(sorted(check.reasons)),
            version=check.version,
            every_seconds=check.every.total_seconds(),
            time_limit_seconds=check.time_limit.total_seconds(),
            refs=check.refs,
            words=dict(check.words),
        )
    except BaseException as error:  # noqa: BLE001  (the wall: whatever an import does is told, not raised)
        _say(out, {"error": f"{type(error).__name__}: {error}"})
        return
    _say(out, described)
    line = requests.readline()
    if not line:
        return
    request = msgspec.json.decode(line, type=Request)
    memory = _Memory(request.memory)
    try:
        answer = _run(check, request, memory)
    except BaseException as error:  # noqa: BLE001  (the wall around a check)
        answer = Answer(crashed=type(error).__name__)
    sys.stdout.flush()
    wrote = os.fstat(scratch.fileno()).st_size > 0
    _say(out, msgspec.structs.replace(answer, wrote=wrote, memory=memory.values))
    out.close()
    os._exit(0)  # a thread that the plugin left running must not keep the process


def _load(check_id: str) -> Check:
    for point in entry_points(group=GROUP, name=check_id):
        if point.dist is not None and point.dist.name != OURS:
            found = point.load()
            if not isinstance(found, Check):
                raise TypeError(f"{point.value} is not a Check")
            return found
    raise LookupError("no installed package offers it")


def _run(check: Check, request: Request, memory: _Memory) -> Answer:
    settings = msgspec.convert(request.settings, Settings)
    host: Host
    if request.recording is not None:
        from agent.host.replay import ReplayHost

        host = ReplayHost(request.recording)
    else:
        from agent.host.live import LiveHost

        host = LiveHost()
    context = Context(
        host=host,
        now=msgspec.convert(request.now, type=host.now().__class__),
        profile=settings.profile,
        settings=settings,
        memory=memory,
        http=_NoNetwork(),
        attestations=request.attestations,
        fresh=request.fresh,
    )
    try:
        return Answer(findings=checked(check, check.run(context), set()))
    except BadAnswerError as error:
        return Answer(bad=str(error))


def _say(out: Any, message: Any) -> None:
    out.write(msgspec.json.encode(message) + b"\n")
    out.flush()


if __name__ == "__main__":
    main()
