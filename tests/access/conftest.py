"""A home of accounts, cheap hashes, and the gate before an app that says what it has let through."""

from collections.abc import Callable
from pathlib import Path

import argon2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from app.access.guard import Guard, Rules
from core.access import accounts

PASSWORD = "swordfish99"
Client = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLIPSCAPE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(accounts, "_hasher", lambda: argon2.PasswordHasher(1, 8, 1))
    return tmp_path / "home"


@pytest.fixture
def ada(home: Path) -> str:
    accounts.add("ada", "manage", PASSWORD)
    return "ada"


@pytest.fixture
def client() -> Client:
    """A browser before the gate. address: where the server listens; at: the name in the browser's address bar."""

    def made(address: str = "0.0.0.0", at: str = "http://127.0.0.1:8501", **more: object) -> TestClient:
        routes = [
            Route("/{path:path}", _said, methods=["GET", "PUT", "POST", "DELETE"]),
            WebSocketRoute("/_stcore/stream", _stream),
        ]
        gate = Middleware(Guard, rules=Rules(address, **more))  # type: ignore[arg-type]
        return TestClient(Starlette(routes=routes, middleware=[gate]), base_url=at, follow_redirects=False)

    return made


def signed_in(client: TestClient, name: str = "ada", password: str = PASSWORD) -> TestClient:
    """The same, after the form."""
    answer = client.post("/sign-in", data={"name": name, "password": password, "next": "/map"})
    assert answer.status_code == 303, answer.text
    return client


async def _said(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"the app at {request.url.path}")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("the app")
    await socket.close()
