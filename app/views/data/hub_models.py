"""The models of the hub: which to take, what is known of each, and downloading one."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from msgspec import convert

from app.kit import formats, person, progress
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from core.commands.models import ModelsResult, PlanResult
from core.encoders.catalogue import ModelInfo
from core.encoders.kept import folder_of
from core.jobs import jobs

COMMAND = "models fetch"
SOURCE = (
    "ImageNet: share of pictures whose class is named right without training on it. Retrieval: how well words and "
    "pictures find each other (Flickr30k, MSCOCO, WinoGAViL). Both as published in open_clip's benchmark tables; "
    "empty where nothing is published."
)


def choose(used: Sequence[str]) -> str | None:
    """Draws the choice of a hub model, and whether it is here; returns its name."""
    known = {model.name: model for model in listed()}
    first = [name for name in used if name in known]
    name = st.selectbox(
        "Model of the hub",
        list(dict.fromkeys([*first, *known])),
        key="hub-model",
        format_func=lambda name: _label(known.get(name), name),
        accept_new_options=True,
        help="Recommended ones first, then by accuracy. Others: `architecture:tag` or `hf-hub:organisation/name`",
    )
    if not name:
        return None
    name = name.strip()
    if model := known.get(name):
        st.caption(figures(model) + (f" · {model.reason}" if model.reason else ""))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _state(name, is_here(known.get(name), name))
        if st.button("Compare all", key="compare-models", type="tertiary", icon=":material/table_rows:"):
            compare(list(known.values()))
    if not is_here(known.get(name), name):
        st.caption("Not on this machine yet: embedding downloads it first, if you do not.")
    return name


def is_hub_name(name: str) -> bool:
    """`architecture:tag` or `hf-hub:…`; no path, no name of an imported model."""
    return name.startswith("hf-hub:") or (":" in name and "/" not in name)


@st.cache_data(show_spinner="Asking for the list of models …")
def listed() -> list[ModelInfo]:
    """Every model of open_clip with its figures; a worker lists them, it takes some seconds once."""
    return [model for model in convert(person.ask("models", {}), ModelsResult).models if model.where == "hub"]


def is_here(model: ModelInfo | None, name: str) -> bool:
    """Whether it needs no hub any more."""
    return folder_of(name) is not None or bool(model and model.here)


def figures(model: ModelInfo) -> str:
    """`about 605 MB, 2.21 GB of memory · 512 dimensions, 256 px · ImageNet 72.8 %, retrieval 67.1 %`."""
    sizes = [f"about {formats.size(model.size or 0)}", f"{formats.size(model.memory or 0)} of memory"]
    shape = [f"{model.dimension} dimensions", f"{model.image_side} px"]
    published = {"ImageNet": model.imagenet, "retrieval": model.retrieval}
    measured = [f"{title} {formats.percent(value)}" for title, value in published.items() if value is not None]
    return " · ".join(", ".join(part) for part in (sizes, shape, measured or ["no figures published"]))


def _label(model: ModelInfo | None, name: str) -> str:
    """The name with why it is recommended, or how accurate it is."""
    more = model and (model.reason or (model.imagenet and f"ImageNet {formats.percent(model.imagenet)}"))
    return f"{name} — {more}" if more else name


def _state(name: str, here: bool) -> None:
    """Whether the model is here, on its way, or to be downloaded."""
    running = [job for job in jobs().list() if job.command == COMMAND and job.active and job.arguments["name"] == name]
    if here:
        st.caption(":green[:material/check_circle:] On this machine: no network needed.")
    elif running:
        with st.container(key="model-on-its-way"):
            progress.watched_bar(running[0])
    elif st.button("Download", key="download-model", icon=":material/download:", help="Size and licence come first"):
        download(name)


@dialog("Download this model?")
def download(name: str) -> None:
    """Tells size and licence, as the hub says, and starts the job."""
    with plainly():
        plan = planned(name)
        rest = f" ({formats.size(plan.left)} still to come)" if plan.left < plan.bytes else ""
        st.markdown(f"**{escaped(plan.name)}**")
        st.markdown(f"{formats.size(plan.bytes)}{rest}, licence: {escaped(plan.licence)}")
        st.caption(escaped(f"From {plan.repository} into {plan.folder}. It can be stopped, and goes on later."))
        if plan.gated:
            st.warning("The hub wants its conditions accepted first, by someone who is logged in there.")
        if plan.warning:
            st.warning(escaped(plan.warning))
        if st.button("Download it", key="download-sure", type="primary", on_click=_start, args=(plan.name,)):
            st.rerun()


@st.cache_data(show_spinner="Asking the hub …", ttl=60)
def planned(name: str) -> PlanResult:
    """What the hub says of a model; raises `MissingWeights` where it cannot be reached."""
    return convert(person.ask("models plan", {"name": name}), PlanResult)


def _start(name: str) -> None:
    person.start(COMMAND, {"name": name}, f"Download {name}")


@dialog("Models of the hub", width="large")
def compare(models: Sequence[ModelInfo]) -> None:
    """All of them in a table; the one of the line that is clicked can be taken."""
    st.caption(SOURCE)
    chosen = st.dataframe(
        table(models),
        hide_index=True,
        height=430,
        key="models-table",
        on_select="rerun",
        selection_mode="single-row",
        column_config=COLUMNS,
    )
    rows = chosen["selection"]["rows"]
    name = models[rows[0]].name if rows else ""
    if st.button(
        f"Take {name}" if name else "Choose a line",
        key="take-model",
        type="primary",
        disabled=not name,
        on_click=_take,
        args=(name,),
    ):
        st.rerun()


def table(models: Sequence[ModelInfo]) -> pd.DataFrame:
    """A line a model, in the list's order: gigabytes, per cent."""
    rows = pd.DataFrame(list(models))
    rows["here"] = [is_here(model, model.name) for model in models]
    figures = rows[list(FIGURES)].astype(float) * list(FIGURES.values())
    return rows.assign(**figures)[list(COLUMNS)]


FIGURES = {"imagenet": 100, "retrieval": 100, "size": 1e-9, "memory": 1e-9, "parameters": 1e-6}
COLUMNS = {
    "name": st.column_config.TextColumn("Model", width=300),
    "reason": st.column_config.TextColumn("Recommended", width="medium"),
    "here": st.column_config.CheckboxColumn("Here", width="small"),
    "imagenet": st.column_config.NumberColumn("ImageNet", format="%.1f %%"),
    "retrieval": st.column_config.NumberColumn("Retrieval", format="%.1f %%"),
    "size": st.column_config.NumberColumn("Size", format="%.2f GB", help="Of the weights in float32"),
    "memory": st.column_config.NumberColumn("Memory", format="%.1f GB", help="While it embeds, about"),
    "parameters": st.column_config.NumberColumn("Parameters", format="%.0f M"),
    "dimension": st.column_config.NumberColumn("Dimensions", format="%d"),
    "image_side": st.column_config.NumberColumn("Pixels", format="%d"),
}


def _take(name: str) -> None:
    st.session_state["hub-model"] = name
