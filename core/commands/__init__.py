"""What the command line, the pages' jobs and scripts call: JSON in, JSON out, `report` last."""

from collections.abc import Callable, Mapping
from typing import Any

from core.commands import faces
from core.commands import models as of_models
from core.commands.care import care
from core.commands.care import for_reading as most_suspicious
from core.commands.clustering import cluster, for_reading
from core.commands.directions import direction, without
from core.commands.directions import for_reading as along_it
from core.commands.embedding import embed
from core.commands.embedding import for_reading as with_understanding
from core.commands.faces_edit import faces_edit
from core.commands.faces_edit import for_reading as in_two_digits
from core.commands.faces_meaning import faces_meaning
from core.commands.faces_meaning import for_reading as strongest_codes
from core.commands.faces_report import faces_report
from core.commands.faces_report import for_reading as beside_vectors
from core.commands.faces_training import faces_train
from core.commands.faces_training import for_reading as by_factor
from core.commands.groups import for_reading as by_size
from core.commands.groups import groups
from core.commands.listing import datasets, methods
from core.commands.mapping import map, place_new
from core.commands.modality_gap import for_reading as two_spaces
from core.commands.modality_gap import gap
from core.commands.models import for_reading as in_units
from core.commands.models import models, with_size
from core.commands.names import for_reading as by_group
from core.commands.names import names
from core.commands.projecting import discard, project
from core.commands.projecting import for_reading as without_loader
from core.commands.reducing import for_reading as as_points
from core.commands.reducing import reduce
from core.commands.removal import for_reading as with_and_without
from core.commands.removal import removal
from core.commands.searching import search
from core.commands.semantics import semantics
from core.commands.semantics_told import for_reading as by_prompt
from core.commands.understanding import for_reading as in_words
from core.commands.understanding import understood

__all__ = [
    "COMMANDS",
    "READABLE",
    "care",
    "cluster",
    "datasets",
    "direction",
    "discard",
    "embed",
    "faces_edit",
    "faces_meaning",
    "faces_report",
    "faces_train",
    "gap",
    "groups",
    "map",
    "methods",
    "models",
    "names",
    "place_new",
    "project",
    "reduce",
    "removal",
    "search",
    "semantics",
    "understood",
    "without",
]

COMMANDS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "embed": embed,
    "understood": understood,
    "models": models,
    "models plan": of_models.plan,
    "models fetch": of_models.fetch,
    "models import": of_models.bring,
    "datasets": datasets,
    "methods": methods,
    "search": search,
    "map": map,
    "place": place_new,
    "cluster": cluster,
    "reduce": reduce,
    "project": project,
    "discard": discard,
    "semantics": semantics,
    "direction": direction,
    "without": without,
    "removal": removal,
    "gap": gap,
    "care": care,
    "names": names,
    "groups": groups,
    "faces edit": faces_edit,
    "faces meaning": faces_meaning,
    "faces report": faces_report,
    "faces train": faces_train,
    "faces describe": faces.describe,
    "faces read": faces.read,
    "faces slide": faces.slide,
    "faces measure": faces.measure,
    "faces map": faces.faces_map,
    "faces mix": faces.mix,
    "faces draw": faces.draw,
    "faces export": faces.export,
}

READABLE: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "models": in_units,
    "models fetch": with_size,
    "models import": with_size,
    "embed": with_understanding,
    "understood": in_words,
    "cluster": for_reading,
    "reduce": as_points,
    "project": without_loader,
    "semantics": by_prompt,
    "direction": along_it,
    "removal": with_and_without,
    "gap": two_spaces,
    "care": most_suspicious,
    "names": by_group,
    "groups": by_size,
    "faces edit": in_two_digits,
    "faces meaning": strongest_codes,
    "faces report": beside_vectors,
    "faces train": by_factor,
}
"""Results that a person reads in another form than scripts do."""
