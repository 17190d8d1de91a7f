"""Variational auto-encoders (Kingma and Welling, ICLR 2014) of pictures, on principal components of their patches."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from core.faces.optimisation import Checkpoint, Schedule, processor, steps
from core.faces.options import KINDS, KindName, Side
from core.faces.pictures import Pictures
from core.progress import Report, silent
from core.tensor_file import Description, read, under

WIDTH, HIDDEN = 64, 1024
"""Channels of a convolution, units of a perceptron."""
SAMPLE = 8_000
"""Pictures from which the principal components are taken."""


def tensor(pictures: Pictures) -> Tensor:
    """(N, S, S, 3) uint8 → (N, 3, S, S) in [0, 1]."""
    return as_float(torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2))


def as_float(pictures: Tensor) -> Tensor:
    """uint8 → [0, 1]."""
    return pictures.float() / 255


def as_pictures(drawn: Tensor) -> Pictures:
    """(N, 3, S, S) in [0, 1] → (N, S, S, 3) uint8."""
    return (drawn * 255).round().byte().permute(0, 2, 3, 1).numpy()


class Patches(nn.Module):
    """Pictures (N, 3, S, S) in [0, 1] ↔ coefficients (N, K, S/p, S/p) of their p × p patches.

    The components are orthonormal: a squared error of coefficients is the squared error of the pictures that they
    make, so that an auto-encoder trains on coefficients and never touches a pixel. With p = S the patch is the whole
    picture and the components are eigenfaces (Turk and Pentland, 1991). A picture's own patches lose what lies
    outside the K components.
    """

    mean: Tensor
    components: Tensor

    def __init__(self, patch: int, components: int) -> None:
        super().__init__()
        self.patch = patch
        self.register_buffer("mean", torch.zeros(3, patch, patch))
        self.register_buffer("components", torch.zeros(components, 3, patch, patch))

    def fit(self, pictures: Tensor) -> Patches:
        """Set mean and components to those of pictures (N, 3, S, S); at most 8,000 of them are needed."""
        shape = self.mean.shape
        rows = functional.unfold(pictures, self.patch, stride=self.patch).transpose(1, 2).reshape(-1, shape.numel())
        mean, rank = rows.mean(0), len(self.components)
        directions = torch.svd_lowrank(rows - mean, q=min(rank + 16, *rows.shape), niter=3)[2][:, :rank]
        self.mean.copy_(mean.view(shape))
        self.components[: directions.shape[1]].copy_(directions.T.reshape(-1, *shape))
        return self

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures → coefficients."""
        directions = self.components.flatten(1)
        apart = functional.pixel_unshuffle(pictures, self.patch).movedim(1, 3)
        return functional.linear(apart, directions, -directions @ self.mean.flatten()).movedim(3, 1)

    def inverse(self, coefficients: Tensor) -> Tensor:
        """Coefficients → pictures, not clipped."""
        directions = self.components.flatten(1).T
        apart = functional.linear(coefficients.movedim(1, 3), directions, self.mean.flatten())
        return functional.pixel_shuffle(apart.movedim(3, 1), self.patch)


class AutoEncoder(nn.Module):
    """E and D of one kind for square pictures of `side` pixels; `shape` is that of a latent, `size` its numbers."""

    def __init__(self, kind: str, side: int) -> None:
        super().__init__()
        self.kind, self.side, spec = kind, side, KINDS[kind]
        patch = spec.patch or side
        self.patches = Patches(patch, spec.components)
        places = side // patch
        self.shape = (spec.latent, places, places) if spec.spatial else (spec.latent,)
        self.size = math.prod(self.shape)
        build = spatial if spec.spatial else whole if not spec.patch else convolutional
        self.encoder, self.decoder = build(spec.components, spec.latent, places)

    def encode(self, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """Coefficients (N, K, P, P) → mean and log-variance (N, size) of the latent."""
        mean, log_variance = self.encoder(coefficients).chunk(2, 1)
        return mean.flatten(1), log_variance.flatten(1).clamp(-20, 10)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (N, size) → coefficients (N, K, P, P)."""
        return self.decoder(latent.view(-1, *self.shape))

    def latent(self, pictures: Tensor) -> Tensor:
        """Pictures (N, 3, S, S) → latent (N, size), the mean."""
        return self.encode(self.patches(pictures))[0]

    def picture(self, latent: Tensor) -> Tensor:
        """Latent (N, size) → pictures (N, 3, S, S) in [0, 1]."""
        return self.patches.inverse(self.decode(latent)).clamp(0, 1)

    @torch.no_grad()
    def remade(self, pictures: Pictures) -> Pictures:
        """Pictures (N, S, S, 3) uint8, encoded and decoded."""
        return as_pictures(self.picture(self.latent(tensor(pictures))))

    def loss(self, coefficients: Tensor) -> tuple[Tensor, Tensor]:
        """The negative evidence bound in nats a picture, up to a constant, and the mean squared error of a pixel.

        The decoder's variance is the one that fits best (Rybkin, Daniilidis and Levine, *Simple and Effective VAE
        Training with Calibrated Decoders*, ICML 2021): no weight between error and KL has to be chosen but β.
        """
        mean, log_variance = self.encode(coefficients)
        decoded = self.decode(mean + torch.randn_like(mean) * (log_variance / 2).exp())
        pixels = 3 * self.side**2
        error = (decoded - coefficients).square().sum() / len(coefficients) / pixels
        divergence = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1).mean()
        return pixels / 2 * error.log() + KINDS[self.kind].beta * divergence, error


def fit_autoencoder(
    pictures: Tensor,
    kind: str,
    schedule: Schedule,
    seed: int = 0,
    report: Report = silent,
    checkpoint: Checkpoint | None = None,
) -> AutoEncoder:
    """Train one kind on pictures (N, 3, S, S) uint8, on a GPU where there is one; see `steps`."""
    torch.manual_seed(seed)
    model = AutoEncoder(kind, pictures.shape[-1])
    if not (checkpoint and checkpoint.resume(lambda kept: model.load_state_dict(under("network.", kept)))):
        model.patches.fit(as_float(pictures[torch.randperm(len(pictures))[:SAMPLE]]))
    coefficients = in_chunks(model.patches, pictures)
    place = processor()
    model.to(place)
    steps(
        model,
        lambda rows: model.loss(coefficients[rows].float().to(place))[0],
        len(pictures),
        schedule,
        report,
        f"training {kind}",
        checkpoint,
    )
    return model.cpu().eval()


@torch.no_grad()
def in_chunks(function: Callable[[Tensor], Tensor], pictures: Tensor, size: int = 1000) -> Tensor:
    """A function of pictures (N, 3, S, S) uint8, kept at half precision where it is large."""
    return torch.cat([function(as_float(part)) for part in pictures.split(size)])


class AutoEncoderDescription(Description, frozen=True, kw_only=True):
    """Of an auto-encoder's file."""

    CONTENT = "auto-encoder"

    kind: KindName
    side: Side


def save(model: AutoEncoder, path: Path) -> None:
    """One safetensors file at half precision, which no eye sees."""
    tensors = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, {"kind": model.kind, "side": str(model.side)})


def load(path: Path) -> AutoEncoder:
    """The auto-encoder in a file that `save` wrote; it comes along, and no person gives one."""
    description, tensors = read(path, AutoEncoderDescription)
    model = AutoEncoder(description.kind, description.side)
    model.load_state_dict(tensors)
    return model.eval()


class Residual(nn.Module):
    """x + f(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Beside(nn.Module):
    """f(x) + g(x): a linear map beside a net, which then has only to learn what no linear map can."""

    def __init__(self, linear: nn.Module, net: nn.Module) -> None:
        super().__init__()
        self.linear, self.net = linear, net

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) + self.net(x)


def block(width: int) -> Residual:
    """A residual block of convolutions."""
    return Residual(nn.GELU(), nn.Conv2d(width, width, 3, padding=1), nn.GELU(), nn.Conv2d(width, width, 1))


def convolutional(channels: int, latent: int, places: int) -> tuple[nn.Module, nn.Module]:
    """Convolutions over the patches, then one latent for the picture."""
    flat = WIDTH * places**2
    encoder = (nn.Conv2d(channels, WIDTH, 1), block(WIDTH), nn.GELU(), nn.Flatten(), nn.Linear(flat, 2 * latent))
    unflat = (
        nn.Linear(latent, 4 * WIDTH),
        nn.GELU(),
        nn.Linear(4 * WIDTH, flat),
        nn.Unflatten(1, (WIDTH, places, places)),
    )
    decoder = (*unflat, block(WIDTH), block(WIDTH), nn.GELU(), nn.Conv2d(WIDTH, channels, 1))
    return nn.Sequential(*encoder), nn.Sequential(*decoder)


def spatial(channels: int, latent: int, places: int) -> tuple[nn.Module, nn.Module]:
    """Convolutions over the patches, and a latent at each place."""
    encoder = (nn.Conv2d(channels, WIDTH, 1), block(WIDTH), block(WIDTH), nn.Conv2d(WIDTH, 2 * latent, 1))
    decoder = (nn.Conv2d(latent, WIDTH, 3, padding=1), block(WIDTH), block(WIDTH), nn.Conv2d(WIDTH, channels, 1))
    return nn.Sequential(*encoder), nn.Sequential(*decoder)


def whole(channels: int, latent: int, places: int) -> tuple[nn.Module, nn.Module]:
    """A perceptron beside a linear map, on the coefficients of the whole picture."""

    def net(inputs: int, outputs: int) -> Beside:
        layers = (nn.Linear(inputs, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU())
        return Beside(nn.Linear(inputs, outputs), nn.Sequential(*layers, nn.Linear(HIDDEN, outputs)))

    encoder = nn.Sequential(nn.Flatten(), net(channels, 2 * latent))
    return encoder, nn.Sequential(net(latent, channels), nn.Unflatten(1, (channels, places, places)))
