"""How a run was set, as a key by which alike ones are found and as words for what is not the default."""

import json
from collections.abc import Collection
from dataclasses import MISSING, fields

from app.kit import forms
from core.methods import discover
from core.workspace import RunCard


def key(card: RunCard, apart: Collection[str]) -> str:
    """The parameters but for some, which are no part of the setting."""
    return json.dumps({name: value for name, value in card.params.items() if name not in apart}, sort_keys=True)


def title(card: RunCard, package: str, apart: Collection[str]) -> str:
    """`K-means, K = 10`: the method, and what of its setting is not the default."""
    return ", ".join([card.title, *changed(card, package, apart)])


def changed(card: RunCard, package: str, apart: Collection[str]) -> list[str]:
    """K, and the parameters that are not the default, but for some: `["K = 10", "epochs 20"]`."""
    k = [f"K = {card.params['k']:,}"] if "k" in card.params else []
    method = discover(package).get(card.method)
    usual = {each.name: each.default for each in fields(method.params)} if method else {}
    others = ((name, value) for name, value in card.params.items() if name not in {"k", *apart})
    return k + [f"{forms.label(name).lower()} {value}" for name, value in others if value != usual.get(name, MISSING)]
