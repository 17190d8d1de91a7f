"""What the map shows, checked when made, and how it is packed for the browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.kit.charts import category_colours, scale_colours
from app.scatter.sprites import Sprites
from core.errors import BadInput

IMAGE, CAPTION = 0, 1
CATEGORY_LIMIT = 65_534
NO_CODE = 65_535


@dataclass(frozen=True, eq=False)
class Points:
    """A map's geometry: it is sent to a browser once per `key`, so equal keys must mean equal points.

    Raises:
        BadInput: the arrays disagree in length, or a coordinate is not finite.
    """

    key: str
    xy: NDArray[np.float32]
    """(N, 2) float32, in any units; both axes are scaled alike to fill the map."""
    item: NDArray[np.int32]
    """(N,) int32, the item of each row: its place in `captions` and in the sprites."""
    modality: NDArray[np.uint8]
    """(N,) uint8, 0 image or 1 caption."""
    captions: Sequence[str] = ()
    """One text an item."""
    sprites: Sprites | None = None

    def __post_init__(self) -> None:
        rows = len(self.xy)
        if np.shape(self.xy) != (rows, 2) or np.shape(self.item) != (rows,) or np.shape(self.modality) != (rows,):
            shapes = ", ".join(str(np.shape(array)) for array in (self.xy, self.item, self.modality))
            raise BadInput(f"map of shapes {shapes}: needs xy (N, 2), item (N,) and modality (N,)")
        if not np.isfinite(self.xy).all():
            raise BadInput(
                f"map {self.key}: {int((~np.isfinite(self.xy)).sum())} coordinates are not finite; fit it again"
            )
        if rows and (np.min(self.item) < 0 or (len(self.captions) and np.max(self.item) >= len(self.captions))):
            raise BadInput(f"map {self.key}: items must lie in 0…{len(self.captions) - 1}, one caption each")

    def __len__(self) -> int:
        return len(self.xy)

    @cached_property
    def unit(self) -> NDArray[np.float32]:
        """(N, 2) float32 within [-1, 1]; both axes scaled alike, the middle of the extent at the origin."""
        if len(self) == 0:
            return np.zeros((0, 2), np.float32)
        xy = np.asarray(self.xy, np.float64)
        low, high = xy.min(axis=0), xy.max(axis=0)
        return ((xy - (low + high) / 2) / max(float((high - low).max()) / 2, 1e-12)).astype(np.float32)

    def packed(self) -> bytes:
        """xy float32 (N, 2), item int32 (N,), modality uint8 (N,), one after the other, little-endian."""
        arrays = self.unit.astype("<f4"), np.asarray(self.item, "<i4"), np.asarray(self.modality, np.uint8)
        return b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)


@dataclass(frozen=True, eq=False)
class Colour:
    """Colour by category (`codes` into `names`, -1 is none) or by value (`values`, NaN is none), one a row.

    Raises:
        BadInput: neither or both are given, or a code has no name.
    """

    title: str
    codes: NDArray[np.integer] | None = None
    names: Sequence[str] = ()
    palette: Sequence[str] = field(default=())
    """"#rrggbb" a name, or the stops of the scale; chosen when left out."""
    values: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        if (self.codes is None) == (self.values is None):
            raise BadInput(f"colour {self.title!r}: give codes with names, or values")
        if len(self.names) > CATEGORY_LIMIT:
            raise BadInput(f"colour {self.title!r}: {len(self.names)} categories, at most {CATEGORY_LIMIT}")
        if self.codes is not None and len(self.codes) and int(np.max(self.codes)) >= len(self.names):
            raise BadInput(
                f"colour {self.title!r}: code {int(np.max(self.codes))} has no name ({len(self.names)} names)"
            )
        if self.codes is not None and self.palette and len(self.palette) != len(self.names):
            raise BadInput(f"colour {self.title!r}: {len(self.palette)} colours for {len(self.names)} names")

    def __len__(self) -> int:
        return len(self.codes if self.codes is not None else self.values)  # type: ignore[arg-type]

    @property
    def colours(self) -> list[str]:
        """ "#rrggbb" a name, or the stops of the scale."""
        if self.palette:
            return list(self.palette)
        return category_colours(self.names) if self.codes is not None else scale_colours()

    @cached_property
    def range(self) -> tuple[float, float]:
        """Least and greatest finite value; (0, 1) where there is none."""
        finite = np.asarray(self.values)[np.isfinite(self.values)] if self.values is not None else np.zeros(0)
        return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)

    def packed(self) -> bytes:
        """uint16 codes (65535 is none) or float32 values (NaN is none), little-endian."""
        if self.codes is not None:
            return np.where(np.asarray(self.codes) < 0, NO_CODE, self.codes).astype("<u2").tobytes()
        values = np.asarray(self.values, np.float64)
        return np.where(np.isfinite(values), values, np.nan).astype("<f4").tobytes()


@dataclass(frozen=True)
class Label:
    """Words on the map, at the place of a row."""

    text: str
    row: int


@dataclass(frozen=True, eq=False)
class Picked:
    """What a person did on the map."""

    selection: NDArray[np.int32]
    """(M,) int32, rows in the lasso, ascending."""
    clicked: int | None = None
    """The row clicked last, until it is cleared."""
    webgl: bool = True
    """Whether the browser draws the map itself; else Plotly does."""


def mask_bits(mask: NDArray[np.bool_]) -> bytes:
    """One bit a row, lowest first."""
    return np.packbits(np.asarray(mask, bool), bitorder="little").tobytes()


def mask_rows(bits: bytes, count: int) -> NDArray[np.int32]:
    """The rows whose bit is set, among the first `count`."""
    flags = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[:count]
    return np.flatnonzero(flags).astype(np.int32)
