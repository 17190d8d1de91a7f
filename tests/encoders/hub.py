"""A hub on this machine: the few questions that a download asks, and the ways in which it may go wrong."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

REVISION = "c0ffee" * 6 + "c0ff"


@dataclass
class FakeHub:
    """repositories: files by name. cards: what their model cards state. gated: those that want a licence accepted.

    break_after: bytes after which each of so many answers breaks off. ignore_range: it always begins at the beginning.
    silent: it takes questions and gives no answer. slow: seconds between two pieces of an answer.
    asked: the paths; sent: how many bytes of files.
    """

    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    cards: dict[str, dict] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    break_after: list[int] = field(default_factory=list)
    ignore_range: bool = False
    silent: bool = False
    slow: float = 0.0
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    address: str = ""

    def info(self, repository: str) -> dict:
        files = self.repositories[repository]
        siblings = [{"rfilename": name, "size": len(data), **lfs(name, data)} for name, data in files.items()]
        gated = "auto" if repository in self.gated else False
        return {
            "id": repository,
            "sha": REVISION,
            "siblings": siblings,
            "cardData": self.cards.get(repository),
            "gated": gated,
        }

    def files_asked(self) -> list[str]:
        return [path.rsplit("/", 1)[1] for path in self.asked if "/resolve/" in path]


def lfs(name: str, data: bytes) -> dict:
    if not name.endswith((".safetensors", ".bin")):
        return {}
    return {"lfs": {"sha256": sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}}


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.hub.asked.append(self.path)
        if self.hub.silent:
            time.sleep(60)
        self.answer(200, b"")

    def do_GET(self) -> None:
        self.hub.asked.append(self.path)
        path = self.path.partition("?")[0]
        if found := re.fullmatch(r"/api/models/(.+)", path):
            self.describe(found[1])
        elif found := re.fullmatch(r"/(.+)/resolve/([^/]+)/(.+)", path):
            self.give(found[1], found[3])
        else:
            self.answer(404, b"")

    def describe(self, repository: str) -> None:
        if repository not in self.hub.repositories:
            self.answer(401, b"{}", {"X-Error-Code": "RepoNotFound"})
        else:
            self.answer(200, json.dumps(self.hub.info(repository)).encode())

    def give(self, repository: str, name: str) -> None:
        if repository in self.hub.gated:
            return self.answer(403, b"", {"X-Error-Code": "GatedRepo"})
        data = self.hub.repositories[repository].get(name)
        if data is None:
            return self.answer(404, b"", {"X-Error-Code": "EntryNotFound"})
        wanted = self.headers.get("Range")
        if not wanted or self.hub.ignore_range:
            return self.stream(200, data, 0)
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.stream(206, data, begin) if begin < len(data) else self.answer(416, b"")

    def stream(self, status: int, data: bytes, begin: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) - begin))
        self.send_header("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        end = min(len(data), begin + self.hub.break_after.pop(0)) if self.hub.break_after else len(data)
        with suppress(OSError):
            for at in range(begin, end, 1 << 18):
                piece = data[at : min(at + (1 << 18), end)]
                self.wfile.write(piece)
                self.hub.sent += len(piece)
                time.sleep(self.hub.slow)
        self.close_connection = True

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *parts: object) -> None:
        pass


@contextmanager
def serving(hub: FakeHub) -> Iterator[FakeHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"hub": hub}))
    server.daemon_threads = True
    server.block_on_close = False
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield hub
    server.shutdown()
    server.server_close()


def lead_to(address: str, cache: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's client asks there, and has an empty cache."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
