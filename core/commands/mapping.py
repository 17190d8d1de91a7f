"""Drawing maps, and putting new items on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.commands.runs import Recipe, save_map, write_arrays
from core.errors import Cancelled
from core.inputs import MODALITIES, Rows, open_workspace, read_rows, workspace_rows
from core.maps.quality import quality
from core.methods import seed_of
from core.progress import Bar, Report, silent
from core.results import Floats, Map
from core.workspace import RunCard, Workspace
from core.workspace.captions import caption_id

FIRST_MAP = "tsne"
LEAST_ITEMS = 5
"""With fewer points a first map would say nothing."""


def map(
    source: str,
    method: str,
    space: str = "both",
    params: Mapping[str, Any] | None = None,
    seed: int | None = None,
    model: str | None = None,
    gap: str = "keep",
    out: str | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Draws a map of an input and saves it as a run of its workspace (a `.npz` has none: `run` is None).

    Every image and every caption of an item, though it has several, is a point of its own.
    `gap="centre"` moves images and captions each to its own mean first, which closes the modality gap.
    `params` may be those of a run card, `gap` among them. `out` names a `.npz` for ids, modality and xy.
    """
    recipe = Recipe.of(method, {"gap": gap} | dict(params or {}), seed)
    rows = read_rows(source, space, model)
    bar, start = Bar(report), perf_counter()
    vectors = recipe.vectors(rows, rows)
    drawn = recipe.method.fit(vectors, recipe.params, bar.follow)
    drawn = _judged(drawn, vectors, recipe, bar)
    seconds = perf_counter() - start
    if out is not None:
        write_arrays(out, {**rows.named(), "modality": rows.modality, "xy": drawn.xy})
    return _summary(save_map(rows, recipe, drawn, seconds), drawn, seconds)


def place_new(workspace: str, run: str, report: Report = silent) -> dict[str, Any]:
    """Puts what was embedded since a map was made onto that map, saved as a new run; the map's points do not move.

    With nothing new, the same `run` comes back and `placed` is 0.
    """
    parent = open_workspace(workspace).run(run)
    recipe = Recipe.of_card(parent.card)
    rows = workspace_rows(open_workspace(workspace), parent.card.space, parent.card.model)
    known = _Known.among(rows, parent.arrays)
    new = np.setdiff1d(np.arange(len(rows)), known.rows)
    if not len(new):
        return {"run": run, "seconds": 0.0, "placed": 0}
    bar, start = Bar(report), perf_counter()
    reference, arrivals = rows.take(known.rows), rows.take(new)
    vectors = [recipe.vectors(each, reference) for each in (reference, arrivals)]
    xy = recipe.place(vectors[0], known.xy, vectors[1], recipe.params, bar.follow)
    drawn = Map(np.vstack([known.xy, xy]), {"placed": len(new)})
    drawn = _judged(drawn, np.vstack(vectors), recipe, bar)
    seconds = perf_counter() - start
    everyone = rows.take(np.concatenate([known.rows, new]))
    return _summary(save_map(everyone, recipe, drawn, seconds, parent=run), drawn, seconds) | {"placed": len(new)}


def unplaced(workspace: Workspace, card: RunCard, points: int) -> int:
    """Embedded images and captions that a map of so many points lacks."""
    wanted = MODALITIES[card.space]
    mine = [each.count for each in workspace.models() if each.model == card.model and each.modality in wanted]
    return max(sum(mine) - points, 0)


def bring_up_to_date(workspace: Workspace, models: Sequence[str], report: Report = silent) -> dict[str, Any]:
    """Puts new items on the newest map of these models; draws the first map, by the first model, where there is none.

    `map`: the run that came of it, and `placed`: how many points are new on it; nothing where nothing was to do, or
    where a stop came before.
    """
    cards = [card for card in workspace.runs("map") if card.model in models]
    try:
        if not cards:
            few = workspace.count() < LEAST_ITEMS
            return {} if few else {"map": map(workspace.path, FIRST_MAP, model=models[0], report=report)["run"]}
        card = cards[-1]
        if not (unplaced(workspace, card, len(workspace.run(card.id).arrays["ids"])) and Recipe.of_card(card).places):
            return {}
        done = place_new(workspace.path, card.id, report)
        return {"map": done["run"], "placed": done["placed"]}
    except Cancelled:
        return {}


@dataclass(frozen=True)
class _Known:
    """The points of an earlier map whose items are still there: their rows today, and where they lie."""

    rows: NDArray[np.int64]
    xy: Floats

    @classmethod
    def among(cls, rows: Rows, arrays: Mapping[str, NDArray]) -> "_Known":
        today = {key: row for row, key in enumerate(rows.keys())}
        ids = arrays["ids"].tolist()
        captions = (
            [caption_id(*each) for each in zip(ids, arrays["caption"].tolist(), strict=True)]
            if "caption" in arrays
            else ids
        )
        then = zip(captions, arrays["modality"].tolist(), strict=True)
        pairs = [(today[key], point) for point, key in enumerate(then) if key in today]
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return cls(both[:, 0], np.asarray(arrays["xy"], dtype=np.float32)[both[:, 1]])


def _judged(drawn: Map, vectors: Floats, recipe: Recipe, bar: Bar) -> Map:
    """The map with its figures; a stopped one is judged without asking again whether to stop."""
    listen = silent if drawn.partial else bar.aside
    figures = quality(vectors, drawn.xy, recipe.metric, seed=seed_of(recipe.params), report=listen)
    return replace(drawn, metrics={**drawn.metrics, **figures})


def _summary(run: str | None, drawn: Map, seconds: float) -> dict[str, Any]:
    figures = {name: drawn.metrics[name] for name in ("trustworthiness", "neighbour_preservation")}
    return {"run": run, "seconds": round(seconds, 3)} | figures | ({"partial": True} if drawn.partial else {})
