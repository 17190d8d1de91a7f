"""Train on my pictures: the form, what runs with its curves and sample pictures, what was stopped, what was made."""

import streamlit as st

from app.kit import formats, progress
from app.kit.messages import escaped, plainly
from app.views.faces import losses, trained, training_form
from core.faces.trainings import STAGE_TITLES, Training, begun, forget
from core.jobs import Job
from core.workspace import Workspace

COMMAND = training_form.COMMAND
POLL_SECONDS = 3.0


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
            trained.show(workspace)


def runs(job: Job, training: Training) -> bool:
    """Whether a job works on a training."""
    return job.active and all(job.arguments.get(name) == value for name, value in training.settings.items())


def _watch(workspace: Workspace) -> None:
    """Looks again by itself; when the job ends, the tray draws the page anew."""
    active = progress.running(workspace, COMMAND)
    with plainly():
        for each in begun(workspace.path):
            if any(runs(job, each) for job in active):
                _progress(each, f":blue[:material/hourglass_top:] {_told(each)} Stop keeps what is learned.")
            else:
                _stopped(workspace, each)
    if active and not begun(workspace.path):
        st.caption(":blue[:material/hourglass_top:] Reading the pictures: curves and samples follow.")


def _progress(training: Training, line: str) -> None:
    with st.container(key=f"training-{training.id}", gap="small"):
        st.caption(line)
        losses.show(training.losses, f"training-{training.id}")
        if training.samples.exists():
            trained.samples(training.samples.read_bytes(), list(training.factors), training.stage == "network")


def _stopped(workspace: Workspace, training: Training) -> None:
    with st.container(key=f"stopped-{training.id}", border=True):
        _progress(training, f":orange[:material/pause_circle:] {_told(training)} It was stopped.")
        with st.container(horizontal=True, gap="small"):
            if st.button("Go on", key=f"go-on-{training.id}", icon=":material/play_arrow:", type="primary"):
                training_form.start(workspace, training.settings, resume=True)
                st.rerun()
            with st.popover("Give up", key=f"give-up-{training.id}", icon=":material/delete:"):
                st.caption("What it has learned will be gone; your pictures stay where they are.")
                st.button("Delete it", key=f"forget-{training.id}", on_click=forget, args=(training,))


def _told(training: Training) -> str:
    """`3,000 pictures, by glasses and sex: step 434 of 1,260 of the invertible network, 5 min so far.`"""
    factors = escaped(" and ".join(training.factors))
    where = f"step {training.step:,} of {training.steps:,} of the {STAGE_TITLES[training.stage]}"
    spent = formats.duration(training.seconds)
    return f"{formats.counted(training.pictures, 'picture')}, by {factors}: {where}, {spent} so far."
