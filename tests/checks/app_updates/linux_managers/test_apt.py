"""apt, from recordings and for real."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.host import Unreadable
from agent.host.live import LiveHost
from checks.app_updates.facts import Held, Pending
from checks.app_updates.linux_managers import apt
from tests.builders import NOW, DictMemory, command, context
from tests.checks.app_updates.computers import (
    DAY,
    LISTS,
    PACKAGES,
    SECURITY_LIST,
    SIMULATE,
    STATUS,
    UPGRADABLE,
    debian,
    judged,
    mtime,
    outcome,
)

OUTPUT = """\
Inst bash [5.2.15-2+b8] (5.2.15-2+b13 Debian:12.15/oldstable [amd64])
Inst libgcrypt20 [1.10.1-3] (1.10.1-3+deb12u1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64]) []
Inst libssl-dev [3.0.19] (3.0.22 Ubuntu:24.04/noble-security [amd64]) [libssl3:amd64 ]
Inst libc6:i386 [2.36-9] (2.36-10 Debian:12.15/oldstable [i386])
Inst linux-image-6.1.0-40 (6.1.153-1 Debian-Security:12/oldstable-security [amd64])
Remv old-library [1.0]
Conf bash (5.2.15-2+b13 Debian:12.15/oldstable [amd64])
"""
NOTE = """\
NOTE: This is only a simulation!
      apt-get needs root privileges for real execution.
      Keep also in mind that locking is deactivated,
      so don't depend on the relevance to the real current situation!
"""
PARSED = (
    Pending("bash", "5.2.15-2+b8", "5.2.15-2+b13", security=False),
    Pending("libgcrypt20", "1.10.1-3", "1.10.1-3+deb12u1", security=True),
    Pending("libssl-dev", "3.0.19", "3.0.22", security=True),
    Pending("libc6:i386", "2.36-9", "2.36-10", security=False),
)
FIREFOX = "Inst firefox-esr [128.3.0esr-1] (128.4.0esr-1 Debian-Security:12/oldstable-security [amd64])\n"


def simulated(text: str) -> tuple[Pending, ...]:
    """The upgrades of a simulation."""
    offers = apt.parse_simulation(text)
    assert offers is not None
    return tuple(offer.pending for offer in offers)


def test_upgrades_are_read_with_their_origin_and_new_packages_are_none() -> None:
    assert simulated(OUTPUT) == PARSED


def test_the_note_that_others_than_root_get_is_no_answer_and_no_error() -> None:
    assert simulated(NOTE + OUTPUT) == PARSED
    assert apt.parse_simulation(NOTE) == ()


def test_going_back_to_an_older_version_is_no_update() -> None:
    assert apt.parse_simulation("Inst a [2.0] (1.0 Debian:12/stable [amd64])\n") == ()


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        "Inst",
        "Inst bash",
        "Die folgenden Pakete werden aktualisiert:",
        FIREFOX + "?",
        "E: broken",
        "\ufeff" + FIREFOX,
    ],
)
def test_a_line_that_is_not_apts_makes_the_whole_answer_unknown(text: str) -> None:
    assert apt.parse_simulation(text) is None
    assert outcome(judged(debian(text))) == ("unknown", "unreadable")


@given(
    st.text(max_size=200) | st.lists(st.sampled_from([*OUTPUT.splitlines(), "[", "]", " [] []", "Inst"])).map("\n".join)
)
@settings(max_examples=300)
def test_no_output_makes_the_check_raise_or_pass_by_accident(text: str) -> None:
    finding = judged(debian(text))
    if finding.reason == "up_to_date":
        assert not any(line.startswith("Inst ") and "] (" in line for line in text.splitlines())


def test_a_long_line_of_brackets_does_not_hang() -> None:
    assert apt.parse_simulation("Inst a [1] (2 x [amd64])" + " [x]" * 5000 + "!") is None


def test_nothing_to_upgrade_is_a_pass_where_dpkg_and_lists_prove_that_apt_knows() -> None:
    assert outcome(judged(debian())) == ("pass", "up_to_date")


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        (debian(status=None), "unreadable"),
        (debian(status=""), "unreadable"),
        (debian(status="Package: bash\nStatus: deinstall ok config-files\n"), "unreadable"),
        (debian(status={"denied": True}), "no_permission"),
        (debian(lists=[SECURITY_LIST]), "no_lists"),
        (debian(lists=[], lists_at=None), "no_lists"),
        (debian(code=100), "unreadable"),
        (debian(lists_at=None), "unreadable"),
        (debian(lists_at=NOW - 30 * DAY), "stale"),
        (debian(lists_at=NOW + 30 * DAY), "unreadable"),
    ],
)
def test_silence_without_proof_is_unknown(host: object, reason: str) -> None:
    assert outcome(judged(host)) == ("unknown", reason)  # type: ignore[arg-type]  # a recorded computer


@pytest.mark.parametrize(
    ("failure", "reason"), [("timeout", "timeout"), ("too_large", "unreadable"), ("failed", "unreadable")]
)
def test_an_apt_that_does_not_end_well_is_unknown(failure: str, reason: str) -> None:
    broken = debian(simulation=[{"argv": SIMULATE.split(), "failure": failure}])
    assert outcome(judged(broken)) == ("unknown", reason)


def test_apt_that_is_not_there_on_debian_is_unknown() -> None:
    assert outcome(judged(debian(simulation=[]))) == ("unknown", "no_tool")


def test_an_update_becomes_overdue_by_the_time_since_it_was_first_seen() -> None:
    memory = DictMemory()
    assert outcome(judged(debian(lists_at=NOW - DAY), memory, now=NOW - DAY)) == ("pass", "up_to_date")
    assert outcome(judged(debian(FIREFOX), memory)) == ("pass", "available")
    later = NOW + 15 * DAY
    finding = judged(debian(FIREFOX, lists_at=later), memory, now=later)
    assert outcome(finding) == ("fail", "overdue")
    assert finding.severity == "high"
    assert finding.facts["apps"] == ["Firefox"]
    item = finding.items[0]
    assert (item.name, item.installed, item.latest, item.since) == ("Firefox", "128.3.0esr-1", "128.4.0esr-1", NOW)


def test_a_held_package_is_shown_and_never_overdue() -> None:
    held = STATUS + "Package: zip\nStatus: hold ok installed\nVersion: 3.0-13\n"
    listed = "Listing...\nzip/oldstable-security 3.0-13+deb12u1 amd64 [upgradable from: 3.0-13]\n"
    memory = DictMemory()
    for day in (0, 30):
        now = NOW + day * DAY
        host = debian(status=held, commands=[command(UPGRADABLE, listed)], lists_at=now)
        finding = judged(host, memory, now=now)
        assert outcome(finding) == ("pass", "up_to_date")
        assert [(item.name, item.status.value) for item in finding.items] == [("zip", "not_applicable")]


def test_what_apt_lists_but_does_not_offer_is_phased_or_kept_back() -> None:
    listed = """\
Listing...
firefox-esr/x 128.4.0esr-1 amd64 [upgradable from: 128.3.0esr-1]
gdm3/noble-updates 46.2 amd64 [upgradable from: 46.0]
"""
    offered = simulated(FIREFOX)
    assert list(apt.deferred(listed, offered, frozenset())) == [Pending("gdm3", "46.0", "46.2", held=Held.DEFERRED)]
    files = {"/var/cache/apt/pkgcache.bin": {"present": True}}
    finding = judged(debian(FIREFOX, commands=[command(UPGRADABLE, listed)], files=files))
    assert {item.name: item.status.value for item in finding.items} == {"Firefox": "unknown", "gdm3": "not_applicable"}


def test_the_age_of_the_lists_is_that_of_the_security_archive_not_of_a_working_third_party_source() -> None:
    chrome = f"{LISTS}/dl.google.com_linux_chrome_deb_dists_stable_InRelease"
    stamp = "/var/lib/apt/periodic/update-success-stamp"
    host = debian(
        lists=[SECURITY_LIST, PACKAGES, chrome],
        lists_at=NOW - 30 * DAY,
        queries=[mtime(chrome, NOW), mtime(stamp, NOW)],
    )
    finding = judged(host)
    assert outcome(finding) == ("unknown", "stale")
    assert finding.facts["list_days"] == 30


@pytest.mark.parametrize(
    ("name", "age"),
    [
        ("archive.ubuntu.com_ubuntu_dists_noble-updates_InRelease", 30),
        ("http.kali.org_kali_dists_kali-rolling_InRelease", 0),
    ],
)
def test_without_a_security_archive_the_updates_archive_or_else_the_newest_of_all_counts(name: str, age: int) -> None:
    path, stamp = f"{LISTS}/{name}", "/var/lib/apt/periodic/update-success-stamp"
    queries = [mtime(path, NOW - 30 * DAY), mtime(stamp, NOW)]
    finding = judged(debian(lists=[path, PACKAGES], lists_at=None, queries=queries))
    assert outcome(finding) == (("unknown", "stale") if age else ("pass", "up_to_date"))


CHROME = f"{LISTS}/dl.google.com_linux_chrome_deb_dists_stable_InRelease"
DEB822 = """\
# Security
Types: deb deb-src
URIs: http://security.debian.org/debian-security
Suites: bookworm
 bookworm-security
Components: main
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("sources.list", "deb [arch=amd64 signed-by=/k] http://x/debian-security bookworm-security main\n", "no_lists"),
        ("sources.list", "deb http://x/debian-security buster/updates main\r\n", "no_lists"),
        ("sources.list.d/debian.sources", DEB822, "no_lists"),
        ("sources.list", "# deb http://x/debian-security bookworm-security main\n", "up_to_date"),
        ("sources.list", "deb-src http://x/debian-security bookworm-security main\n", "up_to_date"),
        ("sources.list.d/debian.sources", f"Enabled: no\n{DEB822}", "up_to_date"),
        ("sources.list.d/debian.sources.save", DEB822, "up_to_date"),
        ("sources.list", {"denied": True}, "no_permission"),
        ("sources.list.d/x.list", {"denied": True}, "no_permission"),
    ],
)
def test_a_working_third_party_source_does_not_stand_in_for_a_security_archive_that_was_never_fetched(
    path: str, text: object, expected: str
) -> None:
    host = debian(
        lists=[CHROME, PACKAGES], lists_at=None, queries=[mtime(CHROME, NOW)], files={f"/etc/apt/{path}": text}
    )
    assert outcome(judged(host))[1] == expected


def test_an_archive_that_was_fetched_is_found_by_its_source() -> None:
    assert outcome(judged(debian(files={"/etc/apt/sources.list.d/debian.sources": DEB822}))) == ("pass", "up_to_date")


def test_archives_that_apt_left_out_without_an_error_make_its_silence_unknown() -> None:
    said = "W: Unable to read /etc/apt/sources.list.d/x.list - open (13: Permission denied)\n"
    assert outcome(judged(debian(simulation=[command(SIMULATE, stderr=said)]))) == ("unknown", "no_permission")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sat, 21 Nov 2026 20:00:00 UTC", ("pass", "up_to_date")),
        ("Sat, 21 Nov 2026 20:00:00 UTC\r", ("pass", "up_to_date")),
        ("Thu, 01 Oct 2026 20:00:00 UTC", ("unknown", "stale")),
        ("Sat, 21 Nov 2099 20:00:00 UTC", ("unknown", "unreadable")),
        ("yesterday", ("unknown", "unreadable")),
    ],
)
def test_where_no_file_times_were_recorded_the_date_in_the_archives_own_file_counts(
    written: str, expected: tuple[str, str]
) -> None:
    text = f"-----BEGIN PGP SIGNED MESSAGE-----\nOrigin: Debian\nDate: {written}\nValid-Until: x\n"
    assert outcome(judged(debian(lists_at=None, files={SECURITY_LIST: text}))) == expected


def test_every_answer_is_remembered_until_a_file_changes_unless_asked_afresh() -> None:
    memory = DictMemory()
    settled = NOW - timedelta(hours=1)
    paths = ["/var/lib/dpkg/status", "/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d", LISTS]
    stamped = [mtime(path, settled) for path in (*paths, PACKAGES, SECURITY_LIST)]
    first = debian(FIREFOX, lists_at=None, queries=stamped)
    assert judged(first, memory).facts["pending"] == 1
    changed = debian("", lists_at=None, queries=stamped)
    assert judged(changed, memory).facts["pending"] == 1
    assert judged(changed, memory, fresh=True).facts["pending"] == 0
    moved = [mtime(paths[0], settled + timedelta(minutes=1)), *stamped[1:]]
    assert judged(debian(FIREFOX, lists_at=None, queries=moved), memory).facts["pending"] == 1


def test_an_answer_is_not_remembered_while_a_file_may_still_be_changing() -> None:
    memory = DictMemory()
    paths = ["/var/lib/dpkg/status", "/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d", LISTS]
    stamped = [mtime(path, NOW) for path in (*paths, PACKAGES, SECURITY_LIST)]
    judged(debian(FIREFOX, lists_at=None, queries=stamped), memory)
    assert judged(debian("", lists_at=None, queries=stamped), memory).facts["pending"] == 0


def test_a_failure_is_not_remembered() -> None:
    memory = DictMemory()
    settled = NOW - timedelta(hours=1)
    paths = ["/var/lib/dpkg/status", "/etc/apt/apt.conf.d", "/etc/apt/preferences.d", "/etc/apt/sources.list.d", LISTS]
    stamped = [mtime(path, settled) for path in (*paths, PACKAGES, SECURITY_LIST)]
    assert judged(debian("", 100, lists_at=None, queries=stamped), memory).status == "unknown"
    assert judged(debian("", lists_at=None, queries=stamped), memory).status == "pass"


def test_the_real_apt_says_what_apt_list_says() -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("apt is not installed")
    host = LiveHost()
    facts = apt.read(context(host, now=host.now()))
    if isinstance(facts.pending, Unreadable):
        pytest.skip("this machine has no package lists")
    env = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    listed = subprocess.run(["apt", "list", "--upgradable"], capture_output=True, text=True, env=env, check=True).stdout
    rows = re.findall(r"^([^/\s]+)/(\S+) (\S+) \S+ \[upgradable from: (\S+)\]$", listed, re.MULTILINE)
    expected = {(name, old, new) for name, _, new, old in rows}
    assert {(one.package.partition(":")[0], one.installed, one.latest) for one in facts.pending} == expected
    security = {name for name, suites, _, _ in rows if any(suite.endswith("-security") for suite in suites.split(","))}
    assert {one.package.partition(":")[0] for one in facts.pending if one.security} == security


def test_the_real_apt_is_not_asked_again_while_nothing_changed() -> None:
    if shutil.which("apt-get") is None:
        pytest.skip("apt is not installed")
    host, memory = LiveHost(), DictMemory()
    first = apt.read(context(host, now=host.now(), memory=memory))
    if isinstance(first.pending, Unreadable):
        pytest.skip("this machine has no package lists")

    class Deaf:
        """The same computer, on which no program may be started."""

        def __getattr__(self, name: str) -> object:
            assert name != "run"
            return getattr(host, name)

    again = apt.read(context(Deaf(), now=host.now(), memory=memory))  # type: ignore[arg-type]  # stands in for a Host
    assert again.pending == first.pending
