"""Accuracy, found K, seconds and peak memory of DeepDPM (or another method of unknown K) at its defaults.

    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs mnist,usps --seeds 5
    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs mixture --method dpm-sampler
    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs million
    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs mnist,usps --stability

mnist, usps: 10-D UMAP features of the paper's Table 1, from ../shared/data. digits, fashion: the same kind of features
made here (umap-learn, 20 neighbours, least distance 0) from scikit-learn's digits and the bundled set's pixels.
mixture: 100,000 × 512 rows of 100 Gaussians. million: 1,000,000 × 64 rows of 30 Gaussians. Each run has a process of
its own, so that its peak memory (the data included) is that run's alone. Prints a line of JSON a run and one a summary.

--stability is how the prior's share was chosen, without labels: each share clusters several random halves of the rows
(at most 10,000 each), and the strength with which they predict each other's clusters is printed. The paper takes the
most clusters with a strength of 0.8 or more, here the least share that passes on every set where any does. On MNIST
shares from 3e-6 pass (1e-6: 0.76), on USPS from 1e-5 (0.84, K = 10; 3e-6: 0.68; 3e-5: 0.98, K = 9), on digits from
1e-5 (0.81, K = 12 to 14; 3e-6: 0.64); on fashion none does (0.45 to 0.69). So 1e-5.

Tibshirani and Walther: Cluster validation by prediction strength. Journal of Computational and Graphical Statistics,
2005.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import permutations
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics.cluster import contingency_matrix

from core.clustering.metrics import against_labels, found_k
from core.methods import find
from tests.benchmarks.dec import read_fashion
from tests.benchmarks.mixture import mixture

SHARED = Path(__file__).parents[3] / "shared" / "data"
HALVES, HALF = 4, 10_000
SHARES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4)
FIGURES = ("k", "nmi", "ari", "acc", "seconds", "peak_mb")


def load(name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The rows and their classes; None where the file is not there."""
    if name == "mixture":
        return mixture(100_000, 512, 100)
    if name == "million":
        return mixture(1_000_000, 64, 30)
    if name in PIXELS:
        return umap_features(name)
    path = SHARED / f"{name}-umap10.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        return file["x"].astype(np.float32), file["y"].astype(np.int64)


def umap_features(name: str) -> tuple[np.ndarray, np.ndarray]:
    """10-D features of pixels, kept in the folder for temporary files."""
    kept = Path(tempfile.gettempdir()) / f"clipscape-{name}-umap10.npz"
    if not kept.exists():
        from umap import UMAP

        pixels, y = PIXELS[name]()
        model = UMAP(n_components=10, n_neighbors=20, min_dist=0, n_epochs=200, random_state=0)
        np.savez(kept, x=model.fit_transform(pixels).astype(np.float32), y=y)
    with np.load(kept) as file:
        return file["x"], file["y"]


def digits() -> tuple[np.ndarray, np.ndarray]:
    found = load_digits()
    return found.data.astype(np.float32) / 16, found.target


PIXELS = {"digits": digits, "fashion": read_fashion}


def run(name: str, method: str, seed: int) -> None:
    """One run, printed as JSON."""
    loaded = load(name)
    if loaded is None:
        print(f"{name}: {SHARED}/{name}-umap10.npz is not there: left out", file=sys.stderr)
        return
    x, y = loaded
    chosen = find("core.clustering", method)
    started = time.perf_counter()
    found = chosen.fit(x, chosen.make_params({"seed": seed}))
    seconds = round(time.perf_counter() - started, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row = {"input": name, "method": method, "seed": seed, "k": found_k(found.labels), "clusters": found.k}
    print(json.dumps(row | against_labels(y, found.labels) | {"seconds": seconds, "peak_mb": peak}))


def summary(name: str, method: str, rows: list[dict]) -> dict:
    """Mean and standard deviation over the seeds."""
    figures = {key: np.array([row[key] for row in rows], dtype=float) for key in FIGURES}
    means = {key: [round(values.mean(), 4), round(values.std(), 4)] for key, values in figures.items()}
    return {"input": name, "method": method, "seeds": len(rows), **means}


def stability(name: str, method: str) -> None:
    """A line of JSON for each share of the prior; the classes are not looked at."""
    loaded = load(name)
    if loaded is None:
        return
    x, random, chosen = loaded[0], np.random.default_rng(0), find("core.clustering", method)
    halves = [np.sort(random.permutation(len(x))[: min(len(x) // 2, HALF)]) for _ in range(HALVES)]
    for share in SHARES:
        found = [
            chosen.fit(x[half], chosen.make_params({"seed": seed, "prior_share": share}))
            for seed, half in enumerate(halves)
        ]
        runs = [(half, each.labels) for half, each in zip(halves, found, strict=True)]
        strengths = [prediction_strength(*pair) for pair in permutations(runs, 2)]
        figures = {"input": name, "prior_share": share, "strength": round(float(np.mean(strengths)), 4)}
        print(json.dumps(figures | {"k": [each.k for each in found]}), flush=True)


def prediction_strength(by: tuple[np.ndarray, np.ndarray], of: tuple[np.ndarray, np.ndarray]) -> float:
    """Of the worst cluster, the share of pairs that the other run has together too; on the rows that both have.

    by, of: rows (N,), increasing, and labels (N,).
    """
    _, first, second = np.intersect1d(by[0], of[0], return_indices=True)
    together = contingency_matrix(of[1][second], by[1][first]).astype(float)
    sizes = together.sum(1)
    pairs = (together * (together - 1)).sum(1) / np.maximum(sizes * (sizes - 1), 1)
    return float(pairs[sizes > 1].min())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", default="mnist,usps")
    parser.add_argument("--method", default="deepdpm")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--one-seed", type=int, default=None, help="used for the process of each run")
    parser.add_argument("--stability", action="store_true", help="prediction strength of each share of the prior")
    given = parser.parse_args()
    for name in given.inputs.split(","):
        if given.stability:
            stability(name, given.method)
            continue
        if given.one_seed is not None:
            run(name, given.method, given.one_seed)
            continue
        rows = []
        for seed in range(given.seeds):
            command = [sys.executable, "-m", "tests.benchmarks.deepdpm", "--inputs", name, "--method", given.method]
            printed = subprocess.run(
                [*command, "--one-seed", str(seed)], stdout=subprocess.PIPE, text=True, check=True
            ).stdout.strip()
            print(printed, flush=True)
            rows += [json.loads(printed)] if printed else []
        if rows:
            print(json.dumps(summary(name, given.method, rows)), flush=True)


if __name__ == "__main__":
    main()
