"""Linux computers from a few facts, for the tests of the update check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.contract import Finding
from agent.host.replay import ReplayHost
from checks.app_updates import CHECK
from tests.builders import NOW, DictMemory, command, computer, context

DAY = timedelta(days=1)
LISTS = "/var/lib/apt/lists"
SECURITY_LIST = f"{LISTS}/deb.debian.org_debian-security_dists_bookworm-security_InRelease"
PACKAGES = f"{LISTS}/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4"
SIMULATE = "apt-get -s -qq dist-upgrade"
UPGRADABLE = "apt list --upgradable"
STATUS = "Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n"
DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'


def mtime(path: str, at: datetime) -> dict[str, Any]:
    """A file time as a recording has it."""
    return {"name": "mtime", "args": [path], "value": int(at.timestamp())}


def debian(
    stdout: str = "",
    code: int = 0,
    *,
    simulation: Sequence[dict[str, Any]] | None = None,
    status: Any = STATUS,
    lists_at: datetime | None = NOW,
    lists: Sequence[str] = (SECURITY_LIST, PACKAGES),
    commands: Sequence[dict[str, Any]] = (),
    files: dict[str, Any] | None = None,
    queries: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> ReplayHost:
    """A Debian computer on which apt-get says this."""
    recorded: dict[str, Any] = {
        "/etc/os-release": DEBIAN,
        **{path: {"present": True} for path in lists},
        **(files or {}),
    }
    if status is not None:
        recorded["/var/lib/dpkg/status"] = status
    dates = [mtime(SECURITY_LIST, lists_at)] if lists_at else []
    asked = [command(SIMULATE, stdout, code)] if simulation is None else simulation
    return computer(commands=[*asked, *commands], files=recorded, queries=[*dates, *queries], **more)


def judged(host: ReplayHost, memory: DictMemory | None = None, **more: Any) -> Finding:
    """The check's one finding on this computer."""
    found = CHECK.run(context(host, memory=memory, **more))
    assert len(found) == 1
    assert found[0].reason in CHECK.reasons
    return found[0]


def outcome(finding: Finding) -> tuple[str, str]:
    return finding.status.value, finding.reason
