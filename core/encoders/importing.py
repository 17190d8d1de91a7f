"""A model that came to this machine as files → CLIPSCAPE_HOME/models, under a name."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.encoders import weights
from core.encoders.catalogue import BUNDLED, CONFIGURATION, check_configuration, configuration_of
from core.encoders.downloads import digest
from core.encoders.fetching import Steps, alone, check_room, unfinished
from core.encoders.kept import TOKENIZER, TOWER, Card, folder_for, folder_of, read_card, write_card
from core.errors import BadInput
from core.progress import Progress, Report, silent

BLOCK = 1 << 20
BESIDE = (*TOKENIZER, TOWER, "merges.txt.gz")
"""Files that belong to a model, where they lie beside its weights."""
NAME = r"(?!.*--)[A-Za-z0-9][\w.\-]{0,62}"
"""Of an imported model; two strokes stand in the folders of hub models."""


@dataclass(frozen=True)
class OwnWeights:
    """A person's files. card: what `fetch` wrote beside them, None for any others."""

    weights: Path
    configuration: Mapping[str, Any]
    card: Card | None = None

    @property
    def beside(self) -> list[Path]:
        return [path for name in BESIDE if (path := self.weights.with_name(name)).is_file()]


def bring(source: str, name: str | None = None, report: Report = silent) -> Card:
    """Copies a folder, or a file of weights, and proves that the model can be made of it; raises `BadInput`.

    name: what it is called from now on; left out: what `fetch` called it, else what the folder or file is called.
    """
    own = read(source)
    card = card_for(own, name)
    folder = folder_for(card.name)
    with alone(folder, report):
        if folder_of(card.name):
            raise BadInput(f"there is a model {card.name} already, in {folder}: choose another name", "name")
        check_room(card.name, folder, own.weights.stat().st_size)
        with discarded_on_failure(unfinished(folder)) as part:
            fill(part, own, card, report)
            report(Progress(0, None, f"trying {card.name}"))
            prove(part, card)
            part.rename(folder)
    return card


def read(source: str) -> OwnWeights:
    """What a person named; raises `BadInput` for what is no model."""
    architecture, _, rest = source.partition(":")
    if rest and not Path(source).exists():
        weights.check_architecture(architecture)
        return OwnWeights(weights.safetensors(Path(rest).expanduser()), of_architecture(architecture))
    path = Path(source).expanduser()
    if path.is_dir():
        return of_folder(path)
    if not path.exists():
        raise BadInput(f"{path}: no such folder or file")
    weights.safetensors(path)
    if not (path.with_name(CONFIGURATION)).is_file():
        raise BadInput(
            f"{path.name}: no {CONFIGURATION} beside it; say which architecture it is, as in ViT-B-32:{path}"
        )
    return OwnWeights(path, check_configuration(path.with_name(CONFIGURATION)))


def of_folder(folder: Path) -> OwnWeights:
    configuration = configuration_of(folder)
    card = read_card(folder)
    if card and (folder / card.weights).suffix == ".safetensors":
        return OwnWeights(weights.safetensors(folder / Path(card.weights).name), configuration, card)
    return OwnWeights(weights.choose_weights(folder), configuration)


def of_architecture(architecture: str) -> dict[str, Any]:
    import open_clip

    return {"model_cfg": open_clip.get_model_config(architecture), "preprocess_cfg": {}}


def card_for(own: OwnWeights, name: str | None) -> Card:
    """The card that it gets here: the hub's name stays only with the hub's own weights."""
    old = own.card
    if old and old.from_hub and name in (None, old.name):
        if digest(own.weights) != old.digests.get(old.weights):
            raise BadInput(
                f"{own.weights.name} is not what {old.name} has on the hub: give it a name of its own", "name"
            )
        return old
    called = name or (old.name if old else own_name(own))
    if not re.fullmatch(NAME, called) or called in BUNDLED:
        limits = "1 to 63 letters, digits, dots, single - and _; the bundled ones are taken"
        raise BadInput(f"the name {called}: give {limits}", "name")
    return Card(called, own.weights.name, licence=old.licence if old else Card.licence)


def own_name(own: OwnWeights) -> str:
    """Of the folder; of the file where the folder holds several."""
    folder = own.weights.parent
    several = len(list(folder.glob("*.safetensors"))) > 1 or not (folder / CONFIGURATION).is_file()
    return (own.weights.stem if several else folder.resolve().name).replace("--", "-")


def fill(part: Path, own: OwnWeights, card: Card, report: Report) -> None:
    """Copies what belongs to the model."""
    steps = Steps(own.weights.stat().st_size, report)
    try:
        part.mkdir(parents=True)
        with own.weights.open("rb") as source, (part / card.weights).open("wb") as copy:
            while block := source.read(BLOCK):
                steps.done += copy.write(block)
                steps.tell(f"copying {card.weights}")
        for path in own.beside:
            shutil.copyfile(path, part / path.name)
        (part / CONFIGURATION).write_text(json.dumps(own.configuration, indent=2) + "\n", encoding="utf-8")
        write_card(part, card)
    except OSError as error:
        raise BadInput(f"{card.name} cannot be copied: {error.strerror or error}") from None


def prove(part: Path, card: Card) -> None:
    """Raises `BadInput` or `MissingWeights` where the weights are another architecture's, or a file is missing."""
    from core.encoders.encoder import build

    build(weights.Source(card.name, f"local-dir:{part.resolve()}", (part / card.weights).resolve()))


@contextmanager
def discarded_on_failure(part: Path) -> Iterator[Path]:
    """A new folder, which goes where something fails or is stopped."""
    shutil.rmtree(part, ignore_errors=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
