"""Items against prompts: cosines, zero-shot classes, and what the cosines are correlated with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from core.errors import MissingData
from core.formats import counted, percent
from core.results import Floats, Strings
from core.runs.record import Chosen, Record, as_json
from core.semantics.prompts import Prompts
from core.semantics.results import LEVEL, Components, Confusion, Doubles, Integers, ZeroShot


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

    ids: (N,). text: (P, D), class_text: (K, D), unit rows. mean, sd: (P,), of the cosines. predicted, probability:
    (N,), of the most probable class; true: (N,), -1 for no class; None where there was one class, or no label.
    coefficients, adjusted and the principal components (`code_…`): see `correlation`.
    """

    KIND = "semantics"
    FIGURES = SemanticsFigures
    FORMER: ClassVar = {"told": "asked"}

    ids: Strings
    text: Floats
    class_text: Floats
    mean: Doubles
    sd: Doubles
    asked: Mapping[str, Sequence[str]] = as_json(dict)
    predicted: Integers | None = None
    probability: Floats | None = None
    true: Integers | None = None
    coefficients: Floats | None = None
    adjusted: Doubles | None = None
    code_mean: Floats | None = None
    code_axes: Floats | None = None
    code_shares: Doubles | None = None

    @cached_property
    def prompts(self) -> Prompts:
        """What was asked."""
        return Prompts(tuple(self.asked["prompts"]), tuple(self.asked["classes"]))

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
        return SemanticsResult(self.card.items, ZeroShotResult(self.figures.accuracy)).summary()


@dataclass(frozen=True)
class ZeroShotResult:
    accuracy: float | None = None


@dataclass(frozen=True)
class SemanticsResult:
    """What a page reads of the result of `semantics`."""

    items: int
    zero_shot: ZeroShotResult | None = None

    def summary(self) -> str:
        """What came of it, in a few words."""
        accuracy = self.zero_shot.accuracy if self.zero_shot else None
        return counted(self.items, "item") if accuracy is None else f"accuracy {percent(accuracy)}"
