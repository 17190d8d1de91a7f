"""The map in the colours of a clustering: its clusters, or its confidence in each item's."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from app.comparison.menus import switch
from app.kit import names
from app.scatter import Colour, colours, maps, scatter
from app.scatter.colours import NOTHING, categories
from app.scatter.drawn import Drawn
from core.runs.clustering import ClusteringRun, cluster_name
from core.workspace import Workspace

CLUSTERS, CONFIDENCE = "Clusters", "Confidence"
ABSENT = -2
"""In place of the cluster of a point whose item took no part."""


def show(workspace: Workspace, found: ClusteringRun, cluster: int | None) -> None:
    """The newest map of what the run was made from; a chosen cluster is lit. Without a map, a line says so."""
    drawn = maps.points_of_run(workspace, found.card)
    if drawn is None:
        st.caption("There is no map of these items yet: draw one on the Map page, and it takes the clusters' colours.")
        return
    kind = switch("Colours", {CLUSTERS: CLUSTERS, CONFIDENCE: CONFIDENCE}, "map-colours")
    known = names.of_clusters(workspace, found.card.id)
    colour = by_cluster(drawn, found, known) if kind == CLUSTERS else by_confidence(drawn, found)
    clusters = drawn.values(found.ids, found.labels, ABSENT)
    hits = None if cluster is None else clusters == cluster
    labels = colours.labels(drawn, clusters, known)
    scatter(maps.with_thumbnails(workspace, drawn.points), colour=colour, hits=hits, labels=labels, key="clusters-map")
    mapped = maps.of_run(workspace, found.card)
    st.caption((f"The map: {maps.title(mapped)}." if mapped else "") + _said(kind))


def by_cluster(drawn: Drawn, found: ClusteringRun, names: Mapping[int, str] | None = None) -> Colour:
    """The colours that the Map page gives a column of these clusters; items that took no part have none.

    names: of clusters that have one, for the legend.
    """
    labels = pd.Series(drawn.values(found.ids, found.labels, ABSENT))
    colour = categories("cluster", labels.map({label: cluster_name(label) for label in set(found.labels.tolist())}))
    codes, absent = np.asarray(colour.codes), [place for place, each in enumerate(colour.names) if each == NOTHING]
    titles = {cluster_name(number): f"{cluster_name(number)}: {given}" for number, given in (names or {}).items()}
    legend = [titles.get(each, each) for each in colour.names]
    return replace(colour, codes=np.where(np.isin(codes, absent), -1, codes), names=legend)


def by_confidence(drawn: Drawn, found: ClusteringRun) -> Colour:
    """The probability, or what the method has instead of one, that the item belongs where it was put."""
    return Colour("confidence", values=drawn.values(found.ids, found.confidence, np.nan))


def _said(kind: str) -> str:
    return (
        "" if kind == CLUSTERS else " Yellow: the method is sure of the item's cluster; violet: it could be another's."
    )
