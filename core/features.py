"""Features behind the vectors: what an image tower knows before it projects into the space shared with words.

They are embeddings of a workspace under a name of their own, e.g. `pocket features`: of images only, float32 rows of
unit norm like all embeddings. Clusters and neighbours of pictures may be better there; no words are compared with them.
"""

from typing import TYPE_CHECKING

from core.errors import BadInput

if TYPE_CHECKING:
    from core.workspace import Workspace

MARK = " features"


def features_of(model: str) -> str:
    """The name under which the features behind a model's vectors are kept."""
    return model + MARK


def is_features(name: str) -> bool:
    """Whether embeddings of that name are features; those that a reducer made of them have a name of another form."""
    return name.endswith(MARK)


def behind(name: str) -> str:
    """The model whose image tower gives features of that name; the name itself of what are none."""
    return name.removesuffix(MARK)


def is_kept(workspace: "Workspace", model: str) -> bool:
    """Whether a workspace keeps the features behind a model's vectors."""
    return any(each.model == features_of(model) for each in workspace.models())


def check_words(name: str) -> None:
    """Raises `BadInput` for features, where words are needed."""
    if is_features(name):
        raise BadInput(
            f"{name} are of images alone, taken before the space that images share with words: choose {behind(name)}"
        )
