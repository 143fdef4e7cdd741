"""plyer, in a process of its own: it warns, prints tracebacks, and starts programs by whatever ``PATH`` says.

One JSON request on stdin (``{"title", "body"}``), one JSON line on stdout. plyer gives no receipt: ``shown`` is
``null`` when it raised nothing. Run by :mod:`agent.notify.child`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import warnings
from typing import Any

__all__ = ["main"]

TRUSTED_PATH = "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin"
TIME_IS_UP = 75  # EX_TEMPFAIL
SECONDS = 10.0


def main() -> int:
    """Show one alert."""
    request = json.loads(sys.stdin.buffer.read())
    timer = threading.Timer(SECONDS, os._exit, [TIME_IS_UP])
    timer.daemon = True
    timer.start()
    answer_to, sys.stdout = sys.stdout, sys.stderr
    os.environ["PATH"] = TRUSTED_PATH
    warnings.simplefilter("ignore")
    answer_to.write(json.dumps(_show(request)) + "\n")
    answer_to.flush()
    return 0


def _show(request: dict[str, Any]) -> dict[str, Any]:
    troubles: list[object] = []
    threading.excepthook = troubles.append
    try:
        from plyer import notification

        notification.notify(title=request["title"], message=request["body"], app_name="Watchword")
    except NotImplementedError:
        return {"shown": False, "how": "plyer", "reason": "no_tool"}
    except Exception:  # noqa: BLE001  (whatever plyer and what it imports raise: it was not shown)
        return {"shown": False, "how": "plyer", "reason": "failed"}
    return {"shown": False if troubles else None, "how": "plyer", "reason": "failed" if troubles else None}


if __name__ == "__main__":
    raise SystemExit(main())
