"""The gate: a logistic regression on the photographs' net's features that tells drawings from the rest.

Paintings and watercolours count as photographs: the net for photographs names what is on them, the other does not.
"""

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from core.recipes import download, pictures, sources
from core.recipes.augment import augment
from core.recipes.pocket2 import model as shape
from core.recipes.pocket2 import photographs
from core.results import Floats

EVERY = 60
"""Every so many of the drawings."""
STRENGTH = 0.03
"""1 / C: the features' own scale is a tenth."""
PLAIN_SHARE = 0.5


def drawings() -> Floats:
    """Features (N, 1280) of drawings, crisp at the model's own size: half on white, half altered as in training."""
    path = download.cache_dir("pocket2") / f"gate-drawings-{shape.IMAGE_SIZE}.npy"
    if not path.exists():
        np.save(path, photographs.look(_views())[0])
    return np.load(path)


def _views() -> Iterator[np.ndarray]:
    torch.manual_seed(0)
    for place, source in enumerate(sources.everything()):
        if place % EVERY == 0 and (drawn := pictures.draw(source, shape.IMAGE_SIZE))[..., 3].any():
            yield _altered(drawn) if torch.rand(()) > PLAIN_SHARE else _plain(drawn)


def _plain(drawn: np.ndarray) -> np.ndarray:
    opacity = drawn[..., 3:].astype(np.float32) / 255
    return (drawn[..., :3] * opacity + 255 * (1 - opacity)).astype(np.uint8)


def _altered(drawn: np.ndarray) -> np.ndarray:
    rgb = augment(torch.from_numpy(drawn.copy())[None], torch.tensor([False]), torch.tensor([True]), shape.IMAGE_SIZE)
    return (255 * rgb[0].permute(1, 2, 0)).byte().numpy()


def paintings() -> Floats:
    """Features of public-domain paintings, watercolours and photographs."""
    found = [photographs.Photograph(row["image"], ()) for row in photographs.rows("public-domain-pictures")[::2]]
    return photographs.seen("public-domain", found).features


def fit(photographed: Floats, drawn: Floats) -> tuple[Floats, float, float]:
    """Weights (1280,), bias, and the accuracy in five folds, both kinds counting alike. Positive: a photograph."""
    x = np.concatenate([photographed, drawn])
    y = np.repeat([1, 0], [len(photographed), len(drawn)])
    regression = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    right = cross_val_predict(regression, x, y, cv=5) == y
    regression.fit(x, y)
    accuracy = (right[y == 1].mean() + right[y == 0].mean()) / 2
    return regression.coef_[0].astype(np.float32), float(regression.intercept_[0]), float(accuracy)
