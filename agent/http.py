"""The network, for checks and commands: one GET at a time, bounded in every direction.

Rules (the reasons are in the tests): an identifying User-Agent; https, or http to this very computer; a limit for the
connection, for silence and for the whole exchange; a cap on the answer; no cookies, no ``.netrc``, no redirect to
another host; and nothing of an address, a header or a body in a log or an error, because an e-mail address is part of
some paths that are asked for.
"""

from __future__ import annotations

import logging
import ssl
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urljoin, urlsplit

from agent import __version__
from agent.contract import Response
from agent.host import Unreadable
from config.schema import NetworkSettings

if TYPE_CHECKING:
    import requests

__all__ = ["USER_AGENT", "Network"]

#: Services block clients that do not say who they are; Have I Been Pwned answers them 403.
USER_AGENT = f"Watchword/{__version__} (+https://saferpolitics.org/)"

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_REDIRECTS = 3
CHUNK_BYTES = 64 * 1024


class Network:
    """The live implementation of :class:`agent.contract.Http`.

    Besides the contract's reasons ``get`` gives ``insecure`` (neither https nor loopback), ``redirect`` (to another
    host, or too often), ``too_large`` and ``incomplete`` (cut off or garbled on the way). An ``Unreadable`` names the
    host that was asked and nothing else.

    Args:
        settings: ``offline`` refuses every request; ``ca_file`` is trusted besides the usual authorities.
        connect_seconds: for the connection to stand.
        read_seconds: for the longest silence within an answer.
        total_seconds: for everything together, name look-up and redirects included.
        max_bytes: of the decompressed body.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        *,
        connect_seconds: float = 5.0,
        read_seconds: float = 20.0,
        total_seconds: float = 25.0,
        max_bytes: int = 16 * 1024 * 1024,
    ) -> None:
        self._settings = settings
        self._timeout = (connect_seconds, read_seconds)
        self._total_seconds = total_seconds
        self._max_bytes = max_bytes

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        """GET ``url``: the answer whatever its status, or why there was none."""
        target = _target(url)
        if target is None:
            return Unreadable("insecure")
        host = target.hostname or ""
        if self._settings.offline:
            return Unreadable("offline", host)
        deadline = time.monotonic() + self._total_seconds
        answers: list[Response | Unreadable] = []

        def exchange() -> None:
            answers.append(self._follow(url, dict(headers or {}), deadline))

        # A thread, because neither a name look-up nor a server that sends one byte at a time ends by any time-out
        # of the library. One that is left behind dies with this short-lived process.
        thread = threading.Thread(target=exchange, name="network", daemon=True)
        thread.start()
        thread.join(self._total_seconds)
        return answers[0] if answers else Unreadable("timeout", host)

    def _follow(self, url: str, headers: dict[str, str], deadline: float) -> Response | Unreadable:
        origin = _target(url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(url, headers, deadline)
            if isinstance(answer, Unreadable) or answer.status not in (301, 302, 303, 307, 308):
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            target = _target(url)
            if target is None or origin is None or _origin(target) != _origin(origin):
                break
        return Unreadable("redirect", (origin.hostname or "") if origin else "")

    def _exchange(self, url: str, headers: dict[str, str], deadline: float) -> Response | Unreadable:
        """One request and its answer. Every way to fail becomes a value that names the host only."""
        import requests  # 27 MiB and 100 ms: only in a process that goes to the network
        import urllib3

        _silence("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.poolmanager")
        target = urlsplit(url)
        host = target.hostname or ""
        try:
            with self._session(host, url) as session:
                session.headers.update({"User-Agent": USER_AGENT, "Accept": "*/*"})
                session.headers.update(headers)
                with session.get(url, timeout=self._timeout, stream=True, allow_redirects=False) as answer:
                    body = self._body(answer, deadline)
                    if isinstance(body, str):
                        return Unreadable(body, host)
                    names = {name.lower(): value for name, value in answer.headers.items()}
                    return Response(answer.status_code, names, body)
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return Unreadable(_why_no_answer(error), host)

    def _session(self, host: str, url: str) -> requests.Session:
        import certifi
        import requests
        from requests.adapters import HTTPAdapter

        session = requests.Session()
        # No .netrc, and no REQUESTS_CA_BUNDLE: what is trusted is a setting, not whatever the environment says.
        session.trust_env = False
        if host not in LOOPBACK:
            session.proxies = requests.utils.get_environ_proxies(url)
        if self._settings.ca_file:
            context = ssl.create_default_context(cafile=certifi.where())
            try:
                context.load_verify_locations(cafile=self._settings.ca_file)
            except OSError as error:
                raise ssl.SSLError("network.ca_file cannot be read") from error

            class OfficeAdapter(HTTPAdapter):
                """Trusts the office's authority besides the usual ones; ``verify=FILE`` would trust it instead."""

                def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
                    super().init_poolmanager(*args, ssl_context=context, **kwargs)

                def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
                    return super().proxy_manager_for(proxy, ssl_context=context, **kwargs)

            session.mount("https://", OfficeAdapter())
        return session

    def _body(self, answer: requests.Response, deadline: float) -> bytes | str:
        """The whole body, or the reason why not."""
        parts, size = [], 0
        for part in answer.iter_content(CHUNK_BYTES):
            size += len(part)
            if size > self._max_bytes:
                return "too_large"
            if time.monotonic() > deadline:
                return "timeout"
            parts.append(part)
        return b"".join(parts)


def _target(url: str) -> SplitResult | None:
    """The parts of an address that may be asked: https, or http to this computer, and no password in it."""
    try:
        parts = urlsplit(url)
        named = parts.hostname and parts.port != 0
    except ValueError:
        return None
    if not named or parts.username is not None or parts.password is not None:
        return None
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return parts
    return None


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _why_no_answer(error: Exception) -> str:
    """The reason for an error of the library. Its message is never used: it quotes addresses and headers."""
    from requests import exceptions

    if isinstance(error, exceptions.SSLError | ssl.SSLError):
        return "tls"
    if isinstance(error, exceptions.Timeout):
        return "timeout"
    if isinstance(error, exceptions.ConnectionError):
        return "refused" if _was_refused(error) else "offline"
    return "incomplete"


def _was_refused(error: BaseException) -> bool:
    """Whether a computer was there and said no, somewhere down the chain of errors."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, ConnectionRefusedError):
        reason = getattr(seen.args[0], "reason", None) if seen.args else None
        seen = reason if isinstance(reason, BaseException) else seen.__cause__ or seen.__context__
    return seen is not None


def _nothing(record: logging.LogRecord) -> bool:  # noqa: ARG001  (the signature of a filter)
    return False


def _silence(*loggers: str) -> None:
    """Drop what the library logs: at debug level, and in warnings about headers, it writes whole addresses.

    A filter, because a level or ``disabled`` is undone by the next one who sets up logging.
    """
    for name in loggers:
        logger = logging.getLogger(name)
        if _nothing not in logger.filters:
            logger.addFilter(_nothing)
