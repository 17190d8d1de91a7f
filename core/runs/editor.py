"""An editor of faces that was trained in a workspace: how good it is, and where its file lies."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results import Floats
from core.runs.record import AsDict, Record
from core.sources.items import Refused


@dataclass(frozen=True)
class EditFigures:
    """Shares between 0 and 1 of held-out faces, as the editor reads what it draws.

    flipped: read to have the new value. others_kept: of the other factors, read as before the edit.
    """

    flipped: float
    others_kept: float


@dataclass(frozen=True, kw_only=True)
class HeldOutFigures:
    """On faces that nothing was trained on. psnr (dB), ssim: of faces made again. roundtrip: largest |T⁻¹(T(z)) - z|.

    By factor: read, chance: the share of faces whose value is read right, and what the most frequent value would get;
    edits.
    """

    psnr: float = 0.0
    ssim: float = 0.0
    roundtrip: float = 0.0
    read: Mapping[str, float] = field(default_factory=dict)
    chance: Mapping[str, float] = field(default_factory=dict)
    edits: Mapping[str, EditFigures] = field(default_factory=dict)

    def summary(self) -> str:
        """How good the editor is, in a few words."""
        read = 100 * min(self.read.values(), default=0)
        return f"faces made again with SSIM {self.ssim:.3f}, each factor read right in {read:.3g} %"


@dataclass(frozen=True, kw_only=True)
class Trained(HeldOutFigures):
    """What went in. side: pixels; epochs: of each network; pictures, held_out, left_out: counts; factors."""

    autoencoder: str = ""
    side: int = 0
    epochs: int = 0
    pictures: int = 0
    held_out: int = 0
    left_out: int = 0
    factors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class EditorFigures(Trained):
    """refused: how many files or rows could not be used. file: the editor's name in its folder."""

    refused: int = 0
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class EditorResult(Trained, AsDict):
    """What the command `faces train` returns. model: the editor's path."""

    run: str
    model: str
    refused: Sequence[Refused]
    seconds: float

    def readable(self) -> dict[str, Any]:
        """With a line a factor, in place of what is by factor."""
        rows = [
            {
                "factor": factor,
                "values": ", ".join(values),
                "read": self.read[factor],
                "chance": self.chance[factor],
                **asdict(self.edits[factor]),
            }
            for factor, values in self.factors.items()
        ]
        figures = {name: value for name, value in asdict(self).items() if name not in ("read", "chance", "edits")}
        return {**figures, "factors": rows}


@dataclass(frozen=True, eq=False)
class EditorRun(Record[EditorFigures]):
    """loss_autoencoder, loss_network: (steps,). samples: (R, C, S, S, 3), C held-out faces in each of R rows."""

    KIND = "editor"
    FIGURES = EditorFigures

    loss_autoencoder: Floats
    loss_network: Floats
    samples: NDArray[np.uint8]

    def summary(self) -> str:
        return self.figures.summary()

    @property
    def losses(self) -> Mapping[str, Floats]:
        """The loss of every step by stage."""
        return {"autoencoder": self.loss_autoencoder, "network": self.loss_network}
