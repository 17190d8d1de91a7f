"""Judges: small convolutional classifiers of each factor, trained on real pictures only.

They see no reconstruction and no edit before they judge one, and nothing of an editor's own latents.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from core.faces.autoencoders import as_float, tensor
from core.faces.optimisation import Schedule, steps
from core.faces.pictures import Pictures
from core.progress import Report, silent
from core.tensor_file import Description, read

SHIFT = 2
"""Pixels by which a training picture is moved at most, so that no judge goes by a single pixel."""


class Judges(nn.Module):
    """One network with an answer for each factor; values: factor → its number of values."""

    def __init__(self, values: Mapping[str, int], side: int) -> None:
        super().__init__()
        self.values, self.side = dict(values), side
        places = (side // 8) ** 2
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 32, 5, 2, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, 1, 1), nn.ReLU()),
            *(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * places, 128), nn.ReLU(), nn.Dropout(0.2)),
        )
        self.answers = nn.ModuleList(nn.Linear(128, count) for count in self.values.values())

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """Pictures (N, 3, S, S) in [0, 1] → for each factor logits (N, values)."""
        seen = self.features(pictures * 2 - 1)
        return [answer(seen) for answer in self.answers]

    @torch.no_grad()
    def judge(self, pictures: Pictures) -> NDArray[np.int64]:
        """Pictures (N, S, S, 3) → the value of each factor (N, F)."""
        parts = (pictures[start : start + 500] for start in range(0, len(pictures), 500))
        answers = [torch.stack([logits.argmax(1) for logits in self(tensor(part))], 1) for part in parts]
        return torch.cat(answers).numpy()

    def save(self, path: Path) -> None:
        """One safetensors file."""
        save_file({name: tensor.half() for name, tensor in self.state_dict().items()}, path)


def fit(
    pictures: Pictures,
    labels: NDArray[np.int64],
    values: Mapping[str, int],
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
) -> Judges:
    """Train on real pictures (N, S, S, 3) with labels (N, F)."""
    torch.manual_seed(seed)
    judges = Judges(values, pictures.shape[1])
    rows, truth = torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(labels)

    def loss(chosen: Tensor) -> Tensor:
        answers = judges(shifted(as_float(rows[chosen])))
        return sum(
            (functional.cross_entropy(a, y) for a, y in zip(answers, truth[chosen].T, strict=True)), torch.zeros(())
        )

    steps(judges, loss, len(rows), schedule, report, "training the judges")
    return judges.eval()


def shifted(pictures: Tensor) -> Tensor:
    """Pictures moved together by up to two pixels either way, their edges repeated."""
    down, right = torch.randint(0, 2 * SHIFT + 1, (2,)).tolist()
    padded = functional.pad(pictures, [SHIFT] * 4, mode="replicate")
    return padded[:, :, down : down + pictures.shape[2], right : right + pictures.shape[3]]


def load(path: Path, values: Mapping[str, int], side: int) -> Judges:
    """Judges from their file."""
    judges = Judges(values, side)
    judges.load_state_dict(read(path, Description)[1])
    return judges.eval()


def accuracy(judges: Judges, pictures: Pictures, labels: NDArray[np.int64]) -> dict[str, float]:
    """Factor → the share of pictures (N, S, S, 3) whose value is judged as labelled (N, F)."""
    return dict(zip(judges.values, (judges.judge(pictures) == labels).mean(0).tolist(), strict=True))
