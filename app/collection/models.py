"""Which model embeds: the bundled one, one from the hub, or weights on this machine."""

import streamlit as st

from app.collection import hub_models, own_models

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
    return hub_models.choose(used) if kind == HUB else own_models.choose(used)


def _kind(used: list[str]) -> str:
    if not used or used[0] == "pocket":
        return BUNDLED
    return HUB if hub_models.is_hub_name(used[0]) else LOCAL
