"""What a source gives: items, and what it could not read with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Value = str | int | float | bool


@dataclass(frozen=True)
class Item:
    """A picture, a caption, or both, as the source has them; the picture's bytes are not yet checked."""

    source: str
    image: bytes | None = None
    caption: str = ""
    label: str = ""
    columns: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("source", "caption", "label"):
            object.__setattr__(self, name, sound(getattr(self, name)))


@dataclass(frozen=True)
class Refused:
    """A file or row that could not be taken: where it is, and why in one line."""

    source: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", sound(self.source))
        object.__setattr__(self, "reason", sound(self.reason))


def sound(text: str) -> str:
    """Text that can be written down: names of files and JSON may hold halves of characters, which become `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


Found = Iterator[Item | Refused]
