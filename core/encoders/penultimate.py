"""The features behind an image tower's vectors: what enters the projection into the space shared with texts.

    VisionTransformer (and CoCa's)   the pooled tokens before `proj`
    ModifiedResNet                   the mean over places of the last map, since its attention pool projects as it pools
    a tower of timm                  what `trunk.penultimate`, a module, puts out where the trunk has one; else what
                                     enters open_clip's head, or the trunk's own classifier where that is the projection

A map of places is averaged. A tower whose vectors are what it pools, as SigLIP's, has nothing behind them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

OnFeatures = Callable[[Tensor], None]
Remove = Callable[[], None]


@contextmanager
def features_kept(tower: Any) -> Iterator[list[Tensor]]:
    """While it is open, each forward pass of the tower adds its features (N, F) to the list.

    The tower must have some, see `has_features`.
    """
    seen: list[Tensor] = []
    remove = _watch(tower, lambda features: seen.append(_pooled(features)))
    assert remove is not None
    try:
        yield seen
    finally:
        remove()


def has_features(tower: Any) -> bool:
    """Whether there are features behind the tower's vectors."""
    remove = _watch(tower, lambda features: None)
    if remove is not None:
        remove()
    return remove is not None


def _watch(tower: Any, on_features: OnFeatures) -> Remove | None:
    """What ends it; None for a tower without features."""
    if isinstance(tower, VisionTransformer):
        return None if tower.proj is None else _watch_pool(tower, on_features)
    if isinstance(tower, ModifiedResNet):
        return _watch_input(tower.attnpool, on_features)
    return _watch_timm(tower, on_features) if isinstance(tower, TimmModel) else None


def _watch_pool(tower: VisionTransformer, on_features: OnFeatures) -> Remove:
    """The projection is a matrix, not a module with hooks: what is pooled passes through here on its way to it."""
    pool = tower._pool

    def watched(x: Tensor) -> tuple[Tensor, Tensor]:
        pooled, tokens = pool(x)
        on_features(pooled)
        return pooled, tokens

    tower._pool = watched
    return lambda: delattr(tower, "_pool")


def _watch_timm(tower: TimmModel, on_features: OnFeatures) -> Remove | None:
    own = getattr(tower.trunk, "penultimate", None)
    if isinstance(own, nn.Module):
        return own.register_forward_hook(lambda module, given, features: on_features(features)).remove
    if len(tower.head):
        return _watch_input(tower.head, on_features)
    classifier = tower.trunk.get_classifier()
    if isinstance(classifier, nn.Module) and not isinstance(classifier, nn.Identity):
        return _watch_input(classifier, on_features)
    return None


def _watch_input(module: nn.Module, on_features: OnFeatures) -> Remove:
    return module.register_forward_pre_hook(lambda module, given: on_features(given[0])).remove


def _pooled(features: Tensor) -> Tensor:
    """(N, F), or a map (N, F, H, W) averaged over its places."""
    return features.flatten(2).mean(2) if features.ndim > 2 else features
