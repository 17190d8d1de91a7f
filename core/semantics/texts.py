"""Prompts and templates → vectors: each text is embedded, the unit vectors of one prompt are averaged.

Radford et al.: Learning transferable visual models from natural language supervision. ICML 2021 (section 3.1.4: prompt
ensembling in the space of the embeddings; the mean of the unit vectors is made a unit vector again).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np

from core.maps.neighbours import normalised
from core.progress import Progress, Report, silent
from core.results import Floats
from core.semantics.prompts import GAP, Prompts, check_templates
from core.semantics.results import PromptVectors

Encode = Callable[[Sequence[str]], Floats]
"""Texts → (N, D) float32, unit norm."""
Truncated = Callable[[Sequence[str]], Sequence[int]]
"""The rows of the texts that a model does not read to their end."""

BATCH = 128


def embedded(
    prompts: Prompts,
    encode: Encode,
    truncated: Truncated,
    templates: Sequence[str] = (),
    report: Report = silent,
) -> PromptVectors:
    """Every prompt in every template; a class is the mean over all texts of its prompts.

    templates: each with {} where the prompt goes; none: the prompt as it is.
    """
    texts = [[each.replace(GAP, text) for text in prompts.texts] for each in check_templates(templates, len(prompts))]
    every = list(chain.from_iterable(texts))
    vectors = np.vstack(list(_encoded(every, encode, report))).astype(np.float64)
    sums = vectors.reshape(len(texts), len(prompts), -1).sum(axis=0)
    classes = np.zeros((len(prompts.names), sums.shape[1]))
    np.add.at(classes, prompts.numbers, sums)
    return PromptVectors(normalised(sums), normalised(classes), [every[row] for row in truncated(every)])


def _encoded(texts: Sequence[str], encode: Encode, report: Report) -> Iterator[Floats]:
    for start in range(0, len(texts), BATCH):
        report(Progress(start, len(texts), "reading the prompts"))
        yield encode(texts[start : start + BATCH])
