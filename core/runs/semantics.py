"""Items against prompts: cosines, zero-shot classes, and what the cosines are correlated with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import msgspec
import numpy as np

from core.errors import MissingData
from core.formats import counted, percent
from core.results import Floats, Integers, Strings
from core.runs.record import Chosen, Record, Result, as_json, plain
from core.semantics.prompts import Prompts
from core.semantics.results import LEVEL, Components, Confusion, Doubles, ZeroShot
from core.workspace import RunCard


@dataclass(frozen=True, kw_only=True)
class SemanticsFigures(Chosen):
    """prompts, classes, truncated: how many, those last that are longer than the model reads; named: the first classes.

    accuracy: 0 … 1, by the column `label`. tests: coefficients there are; significant: those below the level.
    """

    prompts: int
    classes: int = 0
    truncated: int = 0
    logit_scale: float | None = None
    named: str = ""
    accuracy: float | None = None
    label: str | None = None
    tests: int | None = None
    significant: int | None = None
    level: float = LEVEL


class SemanticsParams(msgspec.Struct, frozen=True):
    """How prompts were compared, as the command `semantics` has it; templates: none is the prompt as it is."""

    against: str = "none"
    method: str = "pearson"
    correction: str = "bh"
    templates: Sequence[str] = ()

    @property
    def noun(self) -> str:
        """What the prompts were correlated with, one of them."""
        return {"components": "component", "dimensions": "dimension"}.get(self.against, f"{self.against} dimension")


@dataclass(frozen=True, eq=False)
class Correlated:
    """coefficients, adjusted: (P, C), of P prompts' cosines with C numbers of an item, p after correction.

    components: that gave the numbers; None where these are dimensions.
    """

    coefficients: Floats
    adjusted: Doubles
    components: Components | None = None

    @cached_property
    def sizes(self) -> Floats:
        """The coefficients without their signs, 0 where there is none: (P, C)."""
        return np.nan_to_num(np.abs(self.coefficients))

    def strongest(self, prompt: int) -> int:
        """The dimension with the prompt's largest coefficient of either sign."""
        return int(self.sizes[prompt].argmax())


@dataclass(frozen=True, eq=False)
class SemanticsRun(Record[SemanticsFigures]):
    """P prompts of K classes against N items.

    ids: (N,). text: (P, D), class_text: (K, D), unit rows. mean, sd: (P,), of the cosines. words: the prompts, and the
    class of each. predicted, probability: (N,), of the most probable class; true: (N,), -1 for no class; None where
    there was one class, or no label. coefficients, adjusted and the principal components (`code_…`): see `correlation`.
    """

    KIND = "semantics"
    FIGURES = SemanticsFigures
    FORMER: ClassVar = {"told": "words", "asked": "words"}

    ids: Strings
    text: Floats
    class_text: Floats
    mean: Doubles
    sd: Doubles
    words: Mapping[str, Sequence[str]] = as_json(dict)
    predicted: Integers | None = None
    probability: Floats | None = None
    true: Integers | None = None
    coefficients: Floats | None = None
    adjusted: Doubles | None = None
    code_mean: Floats | None = None
    code_axes: Floats | None = None
    code_shares: Doubles | None = None

    @classmethod
    def params_of(cls, card: RunCard) -> SemanticsParams:
        return msgspec.convert(card.params, SemanticsParams)

    @cached_property
    def params(self) -> SemanticsParams:
        return self.params_of(self.card)

    @cached_property
    def prompts(self) -> Prompts:
        return Prompts(tuple(self.words["prompts"]), tuple(self.words["classes"]))

    @cached_property
    def confusion(self) -> Confusion | None:
        """Against labels; None where no item has one that is a class."""
        if self.true is None or self.predicted is None:
            return None
        return Confusion(self.true, self.predicted, len(self.prompts.names))

    @property
    def has_classes(self) -> bool:
        """Whether there were several, so that each item was given one."""
        return self.predicted is not None

    @cached_property
    def zero_shot(self) -> ZeroShot:
        """Raises `MissingData` where there was one class."""
        if self.predicted is None or self.probability is None:
            raise MissingData(f"run {self.card.id} has one class alone: compare with several")
        return ZeroShot(self.predicted, self.probability)

    @cached_property
    def correlation(self) -> Correlated:
        """Raises `MissingData` where the cosines were correlated with nothing."""
        if self.coefficients is None or self.adjusted is None:
            raise MissingData(f"run {self.card.id} holds no correlation: correlate the prompts with something")
        mean, axes, shares, components = self.code_mean, self.code_axes, self.code_shares, None
        if mean is not None and axes is not None and shares is not None:
            components = Components(mean, axes, shares)
        return Correlated(self.coefficients, self.adjusted, components)

    def summary(self) -> str:
        return _summary(self.card.items, self.figures.accuracy)


class NamedItem(Result, frozen=True, kw_only=True):
    """An item that a result names, with what it is named for. caption: where the input has some."""

    id: str
    cosine: float | None = None
    value: float | None = None
    projection: float | None = None
    caption: str | None = None


@dataclass(frozen=True)
class StrongestDimension:
    """That of the largest coefficient r of a prompt. significant: dimensions below the level after the correction.

    low, high: the items of its lowest and highest values, the most extreme first.
    """

    dimension: int
    r: float
    p: float
    adjusted: float
    significant: int
    low: Sequence[NamedItem]
    high: Sequence[NamedItem]


class PromptResult(Result, frozen=True, kw_only=True):
    """mean, sd: of the cosines with all items. correlation: None where no dimension has one."""

    prompt: str
    class_name: str = msgspec.field(name="class")
    mean: float
    sd: float
    nearest: Sequence[NamedItem]
    correlation: StrongestDimension | None

    def row(self) -> dict[str, Any]:
        """As a row of a table."""
        best = self.nearest[0]
        head = {"prompt": self.prompt, "class": self.class_name, "mean": self.mean, "sd": self.sd}
        tested = {name: getattr(self.correlation, name, None) for name in ("dimension", "r", "adjusted", "significant")}
        return {**head, "highest": best.cosine, "nearest": best.caption or best.id, **tested}


@dataclass(frozen=True)
class MatrixResult:
    """cosine: (n, P) of some items with the prompts; probability: (n, K) of the classes, None of a single one."""

    items: Sequence[NamedItem]
    cosine: Sequence[Sequence[float]]
    probability: Sequence[Sequence[float]] | None


class ClassResult(Result, frozen=True, kw_only=True):
    """predicted: items whose class it is. items, recall: of those labelled so, where any item has such a label."""

    class_name: str = msgspec.field(name="class")
    predicted: int
    items: int | msgspec.UnsetType = msgspec.UNSET
    recall: float | msgspec.UnsetType | None = msgspec.UNSET


@dataclass(frozen=True, kw_only=True)
class ZeroShotResult:
    """confidence: mean probability of the chosen class. labelled: items whose label is a class; without_class: others.

    accuracy, confusion: None where nothing is labelled; confusion: (K, K), a row a true class, of up to 100 classes.
    """

    templates: Sequence[str]
    logit_scale: float
    chance: float
    confidence: float
    label: str | None
    accuracy: float | None
    classes: Sequence[ClassResult]
    labelled: int
    without_class: int
    confusion: Sequence[Sequence[int]] | None


@dataclass(frozen=True, kw_only=True)
class CorrelationResult:
    """tests: coefficients there are; significant: those below the level after the correction."""

    against: str
    method: str
    correction: str
    dimensions: int
    tests: int
    significant: int


class SemanticsResult(Result, frozen=True, kw_only=True):
    """What the command `semantics` returns. run: None for a `.npz`. matrix: None where it would be too large."""

    run: str | None
    model: str
    space: str
    items: int
    prompts: Sequence[PromptResult]
    matrix: MatrixResult | None
    zero_shot: ZeroShotResult | None
    correlation: CorrelationResult | None
    seconds: float
    truncated: Sequence[str] = ()
    warning: str | None = None

    def summary(self) -> str:
        """`accuracy 93 %`, or `9,170 items`"""
        return _summary(self.items, self.zero_shot.accuracy if self.zero_shot else None)

    def readable(self) -> dict[str, Any]:
        """Records for a table: a row a prompt, a row a class, and the rest as figures."""
        guesses, scores = self.zero_shot, ("logit_scale", "label", "labelled", "accuracy", "chance")
        return {
            **{name: getattr(self, name) for name in ("run", "model", "space", "items", "seconds")},
            **({name: getattr(guesses, name) for name in scores} if guesses else {}),
            **{f"correlation, {name}": value for name, value in (plain(self.correlation) or {}).items()},
            "prompts": [each.row() for each in self.prompts],
            "classes": plain(guesses.classes) if guesses else [],
        }


def _summary(items: int, accuracy: float | None) -> str:
    return counted(items, "item") if accuracy is None else f"accuracy {percent(accuracy)}"
