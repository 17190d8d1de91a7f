"""The models that can embed: which there are, downloading one from the hub, importing one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

from core.commands.options import Argument, Option
from core.encoders.catalogue import ModelInfo
from core.formats import size
from core.progress import Report, silent
from core.serialise import plain

if TYPE_CHECKING:
    from core.encoders.fetching import Plan
    from core.encoders.kept import Card


@dataclass(frozen=True)
class ModelsResult:
    """What the command `models` returns."""

    models: Sequence[ModelInfo]


@dataclass(frozen=True, kw_only=True)
class PlanResult:
    """What a download would bring. bytes: of all files; left: of those that are still to come."""

    name: str
    repository: str
    bytes: int
    left: int
    licence: str
    gated: bool
    folder: str
    warning: str | None = None


@dataclass(frozen=True, kw_only=True)
class HereResult:
    """A model that is here now: what `models fetch` and `models import` return. bytes: of its files."""

    name: str
    folder: str
    bytes: int
    licence: str
    repository: str
    seconds: float

    def summary(self) -> str:
        return f"{size(self.bytes)}, ready to embed"


def models(report: Report = silent) -> dict[str, Any]:
    """List the models: the bundled one, imported and recommended ones first, then by published ImageNet accuracy."""
    from core.encoders import models

    return asdict(ModelsResult(models()))


def plan(name: str, report: Report = silent) -> dict[str, Any]:
    """What a download would bring, as the hub says: size in bytes, licence, folder."""
    from core.encoders.fetching import plan

    return planned(plan(name))


def fetch(
    name: Annotated[str, Argument("ARCHITECTURE:TAG, or hf-hub:ORGANISATION/REPOSITORY.")], report: Report = silent
) -> dict[str, Any]:
    """Download a model of the hub with all it needs, so that it works offline; goes on where it was stopped."""
    from core.encoders.fetching import fetch

    start = perf_counter()
    return described(fetch(name, report), start)


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
) -> dict[str, Any]:
    """Copy weights from another machine to the other models, and name them."""
    from core.encoders.importing import bring

    start = perf_counter()
    return described(bring(source, name, report), start)


def planned(plan: "Plan") -> dict[str, Any]:
    from core.encoders.kept import folder_of

    result = PlanResult(
        name=plan.model.name,
        repository=plan.model.repository,
        bytes=plan.size,
        left=0 if folder_of(plan.model.name) else plan.size - plan.here,
        licence=plan.licence,
        gated=plan.gated,
        folder=str(plan.folder),
        warning=warning(plan) if plan.needs else None,
    )
    return plain(result)


def warning(plan: "Plan") -> str:
    return f"{plan.model.name} reads texts by the package {plan.needs}, which is missing: pip install {plan.needs}"


def described(card: "Card", start: float) -> dict[str, Any]:
    """A model that is here now."""
    from core.encoders.kept import folder_for

    folder = folder_for(card.name)
    result = HereResult(
        name=card.name,
        folder=str(folder),
        bytes=sum(path.stat().st_size for path in folder.glob("*")),
        licence=card.licence,
        repository=card.repository,
        seconds=round(perf_counter() - start, 3),
    )
    return plain(result)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The list as a person reads it."""
    return {"models": [row(each) for each in result["models"]]}


def row(model: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": model["name"],
        "here": "yes" if model["here"] else "",
        "parameters": millions(model["parameters"]),
        "size": model["size"] and size(model["size"]),
        "memory": model["memory"] and size(model["memory"]),
        "dimensions": model["dimension"],
        "pixels": model["image_side"],
        "imagenet": percent(model["imagenet"]),
        "retrieval": percent(model["retrieval"]),
        "recommended": model["reason"],
    }


def with_size(result: Mapping[str, Any]) -> dict[str, Any]:
    """Bytes in units."""
    return {name: size(value) if name in ("bytes", "left") else value for name, value in result.items()}


def millions(count: int | None) -> str | None:
    return f"{count / 1e6:,.0f} M" if count else None


def percent(share: float | None) -> str | None:
    return f"{100 * share:.1f} %" if share is not None else None
