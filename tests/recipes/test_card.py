"""Figures go between the marks of a card and leave the rest alone."""

from pathlib import Path

from core.recipes import card
from core.recipes.evaluate import POCKET

FOUND = {"queries": 1914, "candidates": 12, "top1": 25.0, "top5": 45.25, "top10": 100.0}
FIGURES = {"held_out_weights": {"openmoji": {"image_to_text": FOUND}}}
LINE = "| openmoji, picture → name | held | 1,914 | 12 | 25.0 % | 45.2 % | 100.0 % |"


def test_a_measurement_is_a_line() -> None:
    assert card.table(FIGURES).splitlines()[2:] == [LINE]


def test_figures_are_replaced_between_the_marks(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"# Card\n\n{card.BEGIN}\nold\n{card.END}\n\nThe rest.\n", encoding="utf-8")
    for _ in range(2):
        card.fill(path, FIGURES)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Card\n\n")
    assert text.endswith("\n\nThe rest.\n")
    assert text.count(LINE) == 1
    assert "old" not in text


def test_the_shipped_card_has_its_marks_once() -> None:
    text = (POCKET / "README.md").read_text(encoding="utf-8")
    assert text.count(card.BEGIN) == text.count(card.END) == 1
