"""What to do with a reducer: use it on every page or no more, take it away as a file, take or delete its curve."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import streamlit as st

from app.comparison.actions import File, remove, take
from app.kit import derived_embeddings, downloads, formats, person, store
from app.kit.messages import escaped, plainly
from app.views.dimensions.curves import APART, SELECTOR, title
from core.jobs import jobs
from core.reduced import reduced_models
from core.reduced import title as title_of
from core.reducer_file import LOADER, export_reducer
from core.runs.reducer import ReducerRun
from core.runs.reduction import ReductionRun
from core.workspace import RunCard, Workspace

COMMAND = "project"
_USE = "Fits it on all pairs and reduces every embedding of the model here; nothing is replaced"
_GONE = "The embeddings that it was compared on are deleted: the curve is what is left of them"


def show(workspace: Workspace, curve: ReductionRun, dimension: int) -> None:
    """One line of buttons for the reducer on screen, and below it where its embeddings can be chosen."""
    made = model_in_use(workspace, curve, dimension)
    with st.container(key="reducer-actions", horizontal=True, vertical_alignment="center", gap="xsmall"):
        _use(workspace, curve, dimension, made)
        if made:
            _discard(workspace, made)
        _files(workspace, made, f"{curve.card.method}-{dimension}")
        card, what = curve.card, "Method, parameters, versions and every figure of its curve"
        take([("Run card", lambda: downloads.run_card(card), f"{card.method}.json", what)], quiet=False)
        line = f"{escaped(title(curve))}: a line that is deleted is gone. What it has reduced stays."
        gone = partial(workspace.delete_run, card.id)
        remove("delete-curve", "Delete from the curve", line, "Delete this line", gone)
    st.caption(_choosing(workspace, made, dimension))


def model_in_use(workspace: Workspace, curve: ReductionRun, dimension: int) -> str | None:
    """What the reducer with these settings makes that was fitted on all pairs; None where it is not in use."""
    wanted = (curve.card.method, curve.card.fingerprint, SELECTOR.setting(curve.card), dimension)
    found = [name for name, card in reduced_models(workspace).items() if _key(card) == wanted]
    return found[-1] if found else None


def arguments(workspace: Workspace, curve: ReductionRun, dimension: int) -> dict[str, object]:
    """Of the command that fits the reducer on all pairs and reduces the workspace."""
    card = curve.card
    return {
        "source": workspace.path,
        "method": card.method,
        "dims": dimension,
        "params": {name: value for name, value in card.params.items() if name not in APART},
        "model": card.model,
        "tag": curve.figures.tag,
        "exclude": curve.figures.exclude,
    }


def file(workspace: Workspace, model: str) -> bytes:
    """The reducer that makes a model, as safetensors."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "reducer.safetensors"
        export_reducer(ReducerRun.load(workspace, reduced_models(workspace)[model].id), path)
        return path.read_bytes()


def table(found: Sequence[ReductionRun]) -> pd.DataFrame:
    """A row a reducer, number of dimensions, split and direction: the shares of right matches, and those of all D."""
    rows = []
    for curve in found:
        for way in ("i2t", "t2i"):
            for place, dimension in enumerate(curve.dims.tolist()):
                for split in range(len(curve.held_out)):
                    row = {"method": title(curve), "dim": dimension, "split": split, "direction": way}
                    rows.append(row | _shares(curve, way, place, split))
    return pd.DataFrame(rows)


def csv(found: Sequence[ReductionRun]) -> bytes:
    return downloads.csv(table(found))


def _shares(curve: ReductionRun, way: str, place: int, split: int) -> dict[str, float]:
    asked = curve.asks[split] if way == "i2t" else slice(None)
    ranks = {"": curve.reduced[way][place, split][asked], "full_": curve.full[way][split][asked]}
    return {f"{name}recall_at_{depth}": float((ranks[name] < depth).mean()) for name in ranks for depth in (1, 5, 10)}


def _key(card: RunCard) -> tuple[str, str, str, object]:
    return card.method, card.fingerprint, SELECTOR.setting(card), card.params.get("dimensions")


def _use(workspace: Workspace, curve: ReductionRun, dimension: int, made: str | None) -> None:
    asked = arguments(workspace, curve, dimension)
    gone = curve.card.model not in store.models(workspace)
    running = any(job.active and job.command == COMMAND and job.arguments == asked for job in jobs().list())
    pressed = st.button(
        "In use" if made else "Use this reducer",
        key="use-reducer",
        type="primary",
        icon=":material/check:" if made else ":material/compress:",
        disabled=gone or running or made is not None,
        help=_GONE if gone else _USE,
    )
    if pressed:
        name = f"Reduce to {formats.counted(dimension, 'dimension')} by {title(curve)}"
        with plainly():
            person.start(COMMAND, asked, name, workspace.path)
            st.rerun()


def _discard(workspace: Workspace, made: str) -> None:
    if st.button("Remove", key="drop-reducer", icon=":material/delete:", help="Deletes its embeddings here"):
        derived_embeddings.ask(workspace, made)


def _files(workspace: Workspace, made: str | None, stem: str) -> None:
    without = None if made else "Use the reducer first: then it is fitted on all pairs, and can be taken away"
    files: tuple[File, ...] = (
        ("Reducer", lambda: file(workspace, made) if made else b"", f"{stem}.safetensors", without or "Its arrays"),
        ("Loader", LOADER.encode, "reduce.py", without or "Ten lines of Python that apply the file"),
    )
    take(files, quiet=False, disabled=made is None)


def _choosing(workspace: Workspace, made: str | None, dimension: int) -> str:
    if made is None:
        return f"In use, its embeddings of {dimension:,} dimensions can be chosen as a model on every other page."
    return f"On the other pages choose the model “{escaped(title_of(made, reduced_models(workspace)))}”."
