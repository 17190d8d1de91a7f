"""What a comparison runs: each method once, with those of the settings that it knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clustering.compare import applicable
from core.errors import BadParameter
from core.methods import Method, find, renamed


@dataclass(frozen=True)
class Plan:
    """A method and the parameters by name that it will run with."""

    method: Method
    settings: Mapping[str, Any]


def planned(
    package: str,
    methods: Sequence[str],
    settings: Mapping[str, Any],
    elsewhere: Mapping[str, str],
    example: str,
    told: Mapping[str, Any] | None = None,
) -> list[Plan]:
    """Raises `BadParameter` for a method or setting that there is not, and for no method at all.

    elsewhere: settings that the command takes by another name, and which. example: a method to name in the refusal.
    told: further settings, which no method must know.
    """
    chosen, settings = [find(package, name) for name in dict.fromkeys(methods)], renamed(settings)
    if not chosen:
        raise BadParameter(f"no method given: name at least one, e.g. {example}", "method")
    for name, instead in elsewhere.items():
        if name in settings:
            raise BadParameter(f"{name} is no setting of a single method: give {instead}", instead)
    plans = [Plan(method, applicable(method, {**settings, **(told or {})})) for method in chosen]
    for name in settings:
        if not any(name in plan.settings for plan in plans):
            chosen[0].make_params({name: settings[name]})  # refuses it, with the names that there are
    for plan in plans:
        plan.method.make_params(plan.settings)
    return plans
