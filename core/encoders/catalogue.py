"""The names of models."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import prod
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from core.encoders.kept import TOWER
from core.encoders.published import memory, size
from core.errors import BadInput, one_line
from core.machine import ASSETS
from core.serialise import read_json

POCKET, POCKET_2 = ASSETS / "pocket", ASSETS / "pocket-2"
CONFIGURATION = "open_clip_config.json"
WEIGHTS = "open_clip_model.safetensors"
INDEX = "model.safetensors.index.json"
"""Of weights in several files, as the hub's libraries write it: which file holds each tensor."""

BUNDLED = {"pocket-2": POCKET_2, "pocket": POCKET}
"""The models that come along and their folders, the one for new workspaces first; older ones keep theirs."""
DEFAULT = "pocket-2"
HEADER_BYTES = 100_000_000
"""Safetensors' own limit."""
CONTEXT = 77
"""Tokens that open_clip's models read where their configuration does not say."""
TITLES = {
    "pocket-2": "pocket-2, bundled: photographs and drawings, needs no network",
    "pocket": "pocket, bundled before: drawings only, needs no network",
}


Size = Annotated[int, Meta(ge=1, le=2**17)]
Number = Annotated[float, Meta(ge=-(2**16), le=2**16)]
Positive = Annotated[float, Meta(gt=0, le=2**16)]


# A list and no tuple[Size, Size]: msgspec 0.23 frees what is still in use where such a tuple may be a number instead.
Pair = Annotated[list[Size], Meta(min_length=2, max_length=2)]


class VisionSettings(msgspec.Struct, frozen=True):
    """Of the image tower. timm_model_name: without an address, which timm would fetch it from."""

    image_size: Annotated[int, Meta(ge=1, le=4_096)] | Pair | None = None
    patch_size: Size | Pair | None = None
    layers: Annotated[int, Meta(ge=1, le=512)] | Annotated[list[Size], Meta(min_length=4, max_length=4)] | None = None
    width: Size | None = None
    head_width: Size | None = None
    timm_model_name: Annotated[str, Meta(pattern=r"^[\w.\-]*$")] | None = None


class TextSettings(msgspec.Struct, frozen=True):
    """Of the text tower."""

    context_length: Annotated[int, Meta(ge=1, le=2**16)] | None = None
    vocab_size: Annotated[int, Meta(ge=1, le=2**24)] | None = None
    layers: Annotated[int, Meta(ge=1, le=512)] | None = None
    width: Size | None = None
    heads: Size | None = None
    hf_model_name: str | None = None
    hf_tokenizer_name: str | None = None


class TowerSettings(msgspec.Struct, frozen=True):
    """Of a text tower of `transformers`, which calls them by several names."""

    vocab_size: Annotated[int, Meta(ge=1, le=2**24)] = 1
    hidden_size: Size = 1
    num_hidden_layers: Annotated[int, Meta(ge=1, le=512)] = 1


class ModelSettings(msgspec.Struct, frozen=True):
    """Of both."""

    embed_dim: Size
    vision_cfg: VisionSettings
    text_cfg: TextSettings = TextSettings()


class Preparation(msgspec.Struct, frozen=True):
    """Of pictures."""

    size: Size | Pair | None = None
    mean: Annotated[list[Number], Meta(min_length=3, max_length=3)] | None = None
    std: Annotated[list[Positive], Meta(min_length=3, max_length=3)] | None = None
    interpolation: Literal["bicubic", "bilinear", "nearest", "random"] | None = None
    resize_mode: Literal["shortest", "longest", "squash"] | None = None
    fill_color: Annotated[int, Meta(ge=0, le=255)] | None = None


class Configuration(msgspec.Struct, frozen=True):
    """What must be right in an open_clip configuration, whatever else it holds."""

    model_cfg: ModelSettings
    preprocess_cfg: Preparation = Preparation()


class TensorEntry(msgspec.Struct, frozen=True):
    """Of a tensor in the header of a safetensors file."""

    shape: list[Annotated[int, Meta(ge=0, le=2**48)]] = []


class WeightsIndex(msgspec.Struct, frozen=True):
    """Which file holds each tensor."""

    weight_map: dict[str, str]


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
        names = dict.fromkeys(read_json(index, WeightsIndex)[0].weight_map.values())
        files = [index.parent / name for name in names if Path(name).name == name and name.endswith(".safetensors")]
        whole = len(files) == len(names) and all(file.is_file() for file in files)
    except (OSError, ValueError) as error:
        raise BadInput(f"{index} is no index of weights: it needs a weight_map ({one_line(error)})") from None
    if not whole:
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
        return read_json(path, Configuration)[1]
    except (OSError, ValueError) as error:
        needed = f"it needs model_cfg with embed_dim, vision_cfg ({one_line(error)})"
        raise BadInput(f"{path} is no open_clip configuration: {needed}") from None


def least_numbers(folder: Path) -> int:
    """What a model has at the least by the configurations in its folder: the words' vectors, and attention's."""
    model = read_json(folder / CONFIGURATION, Configuration)[0].model_cfg
    vision, text = model.vision_cfg, model.text_cfg
    layers = vision.layers if isinstance(vision.layers, int) and not vision.timm_model_name else 0
    found = (4 * layers * (vision.width or 1) + model.embed_dim) * (vision.width or 1)
    if text.hf_model_name:
        tower = read_json(folder / TOWER, TowerSettings)[0]
        return found + tower.vocab_size * tower.hidden_size + 4 * tower.num_hidden_layers * tower.hidden_size**2
    return found + (text.vocab_size or 1) * (text.width or 1) + 4 * (text.layers or 1) * (text.width or 1) ** 2


def count_parameters(path: Path) -> int:
    """Numbers in a safetensors file, from its header: 8 bytes of length, then JSON. Raises `BadInput` for any other."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            text = file.read(min(size, HEADER_BYTES, int.from_bytes(file.read(8), "little")))
        header = msgspec.json.decode(text, type=dict[str, TensorEntry])
    except (OSError, ValueError, RecursionError) as error:
        reason = one_line(error)
        raise BadInput(f"{path} is no safetensors file ({reason}): copy or download it again") from None
    header.pop("__metadata__", None)
    return min(2 * size, sum(prod(entry.shape) for entry in header.values()))


def suggest(name: str) -> str:
    """A sentence with the names nearest to a wrong one."""
    import open_clip

    known = {each.lower(): each for each in (*BUNDLED, *open_clip.list_pretrained(as_str=True))}
    near = [known[each] for each in get_close_matches(name.lower(), known, n=3)]
    return f"did you mean {' or '.join(near)}?" if near else "choose one of those listed"
