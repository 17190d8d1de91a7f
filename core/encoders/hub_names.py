"""What the name of a hub model stands for: a repository, and which of its files are the weights."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.encoders.catalogue import WEIGHTS, suggest
from core.errors import BadInput

PREFIX = "hf-hub:"
ON_HUB = (WEIGHTS, "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")


@dataclass(frozen=True)
class HubModel:
    """A model of the hub.

    name: its identity in workspaces. weights: the files that may hold them, the preferred one first.
    architecture: open_clip's, "" where the repository has a configuration of its own. settings: what the weights want
    otherwise than the architecture.
    """

    name: str
    repository: str
    weights: tuple[str, ...] = ON_HUB
    architecture: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def quick_gelu(self) -> bool:
        return self.settings.get("quick_gelu", False)


def hub_model(name: str) -> HubModel:
    """Raises `BadInput` for what is no hub model."""
    return repository(name) if name.startswith(PREFIX) else tagged(name)


def repository(name: str) -> HubModel:
    identifier = name.removeprefix(PREFIX)
    if identifier.count("/") != 1:
        raise BadInput(f"{name!r} is no repository: write hf-hub:organisation/repository")
    return HubModel(name, identifier)


def tagged(name: str) -> HubModel:
    """By architecture and tag."""
    import open_clip

    architecture, _, tag = name.replace("/", "-").partition(":")
    settings = open_clip.get_pretrained_cfg(architecture, tag)
    if not settings:
        raise BadInput(f"no model {name!r}: {advise(architecture, name)}")
    identifier, _, file = settings["hf_hub"].rpartition("/")
    weights = (file.removesuffix(".bin") + ".safetensors", file) if file else ON_HUB
    known = f"{architecture}:{tag.lower().replace('-', '_')}"
    return HubModel(known, identifier, weights, architecture, settings)


def advise(architecture: str, name: str) -> str:
    """What to write instead: the architecture's tags where it has some, else the nearest names."""
    import open_clip

    tags = open_clip.list_pretrained_tags_by_model(architecture)
    if tags and ":" not in name:
        return f"say which weights: {architecture} has the tags {', '.join(tags)}"
    return suggest(name)
