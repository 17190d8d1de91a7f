"""``faces train``: an editor of a person's own faces, as a job that can stop and go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from msgspec import convert, to_builtins
from numpy.typing import NDArray

from core.commands.options import Argument, Option, Seed, names_of
from core.errors import BadInput, Cancelled
from core.faces.attributes import FactorPrompts, read_factor_prompts
from core.faces.kinds import BEST, KINDS
from core.faces.labelled import LabelledFaces
from core.faces.limits import SIDES, SURE
from core.faces.settings import Settings
from core.faces.trainings import STAGE_TITLES, Training, begin, folder_of, forget, same
from core.progress import Bar, Report, silent
from core.runs.editor import EditorFigures, EditorResult, EditorRun
from core.runs.record import metrics
from core.versions import versions
from core.workspace import RunCard, Workspace

if TYPE_CHECKING:
    from core.faces.training import Diary

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
) -> dict[str, Any]:
    """Train an editor on your own faces; a tenth of them is held out to measure it.

    Trains an editor on the pictures of a source and keeps it in a workspace, as a file and a run of kind "editor".

    source, attributes, factors, sure, model: as in `core.commands.faces_gathering.gather`. prompts: a file, or factor
    → value → prompts. autoencoder: one of `KINDS`. side: pixels. epochs: passes over the pictures of each network;
    None: what suits their number. A stopped training goes on where it was, with the pictures as they were, by the
    same arguments and `resume`; until then, or until its folder is deleted, it is not begun again.
    """
    said = read_factor_prompts(prompts) if isinstance(prompts, str) else prompts
    asked = Settings(source, attributes, factors, said, sure, model, autoencoder, side, epochs, seed).plain()
    bar = Bar(report, STEPS)
    known = same(workspace, asked)
    _check_known(known, resume, workspace)
    faces = LabelledFaces.load(known.faces) if known else _gathered(asked, bar.part(0, READING))
    training = known or _begun(workspace, asked, faces)
    with _alone(training):
        return _trained(workspace, training, faces, bar)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """With a line a factor."""
    rows = [
        {
            "factor": factor,
            "values": ", ".join(values),
            "read": result["read"][factor],
            "chance": result["chance"][factor],
            **result["edits"][factor],
        }
        for factor, values in result["factors"].items()
    ]
    figures = {name: value for name, value in result.items() if name not in ("read", "chance", "edits")}
    return {**figures, "factors": rows}


def _check_known(known: Training | None, resume: bool, workspace: str) -> None:
    if resume and known is None:
        raise BadInput(f"{workspace}: no training with these settings waits there: begin one", "resume")
    if known is not None and not resume:
        raise BadInput(
            f"{known.folder}: this training was begun and has done {known.step:,} of {known.steps:,} steps of its "
            f"{STAGE_TITLES[known.stage]}: resume it, or delete that folder",
            "resume",
        )


def _gathered(settings: Mapping[str, Any], report: Report) -> LabelledFaces:
    from core.commands.faces_gathering import gather

    names = ("source", "side", "attributes", "factors", "prompts", "sure", "model")
    return gather(**{name: settings[name] for name in names}, report=report)


def _begun(workspace: str, settings: Mapping[str, Any], faces: LabelledFaces) -> Training:
    return begin(Workspace.open_or_create(workspace).path, settings, faces)


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


def _trained(workspace: str, training: Training, faces: LabelledFaces, bar: Bar) -> dict[str, Any]:
    from core.faces.editor import load
    from core.faces.samples import FACES, edited
    from core.faces.training import Diary, errors, measured, train

    seen, held_out = faces.split(training.settings["seed"])
    diary, shown = Diary(training), held_out.pictures[:FACES]
    try:
        made = train(diary, seen, shown, bar.part(READING, TRAINING))
    except Cancelled:
        told = diary.training
        where = f"step {told.step:,} of {told.steps:,} of its {STAGE_TITLES[told.stage]}"
        raise Cancelled(f"stopped at {where}: resume it to go on", "resume") from None
    bar.step(READING + TRAINING, "measuring on held-out faces")
    file = folder_of(workspace) / f"{training.id}.safetensors"
    usual = {"quantile_99": float(np.quantile(errors(made, held_out), 0.99))}
    replace(made, card={"settings": training.settings, "error": usual}).save(file)
    editor = load(file)
    found = {**_counts(training, faces, held_out), **measured(editor, held_out)}
    figures = convert({**found, "refused": len(faces.refused), "file": file.name}, EditorFigures)
    _record(diary, faces, figures, edited(editor, shown)).save(Workspace.open(workspace))
    forget(training)
    bar.step(STEPS, "trained")
    result = {**found, "run": training.id, "model": str(file), "refused": to_builtins(faces.refused)}
    return to_builtins(convert({**result, "seconds": round(diary.seconds, 3)}, EditorResult))


def _counts(training: Training, faces: LabelledFaces, held_out: LabelledFaces) -> dict[str, Any]:
    """What went in."""
    return {
        "autoencoder": training.settings["autoencoder"],
        "side": training.settings["side"],
        "epochs": training.epochs,
        "pictures": len(faces),
        "held_out": len(held_out),
        "left_out": faces.left_out,
        "factors": {name: list(values) for name, values in faces.factors.items()},
    }


def _record(diary: Diary, faces: LabelledFaces, figures: EditorFigures, samples: NDArray[np.uint8]) -> EditorRun:
    training, settings = diary.training, diary.training.settings
    card = RunCard(
        id=training.id,
        kind=EditorRun.KIND,
        method=settings["autoencoder"],
        title=f"Faces: {', '.join(faces.factors)}",
        params=settings,
        seed=settings["seed"],
        model=settings["model"] or "" if settings["prompts"] else "",
        space="images",
        items=len(faces),
        fingerprint=faces.fingerprint,
        versions=versions("FrEIA"),
        seconds=round(diary.seconds, 3),
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        metrics=metrics(figures),
    )
    losses = {f"loss_{stage}": each.astype(np.float32) for stage, each in diary.losses().items()}
    return EditorRun(card, samples=samples, **losses)
