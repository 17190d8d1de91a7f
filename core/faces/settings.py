"""What a training is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import BadParameter
from core.faces.attributes import FactorPrompts, check_factor_prompts
from core.faces.kinds import BEST, KINDS
from core.faces.limits import MOST_EPOCHS, SIDES, SURE, check_seed


@dataclass(frozen=True)
class Settings:
    """All that decides on the result, by which a stopped training is found again; as in `faces_train`."""

    source: str
    attributes: str | None = None
    factors: Sequence[str] | None = None
    prompts: FactorPrompts | None = None
    sure: float = SURE
    model: str | None = None
    autoencoder: str = BEST
    side: int = SIDES[0]
    epochs: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.autoencoder not in KINDS:
            raise BadParameter(f"autoencoder {self.autoencoder}: choose from {', '.join(KINDS)}", "autoencoder")
        if self.side not in SIDES:
            raise BadParameter(f"side {self.side}: choose from {', '.join(map(str, SIDES))}", "side")
        if self.epochs is not None and not 1 <= self.epochs <= MOST_EPOCHS:
            raise BadParameter(f"epochs {self.epochs}: choose a number from 1 to {MOST_EPOCHS:,}", "epochs")
        check_seed(self.seed)
        if self.prompts is not None:
            if self.factors or self.attributes:
                asked = ("prompts", "factors", "attributes")
                raise BadParameter("prompts take the place of a table: leave its factors and the table out", *asked)
            check_factor_prompts(self.prompts, self.sure)

    def plain(self) -> dict[str, Any]:
        """As JSON keeps them, with paths that are the same from any folder."""
        paths = {name: _absolute(getattr(self, name)) for name in ("source", "attributes")}
        return json.loads(json.dumps(asdict(self) | paths))


def _absolute(path: str | None) -> str | None:
    """Names of workspaces and addresses stay; a path that is gone is still one."""
    if path is None or "://" in path:
        return path
    return str(Path(path).resolve()) if Path(path).exists() or "/" in path else path
