"""By when an update was on offer, by the dates of apt's archives and of dpkg's files."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import Any

import pytest

from agent.host import Unreadable
from agent.host.live import LiveHost
from agent.host.replay import ReplayHost
from checks.app_updates.linux_managers import apt, apt_published
from checks.app_updates.linux_managers.apt_published import archives
from tests.builders import NOW, DictMemory, computer
from tests.checks.app_updates.computers import DAY, LISTS, debian, judged, mtime, outcome

STABLE = f"{LISTS}/deb.debian.org_debian_dists_bookworm_InRelease"
BASH = "Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])\n"
BOTH = (
    "Inst libgcrypt20 [1.10.1-3] (1.10.1-3+deb12u1 "
    "Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64])\n"
)
INFO = "/var/lib/dpkg/info"


def release(at: datetime, label: str = "Debian", version: str = "12.15", suite: str = "oldstable") -> str:
    """A signed Release file as an archive has it."""
    return (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"Origin: Debian\nLabel: {label}\nSuite: {suite}\nVersion: {version}\nCodename: bookworm\n"
        f"Date: {at:%a, %d %b %Y %H:%M:%S} UTC\nDescription: Debian 12\nMD5Sum:\n"
        " 0ed6d4c8891eb86358b94bb35d9e4da4 1484322 contrib/Contents-all\nSuite: forged\n"
    )


def laptop(
    simulated: str = BASH,
    *,
    published: float = 140,
    fetched: float | None = None,
    put_on: float | None = 300,
    package: str = "bash",
    files: dict[str, Any] | None = None,
    queries: list[dict[str, Any]] | None = None,
) -> ReplayHost:
    """A computer whose stable archive was published, and whose package was installed, so many days ago."""
    return debian(
        simulated,
        files={STABLE: release(NOW - published * DAY), **(files or {})},
        queries=[
            mtime(STABLE, NOW - (published if fetched is None else fetched) * DAY),
            *([] if put_on is None else [mtime(f"{INFO}/{package}.list", NOW - put_on * DAY)]),
            *(queries or []),
        ],
    )


def test_an_update_of_an_old_point_release_is_overdue_at_the_first_look() -> None:
    finding = judged(laptop(), DictMemory())
    assert outcome(finding) == ("fail", "overdue")
    assert (finding.facts["days"], finding.items[0].since) == (140, NOW - 140 * DAY)


@pytest.mark.parametrize(
    ("published", "expected"),
    [(5, ("warn", "available")), (2, ("unknown", "age_unknown"))],
)
def test_an_archive_that_was_published_lately_proves_no_more_than_that(
    published: float, expected: tuple[str, str]
) -> None:
    assert outcome(judged(laptop(published=published))) == expected


def test_a_package_that_came_after_the_archive_waits_only_since_then() -> None:
    assert judged(laptop(put_on=20)).facts["days"] == 20
    assert outcome(judged(laptop(put_on=1))) == ("unknown", "age_unknown")


def test_the_later_of_the_archives_date_and_its_files_counts() -> None:
    assert judged(laptop(fetched=30)).facts["days"] == 30
    assert judged(laptop(published=30, fetched=140)).facts["days"] == 30


@pytest.mark.parametrize(
    "host",
    [
        laptop(put_on=None),
        laptop("Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Other:1/x [amd64])\n"),
        laptop("Inst bash [5.2.15-2+b8] (5.2.15-2+b13 [amd64])\n"),
        laptop(published=-30, fetched=140),
        laptop(published=140, fetched=-30),
        laptop(files={STABLE: "Label: Debian\nSuite: oldstable\nVersion: 12.15\nDate: soon\n"}),
        laptop(files={STABLE: {"denied": True}}),
        laptop(files={STABLE: "Suite: oldstable\nVersion: 12.15\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n"}),
    ],
    ids=["no list", "other", "none", "future", "future file", "no date", "denied", "no label"],
)
def test_what_cannot_be_told_is_not_dated(host: ReplayHost) -> None:
    assert outcome(judged(host)) == ("unknown", "age_unknown")


def test_an_update_that_two_archives_have_was_on_offer_with_the_first() -> None:
    path = f"{LISTS}/deb.debian.org_debian-security_dists_bookworm-security_InRelease"
    security = release(NOW - DAY, "Debian-Security", "12", "oldstable-security")
    finding = judged(laptop(BOTH, package="libgcrypt20:amd64", files={path: security}))
    assert (outcome(finding), finding.facts["days"], finding.facts["security"]) == (("fail", "overdue"), 140, 1)


def test_of_two_archives_with_one_name_the_later_counts() -> None:
    mirror = f"{LISTS}/mirror.example_debian_dists_bookworm_InRelease"
    host = laptop(files={mirror: release(NOW - 20 * DAY)}, queries=[mtime(mirror, NOW - 20 * DAY)])
    assert judged(host).facts["days"] == 20


def test_a_package_of_another_architecture_has_its_own_list() -> None:
    foreign = "Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.15/oldstable [i386])\n"
    assert outcome(judged(laptop(foreign, package="libc6:i386"))) == ("fail", "overdue")
    assert outcome(judged(laptop(foreign, package="libc6:amd64"))) == ("unknown", "age_unknown")


def test_archives_are_named_as_apt_names_them() -> None:
    chrome = f"{LISTS}/dl.google.com_linux_chrome_deb_dists_stable_InRelease"
    rolling = f"{LISTS}/deb.example_dists_sid_Release"
    files = {
        STABLE: release(NOW - 9 * DAY),
        chrome: f"Label: Google LLC\nSuite: stable\nVersion: 1.0\nDate: {NOW - DAY:%a, %d %b %Y %H:%M:%S} UTC\n",
        rolling: f"Label: Debian\nSuite: unstable\nDate: {NOW - DAY:%a, %d %b %Y %H:%M:%S} UTC\n",
    }
    host = computer(files=files, queries=[mtime(path, NOW - 9 * DAY) for path in files])
    assert archives(host, NOW) == {
        "Debian:12.15/oldstable": NOW - 9 * DAY,
        "Google LLC:1.0/stable": NOW - DAY,
        "Debian:unstable": NOW - DAY,
    }


def test_the_real_apt_names_archives_as_they_are_named_here() -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("apt is not installed")
    host = LiveHost()
    done = host.run(apt.SIMULATE, apt.TIMEOUT_SECONDS)
    offers = apt.parse_simulation(done.stdout) if not isinstance(done, Unreadable) else None
    if not offers:
        pytest.skip("this machine has no package lists, or nothing to update")
    known = archives(host, host.now())
    assert any(origin in known for offer in offers for origin in offer.origins)
    assert all(apt_published.installed_at(host, one.pending.package, one.architecture, host.now()) for one in offers)
