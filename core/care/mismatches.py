"""Caption–image mismatches: items whose own caption lies far down the ranking, and whose caption ranks them so too.

Exact ranks of cross-modal retrieval, both ways (`core.reduction.retrieval`; Radford et al., ICML 2021). As a share of
all other captions (images) that come before the own one, they do not depend on how many there are, nor, other than the
plain cosine, on captions that lie near every image. Items whose captions say the same are no rivals of each other.

The score is the mean of both shares. A caption drawn by chance has a score of 0.5 on average; flagged is what lies
beyond `beyond` of the others both ways.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Findings, Integers, Subject, by_score
from core.errors import BadInput
from core.methods import Method, param
from core.progress import Report, silent
from core.reduction.retrieval import TIE, ranks
from core.results import Pairs

Doubles = NDArray[np.float64]

NAMED, AT_ONCE = 500, 64
"""Items whose image is asked what it finds instead, and how many at once: 26 MB of cosines with 100,000 captions."""


@dataclass(frozen=True)
class Params:
    beyond: float = param(0.1, "flagged is what more than this share comes before, both ways", minimum=0.0, maximum=1.0)
    seed: int = param(0, "changes nothing here: ranks are exact", minimum=0, maximum=2**31 - 1)


def fit(subject: Subject, params: Params, report: Report = silent) -> Findings:
    """score: 0 … 1. evidence: image_to_text, text_to_image (shares), cosine (of the own pair), all float32; of the 500
    most suspicious, instead (the row whose caption is nearest to the image), -1 for the others.

    metrics: right (share of items with no rival before them, both ways averaged), sayings (different captions).
    """
    pairs, saying = _captioned(subject)
    found = ranks(pairs, report)
    size = np.bincount(saying)[saying]
    rivals = np.maximum(len(pairs) - size, 1)
    own = np.einsum("nd,nd->n", pairs.image, pairs.text, dtype=np.float64)
    image_to_text = np.clip((found.image_to_text - (size - 1)) / rivals, 0, 1)
    text_to_image = np.clip((found.text_to_image - _alike_before(own, saying)) / rivals, 0, 1)
    score = ((image_to_text + text_to_image) / 2).astype(np.float32)
    ways = {"image_to_text": image_to_text.astype(np.float32), "text_to_image": text_to_image.astype(np.float32)}
    right = ((image_to_text == 0).mean() + (text_to_image == 0).mean()) / 2
    ranked = by_score(score)
    return Findings(
        ranked,
        score,
        np.minimum(image_to_text, text_to_image) > params.beyond,
        {**ways, "cosine": own.astype(np.float32), "instead": _instead(pairs, ranked[:NAMED], saying)},
        {"right": float(right), "sayings": int(saying.max()) + 1},
    )


def _captioned(subject: Subject) -> tuple[Pairs, Integers]:
    """Captions that say the same have one vector, that of the first, so that they tie exactly; sayings 0, 1, …"""
    if subject.captions is None:
        raise BadInput("no captions: bring images with captions of their own")
    given = np.arange(len(subject)) if subject.saying is None else subject.saying
    _, first, saying = np.unique(given, return_index=True, return_inverse=True)
    if len(first) < 2:
        raise BadInput("all captions say the same: bring at least 2 different ones")
    saying = saying.ravel().astype(np.int64)
    return Pairs(subject.vectors, subject.captions[first[saying]]), saying


def _alike_before(own: Doubles, saying: Integers) -> Integers:
    """How many other images of the same words are as near to them as the own one: (N,). Ties count, as in the ranks."""
    before = np.zeros(len(own), dtype=np.int64)
    order = np.argsort(saying, kind="stable")
    for rows in np.split(order, np.cumsum(np.bincount(saying))[:-1]):
        cosines = np.sort(own[rows])
        before[rows] = len(rows) - np.searchsorted(cosines, own[rows] - TIE) - 1
    return before


def _instead(pairs: Pairs, rows: Integers, saying: Integers) -> Integers:
    """The row whose caption, of other words, is nearest to each of some images: (N,), -1 for the others."""
    found = np.full(len(pairs), -1, dtype=np.int64)
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        cosines = pairs.image[some] @ pairs.text.T
        cosines[saying[some][:, None] == saying] = -np.inf
        found[some] = cosines.argmax(axis=1)
    return found


METHOD = Method("mismatches", "Caption–image mismatches", Params, fit, seeded=False)
