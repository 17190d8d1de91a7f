"""Results for a notebook: frozen, as the laboratory's own, with tables by pandas, and pictures where they help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd
from msgspec import convert

from core import search
from core.commands import readable
from core.commands.embedding import EmbedResult
from core.notebook.pictures import gallery, key, map_picture, spread
from core.results import Clustering, Map
from core.runs.clustering import ClusteringRun
from core.runs.map import MapRun
from core.workspace import Run, RunCard, Workspace

CommandResult = Mapping[str, Any]
"""What a command gives."""
NAMES = {"image": "images", "text": "captions"}
FIGURES = ("trustworthiness", "neighbour_preservation")


@dataclass(frozen=True, repr=False)
class Hits(search.Hits):
    """What a search found, best first. table: id, score, caption, source. thumbnails: by id, of pictures."""

    table: pd.DataFrame
    thumbnails: Mapping[str, bytes]

    @classmethod
    def of(cls, found: CommandResult, place: Workspace) -> "Hits":
        table = pd.DataFrame(found["hits"], columns=["id", "score", "caption", "source"])
        ids, scores = table["id"].to_numpy(dtype=str), table["score"].to_numpy(dtype="float32")
        return cls(ids, scores, table, place.thumbnails(ids.tolist()))

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return self.table.to_string(index=False)

    def _repr_html_(self) -> str:
        rows = self.table.itertuples()
        return gallery((f"{row.score:.3f}", self.thumbnails.get(row.id), row.caption or row.source) for row in rows)


@dataclass(frozen=True, repr=False)
class DrawnMap(Map):
    """A map and whose points it shows.

    card: how it was made. table: id, modality ("image" or "text"), caption (which of its item's, from 0), x, y.
    thumbnails: by id, of the images that its picture shows.
    """

    card: RunCard = field(kw_only=True)
    table: pd.DataFrame = field(kw_only=True)
    thumbnails: Mapping[str, bytes] = field(kw_only=True)

    @classmethod
    def of(cls, run: Run, place: Workspace) -> "DrawnMap":
        drawn = MapRun.of(run)
        ids, modality, xy = drawn.ids, drawn.modality, drawn.xy
        columns = {"id": ids, "modality": modality, "caption": drawn.captions, "x": xy[:, 0], "y": xy[:, 1]}
        shown = place.thumbnails(ids[spread(xy, modality)].tolist())
        table = pd.DataFrame(columns)
        return cls(xy, run.card.metrics, drawn.figures.partial, card=run.card, table=table, thumbnails=shown)

    def _repr_html_(self) -> str:
        ids, modality = (self.table[name].to_numpy(dtype=str) for name in ("id", "modality"))
        keys = [key(kind, words) for kind, words in self._counts().items()]
        words = [escape(self.card.title), *keys, *self._figures()]
        if self.thumbnails:
            words.append(f"{len(self.thumbnails)} of the images shown")
        return f"<div>{map_picture(self.xy, modality, ids, self.thumbnails)}<br>{', '.join(words)}</div>"

    def __repr__(self) -> str:
        return ", ".join([f"<{self.card.title} of {' and '.join(self._counts().values())}", *self._figures()]) + ">"

    def _counts(self) -> dict[str, str]:
        """By modality: `937 images`."""
        counts = self.table["modality"].value_counts()
        return {kind: f"{counts[kind]:,} {name}" for kind, name in NAMES.items() if kind in counts}

    def _figures(self) -> list[str]:
        return [f"{name.replace('_', ' ')} {self.metrics[name]:.3f}" for name in FIGURES]


@dataclass(frozen=True, repr=False)
class Clusterings:
    """Methods compared.

    runs: a row a run with its figures and its id. summary: a row a method, "mean ± sd" over its seeds.
    clusters: a row an item: its id, and a column a run, e.g. "kmeans 0" for seed 0: its cluster, -1 for noise.
    results: by the names of those columns. refused: methods that refused the input, and why.
    partial: stopped before its end.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame
    clusters: pd.DataFrame
    results: Mapping[str, Clustering]
    refused: Sequence[Mapping[str, str]] = ()
    partial: bool = False

    @classmethod
    def of(cls, found: CommandResult, place: Workspace) -> "Clusterings":
        kept = {f"{row['method']} {row['seed']}": ClusteringRun.load(place, row["run"]) for row in found["runs"]}
        results = {name: clustering_of(run) for name, run in kept.items()}
        ids = next(iter(kept.values())).ids
        clusters = pd.DataFrame({"id": ids} | {name: each.labels for name, each in results.items()})
        runs, summary = pd.DataFrame(found["runs"]), pd.DataFrame(readable("cluster", found)["summary"])
        return cls(runs, summary, clusters, results, **_remarks(found))

    def __repr__(self) -> str:
        return self.summary.to_string(index=False)

    def _repr_html_(self) -> str:
        return self.summary.to_html(index=False)


def clustering_of(run: ClusteringRun) -> Clustering:
    """The clustering that a run keeps."""
    return Clustering(run.labels, run.confidence, run.card.metrics, run.history, run.figures.partial)


@dataclass(frozen=True, repr=False)
class Curves:
    """Reducers compared on pairs held out of the fit.

    points: a row a method and D', top-1 of both ways as means with their sd. full: the same with all dimensions.
    smallest_lossless: by method the smallest D' without a loss, None where there is none.
    refused: methods that refused the input, and why. partial: stopped before its end.
    """

    points: pd.DataFrame
    full: Mapping[str, Any]
    smallest_lossless: Mapping[str, int | None]
    refused: Sequence[Mapping[str, str]] = ()
    partial: bool = False

    @classmethod
    def of(cls, found: CommandResult, place: Workspace) -> "Curves":
        rows = [_point(method, each) for method, curve in found["curves"].items() for each in curve]
        return cls(pd.DataFrame(rows), found["full"], found["smallest_lossless"], **_remarks(found))

    def __repr__(self) -> str:
        return self.points.to_string(index=False, float_format="{:.3f}".format)

    def _repr_html_(self) -> str:
        return self.points.to_html(index=False, float_format="{:.3f}".format)


def _point(method: str, figures: CommandResult) -> dict[str, Any]:
    means = {way: figures[way][0] for way in ("i2t", "t2i")}
    sds = {f"{way}_sd": figures[way][1] for way in ("i2t", "t2i")}
    return {"method": method, "dim": figures["dim"], **means, **sds, "p": figures["p"], "seconds": figures["seconds"]}


@dataclass(frozen=True)
class EmbedSummary:
    """What came of embedding. embedded: items. refused: source and reason. rate: items a second.

    understood: in words, whether the model understands the images; "" where nothing is embedded.
    """

    model: str
    embedded: int
    seconds: float
    rate: float
    understood: str
    refused: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, given: CommandResult) -> "EmbedSummary":
        found = convert(given, EmbedResult)
        words = found.understood.words if found.understood else ""
        return cls(found.model, found.embedded, found.seconds, found.rate, words, given["refused"])


def _remarks(found: CommandResult) -> dict[str, Any]:
    return {name: found[name] for name in ("refused", "partial") if name in found}
