"""Reduced models of a workspace: embeddings that a saved reducer made of a model's, under a name of their own.

The run of kind "reducer" says which they are: its card's metrics hold `base`, the model whose embeddings went in, and
`derived`, the name of what came out, e.g. `pocket/pca-64`. A query is encoded by the base and goes through the reducer.

A reducer need not make fewer dimensions: it may take a direction out of them, or move images and captions to the same
middle. Its card's metrics then hold `mark`, what comes after the base in the name, and `words`, how a person reads it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.errors import BadParameter
from core.features import behind, features_of, is_features, is_kept
from core.progress import Progress, Report, silent
from core.results import Embeddings, Floats, Reducer
from core.runs.reducer import ReducerRun

if TYPE_CHECKING:
    from core.workspace import RunCard, Workspace

KIND = ReducerRun.KIND
CHUNK = 65_536
"""Rows that are reduced and written at once."""


@dataclass(frozen=True)
class Completed:
    """Images and captions reduced now, and how many of both are left out, as the reducer gives them no direction."""

    images: int = 0
    captions: int = 0
    left_out: int = 0


def reduced_models(workspace: "Workspace") -> dict[str, "RunCard"]:
    """The reducer's card by the name of what it made, in the order in which they were made."""
    made = ((ReducerRun.figures_of(card).derived, card) for card in workspace.runs(KIND))
    return {name: card for name, card in made if name}


def model_titles(workspace: "Workspace") -> dict[str, str]:
    """Every model that has embedded items here and how a person reads its name: features later, reduced ones last."""
    reduced = reduced_models(workspace)
    names = sorted({each.model for each in workspace.models()}, key=lambda name: (_rank(name, reduced), name))
    return {name: title(name, reduced) for name in names}


def title(name: str, reduced: Mapping[str, "RunCard"]) -> str:
    """`pocket, reduced to 64 dimensions by PCA`; the name itself of what is not reduced."""
    if name not in reduced:
        return name
    card, figures = reduced[name], ReducerRun.figures_of(reduced[name])
    mark = name.removeprefix(_plain_name(card)).removeprefix("-")
    more = f" ({mark})" if mark else ""
    words = figures.words or f"reduced to {card.params['dimensions']} dimensions by {card.title}"
    return f"{title(figures.base, reduced)}, {words}{more}"


def _rank(name: str, reduced: Collection[str]) -> int:
    return 2 if name in reduced else int(is_features(name))


def source_model(workspace: "Workspace", name: str) -> str:
    """The model that embedded what those embeddings were made of: of reduced ones, of features, or its own."""
    full = full_model(workspace, name)
    return behind(full) if is_features(full) and is_kept(workspace, behind(full)) else full


def full_model(workspace: "Workspace", name: str) -> str:
    """The embeddings that a reduced model was made of, else itself: where queries are encoded."""
    reduced = reduced_models(workspace)
    while name in reduced:
        name = ReducerRun.figures_of(reduced[name]).base
    return name


def family(workspace: "Workspace", model: str) -> list[str]:
    """The model, its features where they are kept, and the reduced ones of both, each after what it was made of."""
    found = [model, features_of(model)] if is_kept(workspace, model) else [model]
    for name, card in reduced_models(workspace).items():
        if ReducerRun.figures_of(card).base in found:
            found.append(name)
    return found


def reduced_query(workspace: "Workspace", name: str, query: Floats, modality: str) -> Floats:
    """A query (D,) of the full model as a model by that name has it: (D',), the same where that is not reduced.

    modality: "image" or "text", what the query was.
    """
    return reduced_queries(workspace, name, query[None], modality)[0]


def reduced_queries(workspace: "Workspace", name: str, queries: Floats, modality: str) -> Floats:
    """The same of many: (N, D) → (N, D')."""
    for reducer in reversed(_chain(workspace.path, workspace.version, name)):
        queries = getattr(reducer, modality)(queries)
    return queries


@lru_cache(maxsize=2)
def _chain(path: str, version: int, name: str) -> list[Reducer]:
    """The reducers of a model, the last one first; kept until the workspace changes."""
    from core.workspace import Workspace

    workspace = Workspace.open(path)
    reduced, chain = reduced_models(workspace), []
    while name in reduced:
        run = ReducerRun.load(workspace, reduced[name].id)
        chain.append(run.reducer)
        name = run.figures.base
    return chain


def named(workspace: "Workspace", card: "RunCard") -> "RunCard":
    """The card of a new reducer with a name for what it makes that no other embeddings have."""
    plain = _plain_name(card)
    taken = {each.model for each in workspace.models()} | reduced_models(workspace).keys()
    seeds = [] if ReducerRun.figures_of(card).mark else [f"{plain}-seed{card.seed}"]
    names = (plain, *seeds, f"{plain}-{card.id}")
    free = next(name for name in names if name not in taken)
    return replace(card, metrics={**card.metrics, "derived": free})


def complete(workspace: "Workspace", card: "RunCard", report: Report = silent) -> Completed:
    """Reduces what the base has embedded and the reduced model lacks; stopped, what is written stays."""
    run = ReducerRun.load(workspace, card.id)
    base, name, reducer = run.figures.base, str(run.figures.derived), run.reducer
    there = [each.modality for each in workspace.models() if each.model == base]
    waiting = {modality: found for modality in there if (found := set(workspace.missing(name, modality)))}
    if not waiting:
        return Completed()
    done = {"image": 0, "text": 0}
    rows = [_of(workspace.every_embedding(base, modality), ids) for modality, ids in waiting.items()]
    total, seen = sum(map(len, rows)), 0
    for each in rows:
        for start in range(0, len(each), CHUNK):
            report(Progress(seen, total, f"writing {name}"))
            part = slice(start, start + CHUNK)
            done[each.modality] += _write(workspace, name, each, part, reducer)
            seen += len(each.ids[part])
    return Completed(done["image"], done["text"], total - sum(done.values()))


def complete_family(workspace: "Workspace", model: str, report: Report = silent) -> list[str]:
    """Brings every reduced model made of a model up to date; the names of those that there are."""
    reduced = reduced_models(workspace)
    names = [name for name in family(workspace, model) if name in reduced]
    for name in names:
        complete(workspace, reduced[name], report)
    return names


def delete(workspace: "Workspace", name: str) -> "RunCard | None":
    """Deletes a model that was made of another's embeddings, and its reducer, whose card is given; runs of it stay.

    Features go too, which have no reducer. Not while a job writes to it. Raises `BadParameter` for a model that can
    embed, which is never deleted, and for one of which others are made, since queries to those go through it.
    """
    reduced = reduced_models(workspace)
    kept = is_features(name) and is_kept(workspace, behind(name))
    if name not in reduced and not kept:
        known = f"there is {', '.join(reduced)}" if reduced else "there is none"
        raise BadParameter(f"{name} was not made of another model's embeddings: name one that was; {known}")
    if others := family(workspace, name)[1:]:
        raise BadParameter(f"{', '.join(others)} is made of {name}: delete that first")
    workspace.delete_embeddings(name)  # first: without its reducer, what is left of them would pass for a full model
    if kept:
        return None
    workspace.delete_run(reduced[name].id)
    return reduced[name]


def _of(embeddings: Embeddings, ids: Collection[str]) -> Embeddings:
    rows = np.flatnonzero(np.isin(embeddings.ids, list(ids)))
    return replace(embeddings, ids=embeddings.ids[rows], vectors=embeddings.vectors[rows])


def _write(workspace: "Workspace", name: str, full: Embeddings, part: slice, reducer: Reducer) -> int:
    """How many rows are written: one that comes out as zero has no direction, as a picture that is all mean."""
    vectors = getattr(reducer, full.modality)(full.vectors[part])
    good = vectors.any(axis=1)
    workspace.add_embeddings(name, full.modality, full.ids[part][good].tolist(), vectors[good])
    return int(good.sum())


def _plain_name(card: "RunCard") -> str:
    """`BASE/METHOD-DIMENSIONS`, unless the card knows better what comes after the base."""
    figures = ReducerRun.figures_of(card)
    mark = figures.mark or f"{card.method}-{card.params['dimensions']}"
    return f"{figures.base}/{mark}"
