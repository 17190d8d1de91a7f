"""The editors that were trained in a workspace: how good each is, what it makes of held-out faces, and its file."""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from app.kit import downloads, formats, records
from app.kit.messages import escaped
from app.views.faces import losses
from core.faces.trainings import curve, folder_of
from core.runs.editor import EditorRun
from core.workspace import RunCard, Workspace

SAMPLE = 64
"""Pixels of a face among the samples."""


def show(workspace: Workspace) -> None:
    """The one that is chosen among those with figures, the newest at first; nothing where there is none."""
    cards = [card for card in reversed(workspace.runs(EditorRun.KIND)) if EditorRun.figures_of(card).read]
    if not cards:
        return
    with st.container(key="trained", border=True):
        titles = {card.id: title(card) for card in cards}
        id = st.selectbox("Trained here", list(titles), format_func=titles.__getitem__, key="trained-editor")
        card = next(card for card in cards if card.id == id)
        st.caption(_told(card))
        st.dataframe(table(card), hide_index=True, key=f"trained-table-{card.id}", height="content")
        made = records.read(workspace, EditorRun, card)
        samples(sheet(made.samples), list(made.figures.factors), True)
        losses.show({stage: curve(each.tolist()) for stage, each in made.losses.items()}, f"trained-{card.id}")
        _files(workspace, card)


def title(card: RunCard) -> str:
    """`Faces: glasses, sex · 3,000 pictures · 2026-11-22 19:57 UTC`."""
    when = card.created[:16].replace("T", " ")
    return f"{card.title} · {formats.counted(card.items, 'picture')} · {when} UTC"


def table(card: RunCard) -> pd.DataFrame:
    """A row a factor, on held-out faces."""
    figures = EditorRun.figures_of(card)
    return pd.DataFrame(
        {
            "Factor": factor,
            "Values": ", ".join(values),
            "Read right": formats.percent(figures.read[factor]),
            "By chance": formats.percent(figures.chance[factor]),
            "Changed by its slider": formats.percent(figures.edits[factor].flipped),
            "Others kept": formats.percent(figures.edits[factor].others_kept),
        }
        for factor, values in figures.factors.items()
    )


def samples(picture: bytes, factors: Sequence[str], edited: bool) -> None:
    """A PNG of rows of held-out faces, with what the rows are."""
    rows = [f"the next value of {factor}" for factor in factors] if edited else []
    told = "; ".join(["held-out faces", "made again", *rows])
    st.image(picture, f"From top to bottom: {escaped(told)}.")


def sheet(rows: NDArray[np.uint8]) -> bytes:
    """Samples (R, C, S, S, 3) as a PNG."""
    count, columns, side = rows.shape[:3]
    whole, written = rows.transpose(0, 2, 1, 3, 4).reshape(count * side, columns * side, 3), BytesIO()
    Image.fromarray(whole).save(written, "PNG")
    return written.getvalue()


def remove(workspace: Workspace, card: RunCard) -> None:
    """Deletes an editor: its run first, so that no page offers a file that is not there."""
    workspace.delete_run(card.id)
    file(workspace, card).unlink(missing_ok=True)


def file(workspace: Workspace, card: RunCard) -> Path:
    """Where an editor lies."""
    return folder_of(workspace.path) / EditorRun.figures_of(card).file


def _told(card: RunCard) -> str:
    figures = EditorRun.figures_of(card)
    missing = figures.left_out
    without = formats.counted(missing, "picture")
    refused = formats.counted(figures.refused, "file or row", "files and rows")
    left = [f"{without} without a known value left out"] if missing else []
    left += [f"{refused} could not be used"] if figures.refused else []
    return (
        f"{formats.counted(figures.held_out, 'held-out face')} made again with {formats.figure(figures.psnr)} dB "
        f"PSNR and SSIM {formats.figure(figures.ssim)}, trained in {formats.duration(card.seconds)}. "
        f"{''.join(f'{each.capitalize()}. ' for each in left)}"
        "What a slider changes is judged by the editor's own reading of the face it draws."
    )


def _files(workspace: Workspace, card: RunCard) -> None:
    path = file(workspace, card)
    with st.container(horizontal=True, gap="small"):
        if path.exists():
            what = "As safetensors; `faces edit --model` reads it"
            downloads.button("Editor", path.read_bytes, path.name, what, key="take-editor", quiet=False)
        what, make = "Settings, versions and every figure", partial(downloads.run_card, card)
        downloads.button("Run card", make, f"{card.id}.json", what, key="take-editor-card", quiet=False)
        with st.popover("", icon=":material/delete:", key="delete-editor", help="Delete this editor"):
            st.caption("The editor and its figures will be gone; the pictures stay.")
            st.button("Delete it", key="delete-editor-now", on_click=remove, args=(workspace, card))
