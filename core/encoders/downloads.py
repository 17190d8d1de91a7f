"""One file of the hub, over a connection that may break: what has come is kept, and the rest is asked for."""

import time
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Any

from core.encoders.hub import HubFile, plainly
from core.errors import MissingWeights, one_line
from core.formats import size

TIMEOUT = 10.0
"""Seconds of silence after which a connection counts as broken."""
ATTEMPTS = 4
"""How often in a row it is tried without a byte that is new."""
PAUSE = 1.0

OnArrival = Callable[[int], None]
"""Called with the bytes of the file that are here; raises `Cancelled` to stop."""


def download(file: HubFile, folder: Path, on_arrival: OnArrival) -> Path:
    """The file in `folder`; raises `MissingWeights`. What came before a stop, or a kill, is not asked for again."""
    target = folder / file.name
    if target.is_file() and target.stat().st_size == file.size:
        on_arrival(file.size)
        return target
    partial = folder / f"{file.name}.{(file.digest or file.revision)[:12]}.part"
    receive(file, partial, on_arrival)
    check(file, partial)
    return partial.rename(target)


def receive(file: HubFile, partial: Path, on_arrival: OnArrival) -> None:
    """Fills the partial file to its end, however often the connection breaks."""
    from httpx2 import TransportError

    fruitless = 0
    while fruitless < ATTEMPTS:
        before = arrived(partial)
        on_arrival(before)
        try:
            stream(file, partial, on_arrival)
            return
        except TransportError as error:
            broken = error
        fruitless = 0 if arrived(partial) > before else fruitless + 1
        time.sleep(PAUSE)
    raise MissingWeights(
        f"{file.repository}: the connection broke at {size(arrived(partial))} of {size(file.size)} "
        f"({one_line(broken, 120)}); "
        "what has come is kept: ask for it again to go on"
    )


def stream(file: HubFile, partial: Path, on_arrival: OnArrival) -> None:
    """One connection: asks for what is still missing and appends it."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    begin = arrived(partial)
    if begin and begin == file.size:
        return
    headers = build_hf_headers() | {"Accept-Encoding": "identity"} | ({"Range": f"bytes={begin}-"} if begin else {})
    url = hf_hub_url(file.repository, file.name, revision=file.revision)
    with get_session().stream("GET", url, headers=headers, timeout=TIMEOUT) as answer:
        try:
            hf_raise_for_status(answer)
        except Exception as error:
            if answer.status_code == 416:  # the hub cannot go on from there: it is begun anew next time
                partial.unlink()
            raise plainly(file.repository, error) from None
        append(answer, partial, begin if answer.status_code == 206 else 0, on_arrival)


def append(answer: Any, partial: Path, begin: int, on_arrival: OnArrival) -> None:
    """The answer's bytes, from `begin` on."""
    with partial.open("r+b" if begin else "wb", buffering=0) as written:
        written.seek(begin)
        for piece in answer.iter_bytes():
            begin += written.write(piece)
            on_arrival(begin)


def check(file: HubFile, partial: Path) -> None:
    """Raises `MissingWeights` for a file that is not what the hub has, and begins anew next time."""
    short = file.size and arrived(partial) != file.size
    if short or (file.digest and digest(partial) != file.digest):
        partial.unlink()
        raise MissingWeights(f"{file.repository}: {file.name} did not arrive as it is on the hub: ask for it again")


def digest(path: Path) -> str:
    """SHA-256."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def arrived(partial: Path) -> int:
    return partial.stat().st_size if partial.exists() else 0
