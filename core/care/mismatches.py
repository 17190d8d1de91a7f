"""Caption–image mismatches: captions that lie far down the ranking of their own image, and that rank it so too.

Exact ranks of cross-modal retrieval, both ways (`core.reduction.retrieval`; Radford et al., ICML 2021). As a share of
all other captions (images) that come before the own one, they do not depend on how many there are, nor, other than the
plain cosine, on captions that lie near every image. Items whose captions say the same are no rivals of each other.
Of an image with several captions each is asked about by itself, and the others are no rivals of it.

The score is the mean of both shares. A caption drawn by chance has a score of 0.5 on average; flagged is what lies
beyond `beyond` of the others both ways.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Findings, Subject, by_score
from core.errors import BadInput
from core.methods import Method, param
from core.progress import Bar, Report, silent
from core.reduction.retrieval import TIE, ranks
from core.results import Integers, Pairs

Doubles = NDArray[np.float64]

NAMED, AT_ONCE = 500, 64
"""Items whose image is asked what it finds instead, and how many at once: 26 MB of cosines with 100,000 captions."""

STEPS = 1_000
"""Of the bar."""


@dataclass(frozen=True)
class Params:
    beyond: float = param(0.1, "flagged is what more than this share comes before, both ways", minimum=0.0, maximum=1.0)


def fit(subject: Subject, params: Params, report: Report = silent) -> Findings:
    """A row is a caption with its image; no image has two that say the same.

    score: 0 … 1. evidence: image_to_text, text_to_image (shares), cosine (of the own pair), all float32; of the 500
    most suspicious, instead (the row whose caption is nearest to the image), -1 for the others.

    metrics: right (share of captions with no rival before them, both ways averaged), distinct_captions.
    """
    pairs, wording = _captioned(subject)
    bar = Bar(report, STEPS)
    bar.step(0, "ranking captions and images")
    found, item = ranks(pairs, bar.part(0, STEPS)), subject.item
    own = np.einsum("nd,nd->n", pairs.image, pairs.text, dtype=np.float64)
    image_to_text = _share(found.image_to_text, own, item, _times(wording))
    text_to_image = _share(found.text_to_image, own, wording, _times(item))
    score = ((image_to_text + text_to_image) / 2).astype(np.float32)
    ways = {"image_to_text": image_to_text.astype(np.float32), "text_to_image": text_to_image.astype(np.float32)}
    right = ((image_to_text == 0).mean() + (text_to_image == 0).mean()) / 2
    ranked = by_score(score)
    bar.step(STEPS, "ranked captions and images")
    return Findings(
        ranked,
        score,
        np.minimum(image_to_text, text_to_image) > params.beyond,
        {**ways, "cosine": own.astype(np.float32), "instead": _instead(pairs, ranked[:NAMED], wording, item)},
        {"right": float(right), "distinct_captions": int(wording.max()) + 1},
    )


def _captioned(subject: Subject) -> tuple[Pairs, Integers]:
    """Captions that say the same have one vector, that of the first, so that they tie exactly; numbered 0, 1, …"""
    if subject.captions is None:
        raise BadInput("no captions: bring images with captions of their own")
    given = np.arange(len(subject)) if subject.wording is None else subject.wording
    _, first, wording = np.unique(given, return_index=True, return_inverse=True)
    if len(first) < 2:
        raise BadInput("all captions say the same: bring at least 2 different ones")
    wording = wording.ravel().astype(np.int64)
    return Pairs(subject.vectors, subject.captions[first[wording]]), wording


def _times(values: Integers) -> Integers:
    """How often each row's value is there: (N,)."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return count[place.ravel()]


def _share(before: NDArray[np.int32], own: Doubles, group: Integers, times: Integers) -> Doubles:
    """The share of rivals that come before the own partner: (N,), 0 … 1.

    before: (N,), how many rows do. Those of the same group (the image's captions, or the images of the same words) are
    right too, each as often as it is there: times (N,).
    """
    alike, right = _alike_before(own, group, times)
    return np.clip((before - (alike - 1)) / np.maximum(len(own) - right, 1), 0, 1)


def _alike_before(own: Doubles, group: Integers, times: Integers) -> tuple[Integers, Integers]:
    """How much of a row's group is as near as the row itself, which is among it, and how much there is: (N,), (N,).

    Ties count, as in the ranks.
    """
    near, every = np.zeros(len(own), dtype=np.int64), np.zeros(len(own), dtype=np.int64)
    order = np.argsort(group, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        rows = rows[np.argsort(own[rows])]
        total = np.concatenate([[0], np.cumsum(times[rows])])
        near[rows] = total[-1] - total[np.searchsorted(own[rows], own[rows] - TIE)]
        every[rows] = total[-1]
    return near, every


def _instead(pairs: Pairs, rows: Integers, wording: Integers, item: Integers) -> Integers:
    """The row of another image whose caption, of other words, is nearest to some images: (N,), -1 for the others."""
    found = np.full(len(pairs), -1, dtype=np.int64)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        cosines = pairs.image[some] @ pairs.text.T
        cosines[(wording[some][:, None] == wording) | (item[some][:, None] == item)] = -np.inf
        found[some] = cosines.argmax(axis=1)
    return found


METHOD = Method("mismatches", "Caption–image mismatches", Params, fit)
