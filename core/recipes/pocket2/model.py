"""The shape of ``pocket-2`` as an open_clip model."""

from typing import Any

import open_clip
from open_clip.model import CLIPTextCfg, _build_text_tower

DIM = 384
IMAGE_SIZE = 320
CONTEXT = 48
VOCABULARY = 14_000
TEXT: dict[str, Any] = {
    "context_length": CONTEXT,
    "vocab_size": VOCABULARY,
    "width": 384,
    "heads": 6,
    "layers": 3,
}
CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": DIM,
        "vision_cfg": {
            "timm_model_name": "clipscape_two_towers",
            "timm_model_pretrained": False,
            "timm_pool": "avg",
            "timm_proj": "none",
            "image_size": IMAGE_SIZE,
        },
        "text_cfg": TEXT,
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "interpolation": "bicubic",
        "resize_mode": "squash",
        "fill_color": 255,
        "size": [IMAGE_SIZE, IMAGE_SIZE],
    },
}


def new_text_tower() -> open_clip.transformer.TextTransformer:
    """An untrained text tower; its parameters bear the names that they have in the whole model."""
    return _build_text_tower(DIM, CLIPTextCfg(**TEXT))
