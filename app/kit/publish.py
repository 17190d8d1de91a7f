"""Bytes for the browser: small ones travel inside the message, large ones under an address of this server.

Streamlit drops a media file as soon as a run of the script does not name it again. The map's files must outlive
runs and pages, so they are registered from a thread with a session of its own, which never ends, at a bounded
 number of places: a new file takes the place of the one that was used longest ago.
"""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, NamedTuple

from app.kit.streamlit_internals import Files, join_session, media_files

INLINE_LIMIT = 12_000
KEPT_FILES = 2_000
KEPT_BYTES = 768 * 2**20


class _File(NamedTuple):
    url: str
    place: str
    size: int


class Publisher:
    """Addresses of files by the name of their content, the least recently used first."""

    def __init__(self, files: Files, kept_files: int = KEPT_FILES, kept_bytes: int = KEPT_BYTES) -> None:
        self.files, self.kept_files, self.kept_bytes = files, kept_files, kept_bytes
        self._known: OrderedDict[str, _File] = OrderedDict()
        self._places = [f"clipscape-map-{place}" for place in reversed(range(kept_files))]
        self._thread = ThreadPoolExecutor(1, "clipscape-publish", join_session, ("clipscape-map",))
        self._lock = Lock()

    def address(self, name: str, make: Callable[[], bytes], mimetype: str = "application/octet-stream") -> str:
        """The address of the file called `name`; `make()` is called only where it is not there yet."""
        with self._lock:
            if name in self._known:
                self._known.move_to_end(name)
                return self._known[name].url
        data = make()
        with self._lock:
            if name not in self._known:
                self._make_room(len(data))
                place = self._places.pop()
                # Streamlit names large files by a sample of their bytes, so the name of the content goes in too.
                url = self._thread.submit(self.files.add, data, mimetype, place, name).result()
                self._known[name] = _File(url, place, len(data))
            return self._known[name].url

    def _make_room(self, size: int) -> None:
        held = sum(file.size for file in self._known.values())
        while self._known and (not self._places or held + size > self.kept_bytes):
            _, oldest = self._known.popitem(last=False)
            self._thread.submit(self.files.add, b"", "application/octet-stream", oldest.place).result()
            self._places.append(oldest.place)
            held -= oldest.size


_publishers: dict[int, Publisher] = {}


def publisher() -> Publisher:
    """The one of the running server."""
    files = media_files()
    known = _publishers.get(id(files))
    if known is None or known.files is not files:
        known = _publishers[id(files)] = Publisher(files)
    return known


def source(name: str, make: Callable[[], bytes], size: int) -> dict[str, Any]:
    """What the browser loads: the bytes themselves where they are few, else their address."""
    if size <= INLINE_LIMIT:
        return {"inline": base64.b64encode(make()).decode()}
    return {"url": publisher().address(name, make)}


def fingerprint(*parts: bytes | str) -> str:
    """The same for the same parts in the same order."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
