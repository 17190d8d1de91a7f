"""Makes core/encoders/published.csv: `python -m core.recipes.published FOLDER`.

FOLDER holds open_clip's benchmark tables as its repository has them under docs/ (mlfoundations/open_clip, MIT, commit
89fb801f; the tables themselves are of 2023-11-22): openclip_results.csv, openclip_retrieval_results.csv,
openclip_multilingual_retrieval_results.csv. Only figures are taken. Where no figure was published the cell is empty;
parameters that the tables lack are counted in the architecture, which open_clip builds without memory for weights.
"""

import csv
import sys
from pathlib import Path
from typing import Any

from core.encoders.published import FIGURES

COLUMNS = ("name", "parameters", "imagenet", "retrieval", "multilingual")
RESULTS, RETRIEVAL, MULTILINGUAL = (
    f"openclip_{each}results.csv" for each in ("", "retrieval_", "multilingual_retrieval_")
)
Rows = dict[str, dict[str, str]]


def main(folder: Path) -> None:
    """Writes one line for each of open_clip's models."""
    import open_clip

    results, retrieval = read(folder / RESULTS, "pretrained"), read(folder / RETRIEVAL, "pretrained")
    multilingual = read(folder / MULTILINGUAL, "version")
    sizes = {row["name"]: row["params (M)"] for row in results.values()}
    with FIGURES.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for architecture, tag in open_clip.list_pretrained():
            name = f"{architecture}:{tag}"
            row, languages = results.get(name, {}), multilingual.get(name, {})
            size = sizes.get(architecture) or count(architecture)
            found = retrieval.get(name, {}).get("Average score", "")
            table.writerow([name, size, row.get("ImageNet 1k", ""), found, languages.get("avg", "")])


def read(path: Path, tag: str) -> Rows:
    """The rows of one table by the model's name."""
    with path.open(encoding="utf-8") as file:
        return {f"{row['name' if 'name' in row else 'model']}:{row[tag]}": row for row in csv.DictReader(file)}


def count(architecture: str) -> str:
    """Millions of parameters of an architecture."""
    import open_clip
    import torch

    with torch.device("meta"):
        model: Any = open_clip.create_model(architecture, load_weights=False, pretrained_text=False, device="meta")
    return f"{sum(each.numel() for each in model.parameters()) / 1e6:.2f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
