"""The models that can be chosen, with what is known of each before it is loaded."""

from dataclasses import replace

from core.encoders.catalogue import ModelInfo, bundled, completed, configuration_of, count_parameters
from core.encoders.hub import hub_model, in_cache
from core.encoders.kept import Card, folder_for, folder_of, kept
from core.encoders.published import RECOMMENDED, published
from core.errors import BadInput


def models() -> list[ModelInfo]:
    """Every model with a name: the bundled ones, other ones kept here, recommended ones, then by accuracy.

    Imports open_clip: seconds, where it is not loaded.
    """
    import open_clip

    of_hub = sorted((of_hub_list(*pair) for pair in open_clip.list_pretrained()), key=rank)
    names = {model.name for model in of_hub}
    return [*bundled(), *(of_card(card) for card in kept() if card.name not in names), *of_hub]


def rank(model: ModelInfo) -> tuple[int, float]:
    """Recommended ones in their order, then the most accurate first, those without a figure last."""
    recommended = list(RECOMMENDED)
    place = recommended.index(model.name) if model.name in recommended else len(recommended)
    return place, -(model.imagenet or 0.0)


def of_hub_list(architecture: str, tag: str) -> ModelInfo:
    """A model of open_clip's list."""
    import open_clip

    name = f"{architecture}:{tag}"
    figures = published().get(name)
    model = ModelInfo(name, f"{architecture}, {tag}", "hub", here=is_here(name), reason=RECOMMENDED.get(name, ""))
    if figures:
        model = replace(model, **vars(figures))
    return completed(model, open_clip.get_model_config(architecture) or {})


def of_card(card: Card) -> ModelInfo:
    """A model that is kept here and not in open_clip's list: imported, or a repository of the hub."""
    where, title = ("hub", f"{card.repository}, downloaded") if card.from_hub else ("local", f"{card.name}, imported")
    folder = folder_for(card.name)
    weights, model = folder / card.weights, ModelInfo(card.name, title, where, here=True)
    try:
        parameters = count_parameters(weights) if weights.suffix == ".safetensors" else None
        return completed(replace(model, parameters=parameters), configuration_of(folder)["model_cfg"])
    except BadInput:
        return replace(model, title=f"{title}, and damaged since: delete {folder}, and bring it again")


def is_here(name: str) -> bool:
    """Whether a hub model can be used without the hub."""
    model = hub_model(name)
    return folder_of(model.name) is not None or in_cache(model.repository, model.weights) is not None
