"""Train on my pictures: the form, what runs with its curves and sample pictures, what was stopped, what was made."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from app.kit import downloads, formats, progress, records
from app.kit.charts import OKABE_ITO
from app.kit.messages import escaped, plainly, said
from app.views.faces import training_form
from core.faces.pictures import grid, png
from core.faces.trainings import STAGE_TITLES, STAGES, Curve, Training, begun, curve, folder_of, forget
from core.jobs import Job
from core.runs.editor import EditorRun
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

COMMAND = training_form.COMMAND
POLL_SECONDS = 3.0
HEIGHT = 200
"""Of a chart, in pixels."""


def draw(workspace: Workspace) -> None:
    """All of it, folded away until somebody wants it or something runs or waits."""
    known = progress.of(workspace, COMMAND)
    with plainly():
        waiting = begun(workspace.path)
        open_now = bool(waiting) or any(job.active for job in known)
        key = f"face-training-{len(known)}"  # closes its form by itself when a training starts
        with st.expander("Train on my pictures", icon=":material/model_training:", expanded=open_now, key=key):
            if any(job.active for job in known):
                st.fragment(_watch, run_every=POLL_SECONDS)(workspace)
            else:
                progress.failed(workspace, COMMAND)
                for each in waiting:
                    _stopped(workspace, each)
            with st.container(key="train-new"):
                training_form.show(workspace)
            _trained(workspace)


def runs(job: Job, training: Training) -> bool:
    """Whether a job works on a training."""
    return job.active and all(job.arguments.get(name) == value for name, value in training.settings.plain().items())


def _watch(workspace: Workspace) -> None:
    """Looks again by itself; when the job ends, the tray draws the page anew."""
    active = progress.running(workspace, COMMAND)
    with plainly():
        for each in begun(workspace.path):
            if any(runs(job, each) for job in active):
                _progress(each, f":blue[:material/hourglass_top:] {_state(each)} Stop keeps what is learned.")
            else:
                _stopped(workspace, each)
    if active and not begun(workspace.path):
        st.caption(":blue[:material/hourglass_top:] Reading the pictures: curves and samples follow.")


def _progress(training: Training, line: str) -> None:
    with st.container(key=f"training-{training.id}", gap="small"):
        st.caption(line)
        _curves(training.losses, f"training-{training.id}")
        if training.samples.exists():
            _samples(training.samples.read_bytes(), list(training.factors), training.stage == "network")


def _stopped(workspace: Workspace, training: Training) -> None:
    with st.container(key=f"stopped-{training.id}", border=True):
        _progress(training, f":orange[:material/pause_circle:] {_state(training)} It was stopped.")
        with st.container(horizontal=True, gap="small"):
            if st.button("Go on", key=f"go-on-{training.id}", icon=":material/play_arrow:", type="primary"):
                training_form.start(workspace, training.settings, resume=True)
                st.rerun()
            with st.popover("Give up", key=f"give-up-{training.id}", icon=":material/delete:"):
                st.caption("What it has learned will be gone; your pictures stay where they are.")
                st.button("Delete it", key=f"forget-{training.id}", on_click=forget, args=(training,))


def _state(training: Training) -> str:
    """`3,000 pictures, by glasses and sex: step 434 of 1,260 of the invertible network, 5 min so far.`"""
    factors = escaped(" and ".join(training.factors))
    where = f"step {training.step:,} of {training.steps:,} of the {STAGE_TITLES[training.stage]}"
    spent = formats.duration(training.seconds)
    return f"{formats.counted(training.pictures, 'picture')}, by {factors}: {where}, {spent} so far."


def _trained(workspace: Workspace) -> None:
    """The editor that is chosen among those with figures, the newest at first; nothing where there is none."""
    cards = [card for card in reversed(workspace.runs(EditorRun.KIND)) if EditorRun.figures_of(card).read]
    if not cards:
        return
    with st.container(key="trained", border=True):
        titles = {card.id: title(card) for card in cards}
        id = st.selectbox("Trained here", list(titles), format_func=titles.__getitem__, key="trained-editor")
        card = next(card for card in cards if card.id == id)
        st.caption(_figures(card))
        st.dataframe(table(card), hide_index=True, key=f"trained-table-{card.id}", height="content")
        made = records.read(workspace, EditorRun, card)
        _samples(png(grid(made.samples)), list(made.figures.factors), True)
        _curves({stage: curve(each.tolist()) for stage, each in made.losses.items()}, f"trained-{card.id}")
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


def _samples(picture: bytes, factors: Sequence[str], edited: bool) -> None:
    """A PNG of rows of held-out faces, with what the rows are."""
    rows = [f"the next value of {factor}" for factor in factors] if edited else []
    st.image(picture, f"From top to bottom: {escaped('; '.join(['held-out faces', 'made again', *rows]))}.")


def remove(workspace: Workspace, card: RunCard) -> None:
    """Deletes an editor: its run first, so that no page offers a file that is not there."""
    workspace.delete_run(card.id)
    file(workspace, card).unlink(missing_ok=True)


def file(workspace: Workspace, card: RunCard) -> Path:
    """Where an editor lies."""
    return folder_of(workspace.path) / EditorRun.figures_of(card).file


def _figures(card: RunCard) -> str:
    figures = EditorRun.figures_of(card)
    left = (
        f"{formats.counted(figures.left_out, 'picture')} without a known value left out. " if figures.left_out else ""
    )
    if figures.refused:
        left += f"{formats.counted(figures.refused, 'file or row', 'files and rows')} could not be used. "
    return (
        f"{formats.counted(figures.held_out, 'held-out face')} made again with {formats.figure(figures.psnr)} dB "
        f"PSNR and SSIM {formats.figure(figures.ssim)}, trained in {formats.duration(card.seconds)}. "
        f"{left}What a slider changes is judged by the editor's own reading of the face it draws."
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
            st.button("Delete it", key="delete-editor-now", on_click=said(remove), args=(workspace, card))


def _curves(losses: Mapping[str, Curve], key: str) -> None:
    """The loss of the stages side by side, those that have begun."""
    with st.container(key=f"{key}-losses", horizontal=True, gap="medium"):
        for stage in STAGES:
            if losses.get(stage):
                st.plotly_chart(
                    loss_figure(stage, losses[stage]),
                    key=f"{key}-{stage}",
                    config={"displayModeBar": False},
                    alt=f"Loss of the {STAGE_TITLES[stage]} against steps",
                )


def loss_figure(stage: str, curve: Curve) -> "Figure":
    """Mean loss in nats a picture against steps."""
    import plotly.graph_objects as go  # costs a first visit half a second where it is imported at once

    drawn = go.Figure(
        go.Scatter(
            x=[step for step, _ in curve],
            y=[loss for _, loss in curve],
            mode="lines" if len(curve) > 1 else "markers",
            line={"color": OKABE_ITO[STAGES.index(stage)], "width": 2},
            hovertemplate="step %{x:,}: %{y:,.1f} nats<extra></extra>",
        )
    )
    drawn.update_xaxes(title=f"{STAGE_TITLES[stage]}, steps", tickformat=",d", nticks=6)
    drawn.update_yaxes(title="loss, nats", tickformat=",")
    return drawn.update_layout(
        height=HEIGHT, margin={"t": 8, "r": 12, "b": 0, "l": 0}, dragmode=False, uirevision=stage
    )
