"""The form of a training: which pictures, what is known of them, and by which auto-encoder."""

from pathlib import Path
from typing import Any

import streamlit as st

from app.kit import formats, forms, progress, store
from app.kit.messages import escaped, plainly
from core.faces.attributes import factor_prompts
from core.faces.options import BEST, KINDS, LEAST_PICTURES, MOST_EPOCHS, MOST_SEED, MOST_VALUES, SIDES, SURE
from core.faces.trainings import Settings, usual_epochs
from core.semantics.prompts import prompts_in
from core.workspace import Workspace

COMMAND = "faces train"
HERE, THERE = "In this workspace", "On this machine"
COLUMNS, WORDS = "Columns say it", "A CLIP model says it"
PROMPTS = """glasses/no: a face without glasses
glasses/yes: a face with glasses"""
_WIDTH = 190


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    with st.container(key="train-where", horizontal=True, vertical_alignment="bottom", gap="medium"):
        where = st.segmented_control("Pictures", [HERE, THERE], default=HERE, required=True, key="train-pictures")
        how = st.segmented_control(
            "What they show", [COLUMNS, WORDS], default=COLUMNS, required=True, key="train-labels", help=_LABELS_HELP
        )
    source = workspace.path if where == HERE else _path()
    labels = _words(workspace) if how == WORDS else _columns(workspace) if where == HERE else _table()
    with st.container(key="train-how", horizontal=True, vertical_alignment="bottom", gap="small"):
        networks = _networks()
    ready = bool(source) and (any(labels.values()) or (where == THERE and how == COLUMNS))
    if forms.start("Train", "start-training", ready, _summary(workspace, where == HERE)):
        with plainly():
            start(workspace, settings(source, **labels, **networks))
            st.rerun()


def settings(source: str, prompts: str | None = None, **others: Any) -> Settings:
    """As the command keeps them; prompts: as they are written. Wrong ones raise `BadInput` here already."""
    return Settings.of(source, prompts=factor_prompts(prompts_in(prompts)) if prompts else None, **others)


def start(workspace: Workspace, settings: Settings, resume: bool = False) -> None:
    """Starts the job; the same settings find a stopped training again."""
    name = workspace.name if settings.source == workspace.path else Path(settings.source).name
    arguments = {**settings.plain(), "workspace": workspace.path, "resume": resume}
    progress.start(workspace, COMMAND, arguments, f"Train an editor of faces on {name}")


def _path() -> str:
    return st.text_input(
        "Folder, zip or table of pictures",
        key="train-path",
        placeholder="/home/me/celeba",
        help="CelebA's own folder with img_align_celeba and list_attr_celeba.txt, any folder or zip of faces, "
        "or a CSV or Parquet file that names them. Files to drop: add them on the Data page first.",
    ).strip()


def _columns(workspace: Workspace) -> dict[str, Any]:
    items = store.items(workspace)
    columns = {name: items.frame[name] for name in items.grouping}
    known = [name for name, column in columns.items() if 2 <= column[column != ""].nunique() <= MOST_VALUES]
    chosen = st.multiselect(
        "Factors",
        known,
        key="train-factors",
        placeholder="Choose columns" if known else f"No column here has 2 to {MOST_VALUES} values",
        disabled=not known,
        help=f"Columns of this workspace with 2 to {MOST_VALUES} values; each becomes a slider, or a choice",
    )
    return {"factors": chosen or None}


def _table() -> dict[str, Any]:
    with st.container(horizontal=True, gap="small"):
        attributes = st.text_input(
            "Table of attributes, where it is a file of its own",
            key="train-attributes",
            placeholder="optional: /home/me/attributes.csv",
            help="A CSV or Parquet file: one column names the picture, the others say what it shows",
        )
        names = st.text_input(
            "Factors",
            key="train-names",
            placeholder="glasses, sex",
            help="Columns of the table, with commas between. Empty: all of 2 to 12 values, if they are few.",
        )
    factors = [name.strip() for name in names.split(",") if name.strip()]
    return {"attributes": attributes.strip() or None, "factors": factors or None}


def _words(workspace: Workspace) -> dict[str, Any]:
    text = st.text_area("Texts, one a line: factor/value: text", PROMPTS, key="train-prompts", help=_PROMPTS_HELP)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        known = [name for name in store.models(workspace) if not store.is_wordless(workspace, name)]
        models = list(dict.fromkeys(["pocket", *known]))
        model = st.selectbox("CLIP model", models, key="train-clip", accept_new_options=True, width=_WIDTH)
        sure = st.slider("At least so sure", 0.5, 0.99, SURE, 0.01, key="train-sure", width=_WIDTH, help=_SURE_HELP)
    return {"prompts": text, "model": model or "pocket", "sure": sure} if text.strip() else {}


def _networks() -> dict[str, Any]:
    kind = st.selectbox(
        "Auto-encoder",
        list(KINDS),
        index=list(KINDS).index(BEST),
        key="train-kind",
        width=_WIDTH,
        help="  \n".join(f"**{name}**: {each.summary}" for name, each in KINDS.items()),
    )
    side = st.selectbox("Pixels a side", SIDES, key="train-side", width=110)
    epochs = st.number_input(
        "Epochs", 1, MOST_EPOCHS, None, key="train-epochs", placeholder="as needed", width=160, help=_EPOCHS_HELP
    )
    seed = st.number_input("Seed", 0, MOST_SEED, 0, key="train-seed", width=110, help="Same seed, same editor")
    return {"autoencoder": kind, "side": int(side), "epochs": epochs, "seed": int(seed)}


def _summary(workspace: Workspace, here: bool) -> str:
    count = len(workspace.pictured()) if here else None
    if count is not None and count < LEAST_PICTURES:
        return f"{formats.counted(count, 'picture')} here: at least {LEAST_PICTURES} with known factors are needed."
    epochs = formats.counted(usual_epochs(count), "epoch") if count else ""
    much = f"{formats.counted(count, 'picture')}, {epochs} if left open. " if count else ""
    return f"{much}A tenth is held out to measure it. The editor is kept in {escaped(workspace.name)}."


_LABELS_HELP = (
    "Each factor needs a value for each picture: from a column, or, where there is none, the text that a CLIP model "
    "finds most probable. Pictures without a value are left out, and counted."
)
_PROMPTS_HELP = (
    "For each factor at least two values. Several texts of one value are averaged. Without a value "
    "(`glasses: a face with glasses`), each text is a value of its own."
)
_SURE_HELP = "By the softmax of the model's logits over a factor's values; pictures less sure are left out, and counted"
_EPOCHS_HELP = "Over all pictures, for each of the two networks; left open: as many as suit their number"
