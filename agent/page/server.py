"""The process behind the page: one at a time, on a port of the system's choosing that only this computer reaches."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from agent.host.live import LiveHost
from agent.locking import FileLock
from agent.page.address import HOST, Address, any_host, forget, note
from agent.page.launcher import clear
from agent.paths import Paths

__all__ = ["listen", "serve"]

BACKLOG = 64


def serve(paths: Paths, ready: Callable[[], None]) -> bool:
    """Serve the page until it ends. Returns at once, and ``False``, when another process does so already.

    The lock stays until this process has ended: a request that was cut off may still be keeping something.

    ``ready`` is called as soon as the address is noted and connections are taken; the first is answered when the rest
    is loaded.

    Raises:
        OSError: there is no port, or the address cannot be noted.
    """
    # uvicorn ends by a signal and then raises it once more, for whoever was there before: that must tidy up.
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if number := getattr(signal, name, None):
            signal.signal(number, _leave)
    lock = FileLock(paths.page_lock)
    if not lock.take():
        return False
    try:
        lock.write(str(os.getpid()))  # for whoever has to end it: :mod:`agent.forgetting`
        forget(paths.page)
        with listen() as listener:
            host, port = listener.getsockname()
            address = Address.new(port, host)
            note(address, paths.page)
            ready()
            _run(address, listener)
    finally:
        if lock.in_place:  # else another page may be there already, after everything was deleted
            forget(paths.page)
            clear(LiveHost(), paths)
            if sys.platform == "win32":  # which removes no file that somebody has open
                from agent.forgetting import remove_last_lock

                remove_last_lock(lock, os.path.expanduser("~"))
    return True


def _leave(*_: object) -> None:
    sys.exit(0)


def listen() -> socket.socket:
    """A socket on loopback, at a port that was free; at a number that nobody has used, where the system has several.

    Raises:
        OSError: there is none.
    """
    with suppress(OSError):  # macOS has only the one
        return _listening(any_host())
    return _listening(HOST)


def _listening(host: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":  # else another program could take the same port beside us
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        listener.bind((host, 0))
        listener.listen(BACKLOG)
    except BaseException:  # Ctrl-C too: let go of it, then go on raising
        listener.close()
        raise
    return listener


def _run(address: Address, listener: socket.socket) -> None:
    # The half of a second that this takes is the browser's to start in.
    import uvicorn

    from agent.first_use import learn_types
    from agent.page.app import build
    from agent.page.lifetime import Lifetime
    from agent.page.limits import LimitedProtocol
    from agent.page.page import Page

    learn_types()  # pages are answered by threads
    lifetime = Lifetime()

    class Server(uvicorn.Server):
        async def on_tick(self, counter: int) -> bool:
            return lifetime.over or await super().on_tick(counter)

    config = uvicorn.Config(
        build(Page(address, lifetime)),
        http=LimitedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,  # nothing of a request is written anywhere
        access_log=False,
        limit_concurrency=None,  # its own refusal has none of our headers; the protocol hangs up
        h11_max_incomplete_event_size=16 * 1024,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    server = Server(config)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None:
        signal.signal(hangup, server.handle_exit)
    os.chdir(os.path.expanduser("~") if os.path.isdir(os.path.expanduser("~")) else os.sep)
    server.run(sockets=[listener])
