"""The discovery scripts and extension attributes, run on computers that are laid out, with every awk there is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.report.exporters import intune
from agent.report.sources import entries
from tests.installers.laid_out import BELOW, COMPUTERS, home, status

KITS = Path(__file__).parents[2] / "installers/it"
SCRIPTS = sorted([*KITS.glob("intune/*.sh"), *KITS.glob("jamf/*.sh")])
#: The one of Debian and Ubuntu, of Red Hat, of macOS, and of small systems.
AWKS = {"mawk": "mawk", "gawk": "gawk", "original-awk": "original-awk", "busybox": "busybox awk"}


def run(script: Path, root: Path, tmp_path: Path, awk: str = "mawk") -> str:
    """What the script prints; it must be one line, nothing on stderr, and exit code 0."""
    if shutil.which(awk) is None:
        pytest.skip(f"{awk} is not installed")
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "awk").write_text(f'#!/bin/sh\nexec {AWKS[awk]} "$@"\n')
    (tools / "awk").chmod(0o755)
    own = tools / script.name
    own.write_text(script.read_text().replace("PATH=/usr/bin", f"PATH={tools}:/usr/bin"))
    done = subprocess.run(["sh", str(own), str(root)], capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"\n") == 1
    assert len(done.stdout) < 2000
    return done.stdout.decode("ascii")


def laid_out(name: str, tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    COMPUTERS[name][0](root)
    return root


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("name", COMPUTERS)
def test_the_script_says_what_the_exporter_says(name: str, awk: str, tmp_path: Path) -> None:
    root = laid_out(name, tmp_path)
    said = json.loads(run(KITS / "intune/discovery.sh", root, tmp_path, awk))
    assert said["WatchwordState"] == COMPUTERS[name][1]
    found = entries([f"{root}/home/*/{BELOW}"], "summary", datetime.now(UTC), lambda: ())
    # The exporter understands JSON of any shape and takes other line ends; the script only what Watchword writes.
    if name not in ("one line", "Windows line ends"):
        assert said == json.loads(intune.render(found, datetime.now(UTC)))


@pytest.mark.parametrize("name", [name for name, (_, state) in COMPUTERS.items() if state != "current"])
def test_what_is_not_known_complies_with_no_rule(name: str, tmp_path: Path) -> None:
    said = json.loads(run(KITS / "intune/discovery.sh", laid_out(name, tmp_path), tmp_path))
    assert said["WatchwordCurrent"] is False
    assert said["WatchwordNoAction"] is False
    assert said["WatchwordFail"] == said["WatchwordWarn"] == said["WatchwordUnknown"] == 99_999


@pytest.mark.parametrize("script", sorted(KITS.glob("jamf/*.sh")), ids=lambda path: path.stem)
@pytest.mark.parametrize("name", COMPUTERS)
def test_every_attribute_is_one_result(script: Path, name: str, tmp_path: Path) -> None:
    text = run(script, laid_out(name, tmp_path), tmp_path)
    value = re.fullmatch(r"<result>([a-z0-9: -]*)</result>\n", text)
    assert value is not None
    if COMPUTERS[name][1] != "current":
        assert not value[1].startswith(("ok", "attention"))


def test_the_attributes_of_a_computer_with_a_failure(tmp_path: Path) -> None:
    root = laid_out("a failure and too old", tmp_path)
    said = {path.stem: run(path, root, tmp_path) for path in KITS.glob("jamf/*.sh")}
    assert said["watchword_overall"] == "<result>action: stale</result>\n"
    assert said["watchword_failing"] == "<result>99999</result>\n"
    at = datetime.strptime(said["watchword_last_result"][8:27], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert timedelta(days=8) < datetime.now(UTC) - at < timedelta(days=10)


def test_a_watchword_that_never_finished_a_round_is_missing_also_beside_others(tmp_path: Path) -> None:
    home(tmp_path / "root", "alex", status())
    home(tmp_path / "root", "sam")
    said = json.loads(run(KITS / "intune/discovery.sh", tmp_path / "root", tmp_path))
    assert (said["WatchwordState"], said["WatchwordOverall"], said["WatchwordPeople"]) == ("missing", "unknown", 1)


def test_a_mac_has_its_own_place_and_a_domain_its_own_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    mac = root / "Users/alex/Library/Application Support/Watchword/status.json"
    mac.parent.mkdir(parents=True)
    mac.write_bytes(status())
    home(root, "EXAMPLE/sam", status())
    said = json.loads(run(KITS / "intune/discovery.sh", root, tmp_path))
    assert (said["WatchwordPeople"], said["WatchwordOverall"]) == (2, "ok")


def test_without_awk_or_with_a_broken_one_there_is_still_an_answer(tmp_path: Path) -> None:
    home(tmp_path / "root", "alex", status())
    broken = tmp_path / "bin"
    broken.mkdir()
    script = (KITS / "intune/discovery.sh").read_text().replace("PATH=/usr/bin:/bin:/usr/sbin:/sbin", f"PATH={broken}")
    (tmp_path / "x.sh").write_text(script)
    done = subprocess.run(["/bin/sh", str(tmp_path / "x.sh"), str(tmp_path / "root")], capture_output=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["WatchwordOverall"] == "unknown"


def test_nothing_of_anybody_is_in_the_answers(tmp_path: Path) -> None:
    root = laid_out("quotes in values", tmp_path)
    for script in SCRIPTS:
        text = run(script, root, tmp_path)
        assert "alex" not in text
        assert "Laptop" not in text


def test_the_reading_part_is_the_same_in_every_script() -> None:
    parts = {re.search(r"# --- Reading.*# --- End of reading -+\n", path.read_text(), re.DOTALL) for path in SCRIPTS}
    assert len({part[0] for part in parts if part}) == 1
    assert None not in parts


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_shellcheck_finds_nothing(script: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(["shellcheck", str(script)], capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == ""


def test_a_script_is_within_the_limit_of_intune() -> None:
    assert all(path.stat().st_size < 1_000_000 for path in KITS.glob("intune/*"))
