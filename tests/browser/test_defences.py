"""The defences of the page where it is the browser that decides what is sent, shown and run (threats T12 to T16).

Those who attack here know more than they could: the port, the secret path, even the token of the forms.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")


from agent.page.address import Address, answers
from agent.page.lifetime import WRONG_PATHS
from agent.paths import Paths
from agent.store import Store
from tests.agent.notify.desktop import until
from tests.agent.page.furnished import EVIL, furnish
from tests.browser.chromium import Window, chromium
from tests.browser.conftest import Shown
from tests.browser.elsewhere import Elsewhere, elsewhere
from tests.browser.running import opened, what_is_kept
from tests.browser.walking import Walk

REBOUND = "rebound.example"
#: The same name once it leads to the page.
REBOUND_TO_US = "rebound-to-us.example"
#: A service worker that answers in the place of every page, and the page that leaves it in the browser.
WORKER = """
self.addEventListener("install", event => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil(clients.claim()));
self.addEventListener("fetch", event => event.respondWith(
  new Response("<h1>Please type your password</h1>", {headers: {"content-type": "text/html"}})));
"""
LEAVES_A_WORKER = """<!doctype html><p id="said">waiting</p><script>
navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(
  () => said.textContent = "left", error => said.textContent = "refused " + error)</script>"""
FORM = """<!doctype html><form method="post" action="{action}" {more}>
<input name="token" value="{token}"><input name="service" value="x"><input name="label" value="Planted">
</form><script>document.forms[0].submit()</script>"""
FETCH = """<!doctype html><p id="said">waiting</p><script>
fetch("{url}", {options}).then(
  answer => answer.text().then(text => said.textContent = "answered " + answer.type + " " + answer.status
    + " [" + text.slice(0, 40) + "]"),
  error => said.textContent = "refused " + error)
</script>"""


@pytest.fixture(scope="module")
def attacked(_home: tuple[Path, Address]) -> Iterator[Window]:
    """A browser in which names of somebody else's lead to this computer."""
    with chromium(names={REBOUND: "127.0.0.1", REBOUND_TO_US: _home[1].host}) as window:
        yield window


@pytest.fixture
def attacker() -> Iterator[Elsewhere]:
    with elsewhere() as server:
        yield server


@pytest.fixture(scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Address]]:
    home = tmp_path_factory.mktemp("attacked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        furnish()
        with opened() as address:
            patch.undo()
            yield home, address


@pytest.fixture
def page(_home: tuple[Path, Address], monkeypatch: pytest.MonkeyPatch) -> Address:
    """The page that is attacked, and nobody gets anywhere."""
    home, address = _home
    monkeypatch.setenv("HOME", str(home))
    return address


@pytest.fixture
def own_page() -> Iterator[Address]:
    """A page that need not live on."""
    furnish()
    with opened() as address:
        yield address


def token_of(window: Window, address: Address) -> str:
    """What every form of the page has in it."""
    window.go(address.url("/accounts/add"))
    return window.all("input[name=token]")[0].get_attribute("value") or ""


def labels() -> list[str]:
    with Store.open(Paths.here()) as store:
        return sorted(account.label for account in store.accounts())


def said(window: Window) -> str:
    window.wait_until(lambda: window.all("#said")[0].text != "waiting")
    return window.all("#said")[0].text


# T12: forms and requests from elsewhere


Place = Callable[[str], str]


@pytest.fixture(params=["a file", "another port", "a rebound name"])
def place(request: pytest.FixtureRequest, attacker: Elsewhere, tmp_path: Path) -> Place:
    """Puts a document there; its address."""

    def put(document: str) -> str:
        attacker.document = document
        file = tmp_path / "evil.html"
        file.write_text(document)
        return {
            "a file": file.as_uri(),
            "another port": attacker.url(),
            "a rebound name": attacker.url(REBOUND),
        }[request.param]

    return put


@pytest.mark.parametrize("more", ["", "enctype=text/plain", "enctype=multipart/form-data"])
def test_a_form_from_elsewhere_is_refused_even_with_the_token(
    place: Place, more: str, attacked: Window, page: Address
) -> None:
    before = labels()
    document = FORM.format(action=page.url("/accounts/add"), token=token_of(attacked, page), more=more)
    attacked.go(place(document))
    attacked.wait_until(lambda: attacked.url == page.url("/accounts/add"))
    assert attacked.heading == "Not here"
    assert labels() == before


def test_the_same_form_of_our_own_page_is_taken(attacked: Window, own_page: Address) -> None:
    attacked.go(own_page.url("/accounts/add"))
    attacked.select("Which service is it?", "X")
    attacked.fill("What do you call it? (optional)", "Mine")
    attacked.press("Add this account")
    assert "Mine" in labels()


@pytest.mark.parametrize(
    "options",
    ["{}", '{mode: "no-cors"}', '{method: "POST", mode: "no-cors", body: "a=b", credentials: "include"}',
     '{method: "POST", headers: {"content-type": "application/json"}, body: "{}"}', '{headers: {"x-a": "b"}}'],
)  # fmt: skip
def test_a_script_from_elsewhere_learns_nothing(place: Place, options: str, attacked: Window, page: Address) -> None:
    kept = what_is_kept(Paths.here())
    attacked.go(place(FETCH.format(url=page.url("/accounts"), options=options)))
    assert said(attacked) in ("refused TypeError: Failed to fetch", "answered opaque 0 []")
    assert what_is_kept(Paths.here()) == kept


# T13: a name of somebody else's that leads here


def test_under_a_name_of_somebody_elses_there_is_no_page(attacked: Window, page: Address) -> None:
    attacked.go(page.url().replace(page.host, REBOUND_TO_US))
    assert attacked.heading == "Not here"
    assert "There is nothing here under that name." in attacked.text


def test_a_script_of_a_rebound_name_reads_only_a_refusal(attacked: Window, page: Address) -> None:
    """Its own name leads to our port: to the browser, our page is its own."""
    reading = """const [url, options, done] = arguments;
        fetch(url, options).then(
          answer => answer.text().then(text => done(answer.status + text)), error => done(String(error)))"""
    attacked.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # its own page, from before, has none
    try:
        attacked.go(f"http://{REBOUND_TO_US}:{page.port}/")
        for options in ({}, {"method": "POST"}):
            answer = attacked.driver.execute_async_script(reading, f"{page.prefix}/accounts", options)
            assert answer.startswith("421")
            assert "Work email" not in answer
    finally:
        attacked.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


# T14: others on this computer


def test_twenty_wrong_addresses_end_the_page(attacked: Window, own_page: Address) -> None:
    for number in range(WRONG_PATHS - 1):
        attacked.go(f"{own_page.origin}/s/{number}/")
        assert attacked.heading == "Not here"
    assert answers(own_page)
    attacked.go(f"{own_page.origin}/")
    until(lambda: not answers(own_page, 0.5))
    until(lambda: not Path(Paths.here().page).exists())


def test_the_page_keeps_nothing_in_the_browser(attacked: Window, page: Address) -> None:
    """Cookies of one port are sent to all others; and what is stored stays behind."""
    attacked.go(page.url())
    attacked.go(page.url("/accounts"))
    assert attacked.driver.get_cookies() == []
    kept = "return [localStorage.length, sessionStorage.length]"
    assert attacked.driver.execute_script(kept) == [0, 0]
    assert attacked.driver.execute_async_script("caches.keys().then(arguments[0])") == []


def test_what_another_program_left_in_the_browser_has_no_hold_on_the_page(attacked: Window, page: Address) -> None:
    """Whoever had the port before us may have left a service worker there, which answers in place of what is there."""
    with elsewhere(page.port) as before:
        before.document, before.script = LEAVES_A_WORKER, WORKER
        attacked.go(before.url())
        assert said(attacked) == "left"
        attacked.go(before.url())
        assert attacked.heading == "Please type your password"
    attacked.go(page.url("/help"))
    assert attacked.heading == "Help now"


def test_who_is_linked_to_does_not_learn_the_address(attacked: Window, attacker: Elsewhere, page: Address) -> None:
    attacked.go(page.url("/help"))
    attacked.driver.execute_script("document.links[document.links.length - 1].href = arguments[0]", attacker.url())
    attacked.driver.execute_script("document.links[document.links.length - 1].click()")
    until(lambda: attacker.requests)
    path, headers = attacker.requests[0]
    assert path == "/"
    assert "referer" not in headers
    assert page.secret not in str(headers)


# T15: frames, and what people and services write


@pytest.mark.parametrize("element", ['<iframe src="{}"></iframe>', '<object data="{}"></object>', '<embed src="{}">'])
def test_it_is_shown_in_no_frame(place: Place, element: str, attacked: Window, page: Address) -> None:
    attacked.go(place(element.format(page.url())))
    (frame,) = attacked.all("iframe, object, embed")
    if element.startswith("<iframe"):
        attacked.driver.switch_to.frame(frame)
        assert not attacked.all("form, a.brand"), attacked.driver.page_source
        attacked.driver.switch_to.default_content()
    else:
        assert attacked.driver.execute_script("return arguments[0].contentDocument ?? null", frame) is None
        inside = attacked.driver.execute_cdp_cmd("Page.getFrameTree", {})["frameTree"].get("childFrames", [])
        assert all(page.secret not in one["frame"]["url"] or "unreachableUrl" in one["frame"] for one in inside), inside


def test_a_window_that_opens_it_has_no_hold_on_it(attacked: Window, attacker: Elsewhere, page: Address) -> None:
    attacker.document = "<p>another program</p>"
    attacked.go(attacker.url())
    opened_it = """const [url, done] = arguments; const other = window.open(url);
        setTimeout(() => { let closed = true; try { closed = other === null || other.closed } catch { }
          done(closed) }, 1500)"""
    before = attacked.driver.current_window_handle
    held_none = attacked.driver.execute_async_script(opened_it, page.url())
    for handle in attacked.driver.window_handles:
        if handle != before:
            attacked.driver.switch_to.window(handle)
            assert attacked.driver.execute_script("return window.opener") is None
            attacked.driver.close()
    attacked.driver.switch_to.window(before)
    assert held_none


def test_a_label_that_looks_like_markup_is_text_on_every_page(walked: Walk) -> None:
    """And it does nothing: no picture is asked for, no script of it runs."""
    assert walked.foreign == {}
    assert {"/", "/accounts", "/print", "/breaches"} <= {path for path, text in walked.texts.items() if EVIL in text}
    assert [path for path, text in walked.texts.items() if "{{" in text.replace(EVIL, "")] == []


def test_even_markup_that_got_in_would_run_nothing(attacked: Window, page: Address) -> None:
    """The policy of the page, if all else failed: no script, no picture from elsewhere, no form to elsewhere."""
    attacked.go(page.url())
    planted = """
      window.ran = [];
      const [url, done] = arguments, place = document.querySelector("main");
      document.addEventListener("securitypolicyviolation", event => window.ran.push(event.effectiveDirective));
      const script = document.createElement("script"); script.textContent = "window.ran.push('script ran')";
      const image = new Image(); image.src = url + "image";
      const frame = document.createElement("iframe"); frame.src = url + "frame";
      const form = document.createElement("form"); form.action = url + "form"; form.method = "post";
      const base = document.createElement("base"); base.href = url;
      place.append(script, image, frame, form); document.head.append(base);
      place.insertAdjacentHTML("beforeend", "<img src=x onerror=\\"window.ran.push('handler ran')\\">");
      form.submit();
      setTimeout(() => done([window.ran, document.baseURI]), 1000);
    """
    with elsewhere() as other:
        blocked, base = attacked.driver.execute_async_script(planted, other.url())
        assert other.requests == []
    assert {"script-src-elem", "img-src", "frame-src", "form-action", "base-uri"} <= set(blocked)
    assert not [one for one in blocked if "ran" in one]
    assert base == page.url()


# GET never changes anything


def get(address: Address, target: str) -> int:
    connection = http.client.HTTPConnection(address.host, address.port, timeout=30)
    try:
        connection.request("GET", address.prefix + target)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_following_every_link_twice_changes_nothing(walked: Walk, furnished: Shown) -> None:
    assert walked.after == walked.before
    assert len(walked.texts) > 50
    assert {get(furnished.address, path) for path in walked.texts if path != "/nowhere"} == {200}
    assert what_is_kept(furnished.paths) == walked.before


def test_the_address_of_a_form_does_nothing_when_it_is_opened(walked: Walk, furnished: Shown) -> None:
    """As from the history, with the fields in the address."""
    assert len(walked.forms) > 10
    for target in walked.forms.values():
        for doing in ("", "&do=all", "&do=happened", "&sure=yes&answer=yes"):
            assert get(furnished.address, target + doing) in (200, 404, 405), target
    assert what_is_kept(furnished.paths) == walked.before
    assert answers(furnished.address)
