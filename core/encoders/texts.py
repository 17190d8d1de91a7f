"""What reads a model's texts: its tokenizer, the settings of a text tower of `transformers`, a tower without padding.

A model in a folder takes both from there and asks no hub.
"""

import gzip
import zlib
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip import CLIP
from torch import Tensor

from core.encoders.kept import TOKENIZER, TOWER, lacking
from core.encoders.weights import Source
from core.errors import BadInput, MissingWeights, one_line

MERGES = "merges.txt.gz"
"""A folder's own byte pairs for open_clip's tokenizer, where they are not the standard ones."""
MERGES_BYTES = 64 * 2**20
LOCAL = "local-dir:"
IN_FOLDER = {"local_files_only": True, "trust_remote_code": False}


def make_tokenizer(source: Source) -> Any:
    """open_clip's tokenizer, by the files beside the weights where the model lies in a folder."""
    folder = folder_of(source)
    if folder is None:
        return open_clip.get_tokenizer(source.configuration)
    if settings_of(source).get("hf_tokenizer_name"):
        check(source, folder, TOKENIZER, "the files of its tokenizer (tokenizer.json …)")
        return open_clip.get_tokenizer(source.configuration, **IN_FOLDER)
    merges = folder / MERGES
    if not merges.exists():
        return open_clip.get_tokenizer(source.configuration)
    try:
        with gzip.open(merges) as file:
            size = len(file.read(MERGES_BYTES + 1))
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{merges} is no text in gzip ({one_line(error)}): copy it again") from None
    if size > MERGES_BYTES:
        raise BadInput(f"{merges} unfolds to more than {MERGES_BYTES >> 20} MB: it holds no byte pairs of a model")
    return open_clip.get_tokenizer(source.configuration, bpe_path=str(merges))


def tower(source: Source) -> dict[str, Any]:
    """What `create_model` must be told besides, so that it makes the tower by the folder's own config.json."""
    folder, text = folder_of(source), settings_of(source)
    if folder is None or not text.get("hf_model_name"):
        return {}
    check(source, folder, (TOWER,), f"{TOWER}, the settings of its text tower")
    refuse_code(folder / TOWER)
    return {"text_cfg": text | {"hf_model_name": str(folder), "hf_model_pretrained": False}}


def refuse_code(path: Path) -> None:
    """Raises `BadInput` for settings that name code to be run, of which `transformers` would ask."""
    if "auto_map" in path.read_text(encoding="utf-8"):
        raise BadInput(f"{path} names code of its own (auto_map), which is not run: no such model can be used")


def needs_transformers(source: Source) -> bool:
    """Whether it reads texts by `transformers`, which is not installed."""
    return bool(lacking(settings_of(source)))


def check(source: Source, folder: Path, names: tuple[str, ...], what: str) -> None:
    """Raises `MissingWeights` unless the folder has one of these files."""
    if not any((folder / name).is_file() for name in names):
        raise MissingWeights(f"{source.name}: {folder} lacks {what}: put them there, or download the model again")


def folder_of(source: Source) -> Path | None:
    return Path(source.configuration.removeprefix(LOCAL)) if source.configuration.startswith(LOCAL) else None


def settings_of(source: Source) -> dict[str, Any]:
    """The configuration of its text tower."""
    return (open_clip.get_model_config(source.configuration) or {}).get("text_cfg", {})


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
