"""The image tower of `pocket-2`: a net for photographs, a net for drawings, and a gate that says which is looked at.

Registered with timm as `clipscape_two_towers`, so that open_clip makes it from a configuration like any other tower.

Photographs: an EfficientNet-Lite2 (Tan and Le 2019) names ImageNet's classes; the vector is the mean of the classes'
sentence vectors weighted by their probabilities (ConSE: Norouzi and others 2014), plus a linear map of the features
for what classes do not say. Drawings: the CSPDarknet of `pocket`. The gate is a logistic regression on the features.
"""

from typing import Any

import timm
import torch
import torch.nn.functional as F
from timm.models import register_model
from torch import Tensor, nn

DIMENSION = 384
CLASSES = 1000
PHOTOGRAPHED, DRAWN = 1280, 512
"""Features of the two nets."""
TEMPERATURE = 2.5
DRAWING_SIDE = 64
MEAN, SPREAD = 0.75, 0.35
"""Of the drawings' net's input; the photographs' net takes -1 to 1, which is this tower's own input."""


class Penultimate(nn.Module):
    """What both nets see before words come in, each as much as the gate says: a module, to be listened to."""

    def forward(self, photographed: Tensor, drawn: Tensor, share: Tensor) -> Tensor:
        """Features (N, P), (N, Q) and shares (N, 1) → (N, P + Q)."""
        return torch.cat([share * F.normalize(photographed, dim=-1), (1 - share) * F.normalize(drawn, dim=-1)], dim=-1)


class TwoTowers(nn.Module):
    """Pictures (N, 3, H, W) from -1 to 1 → vectors (N, 384), a weighted sum of two unit vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.photograph = timm.create_model("tf_efficientnet_lite2", num_classes=0)
        self.classifier = nn.Linear(PHOTOGRAPHED, CLASSES)
        self.classes = nn.Linear(CLASSES, DIMENSION, bias=False)
        self.further = nn.Linear(PHOTOGRAPHED, DIMENSION)
        self.drawing = timm.create_model("cs3darknet_focus_s", num_classes=0)
        self.drawn = nn.Linear(DRAWN, DIMENSION)
        self.gate = nn.Linear(PHOTOGRAPHED, 1)
        self.penultimate = Penultimate()
        self.num_features = PHOTOGRAPHED + DRAWN

    def forward(self, pictures: Tensor) -> Tensor:
        photographed, drawn = self.photograph(pictures), self.drawing(as_drawing(pictures))
        share = torch.sigmoid(self.gate(photographed))
        self.penultimate(photographed, drawn, share)
        seen = F.normalize(self.named(photographed), dim=-1), F.normalize(self.drawn(drawn), dim=-1)
        return share * seen[0] + (1 - share) * seen[1]

    def named(self, features: Tensor) -> Tensor:
        """Features (N, P) of the photographs' net → (N, 384)."""
        return self.classes(likely(self.classifier(features))) + self.further(features)


def likely(logits: Tensor) -> Tensor:
    """Logits (N, C) → weights of the classes (N, C), together 1: what they have above the even share.

    Where nothing is likely, a hundred kinds of dogs would together outweigh everything else.
    """
    above = F.relu(torch.softmax(logits / TEMPERATURE, dim=-1) - 1 / CLASSES)
    return above / above.sum(dim=-1, keepdim=True)


def as_drawing(pictures: Tensor) -> Tensor:
    """Pictures from -1 to 1 → (N, 3, 64, 64) as the drawings' net wants them."""
    small = F.interpolate(pictures, (DRAWING_SIDE, DRAWING_SIDE), mode="bilinear", antialias=True)
    return ((small.clamp(-1, 1) + 1) / 2 - MEAN) / SPREAD


@register_model
def clipscape_two_towers(**_settings: Any) -> TwoTowers:
    """For timm's registry; what open_clip passes beside the name does not apply."""
    return TwoTowers()
