"""Methods against metrics, mean ± sd over seeds, with the defaults of every method and nothing set.

    python -m tests.benchmarks.clustering --seeds 5
    python -m tests.benchmarks.clustering --methods kmeans,gmm,deepdpm --inputs usps-umap10,emoji
    python -m tests.benchmarks.clustering --speed

Inputs: the 10-D UMAP features of ../shared/data/ where they are, and the bundled sets emoji (classes: its groups) and
fashion (classes: its kinds) as the pocket model's image embeddings. K is 10 for the methods that must be told, which is
every method's default and right for all inputs but emoji. --speed times kmeans against scikit-learn and faiss, each on
all points of 100,000 × 512 with K = 100.
"""

import argparse
from itertools import product
from pathlib import Path
from time import perf_counter

import numpy as np

from core.clustering.compare import trials
from core.clustering.metrics import DEFINITIONS, against_labels
from core.commands.clustering import record
from core.commands.items import classes, item_rows
from core.console import table
from core.errors import ClipscapeError
from core.inputs import Rows
from core.methods import Method, discover
from core.results import Strings
from core.runs.clustering import over_seeds
from tests.benchmarks.mixture import mixture

DATA = Path(__file__).parents[3] / "shared" / "data"
BUNDLED = ("emoji", "fashion")
"""Their column `label` is emoji's group and fashion's kind."""


def inputs(chosen: list[str]) -> list[tuple[str, str]]:
    """Name and source of each input that is here; says which are not."""
    files = {path.stem: str(path) for path in sorted(DATA.glob("*-umap10.npz"))}
    if not files:
        print(f"no *-umap10.npz in {DATA}: skipped")
    every = files | {name: name for name in BUNDLED}
    for name in set(chosen) - set(every):
        print(f"{name} is not here: skipped")
    return [(name, source) for name, source in every.items() if not chosen or name in chosen]


def measured(method: Method, rows: Rows, y: Strings | None, seeds: int) -> dict[str, str]:
    """One row of the table."""
    found = over_seeds([record(rows, trial, {}) for trial in trials(method, rows.vectors, y, range(seeds))])
    cells = {name: f"{mean:.3f} ± {sd:.3f}" for name, (mean, sd) in found.items()}
    return {"method": method.name} | {each.title: cells.get(name, "–") for name, each in DEFINITIONS.items()}


def compare(chosen_methods: list[str], chosen_inputs: list[str], seeds: int) -> None:
    methods = discover("core.clustering")
    for name, source in inputs(chosen_inputs):
        rows = item_rows(source)
        known = classes(rows)
        y = known.values if known else None
        print(f"\n{name}: {rows.vectors.shape[0]:,} × {rows.vectors.shape[1]}, {seeds} seeds", flush=True)
        records = []
        for method in [methods[each] for each in chosen_methods or methods]:
            try:
                records.append(measured(method, rows, y, seeds))
                print(records[-1], flush=True)
            except ClipscapeError as error:
                print(f"{method.name}: {error}", flush=True)
        print(table(records) if records else "nothing")


def speed(count: int, dimensions: int, k: int) -> None:
    """Seconds, NMI and inertia of three K-means with k-means++ on all points, by turns in one process."""
    import faiss
    from sklearn.cluster import KMeans

    from core.clustering import kmeans

    x, y = mixture(count, dimensions, k)

    def by_faiss(seed: int) -> np.ndarray:
        method = faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS
        model = faiss.Kmeans(dimensions, k, seed=seed, init_method=method, max_points_per_centroid=count)
        model.train(x)
        return model.index.search(x, 1)[1][:, 0]

    runs = {
        "kmeans": lambda seed: kmeans.fit(x, kmeans.Params(k=k, seed=seed)).labels,
        "scikit-learn": lambda seed: KMeans(k, n_init=1, random_state=seed).fit(x).labels_,
        "faiss": by_faiss,
    }
    for seed, (name, run) in product(range(3), runs.items()):
        start = perf_counter()
        labels = run(seed)
        seconds = perf_counter() - start
        figures = f"NMI {against_labels(y, labels)['nmi']:.4f}, inertia {inertia(x, labels):.5g}"
        print(f"{name}, seed {seed}: {seconds:.2f} s, {figures}", flush=True)


def inertia(x: np.ndarray, labels: np.ndarray) -> float:
    """The sum of squared distances to the clusters' means."""
    groups = (x[labels == label] for label in np.unique(labels))
    return sum(float(np.square(rows - rows.mean(0)).sum(dtype=np.float64)) for rows in groups)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", default="", help="names with commas; left out: all")
    parser.add_argument("--inputs", default="", help="names with commas; left out: all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--speed", action="store_true", help="kmeans against scikit-learn and faiss")
    parser.add_argument("--shape", default="100000,512,100", help="items, dimensions and K of --speed")
    given = parser.parse_args()
    if given.speed:
        speed(*map(int, given.shape.split(",")))
    else:
        compare(_names(given.methods), _names(given.inputs), given.seeds)


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


if __name__ == "__main__":
    main()
