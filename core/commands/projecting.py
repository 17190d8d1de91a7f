"""Using a reducer: fitted on all pairs of a workspace, it makes reduced embeddings that every command can choose."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

from core.commands.deriving import keep_reducer, reducer_run, same_reducer
from core.commands.options import Argument, Exclude, Input, Model, Option, Place, Seed, Settings, Tag
from core.commands.pairs import PairRows, read_pairs
from core.errors import BadInput, BadParameter, Cancelled
from core.inputs import embedded_model, open_workspace
from core.methods import find, seed_of
from core.progress import Bar, Progress, Report, silent
from core.reduced import KIND, Completed, complete, delete, reduced_models
from core.reducer_file import LOADER, export_reducer, read_reducer
from core.runs.reducer import DiscardResult, ProjectResult, ReducerRun

if TYPE_CHECKING:
    from core.workspace import Workspace

PACKAGE = "core.reduction"
STEPS, FIT = 1_000, 900
"""Of the bar, and of them for the fit."""


def project(
    source: Input,
    method: Annotated[str | None, Option("One of the reducers that `methods` lists; fits it.")] = None,
    dims: Annotated[int | None, Option("Dimensions to keep; left out: the method's own.")] = None,
    seed: Seed = 0,
    params: Settings = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    run: Annotated[str | None, Option("An earlier reducer, not fitted anew.", "ID")] = None,
    file: Annotated[str | None, Option("A reducer that an earlier call has written.", "FILE", "from")] = None,
    out: Annotated[str | None, Option("Write the reducer.", "FILE.safetensors")] = None,
    report: Report = silent,
) -> ProjectResult:
    """Use a reducer: reduce all embeddings of a workspace, and name them as a model for every other command.

    Reduces all embeddings of a model in a workspace; `model` of the result names them for every other command.

    The reducer is a `method` fitted on all pairs (those chosen by `tag` and `exclude`) and kept as a run of kind
    "reducer"; or that of an earlier `run`; or that of a `file` which `out` has written. What is reduced already stays,
    and the same reducer fitted on the same pairs is not fitted again: call it again after new items are embedded.
    `out` names a .safetensors for the reducer; a `.npz` as the source has no other use, and `model` is then None.
    """
    _check(source, method, run, file, out)
    bar = Bar(report, STEPS)
    if method is not None:
        settings = dict(params or {}) | {"seed": seed} | ({} if dims is None else {"dimensions": dims})
        made, place = _fitted(read_pairs(source, model, tag, exclude), method, settings, bar.part(0, FIT))
    else:
        place = open_workspace(source)
        made = _earlier(place, run) if run is not None else _brought(place, str(file), model)
    if out is not None:
        export_reducer(made, out)
    done = complete(place, made.card, bar.part(FIT, STEPS - FIT)) if place else Completed()
    card = made.card
    return ProjectResult(
        run=card.id if place else None,
        model=made.figures.derived,
        base=card.model,
        method=card.method,
        dimensions=card.params["dimensions"],
        pairs=card.items,
        seconds=round(card.seconds, 3),
        file=out or None,
        loader=LOADER if out else None,
        **vars(done),
    )


def discard(
    source: Place,
    model: Annotated[str, Argument("A model made of another's embeddings, e.g. pocket/pca-64.")],
    report: Report = silent,
) -> DiscardResult:
    """Delete what `project` made: reduced embeddings and their reducer; maps and clusterings of them stay.

    Deletes a model that was made of another's embeddings, with its reducer; what made it can make it again.

    Features go too, which have no reducer. A model that can embed is refused. `runs`: how many maps, clusterings and
    curves were made of it; they stay.
    """
    place = open_workspace(source)
    counts = {each.modality: each.count for each in place.models() if each.model == model}
    card = delete(place, model)
    report(Progress(1, 1, f"deleted {model}"))
    return DiscardResult(
        model=model,
        run=card.id if card else None,
        images=counts.get("image", 0),
        captions=counts.get("text", 0),
        runs=sum(each.model == model for each in place.runs()),
    )


def _check(source: str, method: str | None, run: str | None, file: str | None, out: str | None) -> None:
    if [method, run, file].count(None) != 2:
        raise BadParameter("one reducer is needed: a method to fit, an earlier run, or a file", "method", "run", "file")
    if not str(source).endswith(".npz"):
        return
    if method is None:
        raise BadInput(f"{source}: a .npz has no embeddings to reduce, only pairs to fit a reducer on", "method")
    if out is None:
        raise BadInput(f"{source}: a .npz keeps no reducer: name a .safetensors for it", "out")


def _fitted(
    rows: PairRows, method: str, settings: Mapping[str, Any], report: Report
) -> "tuple[ReducerRun, Workspace | None]":
    """The run of a reducer fitted on the pairs, an earlier one where that is the same."""
    chosen = find(PACKAGE, method)
    params = chosen.make_params(settings)
    known = {"method": method, "params": asdict(params), "model": rows.model, "fingerprint": rows.fingerprint}
    if rows.workspace and (same := same_reducer(rows.workspace, known)):
        return same, rows.workspace
    start = perf_counter()
    reducer = chosen.fit(rows.pairs, params, report)
    seconds = perf_counter() - start
    if reducer.partial:
        raise Cancelled("stopped before the reducer had learned everything: nothing was kept")
    about = {"title": chosen.title, "seed": seed_of(params), "items": len(rows.pairs), "seconds": seconds}
    run = reducer_run(reducer, **about, **known)
    return (keep_reducer(rows.workspace, run) if rows.workspace else run), rows.workspace


def _earlier(place: "Workspace", id: str) -> ReducerRun:
    run = place.run(id)
    if id not in (card.id for card in reduced_models(place).values()):
        raise BadInput(f"run {id} is no reducer but a {run.card.kind} run: choose one of kind {KIND}")
    return ReducerRun.of(run)


def _brought(place: "Workspace", file: str, model: str | None) -> ReducerRun:
    """A reducer from a file, kept as a run of the workspace; `model`: other embeddings than those it was made for."""
    reducer, about = read_reducer(file)
    base = embedded_model(place, model=model or about.model or None)
    before = next(each.dimension for each in place.models() if each.model == base)
    if reducer.image.mean.shape != (before,):
        raise BadInput(
            f"{file} reduces {len(reducer.image.mean)} dimensions, {base} has {before}: name its model", "model"
        )
    method = about.method if re.fullmatch("[a-z][a-z0-9-]{0,31}", about.method) else "file"
    fingerprint = sha256(Path(file).read_bytes()).hexdigest()[:32]
    params = {"dimensions": reducer.dimensions, "file": Path(file).name}
    known = {"method": method, "params": params, "model": base, "fingerprint": fingerprint}
    title = " ".join(about.title.split())[:60] or f"the file {Path(file).name}"
    if same := same_reducer(place, known):
        return same
    return keep_reducer(place, reducer_run(reducer, title=title, items=about.pairs, **known))
