"""How a map was made, and its run card."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from core.errors import BadInput, BadParameter
from core.inputs import Rows
from core.methods import Method, find
from core.results import Floats, Map

if TYPE_CHECKING:
    from core.workspace import RunCard

PACKAGE = "core.maps"
GAPS = ("keep", "centre")
LIBRARIES = ("numpy", "scipy", "scikit-learn", "faiss-cpu", "openTSNE", "umap-learn", "numba")


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
        if card.kind != "map":
            raise BadInput(f"run {card.id} is no map but a {card.kind} run: choose a map")
        return cls.of(card.method, card.params, card.seed)

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


def centred(rows: Rows, reference: Rows) -> Floats:
    """Each row less the mean of the reference's rows of its modality: (N, D) float32."""
    moved = rows.vectors.copy()
    for modality in np.unique(rows.modality):
        mine = reference.vectors[reference.modality == modality]
        if len(mine):
            moved[rows.modality == modality] -= mine.mean(axis=0)
    return moved


def save_map(rows: Rows, recipe: Recipe, drawn: Map, seconds: float, parent: str | None = None) -> str | None:
    """The id of the new run; None where the rows are of no workspace."""
    if rows.workspace is None:
        return None
    from core.workspace import RunCard

    history = {"parent": parent} if parent else {}
    card = RunCard(
        id=uuid4().hex[:12],
        kind="map",
        method=recipe.method.name,
        title=recipe.method.title,
        params=recipe.card_params(),
        seed=recipe.params.seed,
        model=rows.model,
        space=rows.space,
        items=len(set(rows.ids.tolist())),
        fingerprint=rows.fingerprint,
        versions=versions(),
        seconds=seconds,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        metrics={**drawn.metrics, "partial": drawn.partial, **history},
    )
    return rows.workspace.save_run(card, {"ids": rows.ids, "modality": rows.modality, "xy": drawn.xy})


def versions() -> dict[str, str]:
    """The libraries that a map comes from."""
    return {name: found for name in LIBRARIES if (found := _version(name))}


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _checked(gap: str) -> str:
    if gap not in GAPS:
        raise BadParameter(f"gap={gap!r} is not one of {', '.join(GAPS)}")
    return gap
