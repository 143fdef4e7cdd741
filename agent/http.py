"""The network, for checks, commands and reports: one request at a time, bounded in every direction.

Rules (the reasons are in the tests): an identifying User-Agent; https, or http to this very computer; a limit for the
connection, for silence and for the whole exchange; a cap on the answer; no cookies, no ``.netrc``, no redirect to
another host, and none at all for what is posted; and nothing of an address, a header or a body in a log or an error,
because an e-mail address is part of some paths that are asked for, and a secret of what is posted.
"""

from __future__ import annotations

import logging
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from agent import __version__
from agent.contract import Response
from agent.host import Unreadable
from config.keys import LOOPBACK
from config.schema import NetworkSettings

if TYPE_CHECKING:
    import requests

__all__ = ["USER_AGENT", "Network"]

#: Services block clients that do not say who they are; Have I Been Pwned answers them 403.
USER_AGENT = f"Watchword/{__version__} (+https://saferpolitics.org/)"

MAX_REDIRECTS = 3
CHUNK_BYTES = 64 * 1024
#: Of the answer to what was posted: whoever takes something in has little to say.
MAX_POST_ANSWER = 64 * 1024
#: Answers without a body, whatever their headers say (RFC 9110, 15.3.5 and 15.4.5).
NO_BODY = frozenset({204, 304})
#: zlib: a gzip header and trailer around the data, with its length and checksum.
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True)
class _Request:
    """What is asked for, and how much of an answer is taken in bytes."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    max_bytes: int


class Network:
    """The live implementation of :class:`agent.contract.Http`, and the way out for reports.

    Besides the contract's reasons there are ``insecure`` (neither https nor loopback), ``redirect`` (of ``get``: to
    another host, or too often), ``too_large`` and ``incomplete`` (cut off or garbled on the way, or without anything
    that says where it ends, as proxies of HTTP/1.0 send it). An ``Unreadable`` names the host that was asked and
    nothing else.

    Args:
        settings: ``offline`` refuses every request; ``ca_file`` is trusted besides the usual authorities.
        connect_seconds: for the connection to stand.
        read_seconds: for the longest silence within an answer.
        total_seconds: for everything together, name look-up and redirects included.
        max_bytes: of the decompressed body; of what ``post`` is answered 64 KiB at most.
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
        request = _Request("GET", url, dict(headers or {}), None, self._max_bytes)
        return self._bounded(request, self._follow)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Response | Unreadable:
        """POST these bytes to ``url``, once: the answer whatever its status, or why there was none.

        No redirect is followed, not even within the host: it is given back as the answer. Where there was none, the
        bytes may have arrived all the same.
        """
        request = _Request("POST", url, dict(headers or {}), body, min(self._max_bytes, MAX_POST_ANSWER))
        return self._bounded(request, self._exchange)

    def _bounded(
        self, request: _Request, ask: Callable[[_Request, float], Response | Unreadable]
    ) -> Response | Unreadable:
        """What ``ask`` gives, if the address may be asked and as long as the time lasts."""
        target = _target(request.url)
        if target is None:
            return Unreadable("insecure")
        host = target.hostname or ""
        if self._settings.offline:
            return Unreadable("offline", host)
        deadline = time.monotonic() + self._total_seconds
        answers: list[Response | Unreadable] = []

        def exchange() -> None:
            answers.append(ask(request, deadline))

        # A thread, because neither a name look-up nor a server that sends one byte at a time ends by any time-out
        # of the library. One that is left behind dies with this short-lived process.
        thread = threading.Thread(target=exchange, name="network", daemon=True)
        thread.start()
        thread.join(self._total_seconds)
        return answers[0] if answers else Unreadable("timeout", host)

    def _follow(self, request: _Request, deadline: float) -> Response | Unreadable:
        origin = _target(request.url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._exchange(request, deadline)
            if isinstance(answer, Unreadable) or answer.status not in (301, 302, 303, 307, 308):
                return answer
            request = replace(request, url=urljoin(request.url, answer.headers.get("location", "")))
            target = _target(request.url)
            if target is None or origin is None or _origin(target) != _origin(origin):
                break
        return Unreadable("redirect", (origin.hostname or "") if origin else "")

    def _exchange(self, request: _Request, deadline: float) -> Response | Unreadable:
        """One request and its answer. Every way to fail becomes a value that names the host only."""
        import requests  # 27 MiB and 100 ms: only in a process that goes to the network
        import urllib3

        _silence("urllib3.connectionpool", "urllib3.util.retry", "urllib3.connection", "urllib3.poolmanager")
        host = urlsplit(request.url).hostname or ""
        try:
            with self._session(host, request.url) as session:
                session.headers.update({"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"})
                session.headers.update(request.headers)
                with session.request(
                    request.method,
                    request.url,
                    data=request.body,
                    timeout=self._timeout,
                    stream=True,
                    allow_redirects=False,
                ) as answer:
                    body = self._body(answer, request.max_bytes, deadline)
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
            import ssl

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

    def _body(self, answer: requests.Response, max_bytes: int, deadline: float) -> bytes | str:
        """The whole body, or the reason why not. What only ends because the connection does may be half of it."""
        if answer.status_code in NO_BODY:
            return b""
        if not _says_where_it_ends(answer):
            return "incomplete"
        encoding = answer.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip"):  # nothing else was asked for
            return "incomplete"
        body = _Gzip() if encoding != "identity" else None
        whole = bytearray()
        # Unpacked here, as the library takes the beginning of a gzip for all of it.
        for part in answer.raw.stream(CHUNK_BYTES, decode_content=False):
            whole += part if body is None else body.unpacked(part, max_bytes + 1 - len(whole))
            if len(whole) > max_bytes:
                return "too_large"
            if time.monotonic() > deadline:
                return "timeout"
        return bytes(whole) if body is None or body.complete else "incomplete"


class _Gzip:
    """Unpacks a body packed with gzip: one member after another (RFC 1952, 2.2)."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._packed = False

    @property
    def complete(self) -> bool:
        """Whether nothing is missing: the last member came to its end, or there was no body at all."""
        return self._member.eof or not self._packed

    def unpacked(self, part: bytes, most: int) -> bytes:
        """What ``part`` holds, as far as ``most`` bytes.

        Raises:
            ValueError: it is no gzip.
        """
        whole = bytearray()
        try:
            while part and len(whole) < most:
                self._packed = True
                if self._member.eof:
                    self._member = zlib.decompressobj(GZIP)
                whole += self._member.decompress(part, most - len(whole))
                part = self._member.unconsumed_tail or self._member.unused_data
        except zlib.error as error:
            raise ValueError("no gzip") from error
        return bytes(whole)


def _says_where_it_ends(answer: requests.Response) -> bool:
    """Whether a length or chunks tell a whole body from one whose connection broke. A redirect needs none."""
    raw = answer.raw
    return answer.is_redirect or bool(raw.chunked) or raw.length_remaining is not None


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
    import ssl

    from requests import exceptions
    from urllib3 import exceptions as below

    if isinstance(error, exceptions.SSLError | ssl.SSLError | below.SSLError):
        return "tls"
    if isinstance(error, exceptions.Timeout | below.TimeoutError):
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
