"""What the bundled sets can be asked at once: prompts, classes and directions that fit what they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

GENERAL = "general"
"""For a person's own items, of which nothing is known."""


@dataclass(frozen=True)
class PromptExample:
    """lines: prompts as a file has them, perhaps with classes. label: the column that the classes are of."""

    title: str
    lines: Sequence[str]
    templates: Sequence[str] = ()
    label: str | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class DirectionExample:
    """A direction: between two prompts, or by the value of a label. among: a label whose items show it best."""

    title: str
    towards: str = ""
    away: str = ""
    label: str | None = None
    value: str | None = None
    among: str | None = None


@dataclass(frozen=True)
class _Examples:
    prompts: Sequence[PromptExample]
    directions: Sequence[DirectionExample]


def prompts(workspace: str) -> Sequence[PromptExample]:
    """Those of a workspace by its name; the general ones for a person's own."""
    return _of(workspace).prompts


def directions(workspace: str) -> Sequence[DirectionExample]:
    """The same of directions."""
    return _of(workspace).directions


def among(workspace: str, title: str) -> str:
    """The label whose items show a direction of that title best; "" for all."""
    known = {f"{each.towards} − {each.away}": each.among for each in directions(workspace)}
    return known.get(title) or ""


def _of(workspace: str) -> _Examples:
    return _known().get(workspace, _known()[GENERAL])


@cache
def _known() -> Mapping[str, _Examples]:
    text = Path(__file__).with_suffix(".toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, _Examples])
