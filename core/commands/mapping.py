"""Drawing maps, and putting new items on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.options import Argument, Input, Model, Option, Place, Settings
from core.commands.runs import Made, Recipe, write_arrays
from core.errors import Cancelled
from core.inputs import MODALITIES, Rows, open_workspace, read_rows, workspace_rows
from core.maps.quality import quality
from core.methods import seed_of
from core.progress import Bar, Report, silent
from core.results import Floats, Map, places
from core.runs.map import MapResult, MapRun
from core.workspace import RunCard, Workspace
from core.workspace.captions import own_caption_ids

FIRST_MAP = "tsne"
LEAST_ITEMS = 5
"""With fewer points a first map would say nothing."""


def map(
    source: Input,
    method: Annotated[str, Option("One of the maps that `methods` lists.")],
    space: Annotated[str, Option("images, captions or both.")] = "both",
    params: Settings = None,
    seed: Annotated[int | None, Option("Same seed, same result.")] = None,
    model: Model = None,
    gap: Annotated[str, Option("keep, or centre images and captions each on its mean.")] = "keep",
    out: Annotated[str | None, Option("Write ids, modality and xy.", "FILE.npz")] = None,
    report: Report = silent,
) -> MapResult:
    """Draw a map of an input; a workspace keeps it as a run.

    Draws a map of an input and saves it as a run of its workspace (a `.npz` has none: `run` is None).

    Every image and every caption of an item, though it has several, is a point of its own.
    `gap="centre"` moves images and captions each to its own mean first, which closes the modality gap.
    `params` may be those of a run card, `gap` among them. `out` names a `.npz` for ids, modality and xy.
    """
    recipe = Recipe.of(method, {"gap": gap} | dict(params or {}), seed)
    return _draw(recipe, read_rows(source, space, model), out, report)


def place_new(
    workspace: Place,
    run: Annotated[str, Argument("The id of a map's run.", "RUN")],
    report: Report = silent,
) -> MapResult:
    """Put what was embedded since a map was drawn onto that map.

    Puts what was embedded since a map was made onto that map, saved as a new run; the map's points do not move.

    With nothing new, the same `run` comes back and `placed` is 0.
    """
    return _place(open_workspace(workspace), run, report)


def _draw(recipe: Recipe, rows: Rows, out: str | None, report: Report) -> MapResult:
    bar, start = Bar(report), perf_counter()
    vectors = recipe.vectors(rows, rows)
    drawn = recipe.method.fit(vectors, recipe.params, bar.follow)
    drawn = _judged(drawn, vectors, recipe, bar)
    made = _record(rows, recipe, drawn, perf_counter() - start)
    if out is not None:
        write_arrays(out, made.arrays())
    return _result(made, rows.workspace)


def _place(place: Workspace, run: str, report: Report) -> MapResult:
    recipe = Recipe.of_card(place.run(run).card)
    parent = MapRun.load(place, run)
    rows = workspace_rows(place, parent.card.space, parent.card.model)
    known, known_xy = _still_there(rows, parent)
    new = np.setdiff1d(np.arange(len(rows)), known)
    if not len(new):
        return MapResult(run=run, seconds=0.0, placed=0)
    bar, start = Bar(report), perf_counter()
    reference, arrivals = rows.take(known), rows.take(new)
    vectors = [recipe.vectors(each, reference) for each in (reference, arrivals)]
    xy = recipe.place(vectors[0], known_xy, vectors[1], recipe.params, bar.follow)
    drawn = Map(np.vstack([known_xy, xy]), {"placed": len(new)})
    drawn = _judged(drawn, np.vstack(vectors), recipe, bar)
    everyone = rows.take(np.concatenate([known, new]))
    return _result(_record(everyone, recipe, drawn, perf_counter() - start, {"parent": run}), place, len(new))


def unplaced(workspace: Workspace, card: RunCard, points: int) -> int:
    """Embedded images and captions that a map of so many points lacks."""
    wanted = MODALITIES[card.space]
    mine = [each.count for each in workspace.models() if each.model == card.model and each.modality in wanted]
    return max(sum(mine) - points, 0)


def bring_up_to_date(workspace: Workspace, models: Sequence[str], report: Report = silent) -> MapResult | None:
    """Puts new items on the newest map of these models; draws the first map, by the first model, where there is none.

    None where nothing was to do, or where a stop came before.
    """
    cards = [card for card in workspace.runs("map") if card.model in models]
    try:
        if not cards:
            few = workspace.count() < LEAST_ITEMS
            rows = None if few else workspace_rows(workspace, "both", models[0])
            return _draw(Recipe.of(FIRST_MAP, {}), rows, None, report) if rows else None
        card = cards[-1]
        new = unplaced(workspace, card, len(MapRun.load(workspace, card.id).ids))
        return _place(workspace, card.id, report) if new and Recipe.of_card(card).places else None
    except Cancelled:
        return None


def _still_there(rows: Rows, earlier: MapRun) -> tuple[NDArray[np.int64], Floats]:
    """The points of an earlier map whose items are still there: their rows today (K,), and where they lie (K, 2)."""
    then = zip(own_caption_ids(earlier.ids, earlier.captions), earlier.modality.tolist(), strict=True)
    now = [" ".join(key) for key in zip(rows.caption_ids(), rows.modality.tolist(), strict=True)]
    today = places([" ".join(key) for key in then], np.array(now))
    return today[today >= 0], np.asarray(earlier.xy, dtype=np.float32)[today >= 0]


def _judged(drawn: Map, vectors: Floats, recipe: Recipe, bar: Bar) -> Map:
    """The map with its figures; a stopped one is judged without asking again whether to stop."""
    listen = silent if drawn.partial else bar.aside
    figures = quality(vectors, drawn.xy, recipe.metric, seed=seed_of(recipe.params), report=listen)
    return replace(drawn, metrics={**drawn.metrics, **figures})


def _record(rows: Rows, recipe: Recipe, drawn: Map, seconds: float, more: Mapping[str, Any] | None = None) -> MapRun:
    metrics = {**drawn.metrics, "partial": drawn.partial, **(more or {})}
    card = Made(MapRun.KIND, recipe.method, recipe.card_params(), seconds, metrics).card(rows)
    return MapRun(card, modality=rows.modality, xy=drawn.xy, **rows.named())


def _result(made: MapRun, workspace: Workspace | None, placed: int | None = None) -> MapResult:
    """The run is kept where there is a workspace."""
    run, figures = made.save(workspace) if workspace else None, made.figures
    return MapResult(
        run=run,
        seconds=round(made.card.seconds, 3),
        trustworthiness=figures.trustworthiness,
        neighbour_preservation=figures.neighbour_preservation,
        placed=placed,
        partial=figures.partial,
    )
