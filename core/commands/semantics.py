"""Prompts against items: their cosines, the classes they make, and the dimensions that they move with."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Annotated, Any

import numpy as np

from core.commands.codes import DIMENSIONS, Codes, codes
from core.commands.items import Classes
from core.commands.items import classes as classes_of
from core.commands.matrix_file import streamed
from core.commands.options import Exclude, Input, Label, Option, PromptFile, ReadingModel, Space, Tag, Templates
from core.commands.prompting import Reader, read_words, reader, unit_rows, warning
from core.commands.runs import Analysis, Made, keep
from core.commands.semantics_told import Shown, prompt_rows, shown, zero_shot_figures
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import Rows
from core.progress import Bar, Report, silent
from core.runs.record import metrics
from core.runs.semantics import SemanticsFigures, SemanticsRun
from core.semantics.correlation import check_items, check_names
from core.semantics.cosines import NEAREST, matrix
from core.semantics.prompts import Prompts, check_templates, read_prompts
from core.semantics.results import Confusion, Integers, PromptVectors, ZeroShot
from core.semantics.study import Study, study
from core.semantics.zero_shot import class_numbers, confusion, probabilities, zero_shot

ANALYSIS = Analysis("prompts", "Prompts")
NONE = "none"
CELLS = 100_000
"""Of a matrix that is told as JSON; a larger one goes into a file."""
NAMED = 5
"""Classes that a run's card names."""
STEPS, WORDS, PASSES = 1_000, 300, 900
"""Of the bar: in all, until the prompts are read, until the items are compared with them."""


def semantics(
    source: Input,
    file: PromptFile = None,
    prompts: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    templates: Templates = None,
    label: Label = None,
    against: Annotated[str, Option("dimensions, components, a model's name, or none.")] = DIMENSIONS,
    method: Annotated[str, Option("pearson or spearman.")] = "pearson",
    correction: Annotated[str, Option("bh (false discoveries), holm (any false one), none.")] = "bh",
    items: Annotated[Sequence[str] | None, Option("For the matrix; repeatable.", "ID", "item")] = None,
    nearest: Annotated[int, Option("Items named of each prompt.")] = NEAREST,
    space: Space = None,
    model: ReadingModel = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, Option("Write the whole matrix.", "FILE.npz")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Compare items with prompts: cosines, zero-shot classes, and the dimensions that prompts move with.

    Compares the items of an input with prompts and saves what is found as a run (a `.npz` has none).

    The prompts are those of a `file`, as in `core.semantics.prompts`, or are given, perhaps with a class each.
    `templates`, each with {}: a prompt is averaged over them. `label`: the column to compare the classes with; None:
    "label", where some of its values are classes. `against`: what the cosines are correlated with: "dimensions",
    "components", the name of a model, or "none". `items`: ids for the matrix; None: the nearest item of each prompt.
    `space`, `tag`, `exclude`: as in `cluster`; `model`: of a `.npz`, the one that reads the prompts. `nearest`: how
    many items are named of a prompt. `out` names a `.npz` for the whole matrix: ids, prompts, cosine (N, P).
    """
    start = perf_counter()
    asked = _asked(file, prompts, classes)
    check_templates(templates or (), len(asked))
    if nearest < 1:
        raise BadParameter(f"nearest={nearest} is below 1: ask for at least one item", "nearest")
    check_names(method, correction)
    rows = unit_rows(source, space, model, tag, exclude)
    if against != NONE:
        _check_items(len(rows))
    ground = _Ground(
        rows, asked, tuple(templates or ()), _truth(rows, asked, label), _places(rows, items), tag, exclude
    )
    bar = Bar(report, STEPS)
    given = None if against == NONE else codes(rows, against, bar.aside)
    bar.step(0, "loading the model")
    words = reader(rows, model)
    vectors = read_words(rows, words, asked, ground.templates, bar.part(0, WORDS))
    values, listen = given.values if given else None, bar.part(WORDS, PASSES - WORDS)
    with _file(out, ground) as write:
        found = study(rows.vectors, vectors.prompts, values, method, correction, nearest, write, listen)
    several = len(asked.names) > 1
    guesses = zero_shot(rows.vectors, vectors.classes, words.logit_scale, bar.aside) if several else None
    how = {"against": against, "method": method, "correction": correction, "nearest": nearest}
    work = _Work(ground, words, vectors, given, found, guesses, how)
    bar.step(STEPS, "compared")
    return work.result(perf_counter() - start)


@dataclass(frozen=True)
class _Ground:
    """What was asked of which items. chosen: rows for the matrix; None: the nearest of each prompt."""

    rows: Rows
    asked: Prompts
    templates: Sequence[str]
    truth: Classes | None
    chosen: Integers | None
    tag: str | None
    exclude: str | None


@dataclass(frozen=True)
class _Work:
    """Everything that was found."""

    ground: _Ground
    words: Reader
    vectors: PromptVectors
    codes: Codes | None
    study: Study
    guesses: ZeroShot | None
    how: Mapping[str, Any]

    @cached_property
    def confusion(self) -> Confusion | None:
        truth = self.ground.truth
        return confusion(self.guesses, self.ground.asked.names, truth.values) if truth and self.guesses else None

    def result(self, seconds: float) -> dict[str, Any]:
        """As JSON; the run is saved before."""
        rows, asked = self.ground.rows, self.ground.asked
        known = shown(rows, self.study, self.codes, self._chosen)
        return {
            "run": keep(rows, self._record(seconds)),
            "model": rows.model or self.words.model,
            "space": rows.space,
            "items": len(rows),
            "prompts": prompt_rows(asked, self.study, known),
            "matrix": self._matrix(known),
            "zero_shot": self._zero_shot(),
            "correlation": self._correlation(),
            "seconds": round(seconds, 3),
            **warning(self.vectors),
        }

    @property
    def _chosen(self) -> Integers:
        """The rows of the matrix."""
        nearest = dict.fromkeys(self.study.figures.nearest[:, 0].tolist())
        return np.array(list(nearest)) if self.ground.chosen is None else self.ground.chosen

    def _matrix(self, known: Shown) -> dict[str, Any] | None:
        """Of the chosen items; None where it would have too many numbers."""
        chosen = self._chosen
        if len(chosen) * len(self.vectors.prompts) > CELLS:
            return None
        x = self.ground.rows.vectors[chosen]
        scale = self.words.logit_scale
        shares = probabilities(x, self.vectors.classes, scale).astype(np.float64) if self.guesses else None
        return {
            "items": [known.item(row) for row in chosen.tolist()],
            "cosine": np.round(matrix(x, self.vectors.prompts).astype(np.float64), 6).tolist(),
            "probability": None if shares is None else np.round(shares, 6).tolist(),
        }

    def _zero_shot(self) -> dict[str, Any] | None:
        if self.guesses is None:
            return None
        truth = self.ground.truth
        label = truth.label if truth else None
        told = zero_shot_figures(self.ground.asked.names, self.guesses, self.confusion, label)
        return {"templates": list(self.ground.templates), "logit_scale": self.words.logit_scale, **told}

    def _correlation(self) -> dict[str, Any] | None:
        found = self.study.correlation
        if found is None or self.codes is None:
            return None
        about = {name: self.how[name] for name in ("against", "method", "correction")}
        significant = int(found.significant().sum())
        return {**about, "dimensions": self.codes.values.shape[1], "tests": found.tests, "significant": significant}

    def _record(self, seconds: float) -> SemanticsRun:
        rows, asked, found = self.ground.rows, self.ground.asked, self.study.correlation
        params = {**self.how, "templates": list(self.ground.templates)}
        return SemanticsRun(
            Made(SemanticsRun.KIND, ANALYSIS, params, seconds, metrics(self._figures)).card(rows),
            ids=rows.ids,
            text=self.vectors.prompts,
            class_text=self.vectors.classes,
            mean=self.study.figures.mean,
            sd=self.study.figures.sd,
            asked={"prompts": asked.texts, "classes": asked.classes},
            predicted=self.guesses.predicted if self.guesses else None,
            probability=self.guesses.probability if self.guesses else None,
            true=self.confusion.true if self.confusion else None,
            coefficients=found.coefficients.astype(np.float32) if found else None,
            adjusted=found.adjusted if found else None,
            **(self.codes.arrays if self.codes else {}),
        )

    @property
    def _figures(self) -> SemanticsFigures:
        ground, found, truth = self.ground, self.study.correlation, self.confusion
        return SemanticsFigures(
            prompts=len(ground.asked),
            classes=len(ground.asked.names),
            truncated=len(self.vectors.truncated),
            logit_scale=self.words.logit_scale,
            named=", ".join(ground.asked.names[:NAMED]),
            accuracy=truth.accuracy if truth else None,
            label=ground.truth.label if ground.truth and truth else None,
            tests=found.tests if found else None,
            significant=int(found.significant().sum()) if found else None,
            tag=ground.tag,
            exclude=ground.exclude,
        )


def _asked(file: str | None, prompts: Sequence[str] | None, classes: Sequence[str] | None) -> Prompts:
    if (file is None) == (prompts is None):
        raise BadInput("no prompts: write some, one a line", "prompts")
    return read_prompts(file) if file is not None else Prompts.of(prompts or (), classes)


def _check_items(items: int) -> None:
    try:
        check_items(items)
    except BadInput as error:
        raise BadInput(f"{error}, or compare with {NONE}", "against") from None


def _truth(rows: Rows, asked: Prompts, label: str | None) -> Classes | None:
    """Where labels exist that are classes; raises `BadInput` where a column was named that has none of them."""
    found = classes_of(rows, label)
    if found is not None and (class_numbers(asked.names, found.values) >= 0).any():
        return found
    if found is not None and label is not None:
        values, names = (", ".join(list(dict.fromkeys(each))[:5]) for each in (found.values.tolist(), asked.names))
        alike = f"none of its values ({values}, …) is a class ({names}, …): name classes alike"
        raise BadInput(f"label {label}: {alike}", "label")
    return None


def _places(rows: Rows, items: Sequence[str] | None) -> Integers | None:
    if items is None:
        return None
    places = {id: place for place, id in enumerate(rows.ids.tolist())}
    unknown = [id for id in items if id not in places]
    if unknown:
        raise MissingData(f"{len(unknown)} of the items asked for are not among the {len(rows):,}: {unknown[0]}")
    return np.array([places[id] for id in dict.fromkeys(items)], dtype=np.int64)


def _file(out: str | None, ground: _Ground) -> Any:
    """A place to write the whole matrix to, where one is asked for."""
    if out is None:
        return nullcontext()
    shape = (len(ground.rows), len(ground.asked))
    return streamed(out, "cosine", shape, {"ids": ground.rows.ids, "prompts": np.array(ground.asked.texts)})
