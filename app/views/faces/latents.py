"""What each latent dimension stands for: how those of each model move with words and with labels, as a heat map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from app.kit import charts, formats
from app.kit.charts import DIVERGING
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from app.views.faces import asking
from core.faces.results import LatentMeaning, MeaningResult

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 48
"""Dimensions in the picture: of more, those that move most."""
OWN = "factors"
TITLES = {OWN: "Editor", "eigenface-vae": "Eigenface VAE", "vae": "VAE", "beta-vae": "β-VAE", "kl": "KL"}
ABOUT = (
    "Spearman's rank correlation ρ of each dimension with each text (CLIP's cosine of face and text) and each label (1 "
    "where a person has it). Pale: not significant at 0.05 after Holm's correction for all cells. Apart: how much "
    "larger |ρ| of the strongest dimension is than that of any outside its factor's block (the SAP score of Kumar, "
    "Sattigeri and Balakrishnan, 2018, with |ρ|): near 0, no dimension stands for it alone."
)


@dialog("What does each latent dimension stand for?", width="large")
def show(prompts: tuple[str, ...], clip: str, editor: str | None, source: str | None) -> None:
    """The heat map of one model's latent, and how far each row's strongest dimension stands apart in all models."""
    with plainly():
        with st.spinner("Comparing faces with words …"):
            found = asking.meaning(prompts, clip, editor, source)
        names = list(found.codes)
        name = st.segmented_control(
            "Latent of", names, default=names[0], required=True, key="latent-of",
            format_func=lambda name: TITLES.get(name, name), label_visibility="collapsed",
        )  # fmt: skip
        latent, rows = found.codes[name], words(found)
        chosen = strongest(latent.coefficients)
        with st.container(key="latents-wide"):
            st.plotly_chart(figure(latent, rows, chosen), key="latents-map", config={"displayModeBar": False})
        st.caption(summary(found, len(latent.names), len(chosen)), help=ABOUT)
        st.dataframe(table(found, rows), hide_index=True, key="latents-table", height=36 * (len(rows) + 1))


def words(found: MeaningResult) -> list[str]:
    """What the rows say: texts in quotation marks, then labels."""
    return [*(f"“{prompt}”" for prompt in found.prompts), *(label.capitalize() for label in found.labels)]


def strongest(coefficients: Sequence[Sequence[float | None]]) -> list[int]:
    """The places of the dimensions to show, in their order."""
    sizes = np.nan_to_num(np.abs(np.array(coefficients, float))).max(0)
    return sorted(np.argsort(-sizes, kind="stable")[:MOST].tolist())


def summary(found: MeaningResult, dimensions: int, shown: int) -> str:
    """What the picture shows, in a line."""
    people = formats.counted(found.people, "face")
    if found.people < found.of:
        people = f"{found.people:,} of {found.of:,} faces"
    some = (
        f"the {shown} of {dimensions} dimensions that move most"
        if shown < dimensions
        else f"all {dimensions} dimensions"
    )
    labels = "" if found.labels else " These faces have no labels to compare with."
    return f"{people}, {some}; texts by {escaped(found.clip)}.{labels}"


def figure(latent: LatentMeaning, rows: list[str], chosen: list[int]) -> "Figure":
    """Rows by dimensions, coloured by ρ; what may be chance is pale."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    rho = np.array(latent.coefficients, float)[:, chosen]
    sure = np.array(latent.significant)[:, chosen]
    doubt = np.where(sure, "", ", may be chance")
    drawn = go.Figure(
        go.Heatmap(
            z=np.where(sure, rho, np.nan),
            x=[latent.names[place] for place in chosen],
            y=list(map(charts.words, rows)),
            customdata=np.dstack([np.round(rho, 2).astype(object), doubt]),
            colorscale=DIVERGING,
            zmin=-1,
            zmax=1,
            xgap=1,
            ygap=1,
            hoverongaps=True,
            colorbar={"title": {"text": "ρ", "side": "right"}, "thickness": 12},
            hovertemplate="%{y} and %{x}: ρ = %{customdata[0]}%{customdata[1]}<extra></extra>",
        )
    )
    drawn.update_xaxes(tickangle=-90, tickfont={"size": 10}, dtick=1)
    drawn.update_yaxes(autorange="reversed", tickfont={"size": 11}, dtick=1)
    return drawn.update_layout(
        height=150 + 22 * len(rows), margin={"t": 8, "r": 0, "b": 0, "l": 0}, dragmode=False, hovermode="closest"
    )


def table(found: MeaningResult, rows: list[str]) -> list[dict[str, Any]]:
    """A row a text or label: by how much its strongest dimension stands apart, by each model."""
    return [
        {"Apart": row, **{TITLES.get(name, name): latent.separation[place] for name, latent in found.codes.items()}}
        for place, row in enumerate(rows)
    ]
