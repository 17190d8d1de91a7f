"""Clipscape from Python: what the pages and the commands do, in a script or a notebook.

    import clipscape

    photos = clipscape.open("photos")           # a bundled set, a workspace's name, or its folder
    photos.search("a dog")                      # thumbnails in a notebook; .table is a pandas frame
    photos.map("umap", n_neighbors=30)          # a map with its figures; .xy is (N, 2)
    photos.cluster("kmeans", "dec", k=10)       # methods over seeds; .summary, .runs, .clusters
    photos.reduce("contrastive", "pca")         # top-1 against the dimensions kept; .points

    mine = clipscape.create("holiday")          # a workspace of your own, which the app shows too
    mine.add("~/Pictures/holiday")
    mine.embed()

Each method is the command of its name (`clipscape --help`), so what it makes is a run of the workspace, with its card.
Long work draws a bar; Ctrl-C, or the notebook's stop button, keeps what is done. What is refused raises an error of
`core.errors`, in one line: value, limit, remedy.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import (
    BadInput,
    BadParameter,
    BadPicture,
    Cancelled,
    ClipscapeError,
    Damaged,
    JobFailed,
    MissingData,
    MissingWeights,
)
from core.progress import Progress, Report, silent

if TYPE_CHECKING:
    import pandas as pd

    from core import workspace
    from core.notebook.results import Clusterings, Curves, DrawnMap, EmbedSummary, Hits
    from core.results import Embeddings
    from core.workspace import Added, Run

__all__ = [
    "BadInput",
    "BadParameter",
    "BadPicture",
    "Cancelled",
    "ClipscapeError",
    "Damaged",
    "JobFailed",
    "MissingData",
    "MissingWeights",
    "Progress",
    "Workspace",
    "__version__",
    "create",
    "datasets",
    "methods",
    "models",
    "open",
    "silent",
]


def open(source: str | Path = "photos", report: Report | None = None) -> "Workspace":
    """The workspace in a folder, or of a name; a bundled set's is made at its first use, in CLIPSCAPE_HOME.

    report: is told of progress, e.g. `clipscape.silent`; None: a bar. Raises `MissingData` where there is none.
    """
    from core.inputs import open_workspace

    return Workspace(open_workspace(_expanded(source)), report)


def create(source: str | Path, report: Report | None = None) -> "Workspace":
    """A new workspace, empty: in a folder, or by a bare name in CLIPSCAPE_HOME, where the app shows it.

    Raises `BadInput` where there is one already.
    """
    from core import workspace

    path = _expanded(source)
    make = workspace.create_named if Path(path).name == path else workspace.Workspace.create
    return Workspace(make(path), report)


def datasets() -> "pd.DataFrame":
    """The bundled sets: name, title, summary, licence, items."""
    return _table(_result("datasets")["datasets"])


def models() -> "pd.DataFrame":
    """The models that can embed, the bundled ones first, with size and published figures."""
    return _table(_result("models")["models"])


def methods() -> "pd.DataFrame":
    """The methods of maps, clustering, reduction and groups: name, title, summary, and params with their limits."""
    return _table([{"area": area, **each} for area, found in _result("methods").items() for each in found])


class Workspace:
    """Items, their embeddings and the runs made of them; `open` and `create` give it."""

    def __init__(self, place: "workspace.Workspace", report: Report | None = None) -> None:
        from core.workspace import Workspace

        self._place = place if "://" in place.path else Workspace(os.path.abspath(place.path))
        self._report = report

    @property
    def name(self) -> str:
        return self._place.name

    @property
    def path(self) -> str:
        """Its folder, or its address in an object store."""
        return self._place.path

    @property
    def items(self) -> "pd.DataFrame":
        """A row an item: id, source, caption (the first), label, and the further columns."""
        return self._place.table().to_pandas()

    def image(self, id: str) -> bytes:
        """The original bytes of an item's picture; raises `MissingData` for an item without one."""
        return self._place.image(id)

    @property
    def models(self) -> "pd.DataFrame":
        """What has embedded how many images and captions: model, modality, count."""
        return _table([asdict(each) for each in self._place.models()], ["model", "modality", "count"])

    def embeddings(self, modality: str = "image", model: str | None = None) -> "Embeddings":
        """All images ("image") or captions ("text"): ids (N,), vectors (N, D) float32 of unit norm."""
        from core.inputs import embedded_model

        space = "captions" if modality == "text" else "images"
        return self._place.every_embedding(embedded_model(self._place, space, model), modality)

    def runs(self, kind: str | None = None) -> "pd.DataFrame":
        """The cards of all runs, or of one kind ("map", "clustering", "reduction" …), newest last."""
        return _table([asdict(card) for card in self._place.runs(kind)])

    def run(self, id: str) -> "Run":
        """A run: its card and its arrays. Raises `MissingData` where there is none of this id."""
        return self._place.run(id)

    def add(self, source: str | Path, captions: str | Path | None = None) -> "Added":
        """Adds the items of a folder, zip, table, COCO's or Flickr's captions, CelebA, or a bundled set; see `embed`.

        captions: a table of captions for the pictures. What cannot be used is in `refused`, with the reason.
        """
        from core.commands.embedding import add

        with _listening(self._report) as report:
            return add(self.path, _expanded(source), None if captions is None else _expanded(captions), report)

    def copy(self, name: str) -> "Workspace":
        """A copy by that name in CLIPSCAPE_HOME: a bundled set itself can be neither added to nor tagged."""
        from core.workspace import copy

        return Workspace(copy(self._place, name), self._report)

    def embed(self, model: str | None = None, batch: int | None = None, features: bool = False) -> "EmbedSummary":
        """Embeds what is not embedded yet; goes on where it was stopped.

        model: one that `models` lists; None: the workspace's own, else pocket-2. batch: images at once; None: what
        suits the machine. features: keeps what the image tower knows before its projection too.
        """
        from core.notebook.results import EmbedSummary

        return EmbedSummary.of(self._run("embed", model=model, batch=batch, features=features))

    def search(
        self,
        text: str | None = None,
        *,
        image: str | Path | None = None,
        item: str | None = None,
        top: int = 10,
        target: str | None = None,
        model: str | None = None,
    ) -> "Hits":
        """The items nearest to words, to a picture's file, or to an item by its id.

        target: compare with "images" or "captions"; None: the images, where some are embedded.
        """
        from core.notebook.results import Hits

        picture = None if image is None else _expanded(image)
        found = self._run("search", text=text, image=picture, item=item, top=top, target=target, model=model)
        return Hits.of(found, self._place)

    def map(
        self,
        method: str = "tsne",
        *,
        space: str = "both",
        seed: int = 0,
        gap: str = "keep",
        model: str | None = None,
        **params: Any,
    ) -> "DrawnMap":
        """Draws a map: "tsne", "umap" or "pca", of "images", "captions" or "both".

        gap: "keep", or "centre" images and captions each on its mean. params: the method's own, see `methods`.
        """
        from core.notebook.results import DrawnMap

        how = {"method": method, "space": space, "seed": seed, "gap": gap, "params": params}
        return DrawnMap.of(self._place.run(self._run("map", "source", model=model, **how)["run"]), self._place)

    def cluster(
        self,
        *methods: str,
        k: int | None = None,
        seeds: int = 3,
        space: str | None = None,
        label: str | None = None,
        tag: str | None = None,
        exclude: str | None = None,
        model: str | None = None,
        **params: Any,
    ) -> "Clusterings":
        """Compares clustering methods over seeds 0, 1 …; without chance, a method runs once.

        k: how many clusters, for the methods that need it. space: "images" (None), "captions", "both", "map:RUN".
        label: the column of classes to compare with; None: "label". tag, exclude: only items that have a tag, or not.
        """
        from core.notebook.results import Clusterings

        which = {"space": space, "label": label, "tag": tag, "exclude": exclude, "model": model}
        found = self._run("cluster", "source", methods=methods, k=k, seeds=seeds, params=params, **which)
        return Clusterings.of(found, self._place)

    def reduce(
        self,
        *methods: str,
        dims: list[int] | None = None,
        seeds: int = 3,
        at: int = 1,
        tag: str | None = None,
        exclude: str | None = None,
        model: str | None = None,
        **params: Any,
    ) -> "Curves":
        """Compares reducers on pairs of images and captions held out of the fit, over random halves.

        dims: D' to try; None: 8, 16, 32, 64, 128, 256. at: the paired test is of recall at 1, 5 or 10.
        """
        from core.notebook.results import Curves

        which = {"tag": tag, "exclude": exclude, "model": model}
        found = self._run("reduce", "source", methods=methods, dims=dims, seeds=seeds, at=at, params=params, **which)
        return Curves.of(found, self._place)

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(each.model for each in self._place.models())) or "no model yet"
        return f"<Workspace {self.name}: {self._place.count():,} items, embedded by {names}>"

    def _run(self, command: str, place: str = "workspace", **arguments: Any) -> Mapping[str, Any]:
        """What a command gives; place: what it calls the workspace."""
        return _result(command, self._report, **{place: self.path}, **arguments)


def _result(command: str, report: Report | None = None, **arguments: Any) -> Mapping[str, Any]:
    from core.commands import COMMANDS

    with _listening(report) as listener:
        result = COMMANDS[command](**arguments, report=listener)
    if "warning" in result:
        warnings.warn(result["warning"], stacklevel=4)
    return result


@contextmanager
def _listening(report: Report | None) -> Iterator[Report]:
    from core.bar import progress_bar
    from core.stopping import stoppable

    with progress_bar() if report is None else stoppable(report) as listener:
        yield listener


def _table(records: list[dict[str, Any]], columns: list[str] | None = None) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(records, columns=columns)


def _expanded(path: str | Path) -> str:
    return os.path.expanduser(path)
