"""A stand-in for Have I Been Pwned and Pwned Passwords on loopback, as strict as the documented service.

It knows the service's public test accounts, refuses what the service refuses, counts requests, and can be told to
misbehave: ``mode`` is one of the names in ``MODES``, for every request until it is changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEY = "0123456789abcdef0123456789abcdef"
ANONYMOUS_KEY = "a" * 32
TEST_KEY = "0" * 32
TEST_DOMAIN = "hibp-integration-tests.com"

MODES = (
    "normal",
    "captive_portal",
    "not_found_page",
    "empty_not_found",
    "redirect_elsewhere",
    "redirect_here",
    "blocked",
    "forbidden",
    "unavailable",
    "rate_limited",
    "cut_off",
    "silent",
    "slow_headers",
    "slow_body",
    "huge",
    "bomb",
    "bad_header",
    "garbled",
    "drop",
)


def breach(name: str, **changes: Any) -> dict[str, Any]:
    """A breach as the service describes one."""
    return {
        "Name": name,
        "Title": name,
        "Domain": f"{name.lower()}.example",
        "BreachDate": "2024-02-11",
        "AddedDate": "2024-05-02T07:14:09Z",
        "ModifiedDate": "2024-05-02T07:14:09Z",
        "PwnCount": 184223,
        "Description": f'In 2024, <a href="https://{name.lower()}.example">{name}</a> &amp; others lost data.',
        "LogoPath": f"https://logos.example/{name}.png",
        "Attribution": None,
        "DataClasses": ["Email addresses", "Usernames"],
        "IsVerified": True,
        "IsFabricated": False,
        "IsSensitive": False,
        "IsRetired": False,
        "IsSpamList": False,
        "IsMalware": False,
        "IsStealerLog": False,
        "IsSubscriptionFree": False,
        **changes,
    }


CATALOGUE = [
    breach("Adobe", Domain="adobe.com", DataClasses=["Email addresses", "Password hints", "Passwords", "Usernames"]),
    breach("Forum"),
    breach("Shop", DataClasses=["Email addresses", "Physical addresses"]),
    breach("ComboList", Domain="", DataClasses=["Email addresses", "Passwords"], IsVerified=False),
    breach("SpamList", Domain="", IsSpamList=True),
    breach("StealerLogs", Domain="", DataClasses=["Email addresses", "Passwords"], IsMalware=True, IsStealerLog=True),
    breach("Dating", IsSensitive=True),
    breach("Withdrawn", IsRetired=True, DataClasses=["Passwords"]),
    breach("Free", IsSubscriptionFree=True),
]

#: The test accounts and what the service answers about each.
ACCOUNTS: dict[str, list[str]] = {
    "account-exists": ["Adobe"],
    "multiple-breaches": ["Forum", "Shop", "ComboList"],
    "not-active-and-active-breach": ["Adobe"],
    "not-active-breach": [],
    "opt-out": [],
    "opt-out-breach": [],
    "paste-sensitive-breach": [],
    "permanent-opt-out": [],
    "sensitive-and-other-breaches": ["Forum", "Shop"],
    "sensitive-breach": [],
    "spam-list-only": ["SpamList"],
    "spam-list-and-others": ["SpamList", "Forum"],
    "stealer-log": ["StealerLogs"],
    "subscription-free-breach": ["Free"],
    "subscription-free-and-other-breaches": ["Free", "Forum", "Shop"],
    "unverified-breach": ["ComboList"],
}

PLANS = {
    KEY: {"SubscriptionName": "Core 1", "Rpm": 10, "IncludesKAnon": False, "IncludesStealerLogs": False},
    ANONYMOUS_KEY: {"SubscriptionName": "Pro 1", "Rpm": 500, "IncludesKAnon": True, "IncludesStealerLogs": True},
}

DENIED = "Access denied due to {} hibp-api-key."


def address_of(name: str) -> str:
    """The address of a test account."""
    return f"{name}@{TEST_DOMAIN}"


class HibpServer(ThreadingHTTPServer):
    """The stand-in. ``base_url`` is for ``breach.base_url``, ``passwords_url`` for ``breach.passwords_url``."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme = "http" if context is None else "https"
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.mode = "normal"
        #: Misbehave only where the path has this in it.
        self.mode_for = ""
        self.plans: dict[str, dict[str, Any]] = dict(PLANS)
        self.retry_after = "7"
        self.truncate = False
        self.catalogue = [dict(each) for each in CATALOGUE]
        self.accounts = {name: list(names) for name, names in ACCOUNTS.items()}
        #: Further addresses, whole, and what they are in.
        self.others: dict[str, list[str]] = {}
        self.per_minute = 10**6
        self.leaked = {"password": 9_659_365, "correct horse battery staple": 12}
        #: Every request: its path with the query, and its headers by lower-case name.
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stopping = threading.Event()

    @property
    def root(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    @property
    def base_url(self) -> str:
        return f"{self.root}/api/v3"

    @property
    def passwords_url(self) -> str:
        return f"{self.root}/passwords"

    @property
    def paths(self) -> list[str]:
        """What was asked, without the part that all have in common."""
        return [path.removeprefix("/api/v3") for path, _ in self.requests]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


@contextmanager
def hibp_server(context: ssl.SSLContext | None = None) -> Iterator[HibpServer]:
    """A running stand-in."""
    server = HibpServer(context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HibpServer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers))
        misbehaviour = getattr(self, f"_{self.server.mode}", None) if self.server.mode_for in self.path else None
        if misbehaviour is not None:
            misbehaviour()
        elif not headers.get("user-agent", "").strip():
            self._send(403, "<html>A user agent is needed</html>", "text/html")
        else:
            url = urlsplit(self.path)
            self._route(url.path, parse_qs(url.query), headers)

    def _route(self, path: str, query: dict[str, list[str]], headers: dict[str, str]) -> None:
        if path.startswith("/passwords/range/"):
            self._password_range(path.rsplit("/", 1)[1], padded=headers.get("add-padding") == "true")
            return
        route = path.lower().removeprefix("/api/v3/")
        if route == "latestbreach":
            self._json(200, max(self.server.catalogue, key=lambda each: each["AddedDate"]))
        elif route == "breaches":
            self._json(200, self.server.catalogue)
        elif route == "subscription/status" or route.startswith("breachedaccount/"):
            self._with_key(route, path, query, headers.get("hibp-api-key"))
        else:
            self._send(404, "")

    def _with_key(self, route: str, path: str, query: dict[str, list[str]], key: str | None) -> None:
        if key is None:
            self._send(401, DENIED.format("missing"), "text/plain")
        elif not re.fullmatch("[0-9a-f]{32}", key):
            self._send(401, DENIED.format("improperly formed"), "text/plain")
        elif key not in self.server.plans and key != TEST_KEY:
            self._send(401, DENIED.format("invalid"), "text/plain")
        elif sum("hibp-api-key" in each for _, each in self.server.requests) > self.server.per_minute:
            self._rate_limited()
        elif route == "subscription/status":
            if key == TEST_KEY:
                self._send(401, DENIED.format("invalid"), "text/plain")
            else:
                self._json(200, {"Description": "", "SubscribedUntil": "2027-03-01T00:00:00", **self.server.plans[key]})
        elif route.startswith("breachedaccount/range/"):
            self._account_range(
                route.rsplit("/", 1)[1].upper(), allowed=bool(self.server.plans.get(key, {}).get("IncludesKAnon"))
            )
        else:
            full = query.get("truncateResponse", ["true"]) == ["false"] and not self.server.truncate
            self._account(unquote(path.rsplit("/", 1)[1]).strip().lower(), full=full, test_only=key == TEST_KEY)

    def _account(self, address: str, *, full: bool, test_only: bool) -> None:
        local, _, domain = address.partition("@")
        if not local or not domain:
            self._json(400, {"statusCode": 400, "message": "The account does not comply with an acceptable format."})
        elif test_only and domain != TEST_DOMAIN:
            self._send(401, DENIED.format("invalid"), "text/plain")
        elif names := self.server.accounts.get(local) if domain == TEST_DOMAIN else self.server.others.get(address):
            known = {each["Name"]: each for each in self.server.catalogue}
            self._json(200, [known[name] if full else {"Name": name} for name in names])
        else:
            self._send(404, "")

    def _account_range(self, prefix: str, *, allowed: bool) -> None:
        if not allowed:
            self._send(403, "Your subscription does not include this.", "text/plain")
            return
        if not re.fullmatch("[0-9A-F]{6}", prefix):
            self._json(400, {"statusCode": 400, "message": "The hash prefix was not in a valid format"})
            return
        entries = [{"hashSuffix": f"{number:034X}", "websites": ["Forum"]} for number in range(3)]
        known = {address_of(local): names for local, names in self.server.accounts.items()} | self.server.others
        for address, names in known.items():
            digest = hashlib.sha1(address.encode()).hexdigest().upper()
            if names and digest.startswith(prefix):
                entries.append({"hashSuffix": digest[6:], "websites": names})
        self._json(200, entries)

    def _password_range(self, prefix: str, *, padded: bool) -> None:
        if not re.fullmatch("[0-9A-F]{5}", prefix):
            self._send(400, "The hash prefix was not in a valid format", "text/plain")
            return
        lines = [f"{number:035X}:{number + 1}" for number in range(600)]
        for password, count in self.server.leaked.items():
            digest = hashlib.sha1(password.encode()).hexdigest().upper()
            if digest.startswith(prefix):
                lines.append(f"{digest[5:]}:{count}")
        if padded:
            lines += [f"{number + 2**130:035X}:0" for number in range(900 - len(lines))]
        self._send(200, "\r\n".join(lines), "text/plain")

    # Misbehaviour

    def _captive_portal(self) -> None:
        self._send(200, "<html><title>Welcome to the hotel</title></html>", "text/html")

    def _not_found_page(self) -> None:
        self._send(404, "<html>No such page</html>", "text/html")

    def _empty_not_found(self) -> None:
        self._send(404, "")

    def _redirect_elsewhere(self) -> None:
        self._send(302, "", location=f"http://localhost:{self.server.server_address[1]}/login")

    def _redirect_here(self) -> None:
        self.server.mode = "normal"
        self._send(307, "", location=self.path)

    def _blocked(self) -> None:
        self._send(403, "<html>Blocked</html>", "text/html", cf_ray="8f1234567890abcd-FRA")

    def _forbidden(self) -> None:
        self._send(403, "<html>Forbidden</html>", "text/html")

    def _unavailable(self) -> None:
        self._send(503, "<html>Service unavailable</html>", "text/html")

    def _rate_limited(self) -> None:
        seconds = self.server.retry_after
        message = f"Rate limit is exceeded. Try again in {seconds} seconds."
        self._json(429, {"statusCode": 429, "message": message}, retry_after=seconds)

    def _cut_off(self) -> None:
        body = json.dumps(CATALOGUE).encode()
        self._start(200, "application/json", len(body))
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _silent(self) -> None:
        self.server.stopping.wait(30)
        self.close_connection = True

    def _slow_headers(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 2000)

    def _slow_body(self) -> None:
        self._start(200, "application/json", 2000)
        self._drip(b" " * 2000)

    def _huge(self) -> None:
        self._start(200, "application/json", 10**12)
        block = b" " * 2**20
        while not self.server.stopping.is_set():
            self.wfile.write(block)

    def _bomb(self) -> None:
        import gzip

        body = gzip.compress(b" " * 2**20) * 64  # as one member it takes longer to pack than a client waits
        self._start(200, "application/json", len(body), content_encoding="gzip")
        self.wfile.write(body)

    def _bad_header(self) -> None:
        self.wfile.write(b"HTTP/1.1 404 Not Found\r\nno colon here\r\nContent-Length: 0\r\n\r\n")
        self.close_connection = True

    def _garbled(self) -> None:
        self.wfile.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        self.close_connection = True

    def _drop(self) -> None:
        self.close_connection = True

    def _drip(self, data: bytes) -> None:
        for at in range(len(data)):
            if self.server.stopping.is_set():
                break
            self.wfile.write(data[at : at + 1])
            self.wfile.flush()
            time.sleep(0.05)
        self.close_connection = True

    # Answers

    def _json(self, status: int, document: Any, **headers: str) -> None:
        self._send(status, json.dumps(document), "application/json; charset=utf-8", **headers)

    def _send(self, status: int, text: str, content_type: str = "", **headers: str) -> None:
        body = text.encode()
        self._start(status, content_type, len(body), **headers)
        self.wfile.write(body)

    def _start(self, status: int, content_type: str, length: int, **headers: str) -> None:
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
