"""How fast DEC should learn: the rate at which different beginnings agree most. No label is read.

    python -m tests.benchmarks.dec_rate [--seeds 3]

For each rate, the stability (mean adjusted Rand index between seeds) of DEC with its defaults on four sets: pixels of
the bundled fashion and of scikit-learn's digits, and the pocket model's embeddings of emoji and fashion. The rate with
the highest mean is the default. Prints a table.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from sklearn.datasets import load_digits

from core.clustering import dec
from core.clustering.deep.codes import forget
from core.clustering.metrics import stability
from core.commands.items import item_rows
from core.console import table
from core.results import Floats
from tests.benchmarks.dec import read_fashion

RATES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3)


def inputs() -> Iterator[tuple[str, Floats]]:
    yield "fashion's pixels", read_fashion()[0]
    yield "digits", (load_digits().data / 16).astype(np.float32)
    for name in ("emoji", "fashion"):
        yield name, item_rows(name).vectors


def agreement(x: Floats, seeds: int) -> list[float]:
    """For each rate; a seed's pretraining is the same for all of them, and done once."""
    labels = [[_at(rate, x, seed) for rate in RATES] for seed in range(seeds)]
    forget()
    known = [stability(each) for each in zip(*labels, strict=True)]
    return [np.nan if each is None else each[0] for each in known]


def _at(rate: float, x: Floats, seed: int) -> np.ndarray:
    dec.LEARNING_RATE = rate
    return dec.fit(x, dec.Params(seed=seed)).labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    seeds, found = parser.parse_args().seeds, {}
    for name, x in inputs():
        found[name] = agreement(x, seeds)
        print(name, [f"{value:.3f}" for value in found[name]], flush=True)
    means = np.mean(list(found.values()), 0)
    print(table([{"rate": rate, "mean stability": f"{mean:.3f}"} for rate, mean in zip(RATES, means, strict=True)]))


if __name__ == "__main__":
    main()
