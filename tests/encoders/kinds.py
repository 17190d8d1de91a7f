"""Tiny models of the kinds that the hub has, with random weights: other sizes, lengths, towers and tokenizers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

from core.encoders.texts import tower
from core.encoders.weights import Source

WORDS = ["a", "cat", "dog", "tree", "red", "blue", "one", "two", "three", "four"]
TEXT = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}
CROSS = {"context_length": 15, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1, "attn_pooler_heads": 2}
PATCHES = {"image_size": 48, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16}
TIMM = {"timm_model_pretrained": False, "image_size": 96}

KINDS: dict[str, dict[str, Any]] = {
    "336 px": {"vision_cfg": PATCHES | {"image_size": 336, "patch_size": 56}, "text_cfg": TEXT},
    "quick GELU": {"vision_cfg": PATCHES, "text_cfg": TEXT, "quick_gelu": True},
    "ResNet": {"vision_cfg": {"image_size": 64, "layers": [1, 1, 1, 1], "width": 16}, "text_cfg": TEXT},
    "ConvNeXt": {
        "vision_cfg": TIMM | {"timm_model_name": "test_convnext", "timm_pool": "", "timm_proj": "linear"},
        "text_cfg": TEXT | {"context_length": 24},
    },
    "CoCa": {
        "vision_cfg": PATCHES | {"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True},
        "text_cfg": TEXT | {"context_length": 15, "embed_cls": True, "output_tokens": True},
        "multimodal_cfg": CROSS,
        "custom_text": True,
    },
    "SigLIP": {
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": TIMM
        | {"image_size": 160, "timm_model_name": "test_vit3", "timm_pool": "map", "timm_proj": "linear"},
        "text_cfg": TEXT
        | {
            "vocab_size": 60,
            "hf_tokenizer_name": "someone/siglip",
            "tokenizer_kwargs": {"clean": "canonicalize"},
            "no_causal_mask": True,
            "proj_bias": True,
            "pool_type": "last",
            "norm_kwargs": {"eps": 1e-6},
        },
    },
    "multilingual": {
        "vision_cfg": PATCHES,
        "text_cfg": {
            "context_length": 20,
            "hf_model_name": "someone/roberta",
            "hf_tokenizer_name": "someone/roberta",
            "hf_pooler_type": "mean_pooler",
            "hf_proj_type": "mlp",
        },
    },
}
OF_TRANSFORMERS = ("SigLIP", "multilingual")
PREPARATION: dict[str, dict[str, Any]] = {
    "SigLIP": {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"}
}


def make_kind(kind: str, folder: Path) -> Path:
    """A folder with its configuration, its tokenizer's files and its weights."""
    folder.mkdir(parents=True)
    configuration = {"model_cfg": {"embed_dim": 32} | KINDS[kind], "preprocess_cfg": PREPARATION.get(kind, {})}
    (folder / "open_clip_config.json").write_text(json.dumps(configuration))
    TEXT_FILES.get(kind, lambda folder: None)(folder)
    torch.manual_seed(0)
    model = open_clip.create_model(source(folder).configuration, **tower(source(folder)), load_weights=False)
    weights = {name: tensor.clone().contiguous() for name, tensor in model.state_dict().items()}
    save_file(weights, folder / "open_clip_model.safetensors")
    return folder


def source(folder: Path) -> Source:
    return Source("a model", f"local-dir:{folder}", folder / "open_clip_model.safetensors")


def vocabulary(special: list[str]) -> list[tuple[str, float]]:
    """Words as pieces, letters for all others."""
    letters = [(chr(code), -9.0) for code in range(ord("a"), ord("z") + 1)]
    return [*((each, 0.0) for each in special), ("▁", -8.0), *((f"▁{word}", -2.0) for word in WORDS), *letters]


def as_siglip(folder: Path) -> None:
    """A tokenizer that pads with the end of the text, as SigLIP's does."""
    from transformers import T5TokenizerFast

    pieces = vocabulary(["<unk>", "</s>"])
    T5TokenizerFast(vocab=pieces, extra_ids=0, pad_token="</s>", eos_token="</s>").save_pretrained(folder)


def as_multilingual(folder: Path) -> None:
    """A tokenizer and a text tower of XLM-RoBERTa's kind."""
    from transformers import XLMRobertaConfig, XLMRobertaTokenizerFast

    pieces = vocabulary(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    XLMRobertaTokenizerFast(vocab=pieces).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    XLMRobertaConfig(vocab_size=60, max_position_embeddings=40, **sizes).save_pretrained(folder)


TEXT_FILES: dict[str, Callable[[Path], None]] = {"SigLIP": as_siglip, "multilingual": as_multilingual}
