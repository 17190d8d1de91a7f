"""Items × prompts: the cosine of every item with every prompt, some prompts at a time, and what these correlate with.

The whole matrix of 100,000 items and 10,000 prompts would take 4 GB: it is made in blocks of prompts, each of which is
used and let go. For chosen items the matrix is `matrix`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import BadInput
from core.progress import Progress, Report, silent
from core.results import Floats
from core.search import highest
from core.semantics.correlation import check, coefficients, standardised, tested
from core.semantics.results import Correlation, Doubles, PromptFigures

BLOCK = 2**24
"""Numbers in a block: 64 MB."""
NEAREST = 10


@dataclass(frozen=True)
class Block:
    """Some of the prompts. prompts: which of the P; cosines: (B, N) float32, a row a prompt."""

    prompts: slice
    cosines: Floats


@dataclass(frozen=True)
class Study:
    """What was found of P prompts. correlation: None where there were no codes."""

    figures: PromptFigures
    correlation: Correlation | None


def matrix(x: Floats, prompts: Floats) -> Floats:
    """Cosines of unit rows x (N, D) and prompts (P, D): (N, P) float32."""
    if x.shape[1] != prompts.shape[1]:
        raise BadInput(
            f"the prompts have {prompts.shape[1]} dimensions, the items {x.shape[1]}: name the model that embedded them"
        )
    return x @ prompts.T


def blocks(x: Floats, prompts: Floats, report: Report = silent) -> Iterator[Block]:
    """The matrix in blocks of prompts; x: (N, D), prompts: (P, D), unit rows."""
    size = max(1, BLOCK // max(1, len(x)))
    for start in range(0, len(prompts), size):
        report(Progress(start, len(prompts), "comparing items with prompts"))
        some = slice(start, min(start + size, len(prompts)))
        yield Block(some, matrix(prompts[some], x))


def figures(found: Iterable[Block], nearest: int = NEAREST) -> PromptFigures:
    """Of blocks that hold every prompt; each is seen once."""
    parts = [figures_of(block.cosines, nearest) for block in found]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
    return PromptFigures(**joined)


def figures_of(cosines: Floats, nearest: int = NEAREST) -> PromptFigures:
    """Of prompts whose cosines with all N items are the rows: (P, N)."""
    mean = cosines.mean(axis=1, dtype=np.float64)
    squares = np.einsum("pn,pn->p", cosines, cosines, dtype=np.float64) / cosines.shape[1]
    rows = np.array([highest(row, nearest) for row in cosines])
    sd = np.sqrt(np.maximum(squares - mean**2, 0))
    return PromptFigures(mean, sd, rows, np.take_along_axis(cosines, rows, axis=1))


def study(
    x: Floats,
    prompts: Floats,
    codes: Floats | None = None,
    method: str = "pearson",
    correction: str = "bh",
    nearest: int = NEAREST,
    write: Callable[[Floats], None] | None = None,
    report: Report = silent,
) -> Study:
    """Of unit rows x (N, D) and prompts (P, D), with codes (N, C); method and correction: as in `correlate`.

    write: is given the cosines, some prompts at a time, (B, N) float32. The whole matrix is never held.
    """
    if codes is not None:
        check(len(x), method, correction)
    others = None if codes is None else standardised(codes, method, report)
    found: list[Doubles] = []

    def seen(block: Block) -> Block:
        if write is not None:
            write(block.cosines)
        if others is not None:
            found.append(coefficients(standardised(block.cosines.T, method), others))
        return block

    every = figures(map(seen, blocks(x, prompts, report)), nearest)
    return Study(every, tested(np.vstack(found), len(x), method, correction) if found else None)
