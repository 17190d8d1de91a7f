"""The space without a direction: a derived model for every page, and what its clusters make of that."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from app.kit import derived_embeddings, formats, progress, store
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.scatter import Colour, maps
from app.views.semantics import coloured
from app.views.semantics.vectors import arrays
from core.workspace import RunCard, Workspace

COMMAND, KIND = "removal", "removal"
SEEDS = 3
GROUPS = 10
HELP = (
    "Every embedding of the model, images and captions, less its part along the direction, made a unit vector again: "
    "a model of its own that every page can choose. Bolukbasi et al., 2016. What depends on the concept otherwise "
    "than along this one direction stays."
)


def show(workspace: Workspace, card: RunCard, ids: NDArray[np.str_]) -> None:
    """A button that takes the direction away; once that is done, clusters with it and without it."""
    made = of(workspace, card)
    with st.container(key="removed-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Without this direction", anchor=False, width="content", help=HELP)
        k = st.number_input(
            "Clusters",
            2,
            200,
            width=110,
            label_visibility="collapsed",
            help="Clusters of K-means",
            **_groups(workspace),
        )
        again = "Again" if made else "Remove it, and cluster again"
        busy = bool(progress.running(workspace, COMMAND))
        if st.button(again, key="start-removal", icon=":material/content_cut:", disabled=busy):
            title = f"Without “{card.metrics['direction']}”"
            progress.start(workspace, COMMAND, {"run": card.id, "k": int(k), "seeds": SEEDS}, title)
            st.rerun()
        if made:
            _drop(workspace, str(made.metrics["derived"]))
    progress.line(workspace, COMMAND, "" if made else "Takes the direction out of all embeddings; nothing is lost.")
    if made:
        with plainly():
            _shown(workspace, card, made)


def _drop(workspace: Workspace, name: str) -> None:
    gone = name not in store.models(workspace)
    help = "Its embeddings are deleted" if gone else "Deletes the embeddings without it; the others stay"
    icon = ":material/delete:"
    if st.button("Delete the space", key="drop-removal", icon=icon, type="tertiary", disabled=gone, help=help):
        derived_embeddings.ask(workspace, name)


def of(workspace: Workspace, card: RunCard) -> RunCard | None:
    """The newest removal of a direction."""
    return next((each for each in reversed(workspace.runs(KIND)) if each.metrics["of"] == card.id), None)


def figures(metrics: Mapping[str, Any]) -> pd.DataFrame:
    """A row a figure: with the direction, without it, and what it is."""
    rows = [
        ("Variance of the embeddings", *map(formats.figure, metrics["variance"]), ""),
        ("Clusters tell of the concept (η²)", *map(spread, metrics["told"]), ""),
    ]
    if metrics["auc"][0] is not None:
        rows.insert(1, ("A classifier tells the sides apart (AUC)", *map(formats.figure, metrics["auc"]), ""))
    if metrics["labels"][0]:
        rows.append((f"Clusters and “{metrics['label']}” (AMI)", *map(spread, metrics["labels"]), ""))
    return pd.DataFrame(rows, columns=["Figure", "With it", "Without it", ""]).drop(columns="")


def spread(value: list[float] | None) -> str:
    """`0.412 ± 0.008`"""
    return "–" if value is None else f"{value[0]:.3f} ± {value[1]:.3f}"


def _shown(workspace: Workspace, card: RunCard, made: RunCard) -> None:
    metrics, seeds = made.metrics, made.params["seeds"]
    st.markdown(
        f"Clusters with and without it agree by ARI **{spread(metrics['agreement'])}**; two beginnings of K-means with "
        f"it agree by {spread(metrics['chance'])}. The space is the model "
        f"**{escaped(store.model_title(workspace, str(metrics['derived'])))}**."
    )
    st.dataframe(figures(metrics), key="removal-figures", hide_index=True, width="content", row_height=32)
    st.caption(
        f"K-means with {made.params['k']} clusters on all dimensions, mean ± sd over {seeds} beginnings. η²: the share "
        "of the variance of the items' places along the direction that lies between clusters. AUC: of a logistic "
        "regression, on items held out; 0.5 is chance."
    )
    drawn = maps.points_of_run(workspace, card)
    if drawn is None:
        st.caption(coloured.WITHOUT)
        return
    held = arrays(workspace, made)
    with st.container(key="removed-maps", horizontal=True, gap="medium"):
        for name, title in (("before", "With it"), ("after", "Without it")):
            with st.container(key=f"removed-{name}"):
                st.markdown(f"**{title}**")
                groups = drawn.values(held["ids"], held[name][0], -1)
                coloured.show(workspace, card, drawn, _colour(groups), f"removed-{name}-points")
    st.caption("The same map twice, in the colours of the first beginning's clusters; like ones have like colours.")


def _colour(groups: NDArray[np.int64]) -> Colour:
    """The same cluster in the same colour on both maps; items that took no part have none."""
    names = [f"cluster {group}" for group in range(int(groups.max(initial=0)) + 1)]
    return Colour("cluster", codes=groups, names=names)


def _groups(workspace: Workspace) -> dict[str, Any]:
    return kept(f"removal-k-{workspace.name}", GROUPS)
