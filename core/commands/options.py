"""What a command's signature says of a parameter beside its type, so that a command line can be made from it.

A parameter without an `Option` or `Argument` is for callers in Python only. No name of an option stands here, and none
in what a command says: the command line makes both from the parameters' names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from core.errors import BadInput


@dataclass(frozen=True)
class Option:
    """help: one line. name: at a command line, where it is not the parameter's: of a list the name of one of it.

    metavar: what stands for the value in the help. read: makes the parameter's value of what is written.
    """

    help: str
    metavar: str | None = None
    name: str | None = None
    read: Callable[[str], Any] | None = None


@dataclass(frozen=True)
class Argument(Option):
    """A parameter that is told by its place."""


def lines_of(file: str) -> list[str]:
    """The words of a file, one a line."""
    try:
        return Path(file).read_text(encoding="utf-8").split()
    except OSError as error:
        raise BadInput(f"{file} cannot be read as ids, one a line: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file} cannot be read as ids, one a line: it is no text in UTF-8") from None


def names_of(text: str) -> list[str]:
    """`glasses,sex` as a list."""
    return [name.strip() for name in text.split(",") if name.strip()]


Input = Annotated[str, Argument("A workspace's folder, a bundled set's name, or a .npz.", "INPUT")]
Place = Annotated[str, Argument("A workspace's folder, or a bundled set's name.", "WORKSPACE")]
Settings = Annotated[Mapping[str, Any] | None, Option("A parameter; repeatable.", "NAME=VALUE", "set")]
Seed = Annotated[int, Option("Same seed, same result.")]
Model = Annotated[str | None, Option("Left out: the one that has embedded most.")]
ReadingModel = Annotated[str | None, Option("Left out: the one that has embedded most; of a .npz, the reader.")]
Space = Annotated[str | None, Option("images (if left out), captions (of an item their mean), both, map:RUN.")]
Tag = Annotated[str | None, Option("Only items with this tag.", "NAME")]
Exclude = Annotated[str | None, Option("No items with this tag.", "NAME")]
Label = Annotated[str | None, Option("Classes to compare with.", "COLUMN")]
By = Annotated[
    str | Mapping[str, Sequence[str]], Option("What groups are by: a column, run:CLUSTERING, or y.", "COLUMN")
]
PromptFile = Annotated[str | None, Option("One a line, perhaps as `class: prompt`; or a CSV.", "FILE", "prompts")]
Templates = Annotated[Sequence[str] | None, Option("A prompt is averaged over these.", "'… {}'", "template")]
EditorFile = Annotated[str | None, Option("An editor; left out: the bundled one.", "FILE", "model")]
