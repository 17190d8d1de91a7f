"""What features are correlated with: the embeddings' dimensions, their principal components, or a reduced model's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import NDArray

from core.commands.items import item_rows
from core.errors import BadInput, MissingData
from core.inputs import Rows
from core.progress import Report, silent
from core.results import Floats, places
from core.semantics.correlation import components

DIMENSIONS, COMPONENTS = "dimensions", "components"


@dataclass(frozen=True)
class Codes:
    """C numbers an item. values: (N, C) float32. arrays: how to make them again, for a run.

    Of principal components these are `code_mean` (D,), `code_axes` (C, D) and `code_shares` (C,).
    """

    values: Floats
    arrays: Mapping[str, NDArray] = field(default_factory=dict)


def codes(rows: Rows, against: str, report: Report = silent) -> Codes:
    """Of the rows' items. against: "dimensions", "components", or the name of a model, which may be a reduced one."""
    if against == DIMENSIONS:
        return Codes(rows.vectors)
    if against == COMPONENTS:
        found = components(rows.vectors, report)
        arrays: dict[str, NDArray] = {"code_mean": found.mean, "code_axes": found.axes, "code_shares": found.shares}
        return Codes(found(rows.vectors), arrays)
    return Codes(_of_model(rows, against))


def _of_model(rows: Rows, model: str) -> Floats:
    if rows.workspace is None:
        raise BadInput(f"against {model}: a .npz has no other models; choose {DIMENSIONS} or {COMPONENTS}", "against")
    others = item_rows(rows.workspace.path, rows.space, model)
    place = places(rows.ids, others.ids)
    if len(lacking := rows.ids[place < 0]):
        lacks = f"it lacks {len(lacking):,} of the items, the first is {lacking[0]}"
        raise MissingData(f"against {model}: {lacks}", "against")
    return others.vectors[place]
