"""The image tower of pocket-2 against its formula."""

import open_clip
import pytest
import torch
import torch.nn.functional as F

from core.encoders import two_towers
from core.recipes.pocket2 import model as shape


@pytest.fixture(scope="module")
def tower() -> two_towers.TwoTowers:
    torch.manual_seed(0)
    model = open_clip.CLIP(**shape.CONFIG["model_cfg"]).eval().requires_grad_(False)
    tower = model.visual.trunk
    tower.classes.weight.normal_()
    return tower


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    return torch.rand(3, 3, 96, 96, generator=torch.Generator().manual_seed(1)) * 2 - 1


def parts(tower: two_towers.TwoTowers, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each net alone, by its own formula."""
    features = tower.photograph(pictures)
    logits = features @ tower.classifier.weight.T + tower.classifier.bias
    odds = torch.exp(logits / 2.5)
    above = (odds / odds.sum(1, keepdim=True) - 0.001).clamp(min=0)
    photographed = (above / above.sum(1, keepdim=True)) @ tower.classes.weight.T + tower.further(features)
    drawn = tower.drawn(tower.drawing(two_towers.as_drawing(pictures)))
    return F.normalize(photographed, dim=1), F.normalize(drawn, dim=1)


@pytest.mark.parametrize(("bias", "photographs"), [(50.0, 1.0), (-50.0, 0.0), (0.0, None)])
def test_the_gate_says_which_net_is_looked_at(tower, pictures, bias, photographs) -> None:
    tower.gate.bias.data.fill_(bias)
    photographed, drawn = parts(tower, pictures)
    features = tower.photograph(pictures)
    share = torch.sigmoid(features @ tower.gate.weight.T + bias)
    if photographs is not None:
        assert share.mean().item() == pytest.approx(photographs, abs=1e-6)
    torch.testing.assert_close(tower(pictures), share * photographed + (1 - share) * drawn)


def test_a_drawing_is_what_pocket_would_see() -> None:
    white, black = two_towers.as_drawing(torch.ones(1, 3, 80, 80)), two_towers.as_drawing(-torch.ones(1, 3, 80, 80))
    assert white.shape == (1, 3, 64, 64)
    torch.testing.assert_close(white, torch.full_like(white, (1 - 0.75) / 0.35))
    torch.testing.assert_close(black, torch.full_like(black, (0 - 0.75) / 0.35))


def test_features_are_both_nets_joined_by_the_gate(tower, pictures) -> None:
    tower.gate.bias.data.fill_(0.3)
    seen = []
    hook = tower.penultimate.register_forward_hook(lambda module, given, features: seen.append(features))
    tower(pictures)
    hook.remove()
    photographed = tower.photograph(pictures)
    share = torch.sigmoid(tower.gate(photographed))
    assert seen[0].shape == (3, tower.num_features)
    torch.testing.assert_close(seen[0][:, : photographed.shape[1]].norm(dim=1, keepdim=True), share)
    torch.testing.assert_close(seen[0][:, photographed.shape[1] :].norm(dim=1, keepdim=True), 1 - share)
