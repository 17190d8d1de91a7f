"""``faces train``: an editor of a person's own faces, as a job that can stop and go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import numpy as np

from core.commands.options import Argument, Option, Seed, names_of
from core.errors import BadInput, Cancelled
from core.faces.attributes import FactorPrompts, read_factor_prompts
from core.faces.labelled import LabelledFaces
from core.faces.options import BEST, KINDS, SIDES, SURE
from core.faces.trainings import STAGE_TITLES, Settings, Training, begin, folder_of, forget, same
from core.progress import Bar, Report, silent
from core.runs.editor import EditorFigures, EditorResult, EditorRun
from core.runs.record import metrics
from core.versions import versions
from core.workspace import RunCard, Workspace

STEPS, READING, TRAINING = 1_000, 60, 920
"""Of the bar, and of them for reading the pictures and for the networks."""


def faces_train(
    workspace: Annotated[str, Option("Keeps the editor; made where there is none.", "DIR")],
    source: Annotated[str, Argument("Pictures: a folder, zip or table, CelebA, a workspace, a bundled set.", "SOURCE")],
    attributes: Annotated[
        str | None, Option("A table whose columns are factors of the pictures it names.", "FILE")
    ] = None,
    factors: Annotated[
        Sequence[str] | None,
        Option("Columns; left out: those of 2 to 12 values, if few.", "NAME,NAME,…", read=names_of),
    ] = None,
    prompts: Annotated[
        str | FactorPrompts | None, Option("In place of a table: `glasses/yes: a face with glasses`, …", "FILE")
    ] = None,
    sure: Annotated[float, Option("How probable a value has to be by the prompts.")] = SURE,
    model: Annotated[str | None, Option("The CLIP model that compares pictures with the prompts.", name="clip")] = None,
    autoencoder: Annotated[str, Option(f"One of {', '.join(KINDS)}.")] = BEST,
    side: Annotated[int, Option(f"Pixels a side: {' or '.join(map(str, SIDES))}.")] = SIDES[0],
    epochs: Annotated[int | None, Option("Epochs of each network; left out: as suits their number.")] = None,
    seed: Seed = 0,
    resume: Annotated[bool, Option("Go on where the same training was stopped.")] = False,
    report: Report = silent,
) -> EditorResult:
    """Train an editor on your own faces; a tenth of them is held out to measure it.

    Trains an editor on the pictures of a source and keeps it in a workspace, as a file and a run of kind "editor".

    source, attributes, factors, sure, model: as in `core.commands.faces_gathering.gather`. prompts: a file, or factor
    → value → prompts. autoencoder: one of `KINDS`. side: pixels. epochs: passes over the pictures of each network;
    None: what suits their number. A stopped training goes on where it was, with the pictures as they were, by the
    same arguments and `resume`; until then, or until its folder is deleted, it is not begun again.
    """
    read = read_factor_prompts(prompts) if isinstance(prompts, str) else prompts
    how = {"sure": sure, "model": model, "autoencoder": autoencoder, "side": side, "epochs": epochs, "seed": seed}
    settings = Settings.of(source, attributes, factors=factors, prompts=read, **how)
    bar = Bar(report, STEPS)
    known = same(workspace, settings)
    _check_known(known, resume, workspace)
    faces = LabelledFaces.load(known.faces) if known else _gathered(settings, bar.part(0, READING))
    training = known or begin(Workspace.open_or_create(workspace).path, settings, faces)
    with _alone(training):
        return _trained(workspace, training, faces, bar)


def _check_known(known: Training | None, resume: bool, workspace: str) -> None:
    if resume and known is None:
        raise BadInput(f"{workspace}: no training with these settings waits there: begin one", "resume")
    if known is not None and not resume:
        raise BadInput(
            f"{known.folder}: this training was begun and has done {known.step:,} of {known.steps:,} steps of its "
            f"{STAGE_TITLES[known.stage]}: resume it, or delete that folder",
            "resume",
        )


def _gathered(settings: Settings, report: Report) -> LabelledFaces:
    from core.commands.faces_gathering import gather

    names = ("source", "side", "attributes", "factors", "prompts", "sure", "model")
    return gather(**{name: getattr(settings, name) for name in names}, report=report)


@contextmanager
def _alone(training: Training) -> Iterator[None]:
    """One process trains; raises `BadInput` in a second one."""
    from filelock import FileLock, Timeout

    lock = FileLock(training.folder / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BadInput(f"{training.folder}: this training runs already: wait for it, or stop it") from None
    try:
        yield
    finally:
        lock.release()


def _trained(workspace: str, training: Training, faces: LabelledFaces, bar: Bar) -> EditorResult:
    from core.faces.editor import Card, UsualError, load
    from core.faces.training import SHOWN, TrainingLog, errors, measured, samples, train

    settings = training.settings
    seen, held_out = faces.split(settings.seed)
    log, shown = TrainingLog(training), held_out.pictures[:SHOWN]
    try:
        made = train(log, seen, shown, bar.part(READING, TRAINING))
    except Cancelled:
        now = log.training
        where = f"step {now.step:,} of {now.steps:,} of its {STAGE_TITLES[now.stage]}"
        raise Cancelled(f"stopped at {where}: resume it to go on", "resume") from None
    bar.step(READING + TRAINING, "measuring on held-out faces")
    file = folder_of(workspace) / f"{training.id}.safetensors"
    usual = UsualError(float(np.quantile(errors(made, held_out), 0.99)))
    replace(made, card=Card(settings=settings.plain(), error=usual)).save(file)
    editor, seconds = load(file), round(log.seconds, 3)
    found = {
        **vars(measured(editor, held_out)),
        "autoencoder": settings.autoencoder,
        "side": settings.side,
        "epochs": training.epochs,
        "pictures": len(faces),
        "held_out": len(held_out),
        "left_out": faces.left_out,
        "factors": {name: list(values) for name, values in faces.factors.items()},
    }
    card = RunCard(
        id=training.id,
        kind=EditorRun.KIND,
        method=settings.autoencoder,
        title=f"Faces: {', '.join(faces.factors)}",
        params=settings.plain(),
        seed=settings.seed,
        model=settings.model or "" if settings.prompts else "",
        space="images",
        items=len(faces),
        fingerprint=faces.fingerprint,
        versions=versions("FrEIA"),
        seconds=seconds,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        metrics=metrics(EditorFigures(**found, refused=len(faces.refused), file=file.name)),
    )
    losses = {f"loss_{stage}": each for stage, each in log.losses().items()}
    EditorRun(card, samples=samples(editor, shown), **losses).save(Workspace.open(workspace))
    forget(training)
    bar.step(STEPS, "trained")
    return EditorResult(**found, run=training.id, model=str(file), refused=list(faces.refused), seconds=seconds)
