"""Each rule of the guard: threats T12 to T16 of the threat model."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from starlette.types import Message

from agent.page.address import Address
from agent.page.guard import HEADERS, MAX_BODY_BYTES, TOKEN, Guard
from tests.agent.page.client import PORT, SAME_ORIGIN, Client
from tests.agent.page.markup import read

OURS = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def client() -> Client:
    return Client()


# T13: the name it was reached by


def test_the_page_is_there_under_its_own_number(client: Client) -> None:
    assert client.send("GET", client.page.url("/about"), hosts=[f"127.0.0.1:{PORT}"]).status == 200


def test_and_only_under_that_of_its_own(client: Client) -> None:
    guard = Guard(client.app, Address.new(PORT, "127.8.9.10"), client.page.token, client.page.lifetime)
    elsewhere = Client(guard)
    assert elsewhere.send("GET", "/s/x/", hosts=[f"127.8.9.10:{PORT}"]).status == 404
    assert elsewhere.send("GET", "/s/x/", hosts=[f"127.0.0.1:{PORT}"]).status == 421


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["127.0.0.1"],
        ["localhost"],
        [f"localhost:{PORT}"],
        [f"evil.example:{PORT}"],
        [f"127.0.0.1.evil.example:{PORT}"],
        [f"evil-127.0.0.1:{PORT}"],
        [f"localhost.:{PORT}"],
        [f"localhost.evil.example:{PORT}"],
        [f"LOCALHOST:{PORT}"],
        [f"127.0.0.1:{PORT}."],
        [f"127.0.0.1:{PORT}0"],
        [f"127.0.0.1:{PORT - 1}"],
        [f"127.0.0.2:{PORT}"],
        [f"0.0.0.0:{PORT}"],
        [f"127.1:{PORT}"],
        [f"[::1]:{PORT}"],
        [f"a@127.0.0.1:{PORT}"],
        [f" 127.0.0.1:{PORT}"],
        [f"127.0.0.1:{PORT}", f"127.0.0.1:{PORT}"],
        [f"127.0.0.1:{PORT}", "evil.example"],
    ],
)
def test_under_any_other_name_there_is_nothing(client: Client, hosts: list[str]) -> None:
    answer = client.send("GET", client.page.url("/"), hosts=hosts)
    assert answer.status == 421
    assert client.page.address.secret not in answer.text


# T14: who does not know the address


@pytest.mark.parametrize("change", ["cut", "longer", "first", "last", "upper", "none", "slash"])
def test_another_secret_path_is_not_found(client: Client, change: str) -> None:
    secret = client.page.address.secret
    other = "A" if secret[0] != "A" else "B"
    end = "A" if secret[-1] != "A" else "B"
    path = {
        "cut": f"/s/{secret[:-1]}/",
        "longer": f"/s/{secret}A/",
        "first": f"/s/{other}{secret[1:]}/",
        "last": f"/s/{secret[:-1]}{end}/",
        "upper": f"/s/{secret.swapcase()}/",
        "none": "/",
        "slash": f"/s/{secret}",
    }[change]
    answer = client.send("GET", path)
    assert answer.status == 404
    assert client.page.token not in answer.text


def test_after_twenty_wrong_paths_the_page_ends(client: Client) -> None:
    for _ in range(19):
        client.send("GET", "/s/wrong/")
    assert not client.page.lifetime.over
    client.send("GET", "/s/wrong/")
    assert client.page.lifetime.over


def test_what_browsers_ask_for_by_themselves_is_no_attempt(client: Client) -> None:
    for _ in range(50):
        assert client.send("GET", "/favicon.ico").status == 404
    assert not client.page.lifetime.over


def test_a_wrong_name_counts_nothing_and_learns_nothing_of_the_path(client: Client) -> None:
    for _ in range(50):
        assert client.send("GET", "/s/wrong/", hosts=["evil.example"]).status == 421
    assert not client.page.lifetime.over


def test_there_are_no_cookies(client: Client) -> None:
    for answer in (client.get("/"), client.post("/finish"), client.get("/nowhere")):
        assert answer.header("set-cookie") is None


# T12: who sends a form


def _form(client: Client, **fields: str) -> bytes:
    return urlencode({TOKEN: client.page.token, **fields}).encode()


def _post(client: Client, changes: dict[str, list[str]], body: bytes | None = None) -> int:
    body = _form(client) if body is None else body
    headers = [(name, value) for name, value in client.form_headers(body) if name not in changes]
    headers += [(name, value) for name, values in changes.items() for value in values]
    return client.send("POST", client.page.url("/finish"), headers, body).status


def test_our_own_form_is_taken_and_answered_with_another_page(client: Client) -> None:
    answer = client.post("/finish")
    assert (answer.status, answer.header("location")) == (303, client.page.url("/finish"))
    assert client.page.lifetime.finishing


@pytest.mark.parametrize(
    "origin",
    [
        [],
        ["null"],
        [""],
        ["http://evil.example"],
        [f"http://evil.example:{PORT}"],
        [f"http://127.0.0.1:{PORT + 1}"],
        [f"https://127.0.0.1:{PORT}"],
        [f"http://localhost:{PORT}"],  # while the host is 127.0.0.1
        [f"http://127.0.0.1:{PORT}/"],
        [f"HTTP://127.0.0.1:{PORT}"],
        [f"http://127.0.0.1:{PORT}.evil.example"],
        [OURS, OURS],
        [OURS, "http://evil.example"],
    ],
)
def test_a_form_from_another_origin_is_refused(client: Client, origin: list[str]) -> None:
    assert _post(client, {"origin": origin}) == 403
    assert not client.page.lifetime.finishing


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "", "Same-Origin", "same-origin, cross-site"])
def test_a_form_is_refused_when_the_browser_says_it_is_from_elsewhere(client: Client, site: str) -> None:
    assert _post(client, {"sec-fetch-site": [site]}) == 403


def test_a_browser_that_says_nothing_of_it_may_send_a_form(client: Client) -> None:
    assert _post(client, {"sec-fetch-site": [], "sec-fetch-mode": [], "sec-fetch-dest": []}) == 303


def test_what_is_said_twice_is_refused(client: Client) -> None:
    assert _post(client, {"sec-fetch-site": ["same-origin", "same-origin"]}) == 400
    assert _post(client, {"content-type": ["application/x-www-form-urlencoded"] * 2}) == 400
    assert _post(client, {"content-length": ["9", "9"]}) == 400


@pytest.mark.parametrize("token", ["", "wrong", "é", "a" * 43])
def test_a_form_without_the_right_token_is_refused(client: Client, token: str) -> None:
    assert _post(client, {}, urlencode({TOKEN: token}).encode()) == 403
    assert _post(client, {}, b"") == 403


@pytest.mark.parametrize(
    "kind",
    [
        [],
        [""],
        ["application/json"],
        ["text/plain"],
        ["multipart/form-data; boundary=x"],
        ["application/x-www-form-urlencoded; charset=utf-16"],
        ["application/x-www-form-urlencoded, text/plain"],
        ["text/plain; application/x-www-form-urlencoded"],
    ],
)
def test_only_forms_are_taken(client: Client, kind: list[str]) -> None:
    assert _post(client, {"content-type": kind}) == 415


def test_compressed_forms_are_not_unpacked(client: Client) -> None:
    assert _post(client, {"content-encoding": ["gzip"]}) == 415


@pytest.mark.parametrize("body", [b"%ff=%ff", b"\xff=1", b"no equals sign", b"a=1&" * 300, b"a=%00"])
def test_what_is_no_form_is_refused(client: Client, body: bytes) -> None:
    assert _post(client, {}, _form(client) + b"&" + body) == 400


@pytest.mark.parametrize("path", ["/", "/about", "/nowhere", "/static/style.css"])
def test_options_is_refused_without_a_word_about_other_sites(client: Client, path: str) -> None:
    asked = [("origin", "https://evil.example"), ("access-control-request-method", "POST")]
    answer = client.send("OPTIONS", client.page.url(path), asked)
    assert answer.status == 403
    assert not [name for name, _ in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "PROPFIND", "POST2"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert client.send(method, client.page.url("/")).status == 405


def test_a_get_with_a_body_is_refused(client: Client) -> None:
    assert client.send("GET", client.page.url("/"), [("content-length", "1")], b"x").status == 400
    assert client.send("GET", client.page.url("/"), [("transfer-encoding", "chunked")]).status == 400


# T12 and T15: who asks for a page


@pytest.mark.parametrize(
    ("site", "mode", "destination", "status"),
    [
        ("none", "navigate", "document", 200),  # typed, or opened by a program
        ("same-origin", "navigate", "document", 200),
        ("same-origin", "no-cors", "style", 200),
        ("same-origin", "no-cors", "image", 200),
        ("cross-site", "navigate", "document", 200),  # the file that opens the page
        ("cross-site", "navigate", "iframe", 403),
        ("same-origin", "navigate", "iframe", 403),
        ("same-site", "navigate", "frame", 403),
        ("none", "navigate", "object", 403),
        ("none", "navigate", "embed", 403),
        ("cross-site", "no-cors", "image", 403),
        ("same-origin", "no-cors", "script", 403),
        ("same-origin", "same-origin", "worker", 403),
        ("same-origin", "same-origin", "serviceworker", 403),
        ("same-origin", "cors", "empty", 403),
        ("same-origin", "navigate", "empty", 403),
        ("cross-site", "no-cors", "script", 403),
        ("cross-site", "no-cors", "empty", 403),
        ("cross-site", "cors", "empty", 403),
        ("same-site", "cors", "empty", 403),
        ("same-site", "no-cors", "image", 403),
        ("nonsense", "cors", "empty", 403),
    ],
)
def test_who_asks_for_a_page(client: Client, site: str, mode: str, destination: str, status: int) -> None:
    headers = [("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", destination)]
    assert client.send("GET", client.page.url("/about"), headers).status == status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_from_elsewhere_without_a_word_what_for_is_refused(client: Client, site: str) -> None:
    assert client.send("GET", client.page.url("/about"), [("sec-fetch-site", site)]).status == 403


def test_every_answer_has_the_headers_whatever_it_is(client: Client) -> None:
    answers = [
        client.get("/"),
        client.get("/static/style.css"),
        client.get("/alive"),
        client.get("/nowhere"),
        client.post("/finish"),
        client.post("/about"),
        client.post("/item/check", check="nonsense"),
        client.send("GET", "/"),
        client.send("GET", client.page.url("/"), hosts=["evil.example"]),
        client.send("OPTIONS", client.page.url("/")),
        client.send("POST", client.page.url("/finish")),
        client.send("HEAD", client.page.url("/about")),
    ]
    assert {answer.status for answer in answers} == {200, 303, 403, 404, 405, 421}
    for answer in answers:
        for name, value in HEADERS:
            assert answer.header(name.decode()) == value.decode()


def test_the_policy_lets_nothing_run_and_nobody_frame_it() -> None:
    policy = dict(HEADERS)[b"content-security-policy"].decode()
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


# T16: more than a browser would send


def test_a_form_may_be_64_kib_and_no_more(client: Client) -> None:
    room = MAX_BODY_BYTES - len(_form(client, text=""))
    assert _post(client, {}, _form(client, text="a" * room)) == 303
    assert _post(client, {}, _form(client, text="a" * (room + 1))) == 413


def test_who_sends_too_much_at_once_is_told_what_to_do_and_has_a_way_back(client: Client) -> None:
    body = _form(client, list="google,Work,\n" * 6000)
    answer = client.send("POST", client.page.url("/accounts/import"), client.form_headers(body), body)
    assert answer.status == 413
    page = read(answer.text)
    assert page.all("h1")[0].text == "Too much at once"
    assert "can be added in several parts" in page.text
    assert [link.attributes["href"] for link in page.all("a")] == [client.page.url("/")]


def test_nobody_else_who_is_refused_is_told_where_the_page_is(client: Client) -> None:
    body = b"x" * (MAX_BODY_BYTES + 1)
    headers = [(name, value) for name, value in client.form_headers(body) if name != "origin"]
    for target in ("/s/wrong/", client.page.url("/finish")):
        answer = client.send("POST", target, [*headers, ("origin", "http://evil.example")], body)
        assert answer.status in (403, 404)
        assert client.page.address.secret not in answer.text


@pytest.mark.parametrize("length", ["65537", "99999999999999999999", "-1", "1e3", "", "0x10"])
def test_a_length_that_is_too_much_or_none_is_refused_before_reading(client: Client, length: str) -> None:
    assert _post(client, {"content-length": [length]}) == 413


def test_a_form_that_does_not_say_how_long_it_is_is_counted(client: Client) -> None:
    chunked = {"content-length": [], "transfer-encoding": ["chunked"]}
    assert _post(client, chunked, _form(client, text="a" * 200)) == 303
    assert _post(client, chunked, _form(client, text="a" * 200_000)) == 413


def test_a_sender_who_hangs_up_half_way_is_no_form(client: Client) -> None:
    async def hung_up() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in client.form_headers(b"x" * 10)]
    scope = {
        "type": "http",
        "method": "POST",
        "path": client.page.url("/finish"),
        "headers": [(b"host", f"127.0.0.1:{PORT}".encode()), *headers],
    }

    async def call() -> None:
        await client.app(scope, hung_up, send)

    asyncio.run(call())
    assert sent[0]["status"] == 400


def test_too_many_and_too_long_headers_are_refused(client: Client) -> None:
    path = client.page.url("/about")
    assert client.send("GET", path, [("x-a", "1")] * 99).status == 200
    assert client.send("GET", path, [("x-a", "1")] * 100).status == 431
    assert client.send("GET", path, [("x-a", "1" * 17000)]).status == 431


def test_a_very_long_address_is_refused(client: Client) -> None:
    assert client.send("GET", client.page.url("/about") + "?" + "a" * 3000).status == 414


def test_refusals_to_head_have_no_body(client: Client) -> None:
    answer = client.send("HEAD", "/s/wrong/")
    assert (answer.status, answer.body) == (404, b"")


def test_a_websocket_is_not_spoken_to(client: Client) -> None:
    async def never() -> Message:
        raise AssertionError

    async def nothing(message: Message) -> None:
        raise AssertionError(message)

    async def call() -> None:
        await client.app({"type": "websocket", "path": client.page.url("/"), "headers": []}, never, nothing)

    asyncio.run(call())


def test_a_page_that_is_used_stays(client: Client) -> None:
    before = client.page.lifetime.ends_at
    client.send("GET", client.page.url("/about"), SAME_ORIGIN)
    assert client.page.lifetime.ends_at >= before
