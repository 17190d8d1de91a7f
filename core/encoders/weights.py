"""A model's name → where its configuration and weights lie.

Files that a person names are read only as safetensors: the other formats are pickles, which run
whatever code they hold. A hub repository without safetensors is the one exception: its file is read
by open_clip with torch's `weights_only`, which builds nothing but tensors.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.encoders import kept
from core.encoders.catalogue import BUNDLED, CONFIGURATION, INDEX, WEIGHTS, configuration_of, shards, suggest
from core.encoders.downloads import digest
from core.encoders.hub import PREFIX, HubModel, hub_model, in_cache
from core.errors import BadInput, MissingWeights
from core.progress import Report, silent

PICKLES = {".pt", ".pth", ".bin", ".ckpt", ".pkl", ".pickle", ".pyt", ".t7", ".tar"}
PREFERRED = (WEIGHTS, "open_clip_pytorch_model.safetensors", "model.safetensors")
ENDINGS = {".safetensors", *PICKLES}
PATH_BEGINS = ("/", "./", "../", "~")


@dataclass(frozen=True)
class Source:
    """All that open_clip needs to make a model.

    name: the model's identity in a workspace; for local weights it ends in @ and a hash of their content,
    so that two of them never mix. configuration: an architecture, "local-dir:…" or "hf-hub:…".
    weights: the checkpoint. preprocessing: what the weights want otherwise than their architecture.
    """

    name: str
    configuration: str
    weights: Path
    preprocessing: Mapping[str, Any] = field(default_factory=dict, hash=False)
    quick_gelu: bool = False


def find(name: str, report: Report = silent) -> Source:
    """Where a model's files lie; `report` follows a download, where there must be one.

    Raises `BadInput` for what is no model, `MissingWeights` for weights that cannot be had.
    """
    if name in BUNDLED:
        return bundled(name)
    if name.startswith(PREFIX):
        return on_hub(name, report)
    path, mark = split_mark(name)
    if folder_here := kept.folder_of(path):
        return kept_here(folder_here, mark)
    architecture, _, rest = path.partition(":")
    if path.startswith(PATH_BEGINS) or (path and Path(path).is_dir()):
        return folder(Path(path).expanduser(), mark)
    if rest.startswith(PATH_BEGINS) or Path(rest).suffix.lower() in ENDINGS:
        return checkpoint(architecture, Path(rest).expanduser(), mark)
    if Path(path).suffix.lower() in ENDINGS:
        return folder(Path(path), mark)
    return on_hub(name, report)


def split_mark(name: str) -> tuple[str, str]:
    """A name and the hash behind its @, if it ends in one."""
    path, _, mark = name.rpartition("@")
    return (path, mark) if re.fullmatch("[0-9a-f]{8}", mark) else (name, "")


def bundled(name: str) -> Source:
    folder = BUNDLED[name]
    try:
        return Source(name, f"local-dir:{folder}", choose_weights(folder))
    except (BadInput, OSError):
        raise MissingWeights(f"the bundled model is not in {folder}: run `make assets`, or take a whole copy") from None


def folder(path: Path, mark: str = "") -> Source:
    """A folder with a configuration and weights in safetensors."""
    if path.is_file():
        refuse_pickle(path)
        raise BadInput(f"{path.name}: say which architecture it is, as in ViT-B-32:{path}")
    if not path.is_dir():
        raise BadInput(f"{path}: no such folder or file")
    configuration_of(path)
    weights = choose_weights(path)
    name = identify(str(path.resolve()), mark, (path / CONFIGURATION, *files_of(weights)))
    return Source(name, f"local-dir:{path.resolve()}", weights.resolve())


def files_of(weights: Path) -> list[Path]:
    """The files that hold the tensors: one, or those that an index names."""
    return shards(weights) if weights.name == INDEX else [weights]


def choose_weights(path: Path) -> Path:
    """The folder's safetensors, or their index where they are several; open_clip itself would prefer some pickles."""
    if (path / INDEX).is_file():
        shards(path / INDEX)
        return path / INDEX
    found = sorted(path.glob("*.safetensors"))
    preferred = [path / name for name in PREFERRED if path / name in found]
    if preferred or len(found) == 1:
        return (preferred or found)[0]
    if found:
        raise BadInput(f"{path} holds {len(found)} safetensors: name the right one {WEIGHTS}")
    for each in sorted(path.iterdir()):
        refuse_pickle(each)
    raise BadInput(f"{path} holds no weights: put {WEIGHTS} there")


def checkpoint(architecture: str, path: Path, mark: str = "") -> Source:
    """A file of weights for one of open_clip's architectures."""
    check_architecture(architecture)
    safetensors(path)
    name = identify(f"{architecture}:{path.resolve()}", mark, (path,))
    return Source(name, architecture, path.resolve())


def on_hub(name: str, report: Report = silent) -> Source:
    """A model of the hub: as it is kept here, else from the hub's own cache, else downloaded."""
    model = hub_model(name)
    if folder := kept.folder_of(model.name):
        return kept_here(folder)
    return cached(model) or kept_here(download(model, report))


def cached(model: HubModel) -> Source | None:
    """What other programs have downloaded before."""
    whole = model.architecture or in_cache(model.repository, [CONFIGURATION])
    weights = in_cache(model.repository, model.weights) if whole else None
    if weights is None:
        return None
    return Source(model.name, model.architecture or model.name, weights, model.settings, model.quick_gelu)


def download(model: HubModel, report: Report) -> Path:
    from core.encoders.fetching import fetch

    return kept.folder_for(fetch(model.name, report).name)


def kept_here(folder: Path, mark: str = "") -> Source:
    """A folder of CLIPSCAPE_HOME/models: a hub model has the hub's name, any other one its own and a hash."""
    card = kept.read_card(folder)
    if card is None:
        raise MissingWeights(f"{folder} cannot be read: delete it, then download or import the model again")
    configuration_of(folder)
    weights = folder / card.weights
    if not card.from_hub:
        refuse_pickle(weights)
    name = card.name if card.from_hub else identify(card.name, mark, (folder / CONFIGURATION, weights))
    return Source(name, f"local-dir:{folder.resolve()}", weights.resolve())


def check_architecture(architecture: str) -> None:
    import open_clip

    if architecture not in open_clip.list_models():
        raise BadInput(f"no architecture {architecture!r}: {suggest(architecture)}")


def refuse_pickle(path: Path) -> None:
    """Raises `BadInput` for a file that could run code when it is read."""
    if path.suffix.lower() in PICKLES:
        raise BadInput(
            f"{path.name} may run code when it is opened, so it is not: "
            "convert it to safetensors where you trust it (safetensors.torch.save_file)"
        )


def safetensors(path: Path) -> Path:
    """The file; raises `BadInput` unless it is safetensors."""
    refuse_pickle(path)
    if not path.is_file():
        raise BadInput(f"{path}: no such file")
    if path.suffix != ".safetensors":
        raise BadInput(f"{path.name} is no safetensors file: convert the weights to safetensors")
    return path


def identify(name: str, mark: str, files: tuple[Path, ...]) -> str:
    """The name with a hash of the content; raises `BadInput` if that is no longer the content meant."""
    found = sha256("".join(content_hash(path, path.stat().st_mtime_ns) for path in files).encode()).hexdigest()[:8]
    if mark and mark != found:
        raise BadInput(f"{name} has changed since it was used ({mark} then, {found} now): embed again with {name}")
    return f"{name}@{found}"


@cache
def content_hash(path: Path, changed: int) -> str:
    """The file's SHA-256; `changed` is its time of change, so that it is read once a version."""
    return digest(path)
