"""Which model embeds: the bundled one, one from the hub, or weights on this machine."""

import streamlit as st

from app.views.data import hub_models, own_models
from core.encoders.catalogue import BUNDLED as BUNDLED_MODELS
from core.encoders.catalogue import DEFAULT

BUNDLED, HUB, LOCAL = "Bundled", "From the hub", "My weights"
SAID = {
    DEFAULT: "The bundled model **pocket-2** reads sentences and understands everyday photographs and drawings; it is "
    "small, so a model from the hub understands far more.",
    "pocket": "**pocket**, which came along before, understands drawings, icons and emoji only. **pocket-2** reads "
    "photographs and sentences too: choose it here and embed again; what pocket has embedded stays.",
}


def choose(used: list[str]) -> str | None:
    """Draws the choice and returns the model's name; None while something is still to be given.

    used: models that have embedded items of this workspace; the first is the default.
    """
    kind = st.segmented_control("Model", [BUNDLED, HUB, LOCAL], default=_kind(used), required=True, key="model-kind")
    if kind == BUNDLED:
        return _bundled(used)
    return hub_models.choose(used) if kind == HUB else own_models.choose(used)


def _bundled(used: list[str]) -> str:
    """The newest one; a workspace that an older one has embedded can go on with that."""
    names = list(dict.fromkeys([*(each for each in used if each in BUNDLED_MODELS), DEFAULT]))
    name = names[0] if len(names) == 1 else str(st.selectbox("Bundled model", names, key="bundled-model"))
    st.caption(SAID[name])
    return name


def _kind(used: list[str]) -> str:
    if not used or used[0] in BUNDLED_MODELS:
        return BUNDLED
    return HUB if hub_models.is_hub_name(used[0]) else LOCAL
