"""Derived models: a reducer kept as a run of a workspace, under a name that every command can choose."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from core.commands.runs import Analysis
from core.progress import Report, silent
from core.reduced import complete, named, reduced_models
from core.results import Reducer
from core.runs.reducer import ReducerRun
from core.versions import versions

if TYPE_CHECKING:
    from core.workspace import Workspace


def derive(
    place: "Workspace",
    reducer: Reducer,
    analysis: Analysis,
    known: Mapping[str, Any],
    about: Mapping[str, str],
    report: Report = silent,
) -> tuple[str, str]:
    """The reducer's run and the model that it makes, after all embeddings have gone through; an earlier one's if equal.

    known: further fields of the card: params, items, and the model and fingerprint of what goes in. about: `mark` and
    `words`, as in `core.reduced`.
    """
    known = {"method": analysis.name, "title": analysis.title, **known}
    same = same_reducer(place, {name: known[name] for name in ("method", "params", "model", "fingerprint")})
    run = same or keep_reducer(place, reducer_run(reducer, about, **known))
    complete(place, run.card, report)
    return run.card.id, str(run.figures.derived)


def same_reducer(place: "Workspace", known: Mapping[str, Any]) -> ReducerRun | None:
    """The latest reducer from the same method, parameters, model and pairs."""
    wanted = _compared(known)
    cards = reversed(reduced_models(place).values())
    same = (card for card in cards if _compared({name: getattr(card, name) for name in known}) == wanted)
    found = next(same, None)
    return ReducerRun.load(place, found.id) if found else None


def _compared(known: Mapping[str, Any]) -> dict[str, Any]:
    """With seed 0 for a method without chance, as cards used to name it."""
    return {**known, "params": {"seed": 0, **known["params"]}}


def reducer_run(reducer: Reducer, about: Mapping[str, Any] | None = None, /, **known: Any) -> ReducerRun:
    """about, known: as for `derive`; not kept yet."""
    from core.workspace import RunCard

    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    metrics = {**reducer.metrics, **(about or {}), "base": known["model"]}
    card = RunCard(uuid4().hex[:12], ReducerRun.KIND, created=now, versions=versions(), metrics=metrics, **known)
    return ReducerRun(card, reducer.image, reducer.text, reducer.history)


def keep_reducer(place: "Workspace", run: ReducerRun) -> ReducerRun:
    """The run with a name for what it makes, in the workspace."""
    run = replace(run, card=named(place, run.card))
    run.save(place)
    return run
