"""The one gate before pages, websockets, pictures, uploads and scripts, as ASGI middleware.

A page of another site must not use the app through a person's browser: a request needs a Host that is this app's (a
name that somebody points at 127.0.0.1 is not), and an Origin, where there is one, that is the same. Where people have
accounts, it needs a session too; see `core.access.sessions`.
"""

from asyncio import Semaphore
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from ipaddress import ip_address
from socket import gethostname
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access import page
from core.access import accounts, audit, sessions
from core.access.attempts import Attempts
from core.errors import ClipscapeError

LOCAL = {"localhost", "127.0.0.1", "::1"}
LARGEST_FORM = 10_000
"""Bytes of what is sent to sign in."""
REMEDY = "open it by its own, or start it with --server.allowedHosts NAME"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
INLINE = "'sha256-{}'"
PAGE = (
    "default-src 'self'; script-src 'self' blob: 'unsafe-eval' 'wasm-unsafe-eval' {inline}; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; connect-src 'self' ws: wss: data: blob:; frame-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Streamlit's own scripts, those of components (it makes blobs of them) and what regl compiles; styles are inline."""
FILE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
"""A file that is opened by its address runs nothing."""


@dataclass(frozen=True)
class Rules:
    """address: where the server listens. allowed: further names of it. base: before every path, `/lab`.

    inline: hashes of the scripts that stand in Streamlit's page.
    """

    address: str
    allowed: Sequence[str] = ()
    base: str = ""
    inline: Sequence[str] = ()
    names: frozenset[str] = field(default_factory=lambda: frozenset({*LOCAL, gethostname().lower()}))

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return accounts.is_local(self.address)

    def demands(self) -> bool:
        """Whether somebody must sign in: beyond this machine always, here once there are accounts."""
        return accounts.are_demanded(self.address)

    def answers(self, host: str) -> bool:
        """Whether that is a name of this server. Beyond this machine any number is: what rebinds is a name."""
        name = hostname(host)
        if name in (LOCAL if self.local else self.names) or name == self.address.lower():
            return True
        return any(_is_like(name, each) for each in self.allowed) or (not self.local and _is_number(name))

    def policy(self, path: str) -> str:
        """The Content-Security-Policy of what lies there."""
        if path.startswith(f"{self.base}/media/"):
            return FILE
        return PAGE.format(inline=" ".join(INLINE.format(each) for each in self.inline))

    def is_open(self, path: str) -> bool:
        """Whether anybody may have it: what the page of signing in is made of, and whether the server is well."""
        return path == f"{self.base}/_stcore/health" or (
            path.startswith(f"{self.base}/app/static/") and ".." not in path
        )


class Guard:
    """The gate; see the module."""

    def __init__(self, app: ASGIApp, rules: Rules, attempts: Attempts | None = None) -> None:
        self.app, self.rules, self.attempts = app, rules, attempts or Attempts()
        self._at_once = Semaphore(2)  # each costs memory and a core

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        refused = await self._refusal(scope, receive)
        if scope["type"] == "websocket":
            return await (
                self.app(scope, receive, send) if refused is None else send({"type": "websocket.close", "code": 1008})
            )
        send = partial(self._with_headers, send, scope["path"])
        await (refused or self.app)(scope, receive, send)

    async def _refusal(self, scope: Scope, receive: Receive) -> Response | None:
        """What is answered in place of the app; None where the app answers."""
        asked = HTTPConnection(scope)
        host, origin = asked.headers.get("host", ""), asked.headers.get("origin")
        if not self.rules.answers(host):
            return _plain(f"{host[:100]} is no name of this server: {REMEDY}", 421)
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return _plain("this request comes from the page of another site", 403)
        try:
            return await self._signing_in(scope, asked, receive) if self.rules.demands() else None
        except ClipscapeError as error:
            return _plain(str(error), 503)

    async def _signing_in(self, scope: Scope, asked: HTTPConnection, receive: Receive) -> Response | None:
        path, method = scope["path"], scope.get("method", "GET")
        if self.rules.is_open(path):
            return None
        if path == f"{self.rules.base}/sign-out":
            return self._signed_out(asked)
        if path == f"{self.rules.base}/sign-in":
            return await self._tried(Request(scope, receive)) if method == "POST" else self._to("")
        if name := sessions.name_of(asked.cookies.get(sessions.COOKIE)):
            return self._too_much(name, asked) if method == "PUT" else None
        if method != "GET" or "text/html" not in asked.headers.get("accept", ""):
            return _plain("sign in first", 401)
        if asked.headers.get("sec-fetch-site") == "cross-site":
            return HTMLResponse(
                page.AGAIN
            )  # a link from elsewhere: the browser withholds the cookie until it asks itself
        return self._form(path, 401)

    async def _tried(self, request: Request) -> Response:
        """Somebody's name and password."""
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_FORM:
                return _plain("too much for a name and a password", 413)
        given = {name: values[0] for name, values in parse_qs(bytes(body).decode("utf-8", "replace")).items()}
        name, target = given.get("name", "").strip(), given.get("next", "")
        keys = (f"name {name}", f"from {request.client.host if request.client else ''}")
        if wait := self.attempts.wait(*keys):
            return self._form(target, 429, f"Too many attempts: try again in {wait / 60 + 0.5:.0f} minutes")
        async with self._at_once:
            right = await run_in_threadpool(accounts.is_right, name, given.get("password", ""))
        audit.log(name[:60], "sign in" if right else "sign in refused")
        if not right:
            return self._form(target, 401, "Name or password is wrong", name=name[:60])
        self.attempts.forgive(*keys)
        answer = self._to(target)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            sessions.COOKIE,
            sessions.begin(name),
            sessions.LIFE,
            path=self.rules.base or "/",
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return answer

    def _too_much(self, name: str, upload: HTTPConnection) -> Response | None:
        """Why a person may not send a file of this size; None where they may. Streamlit holds it to that size."""
        from core.access import quotas  # the store's libraries, which the first page need not wait for

        if accounts.read().account(name).role == "look":
            return _plain(f"{name}: the role look brings nothing", 403)
        length, left = upload.headers.get("content-length", ""), quotas.bytes_left(name)
        if left is None or (length.isdecimal() and int(length) <= left):
            return None
        return _plain(f"{length or 'unknown'} bytes, but {left} are left of your limit: delete something first", 413)

    def _signed_out(self, asked: HTTPConnection) -> Response:
        if asked.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _plain("this request comes from the page of another site", 403)
        sessions.end(asked.cookies.get(sessions.COOKIE, ""))
        answer = self._form("", 200, "You are signed out", good=True)
        answer.delete_cookie(sessions.COOKIE, path=self.rules.base or "/", httponly=True, samesite="strict")
        return answer

    def _form(self, target: str, status: int, line: str = "", good: bool = False, name: str = "") -> HTMLResponse:
        headers = {"Content-Security-Policy": page.POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(page.form(self.rules.base, target, line, good, name), status, headers)

    def _to(self, target: str) -> RedirectResponse:
        """To a place of this app, and no other."""
        inside = target.startswith(f"{self.rules.base}/") and not target.startswith(("//", "/\\"))
        return RedirectResponse(target if inside else f"{self.rules.base}/", 303)

    async def _with_headers(self, send: Send, path: str, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {**HEADERS, "Content-Security-Policy": self.rules.policy(path)}.items():
                headers.setdefault(name, value)
        await send(message)


def hostname(host: str) -> str:
    """`[::1]:8501` → `::1`, in small letters; "" for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        plain = parts.username is None and not parts.path and not parts.query and (parts.port or True)
        return (parts.hostname or "").rstrip(".") if plain else ""
    except ValueError:
        return ""


def _is_like(name: str, pattern: str) -> bool:
    """pattern: a name, `*.example.org`, or `*`."""
    return pattern == "*" or fnmatchcase(name, pattern.lower().rstrip("."))


def _is_number(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


def _plain(line: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(f"clipscape: {line}\n", status)
