"""Items of any source → rows of a workspace, batch by batch: known by their content, their pictures checked."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from core.errors import BadPicture
from core.formats import shortened
from core.machine import usable_processors
from core.progress import Progress, Report
from core.sources.items import Item, Noted, Refused, distinct_names
from core.sources.pictures import preview
from core.workspace.columns import safe_name
from core.workspace.identity import Checked, content_id
from core.workspace.items import Items
from core.workspace.store import Store

BATCH_BYTES = 64 * 2**20
THREADS = min(8, usable_processors())
"""That check pictures."""

Batch = list[Item | Refused]


@dataclass(frozen=True)
class Added:
    """What came of adding items.

    added: new items. skipped: items that were here already. refused: what was left out, and why.
    ids: of all items given that are in the workspace now, in their order. notes: what was taken but changed.
    captions: new ones of items that were here already.
    """

    added: int
    skipped: int
    refused: tuple[Refused, ...] = ()
    ids: tuple[str, ...] = ()
    notes: tuple[Refused, ...] = ()
    captions: int = 0


def add(
    store: Store, items: Items, found: Iterable[Item | Refused], report: Report, size: int, total: int | None
) -> Added:
    """Each batch is written whole or not at all; what was written stays, whatever comes after."""
    adding = _Adding(store, items)
    with ThreadPoolExecutor(THREADS) as pool:
        for batch in _batches(found, size):
            adding.take(batch, pool)
            report(adding.progress(total))
    with store.writing():
        items.compact()
    return adding.result()


def _batches(found: Iterable[Item | Refused], size: int) -> Iterator[Batch]:
    """At most so many items, and not many more bytes than the limit, at a time."""
    batch: Batch = []
    held = 0
    for each in found:
        batch.append(each)
        held += len(each.image or b"") if isinstance(each, Item) else 0
        if len(batch) >= size or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


class _Adding:
    """Takes batches and keeps the sums."""

    def __init__(self, store: Store, items: Items) -> None:
        self._store, self._items = store, items
        self._start = time.monotonic()
        self._seen = self._added = self._skipped = self._captions = 0
        self._refused: list[Refused] = []
        self._notes: list[Refused] = []
        self._ids: dict[str, None] = {}
        self._called: dict[str, str] = {}

    def take(self, batch: Batch, pool: ThreadPoolExecutor) -> None:
        self._seen += len(batch)
        self._notes += [each for each in batch if isinstance(each, Noted)]
        self._refused += [each for each in batch if isinstance(each, Refused) and not isinstance(each, Noted)]
        named = [(content_id(each), self._with_columns(each)) for each in batch if isinstance(each, Item)]
        known, pictured = self._items.places(), self._items.with_picture()
        first = {
            id: item
            for id, item in reversed(named)
            if id not in known or (item.image is not None and id not in pictured)
        }
        checked = check(dict(reversed(first.items())), pool)
        self._refused += [Refused(item.source, why) for id, item in named if isinstance(why := checked.get(id), str)]
        self._write(
            [(id, item) for id, item in named if not isinstance(checked.get(id), str)],
            [each for each in checked.values() if isinstance(each, Checked)],
        )

    def _with_columns(self, item: Item) -> Item:
        """With its columns as they are called here, where the same name means the same column in every batch."""
        if new := [name for name in item.columns if name not in self._called]:
            called = distinct_names([*self._called.values(), *map(safe_name, new)])[len(self._called) :]
            self._called |= dict(zip(new, called, strict=True))
            pairs = [(name, own) for name, own in zip(new, called, strict=True) if own != name.strip()]
            self._notes += [Noted(f"column {shortened(name)}", f"it is {own!r} here") for name, own in pairs]
        return replace(item, columns={self._called[name]: value for name, value in item.columns.items()})

    def _write(self, sound: Sequence[tuple[str, Item]], checked: Sequence[Checked]) -> None:
        with self._store.writing():
            new = self._items.append(checked)
            written = {each.id: each.item for each in checked if each.id in new}
            again = [(id, item) for id, item in sound if written.get(id) is not item]
            self._captions += self._items.fill(again)
        self._added += len(new)
        self._skipped += len(again)
        self._ids |= dict.fromkeys(id for id, _ in sound)
        moving = [each for each in checked if each.frames > 1]
        self._notes += [Refused(e.item.source, f"holds {e.frames} pictures: the first is taken") for e in moving]

    def progress(self, total: int | None) -> Progress:
        rate = self._seen / max(time.monotonic() - self._start, 1e-9)
        more = f", {self._captions:,} captions added to items that were here" if self._captions else ""
        return Progress(self._seen, total, f"{self._added:,} items added{more}", {"rate": rate})

    def result(self) -> Added:
        lists = (tuple(self._refused), tuple(self._ids), tuple(self._notes))
        return Added(self._added, self._skipped, *lists, self._captions)


def check(items: Mapping[str, Item], pool: ThreadPoolExecutor) -> dict[str, Checked | str]:
    """Each item by its id: checked, or why it cannot be used. Pillow decodes without holding the GIL."""
    return dict(zip(items, pool.map(_check, items, items.values()), strict=True))


def _check(id: str, item: Item) -> Checked | str:
    if item.image is None:
        return Checked(id, item) if item.caption.strip() else "neither a picture nor a caption"
    try:
        found = preview(item.image)
    except BadPicture as error:
        return str(error)
    return Checked(id, item, found.thumbnail, found.frames)
