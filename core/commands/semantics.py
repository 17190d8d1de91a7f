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
from core.commands.prompting import ItemNames, Reader, read_words, reader, unit_rows, warning
from core.commands.runs import Analysis, Made, keep
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import Rows
from core.progress import Bar, Report, silent
from core.results import Floats, Integers, places
from core.runs.record import metrics
from core.runs.semantics import (
    ClassResult,
    CorrelationResult,
    MatrixResult,
    PromptResult,
    SemanticsFigures,
    SemanticsResult,
    SemanticsRun,
    StrongestDimension,
    ZeroShotResult,
)
from core.search import highest
from core.semantics.correlation import check_items, check_names
from core.semantics.cosines import NEAREST, Study, matrix, study
from core.semantics.prompts import Prompts, check_templates, read_prompts
from core.semantics.results import LEVEL, Confusion, PromptVectors, ZeroShot
from core.semantics.zero_shot import class_numbers, confusion, probabilities, zero_shot

ANALYSIS = Analysis("prompts", "Prompts")
NONE = "none"
CELLS = 100_000
"""Of a matrix in the JSON; a larger one goes into a file."""
NAMED = 5
"""Classes that a run's card names."""
EXTREMES = 5
"""Items named at each end of a dimension."""
MOST_CLASSES = 100
"""Classes whose confusion matrix is in the JSON; of more, the run holds what was predicted."""
STEPS, WORDS, PASSES = 1_000, 300, 900
"""Of the bar: in all, until the prompts are read, until the items are compared with them."""

Ends = tuple[Integers, Integers]
"""The rows of a dimension's lowest and of its highest values, the most extreme first."""


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
) -> SemanticsResult:
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
    given = _given(file, prompts, classes)
    check_templates(templates or (), len(given))
    if nearest < 1:
        raise BadParameter(f"nearest={nearest} is below 1: ask for at least one item", "nearest")
    check_names(method, correction)
    rows = unit_rows(source, space, model, tag, exclude)
    if against != NONE:
        _check_items(len(rows))
    truth, chosen = _truth(rows, given, label), _places(rows, items)
    bar = Bar(report, STEPS)
    others = None if against == NONE else codes(rows, against, bar.aside)
    bar.step(0, "loading the model")
    words = reader(rows, model)
    vectors = read_words(rows, words, given, templates or (), bar.part(0, WORDS))
    values, listen = others.values if others else None, bar.part(WORDS, PASSES - WORDS)
    with _file(out, rows, given) as write:
        found = study(rows.vectors, vectors.prompts, values, method, correction, nearest, write, listen)
    several = len(given.names) > 1
    guesses = zero_shot(rows.vectors, vectors.classes, words.logit_scale, bar.aside) if several else None
    how = {"against": against, "method": method, "correction": correction, "nearest": nearest}
    how |= {"templates": list(templates or ())}
    compared = _Compared(rows, given, how, words, vectors, others, found, guesses, truth)
    seconds = perf_counter() - start
    figures = metrics(compared.figures(tag, exclude))
    run = keep(rows, compared.record(Made(SemanticsRun.KIND, ANALYSIS, how, seconds, figures)))
    result = compared.result(run, chosen, seconds)
    bar.step(STEPS, "compared")
    return result


@dataclass(frozen=True)
class _Compared:
    """Items compared with prompts. how: the run's parameters. codes: what the cosines were correlated with."""

    rows: Rows
    prompts: Prompts
    how: Mapping[str, Any]
    words: Reader
    vectors: PromptVectors
    codes: Codes | None
    study: Study
    guesses: ZeroShot | None
    truth: Classes | None

    @cached_property
    def confusion(self) -> Confusion | None:
        return confusion(self.guesses, self.prompts.names, self.truth.values) if self.truth and self.guesses else None

    def figures(self, tag: str | None, exclude: str | None) -> SemanticsFigures:
        """tag, exclude: how the items were chosen."""
        found, confused = self.study.correlation, self.confusion
        return SemanticsFigures(
            prompts=len(self.prompts),
            classes=len(self.prompts.names),
            truncated=len(self.vectors.truncated),
            logit_scale=self.words.logit_scale,
            named=", ".join(self.prompts.names[:NAMED]),
            accuracy=confused.accuracy if confused else None,
            label=self.truth.label if self.truth and confused else None,
            tests=found.tests if found else None,
            significant=int(found.significant().sum()) if found else None,
            tag=tag,
            exclude=exclude,
        )

    def record(self, made: Made) -> SemanticsRun:
        found = self.study.correlation
        return SemanticsRun(
            made.card(self.rows),
            ids=self.rows.ids,
            text=self.vectors.prompts,
            class_text=self.vectors.classes,
            mean=self.study.figures.mean,
            sd=self.study.figures.sd,
            words={"prompts": self.prompts.texts, "classes": self.prompts.classes},
            predicted=self.guesses.predicted if self.guesses else None,
            probability=self.guesses.probability if self.guesses else None,
            true=self.confusion.true if self.confusion else None,
            coefficients=found.coefficients.astype(np.float32) if found else None,
            adjusted=found.adjusted if found else None,
            **(self.codes.arrays if self.codes else {}),
        )

    def result(self, run: str | None, chosen: Integers | None, seconds: float) -> SemanticsResult:
        """chosen: rows of the matrix; None: those nearest to each prompt."""
        nearest = self.study.figures.nearest
        if chosen is None:
            chosen = np.array(list(dict.fromkeys(nearest[:, 0].tolist())))
        found, codes = self.study.correlation, self.codes
        strongest = found.strongest if found else np.full(len(self.prompts), -1)
        ends = {each: _ends(codes.values[:, each]) for each in set(strongest.tolist()) - {-1}} if codes else {}
        names = ItemNames.of(self.rows, chosen, nearest, *(rows for pair in ends.values() for rows in pair))
        return SemanticsResult(
            run=run,
            model=self.rows.model or self.words.model,
            space=self.rows.space,
            items=len(self.rows),
            prompts=[self._prompt(place, each, ends, names) for place, each in enumerate(strongest.tolist())],
            matrix=self._matrix(chosen, names),
            zero_shot=self._zero_shot(),
            correlation=self._correlation(),
            seconds=round(seconds, 3),
            **warning(self.vectors),
        )

    def _prompt(self, place: int, strongest: int, ends: Mapping[int, Ends], names: ItemNames) -> PromptResult:
        """strongest: its dimension; -1 where none has a coefficient, as with items that are all the same."""
        figures = self.study.figures
        return PromptResult(
            prompt=self.prompts.texts[place],
            class_name=self.prompts.classes[place],
            mean=round(float(figures.mean[place]), 6),
            sd=round(float(figures.sd[place]), 6),
            nearest=names.items(figures.nearest[place], cosine=figures.cosines[place]),
            correlation=self._strongest(place, strongest, ends[strongest], names) if strongest in ends else None,
        )

    def _strongest(self, prompt: int, dimension: int, ends: Ends, names: ItemNames) -> StrongestDimension | None:
        found = self.study.correlation
        if found is None or self.codes is None:
            return None
        r, p, adjusted = (float(each[prompt, dimension]) for each in (found.coefficients, found.p, found.adjusted))
        significant = int(np.count_nonzero(found.adjusted[prompt] < LEVEL))
        low, high = (names.items(rows, value=self.codes.values[rows, dimension]) for rows in ends)
        return StrongestDimension(dimension, round(r, 6), p, adjusted, significant, low, high)

    def _matrix(self, chosen: Integers, names: ItemNames) -> MatrixResult | None:
        """Of the chosen items; None where it would have too many numbers."""
        if len(chosen) * len(self.vectors.prompts) > CELLS:
            return None
        x = self.rows.vectors[chosen]
        cosines = matrix(x, self.vectors.prompts)
        shares = probabilities(x, self.vectors.classes, self.words.logit_scale) if self.guesses else None
        return MatrixResult(names.items(chosen), _rounded(cosines), None if shares is None else _rounded(shares))

    def _zero_shot(self) -> ZeroShotResult | None:
        """Accuracy and confusion are None where no item has a label that is a class."""
        guesses, confused, names = self.guesses, self.confusion, self.prompts.names
        if guesses is None:
            return None
        return ZeroShotResult(
            templates=self.how["templates"],
            logit_scale=self.words.logit_scale,
            chance=1 / len(names),
            confidence=round(float(guesses.probability.mean()), 6),
            label=self.truth.label if self.truth else None,
            accuracy=confused.accuracy if confused else None,
            classes=self._classes(guesses),
            labelled=confused.items if confused else 0,
            without_class=confused.without if confused else 0,
            confusion=confused.counts.tolist() if confused and len(names) <= MOST_CLASSES else None,
        )

    def _classes(self, guesses: ZeroShot) -> list[ClassResult]:
        names, confused = self.prompts.names, self.confusion
        table = {"class_name": names, "predicted": np.bincount(guesses.predicted, minlength=len(names)).tolist()}
        if confused:
            recalls = [None if np.isnan(each) else each for each in confused.recalls.tolist()]
            table |= {"items": confused.totals.tolist(), "recall": recalls}
        return [ClassResult(**dict(zip(table, row, strict=True))) for row in zip(*table.values(), strict=True)]

    def _correlation(self) -> CorrelationResult | None:
        found = self.study.correlation
        if found is None or self.codes is None:
            return None
        return CorrelationResult(
            against=self.how["against"],
            method=found.method,
            correction=found.correction,
            dimensions=self.codes.values.shape[1],
            tests=found.tests,
            significant=int(found.significant().sum()),
        )


def _ends(values: Floats) -> Ends:
    return highest(-values, EXTREMES), highest(values, EXTREMES)


def _rounded(x: Floats) -> list[list[float]]:
    return np.round(x.astype(np.float64), 6).tolist()


def _given(file: str | None, prompts: Sequence[str] | None, classes: Sequence[str] | None) -> Prompts:
    if (file is None) == (prompts is None):
        raise BadInput("no prompts: write some, one a line", "prompts")
    return read_prompts(file) if file is not None else Prompts.of(prompts or (), classes)


def _check_items(items: int) -> None:
    try:
        check_items(items)
    except BadInput as error:
        raise BadInput(f"{error}, or compare with {NONE}", "against") from None


def _truth(rows: Rows, prompts: Prompts, label: str | None) -> Classes | None:
    """Where labels exist that are classes; raises `BadInput` where a column was named that has none of them."""
    found = classes_of(rows, label)
    if found is not None and (class_numbers(prompts.names, found.values) >= 0).any():
        return found
    if found is not None and label is not None:
        values, names = (", ".join(list(dict.fromkeys(each))[:5]) for each in (found.values.tolist(), prompts.names))
        alike = f"none of its values ({values}, …) is a class ({names}, …): name classes alike"
        raise BadInput(f"label {label}: {alike}", "label")
    return None


def _places(rows: Rows, items: Sequence[str] | None) -> Integers | None:
    if items is None:
        return None
    items = list(dict.fromkeys(items))
    found = places(items, rows.ids)
    if unknown := [id for id, place in zip(items, found.tolist(), strict=True) if place < 0]:
        raise MissingData(f"{len(unknown)} of the items asked for are not among the {len(rows):,}: {unknown[0]}")
    return found


def _file(out: str | None, rows: Rows, prompts: Prompts) -> Any:
    """A place to write the whole matrix to, where one is asked for."""
    if out is None:
        return nullcontext()
    return streamed(out, "cosine", (len(rows), len(prompts)), {"ids": rows.ids, "prompts": np.array(prompts.texts)})
