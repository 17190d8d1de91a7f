"""The shape of ``pocket`` as an open_clip model, and how it is written and read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import open_clip
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from core.encoders.catalogue import CONFIGURATION, WEIGHTS
from core.encoders.encoder import MERGES
from core.recipes.vocabulary import VOCAB_SIZE

DIM = 256
IMAGE_SIZE = 64
CONTEXT = 32
MEAN, STD = (0.75, 0.75, 0.75), (0.35, 0.35, 0.35)
TEXT_PARTS = ("transformer.", "token_embedding", "positional_embedding", "ln_final", "text_projection")
_ROWS: dict[str, list[int]] = {}
CONFIG: dict[str, Any] = {
    "model_cfg": {
        "embed_dim": DIM,
        "vision_cfg": {
            "timm_model_name": "cs3darknet_focus_s",
            "timm_model_pretrained": False,
            "timm_pool": "",
            "timm_proj": "linear",
            "image_size": IMAGE_SIZE,
        },
        "text_cfg": {"context_length": CONTEXT, "vocab_size": VOCAB_SIZE, "width": 192, "heads": 3, "layers": 2},
    },
    "preprocess_cfg": {
        "mean": list(MEAN),
        "std": list(STD),
        "interpolation": "bicubic",
        "resize_mode": "longest",
        "fill_color": 255,
        "size": [IMAGE_SIZE, IMAGE_SIZE],
    },
}


def new_model() -> open_clip.CLIP:
    """An untrained open_clip CLIP of this shape."""
    return open_clip.CLIP(**CONFIG["model_cfg"])


def with_text_of(folder: Path) -> open_clip.CLIP:
    """A model with an untrained image tower and a folder's text tower."""
    model = new_model()
    state = {name: value.float() for name, value in load_file(folder / WEIGHTS).items() if is_text(name)}
    model.load_state_dict(model.state_dict() | state)
    return model.eval()


def is_text(name: str) -> bool:
    """Whether a parameter belongs to the text tower."""
    return name.startswith(TEXT_PARTS)


def write(model: open_clip.CLIP, folder: Path) -> None:
    """Config and half-precision weights, as ``open_clip`` reads them from ``local-dir:``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIGURATION).write_text(json.dumps(CONFIG, indent=2) + "\n")
    save_file(half(model.state_dict()), folder / WEIGHTS)


def half(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """In half precision, as the files keep it."""
    return {k: v.detach().half().contiguous() if v.is_floating_point() else v.clone() for k, v in state.items()}


def read(folder: Path) -> open_clip.CLIP:
    """The model of a folder, in full precision."""
    model = new_model()
    state = load_file(folder / WEIGHTS)
    model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    return model.eval()


def tokenizer(folder: Path, context: int = CONTEXT) -> open_clip.SimpleTokenizer:
    """open_clip's tokenizer over this folder's merges."""
    return open_clip.SimpleTokenizer(bpe_path=str(folder / MERGES), context_length=context)


def encode_tokens(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Token rows (b, n ≤ context) → unit vectors (b, D), by a model or a text tower alone.

    Rows may be cut after their end token: with a causal mask the result stays the same,
    and short captions cost a quarter of the padded ones.
    """
    n = tokens.shape[1]
    x = model.token_embedding(tokens) + model.positional_embedding[:n]
    x = model.ln_final(model.transformer(x, attn_mask=model.attn_mask[:n, :n]))
    x = x[torch.arange(len(x)), tokens.argmax(-1)] @ model.text_projection
    return F.normalize(x.float(), dim=-1)


def tokenize(tokenizer: open_clip.SimpleTokenizer, texts: list[str]) -> torch.Tensor:
    """Texts → token rows padded to the longest of them; each text is tokenized only once."""
    rows = [_token_row(tokenizer, text) for text in texts]
    tokens = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for i, row in enumerate(rows):
        tokens[i, : len(row)] = torch.tensor(row)
    return tokens


def _token_row(tokenizer: open_clip.SimpleTokenizer, text: str) -> list[int]:
    if text not in _ROWS:
        body = tokenizer.encode(text)[: CONTEXT - 2]
        _ROWS[text] = [tokenizer.sot_token_id, *body, tokenizer.eot_token_id]
    return _ROWS[text]


@torch.inference_mode()
def encode_texts(
    model: open_clip.CLIP, tokenizer: open_clip.SimpleTokenizer, texts: list[str], batch: int = 512
) -> torch.Tensor:
    """Texts → unit vectors (n, 256) on the CPU, longest together."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out = torch.empty(len(texts), DIM)
    for i in range(0, len(order), batch):
        part = order[i : i + batch]
        out[part] = encode_tokens(model, tokenize(tokenizer, [texts[j] for j in part]))
    return out
