"""Brings a model of the hub into CLIPSCAPE_HOME/models, whole: configuration, weights, tokenizer.

What is there when it is stopped or killed stays in a folder that ends in .part, and the next call goes on with it.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.encoders.catalogue import CONFIGURATION, check_configuration
from core.encoders.downloads import download
from core.encoders.hub import REMEDY, HubFile, HubModel, Repository, check_reachable, describe, hub_model
from core.encoders.kept import TOKENIZER, TOWER, UNFINISHED, Card, card_of, folder_for, lacking, write_card
from core.errors import BadInput, MissingWeights
from core.formats import size
from core.progress import Progress, Report, silent

WAIT = 0.2
"""Seconds between two looks whether another download of the same model has ended."""


@dataclass(frozen=True)
class Download:
    """What a download will bring.

    files: all of them, the weights first. configuration: open_clip's, complete. licence: as the repository states it.
    gated: whether the hub wants its conditions accepted first. needs: a package that is not installed, or "".
    """

    model: HubModel
    files: tuple[HubFile, ...]
    configuration: Mapping[str, Any]
    licence: str
    gated: bool
    needs: str

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(file.size for file in self.files)

    @property
    def folder(self) -> Path:
        return folder_for(self.model.name)

    @property
    def here(self) -> int:
        """Bytes that an earlier download has left."""
        return sum(path.stat().st_size for path in unfinished(self.folder).glob("*") if path.is_file())


def plan(name: str) -> Download:
    """Asks the hub what a model consists of; raises `BadInput` for a wrong name, `MissingWeights`."""
    model = hub_model(name)
    check_reachable(model.name)
    source = describe(model.repository)
    weights = next((source.files[each] for each in model.weights if each in source.files), None)
    if weights is None:
        raise MissingWeights(f"{model.repository} has none of {', '.join(model.weights)}: {REMEDY}")
    configuration = configuration_of_architecture(model) if model.architecture else configuration_of(model, source)
    text = configuration["model_cfg"].get("text_cfg", {})
    others = text_files(model.repository, source, text)
    return Download(model, (weights, *others), configuration, source.licence, source.gated, lacking(text))


def fetch(name: str, report: Report = silent) -> Card:
    """The model with everything that it needs, downloaded unless it is here."""
    model = hub_model(name)
    with alone(folder_for(model.name), report):
        if card := card_of(model.name):
            return card
        report(Progress(0, None, f"asking the hub for {model.name}"))
        return bring(plan(name), report)


def bring(plan: Download, report: Report) -> Card:
    """Downloads every file into the unfinished folder, which then takes the model's name."""
    part = unfinished(plan.folder)
    check_room(plan.model.name, plan.folder, plan.size - plan.here)
    try:
        part.mkdir(parents=True, exist_ok=True)
        steps = Steps(plan.size, report)
        for file in plan.files:
            download(file, part, steps.within(file))
        (part / CONFIGURATION).write_text(json.dumps(plan.configuration, indent=2) + "\n", encoding="utf-8")
        write_card(part, card := planned_card(plan))
        for left in part.glob(f"*{UNFINISHED}"):  # of an earlier revision
            left.unlink()
        shutil.rmtree(plan.folder, ignore_errors=True)
        part.rename(plan.folder)
    except OSError as error:
        raise BadInput(f"{plan.folder} cannot be written: {error.strerror or error}") from None
    return card


def planned_card(plan: Download) -> Card:
    weights = plan.files[0]
    digests = {file.name: file.digest for file in plan.files if file.digest}
    return Card(plan.model.name, weights.name, weights.repository, weights.revision, plan.licence, digests)


def configuration_of_architecture(model: HubModel) -> dict[str, Any]:
    """open_clip's configuration of an architecture, with what these weights want otherwise."""
    import open_clip
    from open_clip.transform import PreprocessCfg

    known = {each.name for each in fields(PreprocessCfg)}
    shape = open_clip.get_model_config(model.architecture) | ({"quick_gelu": True} if model.quick_gelu else {})
    return {"model_cfg": shape, "preprocess_cfg": {k: v for k, v in model.settings.items() if k in known}}


def configuration_of(model: HubModel, source: Repository) -> dict[str, Any]:
    """The repository's own."""
    if CONFIGURATION not in source.files:
        raise MissingWeights(f"{model.repository} has no {CONFIGURATION}, so it is no open_clip model: {REMEDY}")
    with TemporaryDirectory() as folder:
        return check_configuration(download(source.files[CONFIGURATION], Path(folder), lambda count: None))


def text_files(repository: str, source: Repository, text: Mapping[str, Any]) -> list[HubFile]:
    """The files of a tokenizer, and the settings of a text tower, that are `transformers`'."""
    found = []
    for key, names in (("hf_tokenizer_name", TOKENIZER), ("hf_model_name", (TOWER,))):
        if other := text.get(key):
            files = (source if other == repository else describe(other)).files
            found += [files[name] for name in names if name in files]
    return found


def check_room(name: str, folder: Path, wanted: int) -> None:
    """Raises `BadInput` where the disk has no room for so many bytes."""
    disk = next(path for path in folder.parents if path.exists())
    free = shutil.disk_usage(disk).free
    if free < wanted:
        raise BadInput(
            f"{name} needs {size(wanted)}, only {size(free)} are free in {disk}: "
            "make room, or name another folder in CLIPSCAPE_HOME"
        )


@contextmanager
def alone(folder: Path, report: Report) -> Iterator[None]:
    """Nobody else brings the same model meanwhile."""
    from filelock import FileLock, Timeout

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    while not lock.is_locked:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(Progress(0, None, f"waits for another download of {folder.name}"))
            time.sleep(WAIT)
    try:
        yield
    finally:
        lock.release()


def unfinished(folder: Path) -> Path:
    return folder.with_name(folder.name + UNFINISHED)


class Steps:
    """Bytes over all files as one bar, with the rate since it began."""

    def __init__(self, total: int, report: Report) -> None:
        self.total, self.report, self.done = total, report, 0
        self.begun: tuple[float, int] | None = None

    def within(self, file: HubFile) -> Callable[[int], None]:
        """Follows one file, by how many of its bytes are here."""
        before = self.done

        def on_arrival(count: int) -> None:
            self.done = before + count
            self.tell(f"downloading {file.name}")

        return on_arrival

    def tell(self, message: str) -> None:
        now = time.monotonic()
        then, had = self.begun = self.begun or (now, self.done)
        rate = (self.done - had) / max(now - then, 1e-6)
        metrics = {"rate": rate, "left": (self.total - self.done) / rate} if rate > 0 else {}
        self.report(Progress(self.done, self.total, message, metrics, "bytes"))
