"""The gate: names, origins, signing in, headers; at the level of HTTP."""

import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from app import cli
from app.access.guard import hostname
from core.access import sessions
from tests.access.conftest import PASSWORD, Client, signed_in
from tests.served import served, wait_until_healthy


def stream(browser: TestClient, **headers: str) -> WebSocketTestSession:
    """The websocket that a page opens."""
    address = browser.base_url.copy_with(scheme="ws", path="/_stcore/stream")
    return browser.websocket_connect(str(address), headers=headers)


PAGE = {"accept": "text/html"}


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_on_this_machine_without_accounts_nobody_signs_in(name: str, client: Client) -> None:
    browser = client("127.0.0.1", at=f"http://{name}:8501")
    assert browser.get("/map", headers=PAGE).text == "the app at /map"
    with stream(browser, origin=f"http://{name}:8501") as socket:
        assert socket.receive_text() == "the app"


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "192.168.1.5"])
@pytest.mark.parametrize("name", ["evil.example.org", "localhost.evil.org", "127.0.0.1.evil.org", "a@localhost", ""])
def test_a_rebound_name_is_not_answered(address: str, name: str, client: Client, ada: str) -> None:
    browser = client(address)
    answer = browser.get("/_stcore/health", headers={"host": name})
    assert (answer.status_code, "the app" in answer.text) == (421, False)
    with pytest.raises(WebSocketDisconnect), stream(browser, host=name):
        pass


def test_a_server_answers_by_its_names(client: Client, ada: str) -> None:
    for at in ("http://192.168.1.5:8501", "http://[fe80::1]:8501", "http://localhost"):
        assert client("0.0.0.0", at=at).get("/_stcore/health").status_code == 200
    assert client("127.0.0.1", at="http://192.168.1.5").get("/_stcore/health").status_code == 421
    named = {"allowed": ["*.example.org", "lab.test."]}
    for at in ("https://a.example.org", "https://LAB.test:8443"):
        assert client("127.0.0.1", at=at, **named).get("/_stcore/health").status_code == 200
    assert client("127.0.0.1", at="https://example.org.evil", **named).get("/_stcore/health").status_code == 421
    assert hostname("[::1]:8501") == "::1"


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", "http://127.0.0.1:9999", "http://127.0.0.1"])
def test_the_page_of_another_site_reaches_nothing(origin: str, client: Client) -> None:
    browser = client("127.0.0.1")
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert browser.request(method, "/_stcore/upload_file/a/b", headers={"origin": origin}).status_code == 403
    with pytest.raises(WebSocketDisconnect), stream(browser, origin=origin):
        pass


@pytest.mark.parametrize(
    "path",
    ["/", "/media/0a.jpg", "/_stcore/upload_file/a/b", "/_stcore/metrics", "/static/js/a.js", "/app/static/../a"],
)
def test_without_a_session_there_is_only_the_form(path: str, client: Client, ada: str) -> None:
    browser = client()
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert browser.request(method, path).status_code == 401
    form = browser.get(path, headers=PAGE)
    assert (form.status_code, "Password or token" in form.text, "<script" in form.text) == (401, True, False)
    with pytest.raises(WebSocketDisconnect), stream(browser):
        pass
    assert browser.get("/_stcore/health").status_code == 200
    assert browser.get("/app/static/inter-latin.woff2").status_code == 200


def test_whoever_signs_in_comes_where_they_wanted_to_be(client: Client, ada: str) -> None:
    browser = client()
    answer = browser.post("/sign-in", data={"name": ada, "password": PASSWORD, "next": "/map"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/map")
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", f"max-age={sessions.LIFE}"} <= set(cookie.split("; "))
    assert "secure" not in cookie
    assert browser.get("/media/0a.jpg").text == "the app at /media/0a.jpg"
    with stream(browser) as socket:
        assert socket.receive_text() == "the app"
    secure = client(at="https://127.0.0.1").post("/sign-in", data={"name": ada, "password": PASSWORD})
    assert "; secure" in secure.headers["set-cookie"].lower()


@pytest.mark.parametrize("target", ["https://evil.org", "//evil.org", "/\\evil.org", "evil", ""])
def test_nobody_is_sent_elsewhere(target: str, client: Client, ada: str) -> None:
    answer = client().post("/sign-in", data={"name": ada, "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"


def test_who_signs_out_is_out(client: Client, ada: str) -> None:
    browser = signed_in(client())
    kept = browser.cookies[sessions.COOKIE]
    assert browser.get("/sign-out", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert browser.get("/map").status_code == 200
    assert "You are signed out" in browser.get("/sign-out").text
    assert sessions.COOKIE not in browser.cookies
    assert browser.get("/map", headers={"cookie": f"{sessions.COOKIE}={kept}"}).status_code == 401


def test_a_wrong_password_is_told_and_many_are_not_heard(client: Client, ada: str) -> None:
    browser = client()
    wrong = {"name": '"><script>', "password": "wrong", "next": '"><script>'}
    for _ in range(10):
        answer = browser.post("/sign-in", data=wrong)
        assert (answer.status_code, "Name or password is wrong" in answer.text) == (401, True)
        assert "<script>" not in answer.text
    answer = browser.post("/sign-in", data={"name": ada, "password": PASSWORD})
    assert (answer.status_code, "Too many attempts" in answer.text) == (429, True)
    assert browser.post("/sign-in", content=b"x" * 20_000).status_code == 413


def test_every_answer_says_what_a_browser_may_do_with_it(client: Client, ada: str) -> None:
    browser = client()
    form = browser.get("/map", headers=PAGE)
    app = signed_in(browser).get("/map")
    picture = browser.get("/media/0a.svg")
    for answer in (form, app, picture):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in form.headers["content-security-policy"]
    scripts = app.headers["content-security-policy"].partition("script-src")[2].partition(";")[0]
    assert "unsafe-inline" not in scripts
    assert "sandbox" in picture.headers["content-security-policy"]


@pytest.mark.parametrize(
    "arguments", [["--address", "0.0.0.0"], ["--server.address", "::"], ["--server.address=10.0.0.1"]]
)
def test_another_address_without_accounts_is_refused_in_a_line(
    arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.cli.status(["run", *arguments], "clipscape")
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "accounts add NAME" in said.err


def test_the_served_app_stands_behind_the_gate(ada: str, home: Path) -> None:
    command = [sys.executable, "-m", "app", "--server.address=0.0.0.0"]
    with served(command, {"CLIPSCAPE_HOME": str(home)}) as address:
        wait_until_healthy(address)
        for path in ("", "/media/a.jpg", "/_stcore/host-config", "/_stcore/stream"):
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"{address}{path}")
