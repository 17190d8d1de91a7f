"""Whether a model understands the images of a workspace, as it was measured last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from core.runs.record import Record, Result
from core.understanding.results import Match, Nearness, Understanding
from core.understanding.words import details, headline, in_words


@dataclass(frozen=True)
class UnderstoodFigures(Understanding):
    """counts: how many images and captions the model had embedded, by modality."""

    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class UnderstoodRun(Record[UnderstoodFigures]):
    """Its figures are all that is kept."""

    KIND = "understood"
    FIGURES = UnderstoodFigures

    def summary(self) -> str:
        """`pocket hardly understands these images`"""
        return headline(self.figures)


class UnderstoodResult(Result, frozen=True, kw_only=True):
    """What the command `understood` returns: what was measured, the verdict, and both in words."""

    model: str
    images: int
    match: Match | None
    nearness: Nearness | None
    verdict: str
    by: str | None
    words: str
    details: str

    @classmethod
    def of(cls, found: Understanding) -> Self:
        measured = {name: getattr(found, name) for name in ("model", "images", "match", "nearness", "verdict", "by")}
        return cls(**measured, words=in_words(found), details=details(found))

    def readable(self) -> dict[str, Any]:
        """In words."""
        return self.to_dict("match", "nearness", "by")
