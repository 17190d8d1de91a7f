"""Muon: momentum whose steps are made orthogonal (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/).

torch's own takes matrices only; here a convolution's filters are the rows of one.
"""

from collections.abc import Iterable

import torch

_QUINTIC = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5


def orthogonal(filters: torch.Tensor) -> torch.Tensor:
    """The nearest tensor (n, …) whose rows, or columns where those are fewer, are roughly orthonormal."""
    x = filters.flatten(1)
    is_tall = x.shape[0] > x.shape[1]
    x = x.T if is_tall else x
    x = x / (x.norm() + 1e-7)
    a, b, c = _QUINTIC
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if is_tall else x).reshape(filters.shape)


class Muon(torch.optim.Optimizer):
    """For weights of two or more axes, the first axis counting the outputs."""

    def __init__(self, weights: Iterable[torch.Tensor], lr: float, momentum: float = 0.9, weight_decay: float = 0.0):
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One step of every weight that has a gradient."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._step(weight, weight.grad, group)

    def _step(self, weight: torch.Tensor, gradient: torch.Tensor, group: dict) -> None:
        mean = self.state[weight].setdefault("mean", torch.zeros_like(weight))
        mean.lerp_(gradient, 1 - group["momentum"])
        change = orthogonal(gradient.lerp(mean, group["momentum"]))
        spread = max(1.0, len(weight) / weight[0].numel()) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"]).add_(change, alpha=-group["lr"] * spread)
