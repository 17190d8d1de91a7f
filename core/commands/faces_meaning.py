"""``faces meaning``: what each latent dimension moves with, in words. ``faces report``: how good edits are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import numpy as np

from core.commands.faces import embedded, opened, worded
from core.commands.faces_gathering import Files
from core.commands.faces_gathering import opened as faces_of
from core.commands.options import Argument, EditorFile, Option, Seed
from core.errors import BadInput, BadPicture
from core.faces.options import bundled_file, check_seed
from core.faces.pictures import Pictures, square
from core.faces.results import MeaningResult, ReportResult
from core.progress import Progress, Report, silent
from core.results import Floats
from core.sources import bundled
from core.sources.items import Refused, Value

if TYPE_CHECKING:
    from core.faces.editor import Editor

MOST, FEWEST = 2_000, 10
"""Faces of a source that go in: of more, some by chance; fewer show nothing."""

Columns = Mapping[str, Value]
"""What is known of a face: factor → value."""


def faces_meaning(
    prompts: Annotated[Sequence[str] | None, Option("Left out: one a factor; repeatable.", "TEXT", "prompt")] = None,
    clip: Annotated[str, Option("The CLIP model that compares faces with the prompts.")] = "pocket",
    model: EditorFile = None,
    source: Annotated[str | None, Argument("Faces to look at; left out: the people that come along.", "SOURCE")] = None,
    seed: Seed = 0,
    report: Report = silent,
) -> MeaningResult:
    """Which components of T(z), and which of each auto-encoder's latent, move with which words.

    Spearman's correlations of CLIP's cosines to prompts, and of labels, with T(z) and with each latent.

    ``{"people", "of", "prompts", "labels", "clip", "codes": {name: {"names", "coefficients", "significant",
    "strongest", "separation"}}}``: a row a prompt, then a row a label such as "sex: male", as far as the faces have
    them. Over the held-out people that come along, or a source's faces: "people" of "of". Holm's correction, level
    0.05. Of an editor of one's own, the only latent is its own auto-encoder's.
    """
    from core.faces.meaning import meanings, usual_prompts
    from core.faces.report import bundled_autoencoders

    check_seed(seed)
    editor = opened(model)
    said = [prompt.strip() for prompt in prompts or usual_prompts(editor.factors)]
    if not all(said):
        raise BadInput("an empty prompt: say what is seen in some of the faces, such as `a person with glasses`")
    pictures, rows, count = people(source, editor.side, seed)
    report(Progress(0, 1, f"comparing {len(pictures):,} faces with {len(said)} prompts"))
    labels = indicators(editor, rows)
    features = np.column_stack([embedded(pictures, clip) @ worded(tuple(said), clip).T, *labels.values()])
    models = {editor.autoencoder.kind: editor.autoencoder} if model else bundled_autoencoders()
    found = MeaningResult(
        people=len(pictures),
        of=count,
        prompts=said,
        labels=list(labels),
        clip=clip,
        codes={name: each.result() for name, each in meanings(editor, models, pictures, features).items()},
    )
    return found


def indicators(editor: Editor, rows: Sequence[Columns]) -> dict[str, Floats]:
    """Who has a value, as 1 and 0: one (N,) a value, the first of two being told by the second."""
    from core.faces.attributes import by_columns

    found = {}
    for factor, values in editor.factors.items():
        with suppress(BadInput, ValueError):  # not among the columns, or without this value
            known = by_columns(rows, [factor])
            for value in values[len(values) == 2 :]:
                has = known.labels[:, 0] == known.factors[factor].index(value)
                found[factor if value == "yes" else f"{factor}: {value}"] = has.astype(np.float32)
    return found


def people(source: str | None, side: int, seed: int) -> tuple[Pictures, Sequence[Columns], int]:
    """At most `MOST` different faces of a source, or of those that come along: squares (N, side, side, 3), what is
    known of each, and how many there were; changed versions of one are left out."""
    place = faces_of(source) if source is not None else Files(str(bundled.ASSETS / "faces" / bundled.ITEMS), None)
    rows = dict(each for each in place.rows() if not isinstance(each, Refused))
    names = [name for name, columns in rows.items() if columns.get("changed", "nothing") == "nothing"]
    chosen = np.random.default_rng(seed).permutation(np.array(names, object))[:MOST].tolist()
    found = {}
    for name, data in place.pictures(chosen):
        with suppress(BadPicture):
            found[name] = square(data, side)
    if len(found) < FEWEST:
        raise BadInput(f"{source}: {len(found)} faces, fewer than {FEWEST}: bring more pictures")
    return np.stack([*found.values()]), [rows[name] for name in found], len(names)


def faces_report(report: Report = silent) -> ReportResult:
    """How good the bundled editor is, on people held out of all training; rates between 0 and 1.

    ``{"people", "autoencoders", "judges", "roundtrip", "edits", "latent_direction"}``; rates between 0 and 1.
    """
    from core.faces import judges
    from core.faces.report import bundled_autoencoders, bundled_editor, bundled_people
    from core.faces.report import report as measured

    editor = bundled_editor()
    values = {name: len(each) for name, each in editor.factors.items()}
    judging = judges.load(bundled_file("judges"), values, editor.side)
    return measured(editor, bundled_autoencoders(), judging, bundled_people(editor.factors), report)
