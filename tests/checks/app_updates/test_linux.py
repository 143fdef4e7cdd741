"""Which package managers are a computer's own."""

from __future__ import annotations

from agent.host.live import LiveHost
from checks.app_updates import CHECK
from checks.app_updates.catalogue import linux_names
from tests.builders import command, computer, context
from tests.checks.app_updates.computers import SIMULATE, debian, judged, outcome


def test_a_computer_without_any_package_manager_is_unknown() -> None:
    assert outcome(judged(computer())) == ("unknown", "no_tool")


def test_a_system_of_no_known_family_is_asked_with_whatever_is_there() -> None:
    files = {"/etc/os-release": "ID=something\n"}
    firefox = "Inst firefox [1] (2 x:1/y [amd64])\n"
    assert judged(computer(commands=[command(SIMULATE, firefox)], files=files)).facts["pending"] == 1


def test_a_system_of_a_known_family_is_not_judged_by_another_familys_tool() -> None:
    files = {"/etc/os-release": "ID=linuxmint\nID_LIKE='ubuntu debian'\n"}
    assert outcome(judged(computer(commands=[command("pacman -Qu")], files=files))) == ("unknown", "no_tool")


def test_this_computer_gets_an_answer_with_its_evidence() -> None:
    host = LiveHost()
    findings = CHECK.run(context(host, now=host.now()))
    assert len(findings) == 1
    assert findings[0].reason in CHECK.reasons
    assert findings[0].evidence


def test_packages_that_share_a_name_for_people_are_in_the_catalogue() -> None:
    names = linux_names()
    assert (
        names["deb", "firefox-esr"] == names["flatpak", "org.mozilla.firefox"] == names["snap", "firefox"] == "Firefox"
    )
    assert ("deb", "bash") not in names


def test_a_finding_names_no_package_outside_the_catalogue_in_its_facts() -> None:
    facts = judged(debian("Inst secret-project [1] (2 x:1/y [amd64])\n")).facts
    assert "secret-project" not in str(facts)
