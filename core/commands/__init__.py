"""What the command line, the pages' jobs and scripts call: JSON in, JSON out, `report` last."""

from collections.abc import Callable, Mapping
from typing import Any

from core.commands.clustering import cluster, for_reading
from core.commands.embedding import embed
from core.commands.listing import datasets, methods, models
from core.commands.mapping import map, place_new
from core.commands.projecting import for_reading as without_loader
from core.commands.projecting import project
from core.commands.reducing import for_reading as as_points
from core.commands.reducing import reduce
from core.commands.searching import search

__all__ = [
    "COMMANDS",
    "READABLE",
    "cluster",
    "datasets",
    "embed",
    "map",
    "methods",
    "models",
    "place_new",
    "project",
    "reduce",
    "search",
]

COMMANDS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "embed": embed,
    "models": models,
    "datasets": datasets,
    "methods": methods,
    "search": search,
    "map": map,
    "place": place_new,
    "cluster": cluster,
    "reduce": reduce,
    "project": project,
}

READABLE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "cluster": for_reading,
    "reduce": as_points,
    "project": without_loader,
}
"""Results that a person reads in another form than scripts do."""
