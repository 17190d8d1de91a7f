"""Whether K-means finds classes better among an image tower's features than among its vectors.

    .venv/bin/python -m tests.benchmarks.features [--model pocket] [--photographs FILE.parquet] [--seeds 3]

The bundled sets `fashion` and `emoji` with their labels, and a table of photographs with the columns `image` and
`label` where one is given. K is the number of labels. Prints a line of JSON a set: the items, K, and the NMI of vectors
and of features, mean and standard deviation over the seeds.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as parquet

from core.commands import COMMANDS
from core.features import features_of
from core.sources import Item
from core.sources.bundled import ASSETS
from core.workspace import Workspace

SETS = ("fashion", "emoji")


def labelled(path: Path, name: str) -> Iterator[Item]:
    """The pictures of a table that have a label."""
    table = parquet.read_table(path, columns=["image", "label"])
    for row, each in enumerate(table.to_pylist()):
        if each["label"]:
            yield Item(f"{name}-{row}", each["image"], "", each["label"])


def measure(path: Path, name: str, model: str, seeds: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / name)
        workspace.add(labelled(path, name))
        embedded = COMMANDS["embed"](workspace.path, model=model, features=True, maps=False)
        k = len(set(workspace.table(["label"])["label"].to_pylist()))
        nmi = {
            space: [round(figure, 4) for figure in clustered(workspace, of, k, seeds)]
            for space, of in (("vectors", embedded["model"]), ("features", features_of(embedded["model"])))
        }
        return {"items": workspace.count(), "k": k, "nmi": nmi}


def clustered(workspace: Workspace, model: str, k: int, seeds: int) -> list[float]:
    found = COMMANDS["cluster"](workspace.path, ["kmeans"], k=k, seeds=seeds, model=model, space="images")
    return found["summary"]["kmeans"]["nmi"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pocket")
    parser.add_argument("--photographs", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    sets = {name: ASSETS / name / "items.parquet" for name in SETS}
    if given.photographs is not None and given.photographs.is_file():
        sets["photographs"] = given.photographs
    else:
        print("photographs are left out: name a table with the columns image and label by --photographs")
    for name, path in sets.items():
        print(json.dumps({name: measure(path, name, given.model, given.seeds)}), flush=True)


if __name__ == "__main__":
    main()
