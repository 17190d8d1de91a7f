"""The features behind an image tower's vectors, against the same computed another way, for each kind of tower."""

from collections.abc import Callable

import numpy as np
import open_clip
import pytest
import timm
import torch
from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

from core.encoders.encoder import Encoder, unit
from core.encoders.penultimate import features_kept, has_features
from tests.encoders.conftest import photograph

SIDE = 32
SMALL = {"image_size": SIDE, "patch_size": 16, "width": 48, "layers": 2, "heads": 2, "mlp_ratio": 2, "output_dim": 20}


def vision(**more: object) -> VisionTransformer:
    return VisionTransformer(**SMALL | more)


def batch() -> Tensor:
    return torch.randn(3, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))


def kept(tower: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """What the tower gives, and its features."""
    with torch.no_grad(), features_kept(tower) as seen:
        given = tower(x)
    assert len(seen) == 1
    return given[0] if isinstance(given, tuple) else given, seen[0]


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize(
    ("more", "width"),
    [
        ({}, 48),
        ({"pool_type": "avg"}, 48),
        ({"pool_type": "avg", "final_ln_after_pool": True}, 48),
        ({"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True}, 20),
    ],
    ids=["token", "mean", "norm after the mean", "CoCa"],
)
def test_a_vision_transformer_gives_what_it_projects(more: dict, width: int) -> None:
    """The same tower whose projection leaves everything as it is gives its features as vectors."""
    tower = vision(**more).eval()
    vectors, features = kept(tower, batch())
    assert features.shape == (3, width)
    assert torch.allclose(vectors, features @ tower.proj.detach(), atol=1e-5)
    tower.proj = None
    with torch.no_grad():
        alone = tower(batch())
    assert torch.allclose(alone[0] if isinstance(alone, tuple) else alone, features, atol=1e-5)
    assert not has_features(tower)


def test_a_modified_resnet_gives_the_mean_over_places() -> None:
    tower = ModifiedResNet([1, 1, 1, 1], output_dim=20, heads=2, image_size=SIDE, width=8).eval()
    _, features = kept(tower, batch())
    last = []
    tower.layer4.register_forward_hook(lambda module, given, out: last.append(out))
    with torch.no_grad():
        tower(batch())
    assert features.shape == (3, 256)
    assert np.allclose(features.numpy(), last[0].numpy().mean(axis=(2, 3)), atol=1e-5)


@pytest.mark.parametrize("projection", ["linear", "mlp"])
def test_a_timm_tower_gives_what_enters_its_head(projection: str) -> None:
    tower = TimmModel("resnet18", 20, image_size=SIDE, pool="avg", proj=projection).eval()
    vectors, features = kept(tower, batch())
    with torch.no_grad():
        places = tower.trunk.forward_features(batch())
        assert torch.allclose(features, places.mean(dim=(2, 3)), atol=1e-5)
        assert torch.allclose(tower.head(features), vectors, atol=1e-5)
    assert features.shape == (3, 512)


def test_a_timm_tower_that_projects_by_its_classifier_gives_what_enters_that() -> None:
    tower = TimmModel("resnet18", 20, image_size=SIDE, pool="avg", proj="").eval()
    vectors, features = kept(tower, batch())
    with torch.no_grad():
        assert torch.allclose(features, tower.trunk.forward_features(batch()).mean(dim=(2, 3)), atol=1e-5)
        assert torch.allclose(tower.trunk.fc(features), vectors, atol=1e-5)


class Gated(nn.Module):
    """A trunk of ours, which does more behind its features than a head can know."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = timm.create_model("resnet18", num_classes=0)
        self.penultimate = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.penultimate(self.inner(x)).softmax(dim=1)


def test_a_trunk_may_say_which_its_features_are() -> None:
    tower = TimmModel("resnet18", 20, image_size=SIDE, pool="avg", proj="mlp")
    tower.trunk = Gated()
    vectors, features = kept(tower.eval(), batch())
    with torch.no_grad():
        assert torch.allclose(features, tower.trunk.inner(batch()), atol=1e-5)
        assert torch.allclose(tower.head(features.softmax(dim=1)), vectors, atol=1e-5)


def test_a_tower_that_projects_nothing_has_none() -> None:
    """As SigLIP's: its vectors are what it pools."""
    assert not has_features(TimmModel("resnet18", 512, image_size=SIDE, pool="avg", proj="none"))
    assert not has_features(nn.Identity())


@pytest.mark.parametrize("make", [vision, lambda: TimmModel("resnet18", 20, image_size=SIDE)], ids=["own", "timm"])
def test_nothing_is_left_behind(make: Callable[[], nn.Module]) -> None:
    tower = make().eval()
    with torch.no_grad():
        before = tower(batch())
        with features_kept(tower) as seen:
            tower(batch())
        after = tower(batch())
    assert torch.equal(before, after)
    assert len(seen) == 1


def test_vectors_and_features_come_of_one_pass(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = [encoder.pixels(photograph(90, 70, seed)) for seed in range(4)]
    expected = encoder.image_vectors(pixels)
    passes, original = [], encoder.model.encode_image
    monkeypatch.setattr(encoder.model, "encode_image", lambda x: (passes.append(len(x)), original(x))[1])
    vectors, features = encoder.image_vectors_and_features(pixels)
    assert passes == [4]
    assert vectors == pytest.approx(expected, abs=1e-6)
    assert (features.shape, features.dtype) == ((4, 64), np.float32)
    assert np.linalg.norm(features, axis=1) == pytest.approx(1, abs=1e-6)
    projected = unit(features @ encoder.model.visual.proj.float().numpy())
    assert (projected * vectors).sum(axis=1).min() > 0.9999
    assert encoder.has_features
    assert encoder.encode_features([photograph(90, 70, 2)])[0] == pytest.approx(features[2], abs=5e-3)


def test_the_bundled_model_has_features() -> None:
    from core.encoders import load

    features = load("pocket").encode_features([photograph(80, 60)])
    assert features.shape == (1, load("pocket").model.visual.trunk.num_features)


def test_open_clip_makes_towers_of_these_kinds() -> None:
    """What is watched is private to open_clip: another version may have other towers."""
    sides = {"ViT-S-32-alt": VisionTransformer, "RN50": ModifiedResNet, "convnext_base": TimmModel}
    for name, kind in sides.items():
        settings = open_clip.get_model_config(name)["vision_cfg"]
        made = "timm_model_name" in settings, isinstance(settings.get("layers"), list)
        assert made == (kind is TimmModel, kind is ModifiedResNet)
