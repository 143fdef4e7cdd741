"""``watchword config``: show the settings in force and where each comes from, choose one, or check a settings file."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from typing import IO, Any

from agent.cli import USAGE, choosing
from agent.cli.session import settings_in_force
from agent.errors import RefusedError
from agent.paths import Paths
from config.keys import KEYS
from config.loader import Loaded, SettingsError, check_file, load

__all__ = ["add_parser", "run"]

EPILOG = """\
Strongest first: what the machine policy locks, your choices, the machine policy, your config.toml, the profile, the
defaults. Watchword never changes these files: what you choose here is kept beside its other data.

examples:
  watchword config set profile heightened
  watchword config set alerts.quiet_from 17:30
  watchword config set checks.disabled breach,two_step
  watchword config unset profile
"""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "config",
        help="show the settings and where they come from, choose one, or check a settings file",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="every setting, its value, its source and its meaning", allow_abbrev=False)
    show.add_argument("--json", action="store_true", help="print them as JSON")
    show.add_argument("--origin", action="store_true", help="where each value comes from (always shown)")
    show.add_argument("--config", metavar="FILE", help="settings file to use instead of your own")
    show.set_defaults(handler=run, action="show")
    choose = actions.add_parser("set", help="choose a value for a setting", allow_abbrev=False)
    choose.add_argument("key", metavar="KEY", help="the setting, as `watchword config show` names it")
    choose.add_argument("value", metavar="VALUE", help="the value: true, 10, some words, or a list with commas")
    choose.set_defaults(handler=run, action="set")
    unset = actions.add_parser("unset", help="take back what you chose for a setting", allow_abbrev=False)
    unset.add_argument("key", metavar="KEY", help="the setting")
    unset.set_defaults(handler=run, action="unset")
    check = actions.add_parser("check", help="say what is wrong with a settings file", allow_abbrev=False)
    check.add_argument("file", nargs="?", metavar="FILE", help="the file to check; without it, your own and the policy")
    check.add_argument("--policy", action="store_true", help="FILE is meant to be a machine policy")
    check.set_defaults(handler=run, action="check")


def run(args: argparse.Namespace, stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """Show, choose or check. Exit code 2 when the settings cannot be used."""
    del stdin
    notes: list[str] = []
    try:
        match args.action:
            case "check":
                lines = _checked(args)
            case "set":
                lines = choosing.choose(args.key, args.value, notes)
            case "unset":
                lines = choosing.take_back(args.key, notes)
            case _:
                lines = _shown(args, notes)
    except (SettingsError, RefusedError) as error:
        for problem in str(error).splitlines():
            print(f"watchword: {problem}", file=stderr)
        return USAGE
    for note in notes:
        print(f"watchword: {note}", file=stderr)
    for line in lines:
        print(line, file=stdout)
    return 0


def _checked(args: argparse.Namespace) -> list[str]:
    if args.file is not None:
        check_file(args.file, policy=args.policy)
        return [f"{args.file}: OK"]
    paths = Paths.here()
    load(paths.config, paths.policy)
    return [f"{path}: {'OK' if os.path.exists(path) else 'not there'}" for path in (paths.config, paths.policy)]


def _shown(args: argparse.Namespace, notes: list[str]) -> list[str]:
    paths = Paths.here()
    user_file = args.config or paths.config
    loaded, said = settings_in_force(args.config)
    notes.extend(said)
    if args.json:
        return [json.dumps(_as_json(loaded, user_file, paths.policy), indent=2, ensure_ascii=False)]
    return list(_lines(loaded, user_file, paths.policy))


def _as_json(loaded: Loaded, user_file: str, policy_file: str) -> dict[str, Any]:
    return {
        "files": {"config": user_file, "policy": policy_file},
        "digest": loaded.digest,
        "settings": {
            name: {"value": value, "origin": loaded.origins[name], "meaning": KEYS[name].meaning}
            for name, value in loaded.values.items()
        },
        "overruled": list(loaded.overruled),
    }


def _lines(loaded: Loaded, user_file: str, policy_file: str) -> Iterable[str]:
    for what, path in (("Your settings", user_file), ("Machine policy", policy_file)):
        yield f"{what}: {path}" + ("" if os.path.exists(path) else " (not there)")
    yield ""
    rows = [(name, _value(value), loaded.origins[name], KEYS[name].meaning) for name, value in loaded.values.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
    for account in loaded.values["accounts"]:
        address = f" ({account['address']})" if account["address"] else ""
        yield f"  account: {account['label']}, {account['service']}{address}"
    for deadline in loaded.values["deadlines"]:
        yield f"  deadline: {deadline['check']}, by {deadline['by']} ({loaded.origins['deadlines']})"
    for name in loaded.overruled:
        yield f"Not used, because the machine policy holds it: {name}"


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return f"{len(value)} listed"
        return ", ".join(value) or "none"
    return str(value) or "none"
