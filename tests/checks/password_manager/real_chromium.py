"""The real Chromium, driven through its debugging pipe, in a home of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

PROGRAM = "/usr/bin/chromium"
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "--enable-unsafe-extension-debugging",
)
#: Where a page has the browser's own interface to extensions.
EXTENSIONS_PAGE = "chrome://extensions/"


def needs_chromium() -> None:
    """Skip where there is no Chromium."""
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")


class Chromium:
    """A running browser; leaving the block closes it in its own way, so that it writes its profile."""

    def __init__(self, home: Path, *switches: str) -> None:
        to_browser, self._writer = os.pipe()
        self._reader, from_browser = os.pipe()

        def connect() -> None:
            # The browser reads from descriptor 3 and writes to 4, whatever ours were.
            first, second = os.dup(to_browser), os.dup(from_browser)
            os.dup2(first, 3)
            os.dup2(second, 4)

        self._process = subprocess.Popen(
            [PROGRAM, *SWITCHES, f"--user-data-dir={home}/.config/chromium", *switches, "about:blank"],
            env={"HOME": str(home), "PATH": os.environ["PATH"]},
            preexec_fn=connect,  # noqa: PLW1509  (the tests run in one thread)
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._calls = 0
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.call("Browser.close")
                self._process.wait(20)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, 9)
                self._process.wait()
            os.close(self._writer)
            os.close(self._reader)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """One command of the DevTools protocol and its result."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._buffer:
                data = os.read(self._reader, 65536)
                assert data, f"the browser ended during {method}"
                self._buffer += data
            one, self._buffer = self._buffer.split(b"\0", 1)
            answer = json.loads(one)
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer
                return answer["result"]

    def load(self, directory: Path) -> str:
        """Install an unpacked extension as "Load unpacked" does; its id."""
        loaded: str = self.call("Extensions.loadUnpacked", path=str(directory))["id"]
        return loaded

    def switch(self, extension: str, *, on: bool) -> None:
        """Switch an extension on or off, as its switch on the extensions page does."""
        word = "true" if on else "false"
        self._evaluate(f"new Promise(done => chrome.management.setEnabled('{extension}', {word}, () => done(1)))")

    def states(self) -> dict[str, bool]:
        """What the browser itself says of its extensions: id, and whether it is on."""
        listed = self._evaluate(
            "new Promise(done => chrome.management.getAll(all => done(all.map(one => [one.id, one.enabled]))))"
        )
        return {str(name): bool(enabled) for name, enabled in listed}

    def _evaluate(self, script: str) -> Any:
        target = self.call("Target.createTarget", url=EXTENSIONS_PAGE)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for _ in range(100):
            ready = "location.href.startsWith('chrome://extensions') && !!(window.chrome && chrome.management)"
            if self._run(session, ready):
                return self._run(session, script)
            time.sleep(0.05)
        raise AssertionError("the extensions page did not open")

    def _run(self, session: str, script: str) -> Any:
        answer = self.call("Runtime.evaluate", session, expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")
