"""Cheap batched augmentation: make one drawing look like many styles.

All functions take and return float tensors in 0…1; ``rgba`` is (b, 4, h, w), ``rgb`` (b, 3, h, w).
Colour, background and edges change while shapes stay, because a style nobody has shown the
model differs in exactly those.
"""

import math

import torch
import torch.nn.functional as F

LUMA = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
_YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_BLUR = torch.tensor([1.0, 2.0, 1.0])
_BLUR = (_BLUR[:, None] * _BLUR / 16).expand(3, 1, 3, 3)


def chance(count: int, p: float) -> torch.Tensor:
    """(count, 1, 1, 1) bool, true with probability ``p``."""
    return torch.rand(count, 1, 1, 1) < p


def between(count: int, low: float, high: float) -> torch.Tensor:
    """(count, 1, 1, 1) uniform numbers."""
    return torch.empty(count, 1, 1, 1).uniform_(low, high)


def affine(rgba: torch.Tensor, flippable: torch.Tensor, side: int) -> torch.Tensor:
    """Rotate, scale, stretch, shift, and mirror where ``flippable`` (b,) allows it; ``side`` pixels come out."""
    b = len(rgba)
    angle = torch.randn(b) * 0.16
    scale = torch.exp(torch.empty(b).uniform_(-0.28, 0.28))
    stretch = torch.exp(torch.randn(b) * 0.07)
    mirror = torch.where(flippable & (torch.rand(b) < 0.3), -1.0, 1.0)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    shift = torch.randn(b, 2) * 0.07
    theta = torch.stack(
        [
            torch.stack([cos * stretch * mirror, -sin, shift[:, 0]], 1),
            torch.stack([sin * mirror, cos / stretch, shift[:, 1]], 1),
        ],
        1,
    )
    rgb = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)
    grid = F.affine_grid(theta, [b, 4, side, side], align_corners=False)
    moved = F.grid_sample(rgb, grid, padding_mode="zeros", align_corners=False)
    alpha = moved[:, 3:]
    return torch.cat([moved[:, :3] / alpha.clamp_min(1e-3), alpha], 1)


def hue_matrices(angle: torch.Tensor, saturation: torch.Tensor) -> torch.Tensor:
    """(b,) angles in radians and (b,) saturations → (b, 3, 3) colour matrices in YIQ space."""
    cos, sin, zero = torch.cos(angle) * saturation, torch.sin(angle) * saturation, angle * 0
    turn = torch.stack(
        [torch.stack([zero + 1, zero, zero], 1), torch.stack([zero, cos, -sin], 1), torch.stack([zero, sin, cos], 1)], 1
    )
    return torch.linalg.inv(_YIQ) @ turn @ _YIQ


def recolour(rgb: torch.Tensor, mono: torch.Tensor, strength: float) -> torch.Tensor:
    """Hue, saturation, contrast, gamma; icons of one colour (``mono``, (b,)) take any colour."""
    b = len(rgb)
    anywhere = torch.empty(b).uniform_(-math.pi, math.pi)
    angle = torch.where(torch.rand(b) < 0.25 * strength, anywhere, torch.randn(b) * 0.15)
    saturation = torch.where(torch.rand(b) < 0.15 * strength, torch.zeros(b), torch.empty(b).uniform_(0.5, 1.4))
    turned = torch.einsum("bij,bjhw->bihw", hue_matrices(angle, saturation), rgb)
    toned = (turned - 0.5) * between(b, 0.7, 1.3) + 0.5 + between(b, -0.12, 0.12)
    toned = toned.clamp(1e-3, 1) ** torch.exp(between(b, -0.3, 0.3))
    paint = (mono & (torch.rand(b) < 0.4)).view(-1, 1, 1, 1)
    return torch.where(paint, torch.rand(b, 3, 1, 1) * 0.75, toned)


def backgrounds(rgba: torch.Tensor) -> torch.Tensor:
    """(b, 3, 1, 1) colours: mostly white, else light; dark only behind light drawings."""
    b = len(rgba)
    weight = rgba[:, 3:].sum((2, 3), keepdim=True).clamp_min(1)
    light = (rgba[:, :3] * rgba[:, 3:] * LUMA).sum((1, 2, 3), keepdim=True) / weight > 0.45
    pale = 1 - torch.rand(b, 3, 1, 1) * 0.35
    dark = torch.rand(b, 3, 1, 1) * 0.5
    back = torch.where(chance(b, 0.35), pale, torch.ones(1))
    return torch.where(chance(b, 0.15) & light, dark, back)


def blur(rgb: torch.Tensor) -> torch.Tensor:
    """Binomial 3 × 3 blur."""
    return F.conv2d(F.pad(rgb, (1, 1, 1, 1), mode="replicate"), _BLUR, groups=3)


def edges(rgb: torch.Tensor) -> torch.Tensor:
    """Dark lines on white along the colour edges: a line drawing of the picture."""
    soft = F.pad(blur(rgb), (0, 1, 0, 1), mode="replicate")
    dx, dy = soft[..., :-1, 1:] - soft[..., :-1, :-1], soft[..., 1:, :-1] - soft[..., :-1, :-1]
    strength = (dx.abs() + dy.abs()).amax(1, keepdim=True)
    return (1.15 - strength * 4).clamp(0, 1).expand(-1, 3, -1, -1)


def coarse(rgb: torch.Tensor) -> torch.Tensor:
    """The picture as a thumbnail half its size."""
    return F.interpolate(F.avg_pool2d(rgb, 2), scale_factor=2, mode="bilinear")


def cut_out(rgb: torch.Tensor) -> torch.Tensor:
    """A white box over a random part."""
    b, _, h, w = rgb.shape
    x, y, size = between(b, 0, 1), between(b, 0, 1), between(b, 0.08, 0.2)
    rows, columns = torch.linspace(0, 1, h).view(1, 1, h, 1), torch.linspace(0, 1, w).view(1, 1, 1, w)
    hole = ((rows - y).abs() < size) & ((columns - x).abs() < size)
    return torch.where(hole, torch.ones(1), rgb)


def _sometimes(p: float, change, rgb: torch.Tensor) -> torch.Tensor:
    chosen = torch.nonzero(torch.rand(len(rgb)) < p).flatten()
    if len(chosen):
        rgb[chosen] = change(rgb[chosen])
    return rgb


CHANGES = (
    (0.12, edges),
    (0.12, lambda rgb: rgb * edges(rgb)),
    (0.06, lambda rgb: 1 - rgb),
    (0.12, blur),
    (0.08, coarse),
    (0.2, cut_out),
    (0.1, lambda rgb: rgb + torch.randn_like(rgb) * 0.06),
)


def augment(
    pixels: torch.Tensor, mono: torch.Tensor, flippable: torch.Tensor, side: int = 64, strength: float = 1.0
) -> torch.Tensor:
    """uint8 RGBA (b, h, w, 4) → augmented RGB (b, 3, side, side) in 0…1.

    ``strength`` from 0 to 1 scales how many pictures lose their colours, edges or parts.
    """
    rgba = affine(pixels.permute(0, 3, 1, 2).float() / 255, flippable, side)
    alpha = rgba[:, 3:]
    painted = torch.cat([recolour(rgba[:, :3], mono, strength), alpha], 1)
    rgb = painted[:, :3] * alpha + backgrounds(painted) * (1 - alpha)
    for share, change in CHANGES:
        rgb = _sometimes(share * strength, change, rgb)
    return rgb.clamp(0, 1)


def on_white(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 RGBA (b, h, w, 4) → RGB (b, 3, h, w) in 0…1 on white, as the app shows it."""
    rgba = pixels.permute(0, 3, 1, 2).float() / 255
    return rgba[:, :3] * rgba[:, 3:] + 1 - rgba[:, 3:]
