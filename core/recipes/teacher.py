"""Sentence vectors of a frozen teacher: MiniLM-L6 (Wang et al. 2020; Reimers & Gurevych 2019).

A plain BERT forward pass in torch, so that the recipe needs no transformer library.
"""

import json
import unicodedata
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from core.recipes import download

MAX_TOKENS = 32


class WordPiece:
    """BERT's uncased greedy longest-match tokenizer over ``vocab.txt``."""

    def __init__(self, lines: list[str]):
        self.ids = {token: i for i, token in enumerate(lines)}

    def _words(self, text: str) -> list[str]:
        plain = unicodedata.normalize("NFD", text.lower())
        spaced = "".join(
            "" if unicodedata.category(c) == "Mn" else c if c.isalnum() or c.isspace() else f" {c} " for c in plain
        )
        return spaced.split()

    def _pieces(self, word: str) -> list[int]:
        found, start = [], 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = ("##" if start else "") + word[start:end]
                if piece in self.ids:
                    break
            else:
                return [self.ids["[UNK]"]]
            found.append(self.ids[piece])
            start = end
        return found

    def __call__(self, text: str) -> list[int]:
        """Token ids with [CLS] and [SEP], at most ``MAX_TOKENS``."""
        body = [i for w in self._words(text) for i in self._pieces(w)][: MAX_TOKENS - 2]
        return [self.ids["[CLS]"], *body, self.ids["[SEP]"]]


class Teacher:
    """MiniLM: ``encode(list[str])`` → (n, 384) float32, unit length."""

    def __init__(self):
        folder = download.teacher_wheel() / "model"
        self.w = load_file(folder / "model.safetensors")
        self.heads = json.loads((folder / "config.json").read_text())["num_attention_heads"]
        self.tokenize = WordPiece((folder / "vocab.txt").read_text("utf-8").splitlines())

    def _linear(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def _norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], 1e-12)

    def _layer(self, i: int, x: torch.Tensor) -> torch.Tensor:
        name, (b, n, d) = f"encoder.layer.{i}", x.shape
        q, k, v = (
            self._linear(f"{name}.attention.self.{p}", x).view(b, n, self.heads, -1).transpose(1, 2)
            for p in ("query", "key", "value")
        )
        a = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d)
        x = self._norm(f"{name}.attention.output.LayerNorm", x + self._linear(f"{name}.attention.output.dense", a))
        h = F.gelu(self._linear(f"{name}.intermediate.dense", x))
        return self._norm(f"{name}.output.LayerNorm", x + self._linear(f"{name}.output.dense", h))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Equally long token rows (b, n) → (b, 384): mean over tokens, unit length."""
        e = "embeddings."
        x = (
            self.w[e + "word_embeddings.weight"][ids]
            + self.w[e + "position_embeddings.weight"][: ids.shape[1]]
            + self.w[e + "token_type_embeddings.weight"][0]
        )
        x = self._norm(e + "LayerNorm", x)
        for i in range(6):
            x = self._layer(i, x)
        return F.normalize(x.mean(1), dim=-1)

    @torch.inference_mode()
    def encode(self, texts: list[str], batch: int = 256) -> np.ndarray:
        """Texts → (n, 384); texts of one length share a batch, so nothing is padded."""
        rows = [self.tokenize(t) for t in texts]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        out = np.empty((len(rows), 384), np.float32)
        start = 0
        while start < len(order):
            stop = start
            while stop < len(order) and stop - start < batch and len(rows[order[stop]]) == len(rows[order[start]]):
                stop += 1
            part = order[start:stop]
            out[part] = self.forward(torch.tensor([rows[i] for i in part])).numpy()
            start = stop
        return out


@lru_cache(maxsize=1)
def teacher() -> Teacher:
    """The one shared teacher."""
    return Teacher()
