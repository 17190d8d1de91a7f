"""Which model embeds: the bundled one, one from the hub, or weights on this machine."""

import streamlit as st

from core.jobs import ask

BUNDLED, HUB, LOCAL = "Bundled", "From the hub", "My weights"
PLAIN = (
    "The bundled model **pocket** understands drawings, icons and emoji, not photographs: "
    "for photographs choose a model from the hub."
)


def choose(used: list[str]) -> str | None:
    """Draws the choice and returns the model's name; None while something is still to be given.

    used: models that have embedded items of this workspace; the first is the default.
    """
    kind = st.segmented_control("Model", [BUNDLED, HUB, LOCAL], default=_kind(used), required=True, key="model-kind")
    if kind == BUNDLED:
        st.caption(PLAIN)
        return "pocket"
    return _from_hub(used) if kind == HUB else _own()


@st.cache_data(show_spinner="Asking for the list of models …")
def hub_models() -> list[str]:
    """Every model of open_clip as `architecture:pretrained`; a worker lists them, it takes some seconds once."""
    return [model["name"] for model in ask("models", {})["models"] if model["where"] == "hub"]


def _kind(used: list[str]) -> str:
    if not used or used[0] == "pocket":
        return BUNDLED
    return LOCAL if "/" in used[0] and not used[0].startswith("hf-hub:") else HUB


def _from_hub(used: list[str]) -> str | None:
    known = hub_models()
    options = list(dict.fromkeys([*(name for name in used if name in known), *known]))
    name = st.selectbox(
        "Model of the hub",
        options,
        key="hub-model",
        accept_new_options=True,
        help="`architecture:pretrained`, or `hf-hub:organisation/name`",
    )
    st.caption("Its weights are fetched once from the hub, by the job that embeds; without a network choose another.")
    return name


def _own() -> str | None:
    name = st.text_input(
        "Weights on this machine",
        key="own-model",
        placeholder="ViT-B-32:/models/mine.safetensors",
        help="`architecture:path` of a safetensors file, or a folder with open_clip_config.json",
    )
    return name.strip() or None
