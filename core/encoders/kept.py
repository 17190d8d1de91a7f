"""Models kept on this machine, each in a folder of CLIPSCAPE_HOME/models: downloaded from the hub, or imported.

A folder holds open_clip_config.json, the weights, the files of its tokenizer, and the card, which is written last.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.machine import MODELS, home
from core.serialise import read_json

CARD = "clipscape.json"
UNFINISHED = ".part"
TOWER = "config.json"
"""The settings of a text tower of `transformers`."""
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
)
"""Files that a tokenizer of `transformers` may consist of."""
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Card:
    """What is kept beside a model's weights.

    name: what a person calls it by. weights: the file. repository, revision: of the hub; "" for what came from
    elsewhere. digests: SHA-256 of the files for which it is known.
    """

    name: str
    weights: str
    repository: str = ""
    revision: str = ""
    licence: str = NOT_STATED
    digests: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def from_hub(self) -> bool:
        """So that its name alone says which weights these are."""
        return bool(self.repository)


def place() -> Path:
    """The folder of models."""
    return home() / MODELS


def folder_for(name: str) -> Path:
    """Where a model of that name is kept: `ViT-B-32:openai` in ViT-B-32--openai."""
    return place() / re.sub(r"[^\w.\-]", "--", name)


def folder_of(name: str) -> Path | None:
    """The folder of a model that is kept here; None where it is not, or not yet whole."""
    return folder_for(name) if card_of(name) else None


def card_of(name: str) -> Card | None:
    """The card of a model that is kept here."""
    card = read_card(folder_for(name))
    return card if card and card.name == name else None


def read_card(folder: Path) -> Card | None:
    """None where there is none that can be read, or whose weights lie elsewhere."""
    try:
        card, _ = read_json(folder / CARD, Card)
    except (OSError, ValueError):
        return None
    return card if Path(card.weights).name == card.weights else None


def write_card(folder: Path, card: Card) -> None:
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def kept() -> list[Card]:
    """Every model that is kept here, by name."""
    folders = (path for path in place().glob("*") if path.suffix != UNFINISHED)
    return sorted((card for folder in folders if (card := read_card(folder))), key=lambda card: card.name)


def lacking(text: Mapping[str, Any]) -> str:
    """The package that this text tower needs and that is not installed."""
    needed = text.get("hf_tokenizer_name") or text.get("hf_model_name")
    return "transformers" if needed and find_spec("transformers") is None else ""
