"""The process that shows a balloon on Windows with plyer and keeps it there for a while.

plyer's own way shows it from a thread whose errors nobody hears, and which then sleeps beside a window that no longer
answers: programs that tell every window something would wait for it. So its balloon is made here, in the main thread,
where its errors are ours, and the window's messages are dealt with until the time is up.

One JSON request on stdin (``{"title", "body", "seconds"}``), one JSON line on stdout once it is shown or was not. Run
by :mod:`agent.notify.windows`.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from typing import Any

from agent.notify.text import fitted

if sys.platform != "win32":
    raise ImportError("only Windows has balloons")

from ctypes import wintypes

__all__ = ["main"]

#: What NOTIFYICONDATAW has room for, with the zero at the end: szInfoTitle 64, szInfo 256, szTip 128.
MOST_TITLE, MOST_BODY = 63, 255
APP_NAME = "Watchword"
QS_ALLINPUT = 0x04FF
PM_REMOVE = 1
WM_QUIT, WM_ENDSESSION = 0x0012, 0x0016


def main() -> int:
    """Show one balloon."""
    request = json.loads(sys.stdin.buffer.read())
    answer_to, sys.stdout = sys.stdout, sys.stderr
    balloon, answer = _show(fitted(request["title"], MOST_TITLE), fitted(request["body"], MOST_BODY))
    answer_to.write(json.dumps(answer) + "\n")
    answer_to.close()
    if balloon is not None:
        _attend(time.monotonic() + request["seconds"])
        balloon.remove_notify()
    os._exit(0)  # plyer would now take the balloon apart a second time, and complain


def _show(title: str, body: str) -> tuple[Any, dict[str, Any]]:
    try:
        from plyer.platforms.win.libs.balloontip import WindowsBalloonTip

        balloon = WindowsBalloonTip(title, body, APP_NAME, timeout=0)
    except Exception as error:  # noqa: BLE001  (plyer raises plain exceptions, told apart by their words only)
        reason = "no_session" if "window" in str(error) else "refused"
        return None, {"shown": False, "how": "plyer", "reason": reason}
    return balloon, {"shown": None, "how": "plyer", "reason": None}


def _attend(until: float) -> None:
    """Deal with the window's messages until then, or until the session ends."""
    user32 = ctypes.WinDLL("user32")
    message = wintypes.MSG()
    while (left := until - time.monotonic()) > 0:
        user32.MsgWaitForMultipleObjects(0, None, False, int(left * 1000) + 1, QS_ALLINPUT)
        while user32.PeekMessageW(ctypes.byref(message), None, 0, 0, PM_REMOVE):
            if message.message in (WM_QUIT, WM_ENDSESSION):
                return
            user32.DispatchMessageW(ctypes.byref(message))


if __name__ == "__main__":
    raise SystemExit(main())
