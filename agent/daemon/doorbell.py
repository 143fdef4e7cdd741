"""How the background agent sleeps, and how another process wakes it: the person picked a time, or changed a setting.

On POSIX a named pipe in the person's own runtime directory; on Windows a UDP socket on loopback whose port stands
beside the lock. Ringing carries no message: it only makes the agent look at once at what is due.
"""

import os
import select
import signal
import stat
import sys
from contextlib import suppress

__all__ = ["Doorbell", "ring"]

MANY_BYTES = 4096


if sys.platform == "win32":
    import socket

    class Doorbell:
        """Sleep until it rings, a signal comes or the time is over."""

        def __init__(self, path: str) -> None:
            self._path = path
            self._bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._bell.bind(("127.0.0.1", 0))
            self._ours, self._signalled = socket.socketpair()
            for each in (self._bell, self._ours, self._signalled):
                each.setblocking(False)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="ascii") as file:
                file.write(str(self._bell.getsockname()[1]))
            signal.set_wakeup_fd(self._signalled.fileno(), warn_on_full_buffer=False)

        def wait(self, seconds: float) -> bool:
            """Sleep for at most ``seconds``; returns whether it rang."""
            ready, _, _ = select.select([self._bell, self._ours], [], [], max(0.0, seconds))
            for each in ready:
                with suppress(OSError):  # until there is no more: every ring is a packet of its own
                    while each.recv(MANY_BYTES):
                        pass
            return self._bell in ready

        def wake(self) -> None:
            """End the current or next wait from another thread."""
            with suppress(OSError):
                self._signalled.send(b".")

        def close(self) -> None:
            """Take it down."""
            signal.set_wakeup_fd(-1)
            for each in (self._bell, self._ours, self._signalled):
                each.close()
            with suppress(OSError):
                os.unlink(self._path)

    def ring(path: str) -> bool:
        """Wake the agent, if one is running; returns whether there was a bell to ring."""
        try:
            with open(path, encoding="ascii") as file:
                port = int(file.read(8))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
                bell.sendto(b".", ("127.0.0.1", port))
        except (OSError, ValueError, OverflowError):
            return False
        return True

else:

    class Doorbell:
        """Sleep until it rings, a signal comes or the time is over."""

        def __init__(self, path: str) -> None:
            self._path = path
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with suppress(FileNotFoundError):
                os.unlink(path)  # left behind by one that was killed; the lock says that it is not in use
            os.mkfifo(path, 0o600)
            # Reading and writing: so that the pipe does not end when the one who rang has gone.
            self._bell = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
            self._ours, self._signalled = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
            signal.set_wakeup_fd(self._signalled, warn_on_full_buffer=False)

        def wait(self, seconds: float) -> bool:
            """Sleep for at most ``seconds``; returns whether it rang."""
            ready, _, _ = select.select([self._bell, self._ours], [], [], max(0.0, seconds))
            for each in ready:
                with suppress(OSError):
                    os.read(each, MANY_BYTES)
            return self._bell in ready

        def wake(self) -> None:
            """End the current or next wait from another thread."""
            with suppress(OSError):
                os.write(self._signalled, b".")

        def close(self) -> None:
            """Take it down."""
            signal.set_wakeup_fd(-1)
            with suppress(OSError):
                os.unlink(self._path)
            for each in (self._bell, self._ours, self._signalled):
                os.close(each)

    def _pipe() -> tuple[int, int]:  # macOS has no pipe2
        ends = os.pipe()
        for each in ends:
            os.set_blocking(each, False)
        return ends

    def ring(path: str) -> bool:
        """Wake the agent, if one is running; returns whether there was a bell to ring."""
        try:
            # Without a reader this fails at once (ENXIO), and anything but our pipe is left alone.
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                return False
            os.write(descriptor, b".")
        except BlockingIOError:
            return True  # nobody has listened for a while, but it is ringing already
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True
