"""What an analysis is given: which items, seen by which model, as images, captions or both."""

from collections.abc import Iterable

from app.comparison.source import SPACES, Source, chosen_by, spaces
from app.comparison.source import kept as rows_left
from app.kit import formats, forms, store
from core.inputs import MODALITIES
from core.runs.gap import GapRun
from core.runs.record import Chosen
from core.workspace import RunCard, Workspace

UNTAGGED = "Tag items on the Map page: then an analysis can be of those, or of the others"
WIDTH = 200


def usual(workspace: Workspace) -> Source:
    """What the menus offer first: a model that reads words, and its images, or captions where it has no images."""
    model = next(iter(_models(workspace, words=True)))
    return Source(model, spaces(workspace.models(), model)[0])


def ask(workspace: Workspace, tab: str, choice: bool = True, words: bool = True) -> Source:
    """One line of menus; call it inside a horizontal container. choice: whether there is one of the space, else both.

    words: whether the analysis needs them, so that features, which lie where no words do, are left out.
    """
    model, space = forms.choice("Model", _models(workspace, words), f"{tab}-model-{workspace.name}"), "both"
    if choice:
        titles = {each: SPACES[each] for each in spaces(workspace.models(), model)}
        help = (
            "In which the items are compared, with all of the model's dimensions; several captions of one are averaged"
        )
        space = forms.choice("Space", titles, f"{tab}-space-{workspace.name}", help)
    known, look = store.tags(workspace), {"disabled": not store.tags(workspace)}
    help = "All, or those with a tag" if known else UNTAGGED
    options = {"": "All items"} | {tag: repr(tag) for tag in known}
    tag = forms.choice("Items", options, f"{tab}-tag-{workspace.name}", help, **look)
    help = "These take no part" if known else UNTAGGED
    options = {"": "Nothing"} | {each: repr(each) for each in known if each != tag}
    exclude = forms.choice("Leave out", options, f"{tab}-exclude-{workspace.name}", help, **look)
    return Source(model, space, tag or None, exclude or None)


def count(workspace: Workspace, given: Source) -> int:
    """Items that take part, at most: those embedded, or those that the tags leave."""
    wanted = MODALITIES[given.space]
    embedded = [each.count for each in workspace.models() if each.model == given.model and each.modality in wanted]
    left = int(rows_left(workspace, given.tag, given.exclude).sum())
    return min(left, max(embedded, default=0))


def described(workspace: Workspace, card: RunCard, figures: Chosen) -> str:
    """`9,170 items, images, pocket, only “cats”`: what a result is of."""
    averaged = "images with their captions" if card.kind == GapRun.KIND else "image and caption averaged"
    space = {"images": "images", "captions": "captions", "both": averaged}.get(card.space, card.space)
    about = (formats.counted(card.items, "item"), space, store.model_title(workspace, card.model))
    return ", ".join([*about, *chosen_by(figures.tag, figures.exclude)])


def readable(columns: Iterable[str]) -> dict[str, str]:
    """Columns, and how a person reads their names."""
    return {name: name.replace("_", " ") for name in columns}


def _models(workspace: Workspace, words: bool) -> dict[str, str]:
    titles = store.models(workspace)
    return {name: title for name, title in titles.items() if not (words and store.is_wordless(workspace, name))}
