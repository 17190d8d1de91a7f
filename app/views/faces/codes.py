"""Which code is which: how the codes of each model move with words and with labels, as a heat map."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from app.kit import formats
from app.kit.charts import DIVERGING
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from app.views.faces import asking

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 48
"""Codes in the picture: of more, those that move most."""
OWN = "factors"
TITLES = {OWN: "Editor's codes", "eigenface-vae": "Eigenface VAE", "vae": "VAE", "beta-vae": "β-VAE", "kl": "KL"}
ABOUT = (
    "Spearman's rank correlation ρ of each code with each text (CLIP's cosine of face and text) and each label (1 "
    "where a person has it). Pale: not significant at 0.05 after Holm's correction for all cells. Apart: how much "
    "larger |ρ| of the strongest code is than that of any code outside its factor's block (the SAP score of Kumar, "
    "Sattigeri and Balakrishnan, 2018, with |ρ|): near 0, no code stands for it alone."
)


@dialog("Which code is which?", width="large")
def show(prompts: tuple[str, ...], clip: str, editor: str | None, source: str | None) -> None:
    """The heat map of one model's codes, and how far each row's strongest code stands apart in all models."""
    with plainly():
        with st.spinner("Comparing faces with words …"):
            found = asking.meaning(prompts, clip, editor, source)
        names = list(found["codes"])
        name = st.segmented_control(
            "Codes of", names, default=names[0], required=True, key="codes-of", format_func=lambda n: TITLES.get(n, n),
            label_visibility="collapsed",
        )  # fmt: skip
        codes, rows = found["codes"][name], words(found)
        chosen = strongest(codes["coefficients"])
        with st.container(key="codes-wide"):
            st.plotly_chart(figure(codes, rows, chosen), key="codes-map", config={"displayModeBar": False})
        st.caption(told(found, len(codes["names"]), len(chosen)), help=ABOUT)
        st.dataframe(table(found, rows), hide_index=True, key="codes-table", height=36 * (len(rows) + 1))


def words(found: dict[str, Any]) -> list[str]:
    """What the rows say: texts in quotation marks, then labels."""
    return [*(f"“{prompt}”" for prompt in found["prompts"]), *(label.capitalize() for label in found["labels"])]


def strongest(coefficients: Sequence[Sequence[float | None]]) -> list[int]:
    """The places of the codes to show, in their order."""
    sizes = np.nan_to_num(np.abs(np.array(coefficients, float))).max(0)
    return sorted(np.argsort(-sizes, kind="stable")[:MOST].tolist())


def told(found: dict[str, Any], codes: int, shown: int) -> str:
    """What the picture shows, in a line."""
    people = f"{found['people']:,} of {found['of']:,} faces" if found["people"] < found["of"] else formats.counted(
        found["people"], "face"
    )  # fmt: skip
    some = f"the {shown} of {codes} codes that move most" if shown < codes else f"all {codes} codes"
    said = "" if found["labels"] else " These faces have no labels to compare with."
    return f"{people}, {some}; texts by {escaped(found['clip'])}.{said}"


def figure(codes: dict[str, Any], rows: list[str], chosen: list[int]) -> "Figure":
    """Rows by codes, coloured by ρ; what may be chance is pale."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    rho = np.array(codes["coefficients"], float)[:, chosen]
    sure = np.array(codes["significant"])[:, chosen]
    said = np.where(sure, "", ", may be chance")
    drawn = go.Figure(
        go.Heatmap(
            z=np.where(sure, rho, np.nan),
            x=[codes["names"][code] for code in chosen],
            y=rows,
            customdata=np.dstack([np.round(rho, 2).astype(object), said]),
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


def table(found: dict[str, Any], rows: list[str]) -> list[dict[str, Any]]:
    """A row a text or label: by how much its strongest code stands apart, by each model."""
    return [
        {"Apart": row, **{TITLES.get(name, name): codes["separation"][place] for name, codes in found["codes"].items()}}
        for place, row in enumerate(rows)
    ]
