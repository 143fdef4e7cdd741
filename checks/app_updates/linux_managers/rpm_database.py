"""The installed packages of the RPM database, which dnf, zypper and rpm-ostree share."""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import Host, Unreadable
from checks.app_updates.versions import BadVersionError, rpm

__all__ = ["installed_packages"]

QUERY = ("rpm", "-qa", "--qf", r"%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{VENDOR}\n")
TIMEOUT_SECONDS = 20.0


def installed_packages(host: Host) -> Mapping[tuple[str, str], str] | Unreadable:
    """The installed version by name and architecture; of several (kernels) the newest. None at all is no answer."""
    done = host.run(QUERY, TIMEOUT_SECONDS)
    if isinstance(done, Unreadable):
        return done
    if done.exit != 0:
        return Unreadable("failed", "rpm -qa")
    found: dict[tuple[str, str], str] = {}
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if len(fields) != 6:
            return Unreadable("malformed", "rpm -qa")
        name, epoch, version, release, arch, _ = fields
        evr = f"{version}-{release}" if epoch in ("0", "(none)") else f"{epoch}:{version}-{release}"
        if (name, arch) not in found or _newer(evr, found[name, arch]):
            found[name, arch] = evr
    return found or Unreadable("empty", "rpm -qa")


def _newer(new: str, old: str) -> bool:
    try:
        return rpm(new, old) > 0
    except BadVersionError:
        return False
