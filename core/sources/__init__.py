"""Where pictures and captions come from. Each kind of source is one file with a `KIND`; the package finds it.

    for found in read("photos/"):        # a folder, a zip, a table, COCO's JSON, a bundled set's name
        match found:
            case Item(source, image, caption, label, columns, captions): ...
            case Refused(source, reason): ...

Pictures are passed on as their bytes, unchecked: `core.sources.pictures` checks and converts them,
once, where their thumbnail is made.
"""

from collections.abc import Iterator
from pathlib import Path

from core.errors import BadInput
from core.sources.bundled import Dataset, datasets, names
from core.sources.files import is_zip
from core.sources.gather import SIDECARS
from core.sources.items import Item, Refused
from core.sources.kinds import Kind, endings, kinds, parser_of

__all__ = [
    "Dataset",
    "Item",
    "Refused",
    "count",
    "datasets",
    "endings",
    "is_captions",
    "is_zip",
    "kinds",
    "read",
    "uploadable",
]


def read(source: str | Path, captions: str | Path | None = None) -> Iterator[Item | Refused]:
    """The items of a source, streaming; raises `BadInput` where there is no such source.

    source: a folder (sub-folders become labels; tables in it, the lists of COCO, Flickr and CelebA add captions), a zip
    laid out likewise, a table that names pictures or holds them (`endings`), or a bundled set's name.
    captions: a table for the pictures of a folder or zip, in place of those that lie in it.
    """
    return _kind(source).read(Path(source), None if captions is None else Path(captions))


def count(source: str | Path) -> int | None:
    """How many items to expect, where that is cheap to know: the total of a progress bar."""
    return _kind(source).count(Path(source))


def is_captions(name: str) -> bool:
    """Whether a file of that name holds captions of the pictures beside it."""
    return parser_of(name) is not None


def uploadable() -> tuple[str, ...]:
    """Endings of files beside pictures that may be dropped: sources, tables, and a picture's own caption."""
    return tuple(sorted({*endings(), *SIDECARS}))


def _kind(source: str | Path) -> Kind:
    path = Path(source)
    for kind in kinds():
        if kind.recognises(path):
            return kind
    if path.exists():
        raise BadInput(f"{source}: not a source: give a folder, a bundled set or a file: {', '.join(endings())}")
    raise BadInput(f"{source}: no such file or folder, nor a bundled set ({', '.join(names()) or 'none here'})")
