"""What a source gives: items, and what it could not read with the reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

Value = str | int | float | bool


@dataclass(frozen=True)
class Item:
    """A picture, captions, or both, as the source has them; the picture's bytes are not yet checked.

    captions: all of them in their order, without empty ones and repeats; caption: the first, or "".
    """

    source: str
    image: bytes | None = None
    caption: str = ""
    label: str = ""
    columns: Mapping[str, Value] = field(default_factory=dict)
    captions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("source", "label"):
            object.__setattr__(self, name, sound(getattr(self, name)))
        captions = different((self.caption, *self.captions))
        object.__setattr__(self, "captions", captions)
        object.__setattr__(self, "caption", captions[0] if captions else "")

    def with_more(self, other: "Item") -> "Item":
        """What another of the same content says beside: further captions, and the label and columns that lack here."""
        columns = {**other.columns, **self.columns}
        captions = self.captions + other.captions
        return replace(self, captions=captions, label=self.label or other.label, columns=columns)


@dataclass(frozen=True)
class Refused:
    """A file or row that could not be taken: where it is, and why in one line."""

    source: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", sound(self.source))
        object.__setattr__(self, "reason", sound(" ".join(self.reason.splitlines())))  # names may hold line ends


class Noted(Refused):
    """What was taken, but not as it stood: where it is, and what became of it."""


def different(captions: Iterable[str]) -> tuple[str, ...]:
    """Captions in their order that can be written down, without empty ones and repeats."""
    return tuple(dict.fromkeys(sound(caption) for caption in captions if caption.strip()))


def distinct_names(names: Iterable[str]) -> list[str]:
    """Columns of one name are kept apart.

    >>> distinct_names(["size", "by", "size", "size"])
    ['size', 'by', 'size (2)', 'size (3)']
    """
    found = dict[str, None]()
    for name in names:
        number, own = 2, name
        while own in found:
            own, number = f"{name} ({number})", number + 1
        found[own] = None
    return list(found)


def sound(text: str) -> str:
    """Text that can be written down: names of files and JSON may hold halves of characters, which become `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


ItemIterator = Iterator[Item | Refused]
