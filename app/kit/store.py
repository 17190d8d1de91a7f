"""What the pages read from workspaces, kept until the workspace changes.

What is cached is known by the workspace's path and version, so that any write, by whatever process, is seen.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit.items import Items
from app.kit.messages import escaped, message
from app.kit.person import person
from app.kit.state import START, state
from core import tags as tags_of
from core.access import rights
from core.commands.understanding import kept, measured
from core.errors import BadPicture, Damaged, MissingData
from core.features import features_of, is_features
from core.inputs import workspace_rows
from core.reduced import family, full_model, model_titles
from core.results import Embeddings
from core.understanding import Understanding
from core.workspace import Workspace, home, open_named

VERSIONS = 4
"""Readings kept of each kind."""


def _known_by(workspace: Workspace) -> tuple[str, int, int]:
    """Another workspace made by the name of one that was deleted may come to the same version, but not at its time."""
    versions = Path(workspace.path) / "items.lance" / "_versions"
    return workspace.path, workspace.version, versions.stat().st_mtime_ns if versions.exists() else 0


KINDS = (Workspace, rights.GuardedWorkspace)
UNTIL_CHANGED: dict[str | type[Any], Callable[[Any], Any]] = {kind: _known_by for kind in KINDS}
"""For the caches of Streamlit: what is read of a workspace is read anew when the workspace has changed."""
ALWAYS: dict[str | type[Any], Callable[[Any], Any]] = {kind: lambda place: place.path for kind in KINDS}
"""For what no change of the workspace changes."""
MEASURED_HERE = 50_000
"""Vectors among which a page itself measures what `embed` has not: about a second."""


def names() -> list[str]:
    """Every workspace a person can open: the bundled ones first, then their own."""
    return rights.visible(person())


@st.cache_resource(show_spinner=False)
def bundled_sets() -> list[Any]:
    """The sets that come with Clipscape."""
    from core.sources.bundled import datasets

    return list(datasets())


def title(name: str) -> str:
    """How a workspace is called on the pages: `Photographs`; the name itself of one that is not bundled."""
    return next((each.title for each in bundled_sets() if each.name == name), name)


def current() -> Workspace:
    """The session's workspace; raises `MissingData` where there is none, `Damaged` where it cannot be read."""
    return opened(str(chosen()))


def chosen() -> Path:
    """Where the session's workspace lies, whether or not it can be read; a fresh session has the first that opens."""
    found = state().workspace
    if found is None or not found.is_dir() or not rights.may_see(person(), found):
        if found is not None:
            st.toast(f"The workspace {escaped(found.name)} is there no more", icon=":material/info:")
        known = names()
        if not known:
            raise MissingData("No workspace yet: make one with the plus sign in the side bar")
        state().open(_first([START, *known] if START in known else known))
        found = state().workspace
    assert found is not None
    return found


def _first(known: Sequence[str]) -> Path:
    """The first workspace that can be read; where none can, the first, of which the page says what is wrong."""
    for name in known:
        with suppress(Damaged):
            return Path(open_named(name).path)
    return home() / known[0]


def opened(path: str) -> Workspace:
    """A workspace's handle, one for each person; raises `BadInput` where this one may not see it."""
    who = person()
    rights.check_see(who, path)
    return _opened(path, who)


@st.cache_resource(show_spinner=False, max_entries=16)
def _opened(path: str, who: rights.Person) -> Workspace:
    return rights.guarded(path, who)


@st.cache_data(show_spinner=False, max_entries=VERSIONS, hash_funcs=UNTIL_CHANGED, ttl=60)
def damaged(workspace: Workspace) -> str:
    """What of it cannot be read, in a line; "" where nothing is known to be damaged."""
    what = " and ".join(workspace.damaged())
    return f"Some of {what} here cannot be read: run `clipscape check {workspace.path}`" if what else ""


@st.cache_resource(show_spinner=False, max_entries=VERSIONS, hash_funcs=UNTIL_CHANGED)
def items(workspace: Workspace) -> Items:
    """Captions, labels and columns of every item."""
    kinds = workspace.columns()
    return Items.of(workspace.table(["captions", "caption", "label", *kinds]), kinds)


@st.cache_resource(show_spinner=False, max_entries=2, hash_funcs=UNTIL_CHANGED)
def embeddings(workspace: Workspace, model: str, modality: str) -> Embeddings:
    """The vectors of one model and modality, of captions all; ids are those of captions."""
    return workspace.every_embedding(model, modality)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs=UNTIL_CHANGED)
def missing(workspace: Workspace, model: str, features: bool = False) -> int:
    """Images and captions that this model, or one made of it, has not embedded; with features, those are wanted too."""
    names = {*family(workspace, model), *([features_of(model)] if features else [])}
    parts = [(name, part) for name in names for part in ("image", "text")]
    parts = [(name, part) for name, part in parts if part == "image" or not is_wordless(workspace, name)]
    return len({(part, id) for name, part in parts for id in workspace.missing(name, part)})


@st.cache_data(show_spinner=False, max_entries=VERSIONS, hash_funcs=UNTIL_CHANGED)
def models(workspace: Workspace) -> dict[str, str]:
    """Every model that has embedded items here and how a person reads its name, the reduced ones last."""
    return model_titles(workspace)


def is_wordless(workspace: Workspace, name: str) -> bool:
    """Whether no words can be compared with these embeddings: features of images, and what is made of those."""
    return is_features(full_model(workspace, name))


def model_title(workspace: Workspace, name: str) -> str:
    """`pocket, reduced to 64 dimensions by PCA`; the name itself of what is not reduced, or is gone."""
    return models(workspace).get(name, name)


@st.cache_resource(show_spinner=False, max_entries=4 * VERSIONS, hash_funcs=UNTIL_CHANGED)
def understanding(workspace: Workspace, model: str) -> Understanding | None:
    """Whether a model that can embed understands the images, as kept, or measured now; None where they are too many."""
    counts = tuple(each.count for each in workspace.models() if each.model == model)
    return kept(workspace, model) or _measured(workspace, model, counts)


@st.cache_resource(show_spinner=False, max_entries=4 * VERSIONS, hash_funcs=ALWAYS)
def _measured(workspace: Workspace, model: str, counts: tuple[int, ...]) -> Understanding | None:
    """counts: of the vectors; another count is measured anew."""
    return measured(workspace_rows(workspace, "both", model)) if 0 < sum(counts) <= MEASURED_HERE else None


@st.cache_data(show_spinner=False, max_entries=VERSIONS, hash_funcs=UNTIL_CHANGED)
def tags(workspace: Workspace) -> list[str]:
    """What items can be chosen by."""
    return tags_of.tags(workspace)


@st.cache_data(show_spinner=False, max_entries=4 * VERSIONS, hash_funcs=UNTIL_CHANGED)
def tagged(workspace: Workspace, tag: str) -> NDArray[np.bool_]:
    """Which items have a tag: (N,), in the items' order."""
    return tags_of.tagged(workspace, tag)


@st.cache_data(show_spinner=False, max_entries=128, hash_funcs=ALWAYS)
def thumbnails(workspace: Workspace, ids: Sequence[str]) -> dict[str, bytes]:
    """Small pictures (WebP) of these items; those without a picture are left out."""
    return workspace.thumbnails(ids)


def image(workspace: Workspace, id: str) -> bytes | None:
    """The original bytes; None for an item that is a caption only, and for a picture that is damaged, which is told."""
    try:
        return workspace.image(id)
    except (BadPicture, Damaged) as error:
        st.warning(message(str(error)), icon=":material/broken_image:")
    except MissingData:
        pass
    return None
