"""Bring images and captions: dropped files, a path on this machine, a bundled set; a job embeds them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.kit import formats, own_copy, progress, store
from app.kit.messages import escaped
from app.kit.person import person
from app.kit.state import state
from app.views.data import models, spool
from core.access import quotas, rights
from core.features import is_kept
from core.inputs import embedded_counts, full_models
from core.sources import kinds, uploadable
from core.workspace import Workspace


def show(workspace: Workspace) -> None:
    """The area where things are added, and what came of the last time."""
    with st.container(key="add", border=True):
        st.subheader("Add images and captions", anchor=False)
        if workspace.is_bundled:
            _only_to_a_copy(workspace)
        model = models.choose(used(workspace))
        how = How(model, _features(workspace, model)) if model else None
        if not workspace.is_bundled:
            _sources(workspace, how)
        _missing(workspace, how)


def _only_to_a_copy(workspace: Workspace) -> None:
    st.caption(
        f"{escaped(store.title(workspace.name))} is a bundled set and stays as it came. Add to a copy of it, or make a "
        "new workspace with the plus sign in the side bar. Another model can embed it here."
    )
    if st.button("Make a copy", key="copy-to-add", type="primary", icon=":material/content_copy:", width="stretch"):
        own_copy.ask(workspace)


@dataclass(frozen=True)
class How:
    """model: that embeds. features: whether those behind its vectors are kept too."""

    model: str
    features: bool = False


def used(workspace: Workspace) -> list[str]:
    """Models that have embedded items here, the one with most first; what is made of them follows them."""
    return full_models(workspace, [name for name, _ in embedded_counts(workspace).most_common()])


def start(
    workspace: Workspace, how: How, title: str, source: Path | str | None = None, captions: Path | str | None = None
) -> None:
    """Starts the job that adds and embeds; afterwards the new items go to the map."""
    arguments = {
        "workspace": workspace.path,
        **asdict(how),
        "source": str(source) if source else None,
        "captions": str(captions) if captions else None,
    }
    progress.start(workspace, "embed", arguments, title)


def _sources(workspace: Workspace, how: How | None) -> None:
    dropped, path, bundled = st.tabs(["Drop files", "On this machine", "Bundled sets"])
    with dropped:
        _dropped(workspace, how)
    with path:
        _path(workspace, how)
    with bundled:
        _bundled(workspace, how)


def _features(workspace: Workspace, model: str) -> bool:
    """Whether the features are to be kept; once they are, they stay up to date without asking."""
    kept = is_kept(workspace, model)
    help = (
        "What the model's image part knows before it is projected into the space shared with words: images only, as "
        f"“{model} features” in the menus of Map, Clusters, Groups and Data quality"
    )
    label = "Also keep the features behind the vector (often better for clusters and neighbours)"
    return st.checkbox(label, value=kept, disabled=kept, key=f"features-{workspace.name}-{model}-{kept}", help=help)


def _dropped(workspace: Workspace, how: How | None) -> None:
    files = st.file_uploader(
        "Images, zips, tables of captions",
        ["image", *uploadable()],
        accept_multiple_files=True,
        key=f"files-{state().uploads}",
        label_visibility="collapsed",
    )
    by_name = st.toggle("File names are the captions", key="by-name", help="red_apple-2.png is captioned “red apple 2”")
    st.caption(
        "A CSV, TSV or JSON dropped along gives captions: one column names the picture, one says what it shows; "
        "several captions stand in caption1, caption2, …, in a list, or in rows of one picture. "
        "More than two gigabytes: give the folder."
    )
    _packer()(key="packer")
    if (
        st.button("Add and embed", key="add-files", type="primary", disabled=not files or not how, width="stretch")
        and how
    ):
        rights.check_change(person(), workspace.path)
        quotas.check_bytes(person(), sum(each.size for each in files))
        for source in spool.write(Path(workspace.path), spool.unpacked(files), by_name):
            start(workspace, how, f"Embed {source.title}", source.path, source.captions)
        state().uploads += 1
        st.rerun()


@st.cache_resource(show_spinner=False)
def _packer() -> Any:
    """Lets the browser send many files as one."""
    script = Path(__file__).with_name("pack.js").read_text("utf-8")
    return st.components.v2.component("clipscape_packer", html="<p></p>", css="p { margin: 0 }", js=script)


def _path(workspace: Workspace, how: How | None) -> None:
    path = st.text_input(
        "Folder, zip or table",
        key="path",
        placeholder="/home/me/pictures",
        help=f"{', '.join(kind.title for kind in kinds())}. Sub-folders become labels",
    )
    captions = st.text_input(
        "Captions, where they are in a file of their own",
        key="captions-path",
        placeholder="optional: /home/me/captions.csv",
    )
    if st.button("Add and embed", key="add-path", type="primary", disabled=not path or not how) and how:
        start(workspace, how, f"Embed {Path(path).name}", path.strip(), captions.strip() or None)
        st.rerun()


def _bundled(workspace: Workspace, how: How | None) -> None:
    sets = {dataset.name: dataset for dataset in store.bundled_sets()}
    if not sets:
        st.caption("No sets are bundled with this copy.")
        return
    name = st.selectbox("Set", list(sets), format_func=lambda name: sets[name].title, key="bundled")
    st.caption(f"{sets[name].summary} {formats.counted(sets[name].items, 'item')}, {sets[name].licence}.")
    if st.button("Add and embed", key="add-bundled", type="primary", disabled=not how) and how:
        start(workspace, how, f"Embed {sets[name].title}", name)
        st.rerun()


def _missing(workspace: Workspace, how: How | None) -> None:
    missing = store.missing(workspace, how.model, how.features) if how else 0
    if how and missing and not progress.running(workspace, "embed"):
        kept = " or lack their features" if how.features else ""
        st.caption(
            f"{formats.counted(missing, 'image or caption', 'images and captions')} here "
            f"{'is' if missing == 1 else 'are'} not embedded by {how.model} yet{kept}."
        )
        if st.button("Embed what is missing", key="embed-missing"):
            start(workspace, how, f"Embed with {how.model}")
            st.rerun()
