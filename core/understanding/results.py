"""What is known of a model's understanding, and the verdict."""

from dataclasses import dataclass

from core.statistics import Band

WELL, PARTLY = 0.95, 0.75
"""Of right matches against wrong ones, what the band's lower end must reach for the grade."""
FAR, AMONG = 0.4, 0.15
"""The share of far images: from the one on, a model probably hardly understands them; to the other, it may."""
UNDECIDED, WIDEST = 0.1, 0.3
"""Widths of a band: of right matches, one that holds the border to "partly" and is wider tells nothing; of far images,
any that is wider."""
LEAST_CAPTIONS = 5
"""Different captions; fewer can be told apart by anything."""
NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class TopOne:
    """One way: for which share of the asked the nearest of all candidates is an own one.

    band: Wilson's, 95 %. chance: the same share of a model that knows nothing.
    """

    share: float
    band: Band
    chance: float
    asked: int
    candidates: int


@dataclass(frozen=True)
class Match:
    """Images against captions. images: how many were compared, of so many that have a caption.

    before: how often a right match is nearer than a wrong one, both ways averaged: 0 … 1, .5 by chance; band: its 95 %.
    """

    images: int
    of: int
    image_to_text: TopOne
    text_to_image: TopOne
    before: float
    band: Band

    @property
    def captions(self) -> int:
        """Different ones."""
        return self.image_to_text.candidates

    @property
    def too_few(self) -> bool:
        undecided = self.band.low < PARTLY <= self.band.high and self.band.width > UNDECIDED
        return undecided or self.captions < LEAST_CAPTIONS

    @property
    def verdict(self) -> str:
        if self.too_few:
            return NOT_SHOWN
        return "well" if self.band.low >= WELL else "partly" if self.band.low >= PARTLY else "hardly"


@dataclass(frozen=True)
class Nearness:
    """Images against those of the bundled sets. images: how many were compared, of so many.

    far: how many lie farther from the nearest bundled image than all but `expected` of the bundled images lie from
    each other; band: of their share, Wilson's, 95 %. sets: those that the model has embedded.
    """

    images: int
    of: int
    far: int
    expected: float
    band: Band
    sets: tuple[str, ...]

    @property
    def too_few(self) -> bool:
        return self.band.width > WIDEST

    @property
    def verdict(self) -> str:
        if self.too_few:
            return NOT_SHOWN
        return "hardly" if self.band.low >= FAR else "perhaps" if self.band.high <= AMONG else NOT_SHOWN


@dataclass(frozen=True)
class Understanding:
    """Whether a model understands the images of a workspace.

    images: how many it has embedded. match: None where no captions tell images apart. nearness: None where captions
    tell enough, or the bundled sets hold none of the model's vectors.
    """

    model: str
    images: int = 0
    match: Match | None = None
    nearness: Nearness | None = None

    @property
    def by(self) -> str | None:
        """What the verdict rests on: "captions", or "distance" where those do not tell; None where there is neither."""
        by_distance = self.nearness is not None and (self.match is None or self.nearness.verdict != NOT_SHOWN)
        return "distance" if by_distance else "captions" if self.match else None

    @property
    def verdict(self) -> str:
        """A grade, never above what the 95 % band supports.

        By captions, with how often a right match is nearer than a wrong one: "well" where the band's lower end is at
        least .95, "partly" from .75 on, else "hardly"; "not shown" where there are fewer than 5 different captions, or
        the band holds .75 and is wider than .1, as with few pairs. By the distance, less surely: "hardly" where surely
        at least .4 of the images lie far, "perhaps" where surely at most .15 do, else "not shown".
        """
        basis = self.match if self.by == "captions" else self.nearness
        return basis.verdict if basis else NOT_SHOWN

    @property
    def poor(self) -> bool:
        return self.verdict == "hardly"
