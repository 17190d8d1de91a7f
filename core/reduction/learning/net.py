"""The small net of the learned reducers: a linear map and beside it a hidden layer, beginning as PCA.

Adam: Kingma and Ba: Adam: a method for stochastic optimization. ICLR 2015.
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn

from core.progress import Bar
from core.reduction.pca import principal_axes
from core.results import Floats, Pairs, Projection

REPORT_STEPS = 10


class Net(nn.Module):
    """g(x) = L x + V relu(U x + c) for centred rows of either modality; V begins at zero, L at the principal axes.

    space: (S, D), S ≥ D': L begins at its first rows instead, at the scale of axes.
    """

    def __init__(
        self,
        pairs: Pairs,
        dimensions: int,
        hidden: int,
        generator: torch.Generator,
        space: Floats | None = None,
    ) -> None:
        super().__init__()
        self.means = (pairs.image.mean(0), pairs.text.mean(0))
        rows = [pairs.image - self.means[0], pairs.text - self.means[1]]
        axes = principal_axes(rows, dimensions)[0] if space is None else _at_scale(space[:dimensions])
        before = pairs.dimensions
        self.linear = nn.Parameter(torch.from_numpy(axes))
        self.hidden = nn.Parameter(torch.randn(hidden, before, generator=generator) / before**0.5)
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.output = nn.Parameter(torch.zeros(dimensions, hidden))
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.to(self.device)

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) centred → (B, D')."""
        y = x @ self.linear.T
        return y + torch.relu(x @ self.hidden.T + self.bias) @ self.output.T if len(self.bias) else y

    def projections(self) -> tuple[Projection, Projection]:
        """For images and for captions: the same net about the mean of each."""
        parts = {name: each.detach().cpu().numpy() for name, each in self.named_parameters()}
        image, text = (Projection(mean, **parts) for mean in self.means)
        return image, text

    def batches(self, pairs: Pairs, size: int, random: np.random.Generator) -> Callable[[], Tensor]:
        """Gives centred rows of so many random pairs, images first, at each call: (2 B, D)."""
        size = min(size, len(pairs))

        def draw() -> Tensor:
            chosen = random.choice(len(pairs), size, replace=False, shuffle=True)
            rows = (pairs.image[chosen] - self.means[0], pairs.text[chosen] - self.means[1])
            return torch.from_numpy(np.concatenate(rows)).to(self.device)

        return draw


class Decoder(nn.Module):
    """The way back from a `Net`: begins as its axes (D', D) transposed, its hidden layer at zero."""

    def __init__(self, axes: Tensor, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        kept, before = axes.shape
        self.linear = nn.Parameter(axes.detach().T.clone())
        self.hidden = nn.Parameter(torch.randn(hidden, kept, generator=generator) / kept**0.5)
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.output = nn.Parameter(torch.zeros(before, hidden))
        self.to(axes.device)

    def forward(self, codes: Tensor) -> Tensor:
        """(B, D') → (B, D)."""
        return codes @ self.linear.T + torch.relu(codes @ self.hidden.T + self.bias) @ self.output.T


def _at_scale(linear: Floats) -> Floats:
    """(D', D), as long in all as so many unit vectors: the step size of Adam is meant for those."""
    return linear * np.float32(len(linear) ** 0.5 / np.linalg.norm(linear))


def jittered(x: Tensor, noise: float, generator: torch.Generator) -> Tensor:
    """Rows with noise of that expected length added, in every direction alike."""
    return x + noise / x.shape[1] ** 0.5 * torch.randn(x.shape, generator=generator).to(x)


@threadpool_limits.wrap(limits=1)
def descend(
    parameters: Iterable[Tensor], loss: Callable[[], Tensor], steps: int, learning_rate: float, bar: Bar, message: str
) -> list[float]:
    """Adam with a step size that falls to zero along a cosine; the losses, one every few steps.

    On one thread: a step is small, and threads that wait for each other take many times as long on a busy machine.
    """
    optimizer = torch.optim.Adam(parameters, lr=learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses: list[float] = []
    for step in range(steps):
        value = loss()
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        if step % REPORT_STEPS == 0:
            losses.append(float(value.detach()))
            bar.step(step, message, {"loss": losses[-1]})
    bar.step(steps, message, {"loss": losses[-1]})
    return losses


def unit(x: Tensor) -> Tensor:
    return torch.nn.functional.normalize(x, dim=1)
