"""What the name of a hub model stands for, and what the Hugging Face hub says of its repository.

Where the hub cannot be reached, there is a plain message within seconds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

from core.encoders.catalogue import WEIGHTS, suggest
from core.encoders.kept import NOT_STATED
from core.errors import BadInput, ClipscapeError, MissingWeights, one_line

PREFIX = "hf-hub:"
ON_HUB = (WEIGHTS, "open_clip_pytorch_model.safetensors", "open_clip_pytorch_model.bin")
PATIENCE = 6.0
"""Seconds in which the hub must answer at all."""
REMEDY = "choose the bundled model, or download it on a machine that reaches the hub and import the folder that makes"


@dataclass(frozen=True)
class HubFile:
    """A file of a repository.

    size: bytes, 0 where the hub does not say. digest: its SHA-256; "" for small ones, of which the hub keeps none.
    """

    repository: str
    revision: str
    name: str
    size: int
    digest: str = ""


@dataclass(frozen=True)
class Repository:
    """revision: the commit. licence: as its card states it. gated: whether its conditions must be accepted first."""

    revision: str
    licence: str
    gated: bool
    files: Mapping[str, HubFile]


def describe(repository: str) -> Repository:
    """Files, sizes and licence of a repository; raises `MissingWeights`."""
    from huggingface_hub import HfApi

    try:
        info = HfApi().model_info(repository, files_metadata=True, timeout=PATIENCE)
    except Exception as error:  # whatever the network stack raises
        raise plainly(repository, error) from None
    revision = info.sha or "main"
    files = [
        HubFile(repository, revision, each.rfilename, each.size or 0, each.lfs.sha256 if each.lfs else "")
        for each in info.siblings or []
    ]
    return Repository(revision, licence_of(info.card_data), bool(info.gated), {each.name: each for each in files})


def licence_of(card: Any) -> str:
    """`apache-2.0`; a licence of its own by its name."""
    stated = card.get("license") if card else None
    own = card.get("license_name") if card and stated in (None, "other") else None
    named = own or stated
    return ", ".join(named) if isinstance(named, list) else str(named or NOT_STATED)


def in_cache(repository: str, names: Sequence[str]) -> Path | None:
    """The first of these files that the hub's own cache holds."""
    from huggingface_hub import try_to_load_from_cache

    found = (try_to_load_from_cache(repository, name) for name in names)
    return next((Path(path) for path in found if isinstance(path, str)), None)


def plainly(repository: str, error: Exception) -> ClipscapeError:
    """What went wrong with the hub, for a person."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return MissingWeights(f"{repository} asks for a licence: accept it there, then run `hf auth login`")
    if isinstance(error, RepositoryNotFoundError):
        return MissingWeights(f"the hub has no {repository}, or only for those who are logged in: {REMEDY}")
    return unreachable(repository, error)


def check_reachable(model: str) -> None:
    """Raises `MissingWeights` unless the hub answers at once; its own client would try for minutes.

    In a thread, because looking up the host's name cannot be given a time limit.
    """
    failures: list[Exception] = [TimeoutError(f"no answer within {PATIENCE:g} s")]
    thread = Thread(target=knock, args=(failures,), daemon=True)
    thread.start()
    thread.join(PATIENCE + 1)
    if failures:
        raise unreachable(model, failures[-1])


def knock(failures: list[Exception]) -> None:
    """Empties `failures` when the hub answers, whatever the answer is; else leaves the reason there."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    from huggingface_hub import constants

    try:
        urlopen(Request(constants.ENDPOINT, method="HEAD"), timeout=PATIENCE).close()
        failures.clear()
    except HTTPError:
        failures.clear()
    except Exception as error:
        failures.append(error)


def unreachable(model: str, error: Any) -> MissingWeights:
    reason = re.sub(r"\[Errno -?\d+\] ", "", str(getattr(error, "reason", error)))  # of `<urlopen error [Errno -2] …>`
    reason = one_line(reason, 160) if reason.strip() else type(error).__name__
    return MissingWeights(f"{model} is not here and the hub cannot be reached ({reason}): {REMEDY}")


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
