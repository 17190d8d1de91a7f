"""The names of models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Any

from core.encoders.published import memory, size
from core.errors import BadInput
from core.machine import ASSETS

POCKET, POCKET_2 = ASSETS / "pocket", ASSETS / "pocket-2"
CONFIGURATION = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
INDEX = "model.safetensors.index.json"
"""Of weights in several files, as the hub's libraries write it: which file holds each tensor."""

BUNDLED = {"pocket-2": POCKET_2, "pocket": POCKET}
"""The models that come along and their folders, the one for new workspaces first; older ones keep theirs."""
DEFAULT = "pocket-2"
CONTEXT = 77
"""Tokens that open_clip's models read where their configuration does not say."""
TITLES = {
    "pocket-2": "pocket-2, bundled: photographs and drawings, needs no network",
    "pocket": "pocket, bundled before: drawings only, needs no network",
}


@dataclass(frozen=True)
class ModelInfo:
    """A model that can be chosen.

    where: "bundled", "hub" or "local" (imported). here: whether its weights are on this machine. reason: why it is
    recommended, "" for most. size: bytes of the weights in float32; memory: bytes that embedding takes, about.
    image_side: pixels; context: tokens. imagenet, retrieval, multilingual: see `Published`.
    None where it is not published, or only the weights would tell.
    """

    name: str
    title: str
    where: str
    parameters: int | None = None
    dimension: int | None = None
    here: bool = False
    reason: str = ""
    size: int | None = None
    memory: int | None = None
    image_side: int | None = None
    context: int | None = None
    imagenet: float | None = None
    retrieval: float | None = None
    multilingual: float | None = None


def bundled() -> list[ModelInfo]:
    """The models that come with Clipscape; read from their files, without torch."""
    return [_bundled(name, folder) for name, folder in BUNDLED.items() if (folder / CONFIGURATION).exists()]


def _bundled(name: str, folder: Path) -> ModelInfo:
    parameters = sum(map(count_parameters, folder.glob("*.safetensors"))) or None
    model = ModelInfo(name, TITLES[name], "bundled", parameters, here=True)
    return completed(model, configuration_of(folder)["model_cfg"])


def completed(model: ModelInfo, configuration: Mapping[str, Any]) -> ModelInfo:
    """With what its configuration and the number of its parameters tell."""
    side, count = configuration.get("vision_cfg", {}).get("image_size"), model.parameters
    return replace(
        model,
        size=size(count) if count else None,
        memory=memory(count) if count else None,
        dimension=configuration.get("embed_dim"),
        image_side=max(side) if isinstance(side, list) else side,
        context=configuration.get("text_cfg", {}).get("context_length", CONTEXT),
    )


def shards(index: Path) -> list[Path]:
    """The files of weights that an index names, each once; raises `BadInput` for an index that cannot be used."""
    try:
        names = dict.fromkeys(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        files = [index.parent / name for name in names if Path(name).name == name and name.endswith(".safetensors")]
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        raise BadInput(f"{index} is no index of weights: it needs a weight_map") from None
    if len(files) != len(names) or not all(file.is_file() for file in files):
        raise BadInput(f"{index} names files that are no safetensors beside it: put them all into one folder")
    return files


def configuration_of(folder: Path) -> dict[str, Any]:
    """A folder's open_clip configuration; raises `BadInput` for one that open_clip could not use."""
    if not (folder / CONFIGURATION).exists():
        raise BadInput(f"{folder} holds no {CONFIGURATION}: name the weights as ARCHITECTURE:FILE.safetensors")
    return check_configuration(folder / CONFIGURATION)


def check_configuration(path: Path) -> dict[str, Any]:
    """The configuration in a file; raises `BadInput` for one that open_clip could not use."""
    try:
        configuration = json.loads(path.read_text(encoding="utf-8"))
        configuration["model_cfg"]["embed_dim"], configuration["model_cfg"]["vision_cfg"]
    except (ValueError, LookupError, TypeError):
        raise BadInput(f"{path} is no open_clip configuration: it needs model_cfg with embed_dim, vision_cfg") from None
    return configuration


def count_parameters(path: Path) -> int:
    """Numbers in a safetensors file, from its header: 8 bytes of length, then JSON."""
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")


def suggest(name: str) -> str:
    """A sentence with the names nearest to a wrong one."""
    import open_clip

    known = {each.lower(): each for each in (*BUNDLED, *open_clip.list_pretrained(as_str=True))}
    near = [known[each] for each in get_close_matches(name.lower(), known, n=3)]
    return f"did you mean {' or '.join(near)}?" if near else "choose one of those listed"
