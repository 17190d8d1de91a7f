"""How a result was made, its run card, and where it goes; the recipe of a map."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from errno import ENOENT
from os import strerror
from os.path import basename
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput, BadParameter
from core.inputs import Rows
from core.methods import Method, find
from core.results import Floats
from core.versions import versions

if TYPE_CHECKING:
    from core.runs.record import Record
    from core.workspace import RunCard

PACKAGE = "core.maps"
GAPS = ("keep", "centre")


@dataclass(frozen=True)
class Recipe:
    """A method with its parameters, and what is done about the gap between images and captions."""

    method: Method
    params: Any
    gap: str = "keep"

    @classmethod
    def of(cls, method: str, given: Mapping[str, Any], seed: int | None = None) -> "Recipe":
        """From names and values, `gap` among them."""
        chosen = find(PACKAGE, method)
        values = {name: value for name, value in given.items() if name != "gap"}
        params = chosen.make_params(values if seed is None else values | {"seed": seed})
        return cls(chosen, params, _checked(given.get("gap", "keep")))

    @classmethod
    def of_card(cls, card: "RunCard") -> "Recipe":
        """As the card of a map says."""
        check_map(card)
        return cls.of(card.method, card.params, card.seed)

    @property
    def places(self) -> bool:
        """Whether the method can put new rows on a map."""
        return self.method.place is not None

    @property
    def place(self) -> Callable[..., Floats]:
        """How the method puts new rows on a map; raises `BadInput` where it cannot."""
        if self.method.place is None:
            raise BadInput(f"{self.method.title} cannot place new items: draw a new map")
        return self.method.place

    @property
    def metric(self) -> str:
        return getattr(self.params, "metric", "euclidean")

    def vectors(self, rows: Rows, reference: Rows) -> Floats:
        """The rows as the method sees them; "centre" takes the mean of the reference's images and captions away."""
        return rows.vectors if self.gap == "keep" else centred(rows, reference)

    def card_params(self) -> dict[str, Any]:
        return asdict(self.params) | {"gap": self.gap}


def check_map(card: "RunCard") -> None:
    """Raises `BadInput` unless it is the card of a map."""
    if card.kind != "map":
        raise BadInput(f"run {card.id} is no map but a {card.kind} run: choose a map")


def centred(rows: Rows, reference: Rows) -> Floats:
    """Each row less the mean of the reference's rows of its modality: (N, D) float32."""
    moved = rows.vectors.copy()
    for modality in np.unique(rows.modality):
        mine = reference.vectors[reference.modality == modality]
        if len(mine):
            moved[rows.modality == modality] -= mine.mean(axis=0)
    return moved


@dataclass(frozen=True)
class Analysis:
    """What a run card says of work that is no method of a package."""

    name: str
    title: str


@dataclass(frozen=True)
class Made:
    """What a run card says of a result beside the rows that went in.

    params: the seed among them, where there is one.
    """

    kind: str
    method: Method | Analysis
    params: Mapping[str, Any]
    seconds: float
    metrics: Mapping[str, Any]

    def card(self, rows: Rows) -> "RunCard":
        """A new card, with an id of its own."""
        from core.workspace import RunCard

        return RunCard(
            id=uuid4().hex[:12],
            kind=self.kind,
            method=self.method.name,
            title=self.method.title,
            params=self.params,
            seed=self.params.get("seed", 0),
            model=rows.model,
            space=rows.space,
            items=len(set(rows.ids.tolist())),
            fingerprint=rows.fingerprint,
            versions=versions(),
            seconds=self.seconds,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            metrics=self.metrics,
        )


def save(rows: Rows, made: Made, arrays: Mapping[str, NDArray]) -> str | None:
    """The id of the new run; None where the rows are of no workspace."""
    return None if rows.workspace is None else rows.workspace.save_run(made.card(rows), arrays)


def keep(rows: Rows, record: "Record") -> str | None:
    """The id of the record's run; None where the rows are of no workspace."""
    return None if rows.workspace is None else record.save(rows.workspace)


def write_arrays(out: str, arrays: Mapping[str, NDArray]) -> None:
    """Writes a `.npz`; raises `BadInput` where that cannot be."""
    path = npz_path(out)
    try:
        np.savez(path, allow_pickle=False, **arrays)
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}") from None


def npz_path(out: str) -> Path:
    """The file, with its ending; raises `BadInput` as `check_out` does."""
    check_out(out)
    return Path(out if out.endswith(".npz") else f"{out}.npz")


def check_out(out: str | None) -> None:
    """Before the work for it: raises `BadInput` where no file of that name can be written; None: none is asked for."""
    if out is None:
        return
    if not basename(out).strip("."):
        raise BadInput(f"{out or 'an empty name'} is no name of a file: name one, such as result.npz")
    if not Path(out).parent.is_dir():
        raise BadInput(f"{out} cannot be written: {strerror(ENOENT)}")


def _checked(gap: str) -> str:
    if gap not in GAPS:
        raise BadParameter(f"gap={gap!r} is not one of {', '.join(GAPS)}", "gap")
    return gap
