"""Accuracy, found K, seconds and peak memory of DeepDPM (or another method of unknown K) at its defaults.

    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs mnist,usps --seeds 5
    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs mixture --method dpm-sampler
    taskset -c 0,1 python -m tests.benchmarks.deepdpm --inputs million

mnist, usps: 10-D UMAP features of the paper's Table 1, from ../shared/data. mixture: 100,000 × 512 rows of 100
Gaussians. million: 1,000,000 × 64 rows of 30 Gaussians, each run in a process of its own, so that its peak memory
(the data included) is that run's alone. Prints a line of JSON a run and one a summary.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from core.clustering.metrics import against_labels, found_k
from core.methods import find

SHARED = Path(__file__).parents[3] / "shared" / "data"
FIGURES = ("k", "nmi", "ari", "acc", "seconds", "peak_mb")


def mixture(rows: int, dimensions: int, groups: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of Gaussians with centres from N(0, I) and a spread of their own, made in parts to keep memory low."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(groups, dimensions)).astype(np.float32)
    label = random.integers(0, groups, rows)
    x = np.empty((rows, dimensions), dtype=np.float32)
    for start in range(0, rows, 65_536):
        part = label[start : start + 65_536]
        x[start : start + len(part)] = centres[part] + spread * random.standard_normal(
            (len(part), dimensions), dtype=np.float32
        )
    return x, label


def load(name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The rows and their classes; None where the file is not there."""
    if name == "mixture":
        return mixture(100_000, 512, 100, 1.0)
    if name == "million":
        return mixture(1_000_000, 64, 30, 1.0)
    path = SHARED / f"{name}-umap10.npz"
    if not path.exists():
        return None
    with np.load(path) as file:
        return file["x"].astype(np.float32), file["y"].astype(np.int64)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", default="mnist,usps")
    parser.add_argument("--method", default="deepdpm")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--one-seed", type=int, default=None, help="used for the process of each run")
    given = parser.parse_args()
    for name in given.inputs.split(","):
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
