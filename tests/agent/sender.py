"""Run by a test in a process of its own: rounds that make and send a report, each a child that can be killed.

``python -m tests.agent.sender`` reads a line of JSON that says where everything is, and then one for each round:
``status`` is what was found, ``kill_after`` the seconds until it is killed, ``null`` never, or ``"told"`` when the next
line says so. For each it prints ``{"killed": ..., "code": ..., "said": ...}``. It forks, because a new Python for each
of two hundred rounds would take minutes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import requests  # noqa: F401  (imported once, not by each of the rounds)

from agent.contract import Status
from agent.errors import WatchwordError
from agent.http import Network
from agent.paths import Paths
from agent.reporting import Reports, held
from agent.store import Store
from config.schema import NetworkSettings, ReportSettings
from tests.agent.report import builders
from tests.agent.report.laptop import MemoryKeyring, now

#: For one exchange. What the collector holds back longer is over for this round.
SECONDS = 1.0


def one_round(where: dict[str, Any], status: str) -> None:
    """As the worker of the background agent does it, after its checks."""
    paths = Paths.on("linux", {"XDG_DATA_HOME": where["home"]}, where["home"])
    asks = ReportSettings(url=where["url"], drop="", level="detailed", every_hours=24, office="")
    network = Network(NetworkSettings(offline=False, ca_file=where["ca_file"]), total_seconds=SECONDS)
    with Store.open(paths) as store:
        reports = Reports(store, paths, asks)
        made = builders.document(builders.row(status=Status(status)))
        document = msgspec.structs.replace(made, device=msgspec.structs.replace(made.device, id=store.device_id()))
        with held(paths) as ours:
            if not ours:
                raise WatchwordError("somebody else holds the lock")
            reports.make(document, now())
            reports.send(MemoryKeyring(dict(where["keyring"])), network, now(), at_once=True)


def in_child(where: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """One round in a child, which is killed if that was asked for."""
    reader, writer = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            one_round(where, asked["status"])
            code = 0
        except WatchwordError as error:
            os.write(writer, str(error).encode())
            code = 2
        except BaseException as error:  # noqa: BLE001  (a child of a fork must never go on as its parent)
            with suppress(OSError):
                os.write(writer, repr(error).encode())
        os._exit(code)
    os.close(writer)
    if asked["kill_after"] == "told":
        sys.stdin.readline()
    elif asked["kill_after"] is not None:
        time.sleep(asked["kill_after"])
    if asked["kill_after"] is not None:
        os.kill(child, signal.SIGKILL)  # it is there, if only as one that was not waited for
    ended = os.waitpid(child, 0)[1]
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    killed = os.WIFSIGNALED(ended)
    ended_with = None if killed else os.WEXITSTATUS(ended)
    return {"killed": killed, "code": ended_with, "said": said, "seconds": time.monotonic() - began}


def main() -> None:
    where = json.loads(sys.stdin.readline())
    Path(where["home"]).mkdir(exist_ok=True)
    while line := sys.stdin.readline():
        print(json.dumps(in_child(where, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
