"""The space without a direction: a derived model for every page, and what its clusters make of that."""

from typing import Any

import pandas as pd
import streamlit as st

from app.kit import derived_embeddings, formats, progress, records, store
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.scatter import Colour, maps
from app.views.semantics import results
from core.runs.direction import DirectionRun, RemovalFigures, RemovalRun, Spread
from core.workspace import RunCard, Workspace

COMMAND = "removal"
SEEDS = 3
GROUPS = 10
HELP = (
    "Every embedding of the model, images and captions, less its part along the direction, made a unit vector again: "
    "a model of its own that every page can choose. Bolukbasi et al., 2016. What depends on the concept otherwise "
    "than along this one direction stays."
)


def show(workspace: Workspace, found: DirectionRun) -> None:
    """A button that takes the direction away; once that is done, clusters with it and without it."""
    made = of(workspace, found)
    with st.container(key="removed-head", horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Without this direction", anchor=False, width="content", help=HELP)
        look: dict[str, Any] = {"width": 110, "label_visibility": "collapsed", "help": "Clusters of K-means"}
        k = st.number_input("Clusters", 2, 200, **look, **kept(f"removal-k-{workspace.name}", GROUPS))
        again = "Again" if made else "Remove it, and cluster again"
        busy = bool(progress.running(workspace, COMMAND))
        if st.button(again, key="start-removal", icon=":material/content_cut:", disabled=busy):
            title = f"Without “{found.figures.direction}”"
            progress.start(workspace, COMMAND, {"run": found.card.id, "k": int(k), "seeds": SEEDS}, title)
            st.rerun()
        if made:
            gone = made.figures.derived not in store.models(workspace)
            help = "Its embeddings are deleted" if gone else "Deletes the embeddings without it; the others stay"
            quiet: dict[str, Any] = {"icon": ":material/delete:", "type": "tertiary", "disabled": gone, "help": help}
            if st.button("Delete the space", key="drop-removal", **quiet):
                derived_embeddings.ask(workspace, made.figures.derived)
    progress.line(workspace, COMMAND, "" if made else "Takes the direction out of all embeddings; nothing is lost.")
    if made:
        with plainly():
            _shown(workspace, found.card, made)


def of(workspace: Workspace, found: DirectionRun) -> RemovalRun | None:
    """The newest removal of a direction."""
    cards = reversed(workspace.runs(RemovalRun.KIND))
    card = next((each for each in cards if RemovalRun.figures_of(each).of == found.card.id), None)
    return records.read(workspace, RemovalRun, card) if card else None


def figures(found: RemovalFigures) -> pd.DataFrame:
    """A row a figure: with the direction, and without it."""
    rows = [
        ("Variance of the embeddings", *map(formats.figure, found.variance)),
        ("Clusters tell of the concept (η²)", *map(spread, found.correlation_ratio)),
    ]
    if auc := [each for each in found.auc if each is not None]:
        rows.insert(1, ("A classifier tells the sides apart (AUC)", *map(formats.figure, auc)))
    if found.labels[0]:
        rows.append((f"Clusters and “{found.label}” (AMI)", *map(spread, found.labels)))
    return pd.DataFrame(rows, columns=["Figure", "With it", "Without it"])


def spread(value: Spread) -> str:
    """`0.412 ± 0.008`"""
    return "–" if value is None else f"{value[0]:.3f} ± {value[1]:.3f}"


def _shown(workspace: Workspace, card: RunCard, made: RemovalRun) -> None:
    found = made.figures
    st.markdown(
        f"Clusters with and without it agree by ARI **{spread(found.agreement)}**; two initialisations of K-means with "
        f"it agree by {spread(found.chance)}. The space is the model "
        f"**{escaped(store.model_title(workspace, found.derived))}**."
    )
    st.dataframe(figures(found), key="removal-figures", hide_index=True, width="content", row_height=32)
    st.caption(
        f"K-means with {made.k} clusters on all dimensions, mean ± sd over {made.seeds} initialisations. η²: the share "
        "of the variance of the items' places along the direction that lies between clusters. AUC: of a logistic "
        "regression, on items held out; 0.5 is chance."
    )
    drawn = maps.points_of_run(workspace, card)
    if drawn is None:
        st.caption(results.WITHOUT_MAP)
        return
    with st.container(key="removed-maps", horizontal=True, gap="medium"):
        for name, title, clusters in (("before", "With it", made.before), ("after", "Without it", made.after)):
            with st.container(key=f"removed-{name}"):
                st.markdown(f"**{title}**")
                groups = drawn.values(made.ids, clusters[0], -1)
                names = [f"cluster {group}" for group in range(int(groups.max(initial=0)) + 1)]
                colour = Colour("cluster", codes=groups, names=names)
                results.coloured_map(workspace, card, drawn, colour, f"removed-{name}-points")
    st.caption("The same map twice, coloured by the clusters of the first initialisation; like ones have like colours.")
