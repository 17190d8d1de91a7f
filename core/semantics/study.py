"""Prompts as features of items: how the items lie to each prompt, and what each prompt correlates with, in one pass."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.progress import Report, silent
from core.results import Floats
from core.semantics.correlation import check, coefficients, standardised, tested
from core.semantics.cosines import NEAREST, Block, blocks, figures
from core.semantics.results import Correlation, Doubles, PromptFigures


@dataclass(frozen=True)
class Study:
    """What was found of P prompts. correlation: None where there were no codes."""

    figures: PromptFigures
    correlation: Correlation | None


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

    told = figures(map(seen, blocks(x, prompts, report)), nearest)
    return Study(told, tested(np.vstack(found), len(x), method, correction) if found else None)
