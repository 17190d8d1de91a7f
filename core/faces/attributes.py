"""What is known of faces: the value of each factor, from the columns of a table or from prompts by a CLIP model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import BadInput, BadParameter
from core.faces.options import LEAST_OF_VALUE, LEAST_PICTURES, MOST_FACTORS, MOST_VALUES, SURE
from core.results import Floats
from core.sources.items import Value

if TYPE_CHECKING:
    from core.semantics.prompts import Prompts

UNKNOWN = -1
"""As pandas has it of what is in no category."""

FactorPrompts = Mapping[str, Mapping[str, Sequence[str]]]
"""Factor → value → its prompts."""

NO_YES = {False: "no", True: "yes"}
CELEBA: Mapping[str, tuple[str, Mapping[bool, str]]] = {
    "Eyeglasses": ("glasses", NO_YES),
    "Male": ("sex", {False: "female", True: "male"}),
    "Wearing_Hat": ("hat", NO_YES),
    "Smiling": ("smile", NO_YES),
    "No_Beard": ("facial hair", {False: "yes", True: "no"}),
    "Young": ("age", {False: "older", True: "young"}),
}
"""Attributes of CelebA whose names are not those that a person would look for."""


@dataclass(frozen=True)
class Labels:
    """labels (N, F) int64, the place of each value, -1 where it is unknown. factors: name → names of its values."""

    labels: NDArray[np.int64]
    factors: Mapping[str, tuple[str, ...]]

    @property
    def complete(self) -> NDArray[np.int64]:
        """The rows (n,) of which every factor is known."""
        return np.flatnonzero((self.labels != UNKNOWN).all(1))

    def check(self) -> None:
        """Raises `BadInput` unless the complete rows are enough, and enough for each value."""
        known = self.labels[self.complete]
        if len(known) < LEAST_PICTURES:
            raise BadInput(
                f"{len(known)} of {len(self.labels):,} pictures have a known {' and '.join(self.factors)}: "
                f"at least {LEAST_PICTURES} are needed"
            )
        for column, (factor, values) in zip(known.T, self.factors.items(), strict=True):
            counts = np.bincount(column, minlength=len(values))
            rarest = int(counts.argmin())
            if counts[rarest] < LEAST_OF_VALUE:
                raise BadInput(
                    f"factor {factor}: {counts[rarest]} of {len(known):,} pictures are {values[rarest]!r}, "
                    f"at least {LEAST_OF_VALUE} of each value are needed: bring more, or leave the factor out"
                )


def by_columns(rows: Sequence[Mapping[str, Value]], wanted: Sequence[str] | None = None) -> Labels:
    """The labels of pictures of which the rows (N) tell columns.

    wanted: names of columns, or of factors as `CELEBA` names them; None: every column of 2 to 12 values, if they are
    at most 8. Raises `BadInput` for an unknown name, one value only, or too many.
    """
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = _candidates(rows, names) if wanted is None else dict(_factor_and_column(name, names) for name in wanted)
    if wanted is not None and len(columns) < len(wanted):
        raise BadParameter(f"factors {','.join(wanted)}: one of them comes twice, leave it out once", "factors")
    texts = {factor: _texts(rows, column) for factor, column in columns.items()}
    factors = {factor: values(factor, each) for factor, each in texts.items()}
    places = [pd.Categorical(texts[factor], each).codes for factor, each in factors.items()]
    return Labels(np.array(places, np.int64).T, factors)


def by_prompts(x: Floats, classes: Mapping[str, tuple[Sequence[str], Floats]], scale: float, sure: float) -> Labels:
    """The labels of pictures with unit vectors x (N, D): each factor's most probable value, where that is sure.

    classes: factor → its values and their unit vectors (V, D). scale: the model's logit scale. sure: the least
    probability, a softmax over the factor's values (Radford et al., ICML 2021), of a value that is believed.
    """
    from core.semantics.zero_shot import zero_shot

    found = [zero_shot(x, vectors, scale) for _, vectors in classes.values()]
    labels = np.stack([np.where(each.probability >= sure, each.predicted, UNKNOWN) for each in found], 1)
    return Labels(labels.astype(np.int64), {factor: tuple(names) for factor, (names, _) in classes.items()})


def read_factor_prompts(path: str | Path) -> dict[str, dict[str, list[str]]]:
    """The prompts of a file with lines such as `glasses/yes: a face with glasses`.

    Without a value (`glasses: a face with glasses`), each prompt is a value by its own words.
    """
    from core.semantics.prompts import read_prompts

    try:
        return factor_prompts(read_prompts(path))
    except BadInput as error:
        raise BadInput(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None


def factor_prompts(read: Prompts) -> dict[str, dict[str, list[str]]]:
    """The factors in the classes of prompts, as `read_factor_prompts`; raises `BadInput` where there are none."""
    if read.texts == read.classes:
        raise BadInput("the prompts name no factor: write `glasses/yes: a face with glasses` on every line")
    found: dict[str, dict[str, list[str]]] = {}
    for text, name in zip(read.texts, read.classes, strict=True):
        factor, _, value = (part.strip() for part in name.partition("/"))
        found.setdefault(factor, {}).setdefault(value or text, []).append(text)
    return found


def check_factor_prompts(prompts: FactorPrompts, sure: float) -> None:
    """Raises `BadInput` for a factor of one value, `BadParameter` for a probability that tells nothing."""
    if not 0 < sure < 1:
        raise BadParameter(f"sure {sure:g}: choose a probability between 0 and 1, such as {SURE}", "sure")
    for factor, texts in prompts.items():
        if len(texts) < 2:
            raise BadInput(f"factor {factor} has one value, {next(iter(texts))!r}: write prompts of at least 2")


def values(factor: str, texts: Sequence[str | None]) -> tuple[str, ...]:
    """The values of a factor in their order: numbers by size, words by the alphabet; raises `BadInput`."""
    counts = Counter(text for text in texts if text is not None)
    if len(counts) < 2:
        only = f"only the value {next(iter(counts))!r}" if counts else "no value at all"
        raise BadInput(f"factor {factor} has {only} in these pictures: leave it out, or bring pictures with another")
    if len(counts) > MOST_VALUES:
        raise BadInput(
            f"factor {factor} has {len(counts):,} values, at most {MOST_VALUES} can be told apart: group them"
        )
    return tuple(sorted(counts, key=_rank))


def _candidates(rows: Sequence[Mapping[str, Value]], names: Sequence[str]) -> dict[str, str]:
    kinds = {name: len(set(_texts(rows, name)) - {None}) for name in names}
    fitting = [name for name, count in kinds.items() if 2 <= count <= MOST_VALUES]
    if not fitting:
        raise BadInput(
            f"no column has 2 to {MOST_VALUES} values; there are {_listed(names)}: bring a table of attributes"
        )
    if len(fitting) > MOST_FACTORS:
        raise BadInput(
            f"{len(fitting)} columns could be factors, at most {MOST_FACTORS} are taken unasked: name those that you "
            f"want, e.g. {fitting[0]} and {fitting[1]}; there are {_listed(fitting)}",
            "factors",
        )
    return dict(_factor_and_column(name, names) for name in fitting)


def _factor_and_column(wanted: str, names: Sequence[str]) -> tuple[str, str]:
    """The factor of a name and its column."""
    known = {_plain(CELEBA[name][0]): name for name in names if name in CELEBA} | {_plain(name): name for name in names}
    column = wanted if wanted in names else known.get(_plain(wanted))
    if column is None:
        raise BadInput(f"factor {wanted}: no such column; there are {_listed(names)}", "factors")
    return (CELEBA[column][0] if column in CELEBA else column), column


def _texts(rows: Sequence[Mapping[str, Value]], column: str) -> list[str | None]:
    """A column in words; None where a row has no value. 0 and 1, or -1 and 1, are no and yes."""
    words = CELEBA[column][1] if column in CELEBA else NO_YES
    texts = [_text(row.get(column), words) for row in rows]
    if set(texts) - {None} in ({"0", "1"}, {"-1", "1"}):
        return [None if text is None else words[text == "1"] for text in texts]
    return texts


def _text(value: Value | None, words: Mapping[bool, str]) -> str | None:
    if isinstance(value, bool):
        return words[value]
    if isinstance(value, float):
        return str(value).removesuffix(".0") if isfinite(value) else None
    return str(value).strip() or None if value is not None else None


def _rank(text: str) -> tuple[float, str]:
    try:
        number = float(text)
    except ValueError:
        number = inf
    return (number if isfinite(number) else inf), text


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_VALUES]) or "none"
    return f"{shown} and {len(names) - MOST_VALUES} more" if len(names) > MOST_VALUES else shown
