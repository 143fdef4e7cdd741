"""The real Firefox, driven through Marionette on loopback, in a home of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

PROGRAM = "firefox-esr"

#: Marionette would otherwise set its own values for add-ons, and Firefox would not run what it has not signed.
PREFERENCES: Mapping[str, bool | int | str] = {
    "remote.prefs.recommended": False,
    "marionette.port": 0,
    "xpinstall.signatures.required": False,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}
START_SECONDS = 40


def needs_firefox() -> None:
    """Skip where there is no Firefox."""
    if shutil.which(PROGRAM) is None:
        pytest.skip(f"{PROGRAM} is not installed")


def create_profile(home: Path, name: str) -> Path:
    """Have Firefox make a profile, and list it in ``profiles.ini``; its directory."""
    known = set(home.glob("**/times.json"))
    subprocess.run(
        [PROGRAM, "--headless", "-CreateProfile", name], env=_environment(home), check=True, capture_output=True
    )
    (made,) = set(home.glob("**/times.json")) - known
    return made.parent


def configure(profile: Path, **preferences: bool | int | str) -> None:
    """Set preferences, written with ``_`` for each dot."""
    values = {**PREFERENCES, **{name.replace("_", "."): value for name, value in preferences.items()}}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in values.items()]
    (profile / "user.js").write_text("\n".join(lines))


class Firefox:
    """A running browser; leaving the block has it quit in its own way, so that it writes its profile."""

    def __init__(self, home: Path, profile: Path) -> None:
        port_file = profile / "MarionetteActivePort"
        port_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                PROGRAM,
                "--headless",
                "--marionette",
                "--remote-allow-system-access",
                "--no-remote",
                "--profile",
                profile,
            ],
            env=_environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._calls = 0
        try:
            self._socket = _connected(port_file)
            self._file = self._socket.makefile("rb")
            self._receive()
            self.call("WebDriver:NewSession")
            self.call("Marionette:SetContext", value="chrome")
        except BaseException:  # Ctrl-C too: let go of it, then go on raising
            self._end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.call("Marionette:Quit", flags=["eForceQuit"])
                self._process.wait(30)
        finally:
            self._file.close()
            self._socket.close()
            self._end()

    def call(self, command: str, **parameters: Any) -> Any:
        """One command of Marionette's protocol and its result."""
        self._calls += 1
        message = json.dumps([0, self._calls, command, parameters]).encode()
        self._socket.sendall(str(len(message)).encode() + b":" + message)
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def install(self, package: Path) -> None:
        """Install an add-on for good, as a click on its file would."""
        self.call("Addon:Install", path=str(package), temporary=False)

    def add_on(self, name: str, action: str = "") -> list[Any] | None:
        """Call ``enable()``, ``disable()`` or ``uninstall()`` on an add-on; whether it is then active, and on."""
        script = f"""
            const done = arguments[arguments.length - 1];
            const {{ AddonManager }} = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
            (async () => {{
                const addon = await AddonManager.getAddonByID({json.dumps(name)});
                if (addon && {json.dumps(action)}) {{ await addon[{json.dumps(action)}](); }}
                return addon && [addon.isActive, !addon.userDisabled];
            }})().then(done, error => done(String(error)));
        """
        answer: list[Any] | None = self.call("WebDriver:ExecuteAsyncScript", script=script, args=[])["value"]
        assert answer is None or isinstance(answer, list), answer
        return answer

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            byte = self._file.read(1)
            assert byte, "the browser ended"
            length += byte
        return json.loads(self._file.read(int(length[:-1])))

    def _end(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, 9)
            self._process.wait()


def _environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1"}


def _connected(port_file: Path) -> socket.socket:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", int(port_file.read_text())), 30)
        except (OSError, ValueError):
            time.sleep(0.05)
    raise AssertionError("Firefox did not start")
