"""What the commands about faces return: to scripts as JSON with these names, to pages as they are; nothing heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.runs.record import Result

Setting = float | Mapping[str, float]
"""Where a slider stands; of a factor with more than two values: of one value, {value: position}."""


class Slider(Result, frozen=True):
    """value: the one that the slider leads to."""

    factor: str
    value: str


class Description(Result, frozen=True):
    """What an editor is. side: pixels; positions: of a strip's pictures on their slider; prompts: one a factor.

    usual_error: below it lies the reconstruction error of 99 of 100 held-out faces, None where nobody measured it.
    """

    side: int
    kind: str
    factors: Mapping[str, Sequence[str]]
    positions: Sequence[float]
    slides: Sequence[Slider]
    prompts: Sequence[str]
    usual_error: float | None


class Face(Result, frozen=True):
    """codes: the latents, float32 in base64. picture: PNG in base64."""

    codes: str
    picture: str


class ReadFace(Face, frozen=True):
    """picture: the square that the editor sees. error: the mean squared error of its reconstruction in units of the
    whole range; where it is above the usual one, the picture is not like the faces that the editor knows."""

    error: float
    usual_error: float | None


class Faces(Result, frozen=True):
    """People who never were."""

    faces: Sequence[Face]


class Strips(Result, frozen=True):
    """A face with its sliders set, and all that any one slider could make of it.

    plain, edited: the reconstruction and the edit, PNG in base64. sheet: JPEG in base64, a row a slider and a column a
    position. starts: where each slider stands while nobody has moved it.
    """

    plain: str
    edited: str
    sheet: str
    starts: Sequence[float]


class Effect(Result, frozen=True):
    """What the encoder sees in two pictures of a person, before and after an edit.

    shift: how far each factor moved on its slider, 2 being from one value to the other; of many values the farthest.
    before, after: factor → position on its slider (of more than two values: value → position). identity: the cosine of
    the residual latents, 1 where all that no factor says is kept.
    """

    shift: Mapping[str, float]
    before: Mapping[str, Setting]
    after: Mapping[str, Setting]
    identity: float


class MeasuredEdit(Effect, frozen=True):
    """cosines: of the plain and of the edited face with each prompt. path: [x, y] from one to the other on the map of
    a workspace's faces; None where there is none."""

    cosines: Sequence[Sequence[float]]
    path: Sequence[Sequence[float]] | None


class MapResult(Result, frozen=True):
    """The map of a workspace's faces. xy: (N, 2) float32 in base64. title: how it was drawn, None: there is none."""

    title: str | None = None
    ids: Sequence[str] = ()
    xy: str = ""


class FaceFile(Result, frozen=True):
    """file: in base64."""

    file: str


class FactorEdit(Result, frozen=True):
    """set: as it was asked for, None: it was not. before, after: where the encoder sees the factor."""

    factor: str
    set: str | None
    before: Setting
    after: Setting


class EditResult(Result, frozen=True):
    """What `faces edit` returns. out: the file. error, usual_error: see `ReadFace`; identity: see `Effect`."""

    out: str
    error: float
    usual_error: float | None
    identity: float
    seconds: float
    factors: Sequence[FactorEdit]
    warning: str | None = None

    def readable(self) -> dict[str, Any]:
        """Positions with two digits; of more than two values the one that is nearest."""
        rows = [
            {"factor": each.factor, "set": each.set or "", "before": _shown(each.before), "after": _shown(each.after)}
            for each in self.factors
        ]
        return self.to_dict() | {"factors": rows}


class LatentMeaning(Result, frozen=True):
    """How the L dimensions of one model's latent move with R texts and labels, over the faces.

    names: (L,). coefficients: (R, L) Spearman's ρ, None of a dimension without spread; significant: (R, L), at 0.05
    after Holm's correction. strongest: (R,) places of dimensions, -1: none. separation: (R,), see `Meaning.separation`.
    """

    names: Sequence[str]
    coefficients: Sequence[Sequence[float | None]]
    significant: Sequence[Sequence[bool]]
    strongest: Sequence[int]
    separation: Sequence[float]

    def readable(self, row: int) -> dict[str, Any]:
        """The strongest dimension for one text or label."""
        place = self.strongest[row]
        return {
            "strongest": self.names[place] if place >= 0 else "none",
            "rho": self.coefficients[row][place] if place >= 0 else None,
            "separation": self.separation[row],
            "significant": sum(self.significant[row]),
        }


class MeaningResult(Result, frozen=True):
    """What `faces meaning` returns. people: how many of the faces went in, of: how many there were.

    codes: by model; its rows are the prompts, then the labels such as "sex: male", as far as the faces have them.
    """

    people: int
    of: int
    prompts: Sequence[str]
    labels: Sequence[str]
    clip: str
    codes: Mapping[str, LatentMeaning]

    def readable(self) -> dict[str, Any]:
        """A row a prompt or label, and model."""
        rows = [
            {"words": words, "latent": name, **each.readable(row)}
            for row, words in enumerate([*self.prompts, *(f"label {each}" for each in self.labels)])
            for name, each in self.codes.items()
        ]
        return self.to_dict("prompts", "labels", "codes") | {"strongest dimensions": rows}


class Reconstruction(Result, frozen=True):
    """psnr: dB; ssim: means over pictures made again."""

    psnr: float
    ssim: float


class JudgedEdits(Result, frozen=True):
    """Every change of one factor in every person: the mean over all of them.

    flipped: judged to have the new value. others_kept: the other factors judged as before the edit, on the plain
    reconstruction. ssim_counterfactual: of the edit and the true counterfactual; ssim_reconstruction: of the plain
    reconstruction and the person. closer: nearer to the true counterfactual, in squared error, than the plain
    reconstruction is.
    """

    flipped: float
    others_kept: float
    ssim_counterfactual: float
    ssim_reconstruction: float
    closer: float


class ReportResult(Result, frozen=True):
    """What `faces report` returns; rates between 0 and 1. judges: by factor how many real pictures are judged right.

    roundtrip: the largest |T⁻¹(T(z)) - z|. By factor: edits, and those by the usual latent_direction of the same
    auto-encoder.
    """

    people: int
    autoencoders: Mapping[str, Reconstruction]
    judges: Mapping[str, float]
    roundtrip: float
    edits: Mapping[str, JudgedEdits]
    latent_direction: Mapping[str, JudgedEdits]

    def readable(self) -> dict[str, Any]:
        """Auto-encoders as rows, then each factor's edits beside those by the usual attribute vector."""
        rows = [
            {"factor": factor, "way": way, **figures.to_dict()}
            for way, found in (("edits", self.edits), ("latent direction", self.latent_direction))
            for factor, figures in found.items()
        ]
        models = [{"auto-encoder": name, **figures.to_dict()} for name, figures in self.autoencoders.items()]
        return self.to_dict("latent_direction") | {"autoencoders": models, "edits": rows}


def _shown(where: Setting) -> str:
    if not isinstance(where, Mapping):
        return f"{where:.2f}"
    nearest = max(where, key=lambda value: where[value])
    return f"{nearest} {where[nearest]:.2f}"
