"""Names of groups as the pages show them: those of the newest run that named the same groups."""

from app.kit import records
from core.inputs import RUN
from core.runs.names import NamedGroup, NamesRun
from core.workspace import RunCard, Workspace

COMMAND = "names"
COLUMN = "names of"
"""How a column of names begins: on the map, these stand at the middles of their groups."""


def newest(workspace: Workspace, by: str) -> RunCard | None:
    """The run that named these groups last: "run:ID", or a column's name."""
    cards = reversed(workspace.runs(NamesRun.KIND))
    return next((card for card in cards if NamesRun.figures_of(card).by == by), None)


def clusters(workspace: Workspace, run: str) -> dict[int, NamedGroup]:
    """The clusters of a clustering by their numbers, as they were named last; empty where nobody has."""
    card = newest(workspace, RUN + run)
    return {each.number: each for each in read(workspace, card).groups} if card else {}


def of_clusters(workspace: Workspace, run: str) -> dict[int, str]:
    """The names of a clustering's clusters by their numbers, of those that have one."""
    return {number: each.name for number, each in clusters(workspace, run).items() if each.name}


def read(workspace: Workspace, card: RunCard) -> NamesRun:
    """What a run of names holds."""
    return records.read(workspace, NamesRun, card)
