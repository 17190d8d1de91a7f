"""The models that can embed: which there are, downloading one from the hub, importing one."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, Self

from msgspec import convert

from core.commands.options import Argument, Option
from core.encoders.catalogue import ModelInfo
from core.formats import percent, size
from core.progress import Report, silent
from core.runs.record import Result

if TYPE_CHECKING:
    from core.encoders.fetching import Download
    from core.encoders.kept import Card


class ModelsResult(Result, frozen=True, kw_only=True):
    """What the command `models` returns."""

    models: Sequence[ModelInfo]

    def readable(self) -> dict[str, Any]:
        """A line a model, with units."""
        return {"models": [_line(each) for each in self.models]}


def _line(model: ModelInfo) -> dict[str, Any]:
    return {
        "name": model.name,
        "here": "yes" if model.here else "",
        "parameters": f"{model.parameters / 1e6:,.0f} M" if model.parameters else None,
        "size": model.size and size(model.size),
        "memory": model.memory and size(model.memory),
        "dimensions": model.dimension,
        "pixels": model.image_side,
        "imagenet": None if model.imagenet is None else percent(model.imagenet),
        "retrieval": None if model.retrieval is None else percent(model.retrieval),
        "recommended": model.reason,
    }


class PlanResult(Result, frozen=True, kw_only=True):
    """What a download would bring. bytes: of all files; left: of those that are still to come."""

    name: str
    repository: str
    bytes: int
    left: int
    licence: str
    gated: bool
    folder: str
    warning: str | None = None

    @classmethod
    def of(cls, plan: "Download") -> Self:
        from core.encoders.kept import folder_of

        name, needed = plan.model.name, plan.needs
        lacks = f"{name} reads texts by the package {needed}, which is missing: pip install {needed}"
        return cls(
            name=name,
            repository=plan.model.repository,
            bytes=plan.size,
            left=0 if folder_of(name) else plan.size - plan.here,
            licence=plan.licence,
            gated=plan.gated,
            folder=str(plan.folder),
            warning=lacks if needed else None,
        )


class InstalledResult(Result, frozen=True, kw_only=True):
    """A model that is here now: what `models fetch` and `models import` return. bytes: of its files."""

    name: str
    folder: str
    bytes: int
    licence: str
    repository: str
    seconds: float

    @classmethod
    def of(cls, card: "Card", seconds: float) -> Self:
        from core.encoders.kept import folder_for

        folder = folder_for(card.name)
        return cls(
            name=card.name,
            folder=str(folder),
            bytes=sum(path.stat().st_size for path in folder.glob("*")),
            licence=card.licence,
            repository=card.repository,
            seconds=round(seconds, 3),
        )

    def summary(self) -> str:
        return f"{size(self.bytes)}, ready to embed"

    def readable(self) -> dict[str, Any]:
        """With its size in units."""
        return self.to_dict() | {"bytes": size(self.bytes)}


def models(report: Report = silent) -> ModelsResult:
    """List the models: the bundled one, imported and recommended ones first, then by published ImageNet accuracy."""
    from core.encoders import models

    return ModelsResult(models=models())


def plan(name: str, report: Report = silent) -> PlanResult:
    """What a download would bring, as the hub says: size in bytes, licence, folder."""
    from core.encoders.fetching import plan

    return PlanResult.of(plan(name))


def fetch(
    name: Annotated[str, Argument("ARCHITECTURE:TAG, or hf-hub:ORGANISATION/REPOSITORY.")], report: Report = silent
) -> InstalledResult:
    """Download a model of the hub with all it needs, so that it works offline; goes on where it was stopped."""
    from core.encoders.fetching import fetch

    start = perf_counter()
    return InstalledResult.of(fetch(name, report), perf_counter() - start)


def bring(
    source: Annotated[
        str,
        Argument(
            "What `fetch` made elsewhere, any folder with open_clip_config.json and safetensors, or "
            "ARCHITECTURE:FILE.safetensors.",
            "FOLDER_OR_FILE",
        ),
    ],
    name: Annotated[str | None, Option("What to call it; left out: as the folder is called.")] = None,
    report: Report = silent,
) -> InstalledResult:
    """Copy weights from another machine to the other models, and name them."""
    from core.encoders.importing import bring

    start = perf_counter()
    return InstalledResult.of(bring(source, name, report), perf_counter() - start)


def with_size(result: Mapping[str, Any]) -> dict[str, Any]:
    """See `InstalledResult.readable`."""
    return convert(result, InstalledResult).readable()
