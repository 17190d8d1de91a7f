"""The names of models."""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Any

from core.errors import BadInput

ASSETS = Path(__file__).parents[2] / "assets"
POCKET, POCKET_2 = ASSETS / "pocket", ASSETS / "pocket-2"
CONFIGURATION = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"


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


def bundled() -> ModelInfo:
    """The model that comes with Clipscape; read from its files, without torch."""
    parameters = dimension = None
    if (POCKET / CONFIGURATION).exists():
        dimension = configuration_of(POCKET)["model_cfg"]["embed_dim"]
    if (POCKET / WEIGHTS).exists():
        parameters = count_parameters(POCKET / WEIGHTS)
    return ModelInfo("pocket", "pocket, bundled: needs no network", "bundled", parameters, dimension)


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

    known = {each.lower(): each for each in ("pocket", *open_clip.list_pretrained(as_str=True))}
    near = [known[each] for each in get_close_matches(name.lower(), known, n=3, cutoff=0.4)]
    return f"did you mean {' or '.join(near)}?" if near else "`python -m core models` lists the names"
