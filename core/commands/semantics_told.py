"""What is told of prompts: plain JSON for scripts, short tables for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.commands.codes import Codes
from core.inputs import Rows
from core.search import highest
from core.semantics.prompts import Prompts
from core.semantics.results import LEVEL, Confusion, Correlation, Integers, ZeroShot
from core.semantics.study import Study

EXTREMES = 5
"""Items named at each end of a dimension."""
MOST_CLASSES = 100
"""Classes whose confusion matrix is told; of more, the run holds what was predicted."""


@dataclass(frozen=True)
class Shown:
    """Items as JSON. captions: by row, of those that are named. low, high: dimension → (5,), its extreme rows."""

    ids: Sequence[str]
    captions: Mapping[int, str]
    codes: Codes | None
    low: Mapping[int, Integers]
    high: Mapping[int, Integers]

    def item(self, row: int, **more: float) -> dict[str, Any]:
        caption = {"caption": self.captions[row]} if row in self.captions else {}
        return {"id": self.ids[row], **{name: round(float(value), 6) for name, value in more.items()}, **caption}

    def extremes(self, dimension: int) -> dict[str, Any]:
        """The items of the lowest and of the highest values, the most extreme first."""
        if self.codes is None:
            return {}
        column = self.codes.values[:, dimension]
        ends = {"low": self.low[dimension], "high": self.high[dimension]}
        return {name: [self.item(row, value=column[row]) for row in rows.tolist()] for name, rows in ends.items()}


def shown(rows: Rows, found: Study, codes: Codes | None, chosen: Integers) -> Shown:
    """All items that a result names, those of the chosen rows among them, with captions where the input has some."""
    strongest = found.correlation.strongest.tolist() if found.correlation else []
    columns = {each: codes.values[:, each] for each in set(strongest) - {-1}} if codes else {}
    low = {each: highest(-column, EXTREMES) for each, column in columns.items()}
    high = {each: highest(column, EXTREMES) for each, column in columns.items()}
    named = np.unique(np.concatenate([chosen, found.figures.nearest.ravel(), *low.values(), *high.values()]))
    return Shown(rows.ids.tolist(), _captions(rows, named), codes, low, high)


def prompt_rows(asked: Prompts, found: Study, known: Shown) -> list[dict[str, Any]]:
    """A record a prompt."""
    strongest = found.correlation.strongest.tolist() if found.correlation else [None] * len(asked)
    tested = [_strongest(place, each, found.correlation, known) for place, each in enumerate(strongest)]
    return [_prompt_row(place, asked, found, known) | {"correlation": each} for place, each in enumerate(tested)]


def zero_shot_figures(
    names: Sequence[str], guesses: ZeroShot, truth: Confusion | None, label: str | None
) -> dict[str, Any]:
    """A record a class; accuracy and confusion are None where no item has a label that is a class."""
    predicted = np.bincount(guesses.predicted, minlength=len(names)).tolist()
    classes: list[dict[str, Any]] = [
        {"class": name, "predicted": count} for name, count in zip(names, predicted, strict=True)
    ]
    confidence = round(float(guesses.probability.mean()), 6)
    told = {"chance": 1 / len(names), "confidence": confidence, "label": label, "accuracy": None, "classes": classes}
    if truth is None:
        return {**told, "labelled": 0, "without_class": 0, "confusion": None}
    for row, total, recall in zip(classes, truth.totals.tolist(), truth.recalls.tolist(), strict=True):
        row |= {"items": total, "recall": None if np.isnan(recall) else recall}
    counts = truth.counts.tolist() if len(names) <= MOST_CLASSES else None
    scores = {"accuracy": truth.accuracy, "labelled": truth.items, "without_class": truth.without}
    return {**told, **scores, "confusion": counts}


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a prompt, a row a class, and the rest as figures."""
    guesses, tests = result["zero_shot"] or {}, result["correlation"] or {}
    about = {name: result[name] for name in ("run", "model", "space", "items", "seconds")}
    scores = {
        name: guesses[name] for name in ("logit_scale", "label", "labelled", "accuracy", "chance") if name in guesses
    }
    lists = {"prompts": [_line(row) for row in result["prompts"]], "classes": guesses.get("classes", [])}
    return {**about, **scores, **{f"correlation, {name}": value for name, value in tests.items()}, **lists}


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    best, found = row["nearest"][0], row["correlation"] or {}
    figures = {"mean": row["mean"], "sd": row["sd"], "highest": best["cosine"]}
    words = best.get("caption") or best["id"]
    tested = {name: found.get(name) for name in ("dimension", "r", "adjusted", "significant")}
    return {"prompt": row["prompt"], "class": row["class"], **figures, "nearest": words, **tested}


def _prompt_row(place: int, asked: Prompts, found: Study, known: Shown) -> dict[str, Any]:
    figures = found.figures
    pairs = zip(figures.nearest[place].tolist(), figures.cosines[place].tolist(), strict=True)
    return {
        "prompt": asked.texts[place],
        "class": asked.classes[place],
        "mean": round(float(figures.mean[place]), 6),
        "sd": round(float(figures.sd[place]), 6),
        "nearest": [known.item(row, cosine=cosine) for row, cosine in pairs],
    }


def _strongest(place: int, dimension: int | None, found: Correlation | None, known: Shown) -> dict[str, Any] | None:
    """The dimension of the largest coefficient; None where none has any, as with items that are all the same."""
    if found is None or dimension is None or dimension < 0:
        return None
    r, p, adjusted = (float(each[place, dimension]) for each in (found.coefficients, found.p, found.adjusted))
    significant = int(np.count_nonzero(found.adjusted[place] < LEVEL))
    told = {"dimension": dimension, "r": round(r, 6), "p": p, "adjusted": adjusted, "significant": significant}
    return told | known.extremes(dimension)


def _captions(rows: Rows, named: Integers) -> dict[int, str]:
    if rows.workspace is None:
        return {}
    found = rows.workspace.table(["caption"], rows.ids[named].tolist())["caption"].to_pylist()
    return {row: caption or "" for row, caption in zip(named.tolist(), found, strict=True)}
