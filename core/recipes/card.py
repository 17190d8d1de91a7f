"""The table of figures in the card of ``pocket``."""

from collections.abc import Iterator, Mapping
from pathlib import Path

BEGIN, END = "<!-- figures: python -m core.recipes.evaluate --card -->", "<!-- end of figures -->"
HEADER = (
    "| Pictures | Weights | Queries | Candidates | Top-1 | Top-5 | Top-10 |",
    "|---|---|--:|--:|--:|--:|--:|",
)
WAYS = {"image_to_text": "picture → name", "text_to_image": "name → picture"}

Figures = Mapping[str, Mapping[str, Mapping[str, Mapping[str, float]]]]
"""Weights → pictures → way → figures, as `evaluate` prints them."""


def table(figures: Figures) -> str:
    """A Markdown table, a line for each measurement."""
    return "\n".join([*HEADER, *_lines(figures)])


def _lines(figures: Figures) -> Iterator[str]:
    for weights, of_weights in figures.items():
        for pictures, ways in of_weights.items():
            for way, found in ways.items():
                counts = f"{found['queries']:,} | {found['candidates']:,}"
                shares = " | ".join(f"{found[f'top{k}']:.1f} %" for k in (1, 5, 10))
                yield f"| {pictures}, {WAYS[way]} | {weights.partition('_')[0]} | {counts} | {shares} |"


def fill(path: Path, figures: Figures) -> None:
    """Put the table between the marks of a card."""
    put(path, table(figures), BEGIN)


def put(path: Path, text: str, begin: str) -> None:
    """Put a text between a mark and `END`, in place of what stands there."""
    before, _, rest = path.read_text(encoding="utf-8").partition(begin)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{begin}\n\n{text}\n\n{END}{after}", encoding="utf-8")
