"""The text tower without its padding."""

from typing import Any

import torch
from open_clip import CLIP
from torch import Tensor


def encode_text(model: Any, tokens: Tensor) -> Tensor:
    """`model.encode_text`, several times faster for captions: a CLIP reads 77 tokens, a caption has a dozen.

    Only where the padding cannot matter: with a causal mask and the vector taken at the end of the text.
    """
    if type(model) is not CLIP or model.text_pool_type != "argmax" or model.attn_mask is None:
        return model.encode_text(tokens)
    ends = tokens.argmax(dim=-1)
    length = int(ends.max()) + 1
    embedded = model.token_embedding(tokens[:, :length]) + model.positional_embedding[:length]
    read = model.transformer(embedded, attn_mask=model.attn_mask[:length, :length])
    last = model.ln_final(read)[torch.arange(len(tokens), device=tokens.device), ends]
    return project(last, model.text_projection)


def project(vectors: Tensor, projection: Any) -> Tensor:
    if projection is None:
        return vectors
    return projection(vectors) if callable(projection) else vectors @ projection
