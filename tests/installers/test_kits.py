"""The other parts of the kits: policies that load, settings that their programs accept, commands that exist."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
import toml

from agent.cli import export
from agent.report.exporters import osquery
from config.loader import check_file

KITS = Path(__file__).parents[2] / "installers/it"
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("path", sorted(KITS.glob("policies/*.toml")), ids=lambda path: path.stem)
def test_a_sample_policy_is_a_policy(path: Path) -> None:
    check_file(str(path), policy=True)


@pytest.mark.parametrize("path", sorted(KITS.glob("policies/*.toml")), ids=lambda path: path.stem)
def test_what_a_sample_policy_shows_in_comments_is_valid_as_well(path: Path, tmp_path: Path) -> None:
    shown = re.sub(r"^# (?=\[|[a-z]+ = )", "", path.read_text(), flags=re.MULTILINE)
    settings = toml.loads(shown)
    assert {"report", "deadlines"} <= settings.keys()
    (tmp_path / "policy.toml").write_text(shown)
    check_file(str(tmp_path / "policy.toml"), policy=True)


def test_what_the_guide_shows_of_a_policy_is_valid(tmp_path: Path) -> None:
    shown = re.findall(r"^( *)```toml\n(.*?)^ *```$", (DOCS / "it-guide.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(shown) >= 3
    for number, (_, text) in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(textwrap.dedent(text))
        check_file(str(path), policy=True)


def test_there_is_a_policy_for_each_kind_of_office() -> None:
    profiles = {path.stem: toml.loads(path.read_text())["profile"] for path in KITS.glob("policies/*.toml")}
    assert profiles == {"parliament": "heightened", "party": "standard", "small-office": "standard"}


def commands() -> list[str]:
    """Every ``watchword export`` command in the kits and the guide."""
    texts = [path.read_text() for path in (*KITS.rglob("*.cron"), KITS / "README.md", DOCS / "it-guide.md")]
    lines = [line for text in texts for line in text.splitlines()]
    return [match[1].strip() for line in lines if (match := re.search(r"watchword (export --[^`>|]*)", line))]


def test_the_commands_that_are_shown_exist() -> None:
    parser = argparse.ArgumentParser()
    export.add_parser(parser.add_subparsers())
    assert len(commands()) >= 6
    for line in commands():
        assert parser.parse_args(shlex.split(line.removesuffix(" 2"))).format  # "2>/dev/null"


def test_the_job_writes_where_osquery_looks() -> None:
    assert f"--out {osquery.PLACES['linux']}" in (KITS / "osquery/watchword-export.cron").read_text()


def test_logrotate_accepts_its_settings(tmp_path: Path) -> None:
    if shutil.which("logrotate") is None:
        pytest.skip("logrotate is not installed")
    own = tmp_path / "watchword"
    own.write_text((KITS / "logs/logrotate.conf").read_text().replace("/var/log/watchword", str(tmp_path)))
    own.chmod(0o600)
    command = ["logrotate", "--debug", "--state", str(tmp_path / "state"), str(own)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0
    assert "error" not in done.stderr


def test_rsyslog_accepts_its_settings(tmp_path: Path) -> None:
    if shutil.which("rsyslogd") is None:
        pytest.skip("rsyslog is not installed")
    own = tmp_path / "rsyslog.conf"
    own.write_text(f'global(workDirectory="{tmp_path}")\n' + (KITS / "logs/rsyslog.conf").read_text())
    done = subprocess.run(["rsyslogd", "-N1", "-f", str(own)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0
    assert "error" not in done.stderr


def test_vectors_settings_are_toml_and_send_only_what_the_line_has() -> None:
    settings = toml.loads((KITS / "logs/vector.toml").read_text())
    assert settings["sinks"]["office"]["inputs"] == ["unmarked"]
    assert settings["transforms"]["unmarked"]["source"] == ". = parse_json!(.message)"


def test_no_example_leads_anywhere_real() -> None:
    for path in KITS.rglob("*.*"):
        if path.suffix in (".conf", ".toml", ".json", ".yml"):
            for host in re.findall(r"(?:https?://|target=\")([a-z0-9.-]+)", path.read_text()):
                assert host.endswith(".example") or host == "haveibeenpwned.com"
