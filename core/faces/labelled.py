"""Pictures of faces with the value of each factor: what an editor is trained on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core import tensor_file
from core.errors import BadInput, one_line
from core.faces.options import Factors
from core.faces.pictures import Pictures
from core.sources.items import Refused
from core.tensor_file import UNREADABLE, Count, Description

FORMAT: Literal["clipscape-labelled-faces-1"] = "clipscape-labelled-faces-1"
HELD_OUT = 0.1
"""The share of the pictures that nothing is trained on."""


class FacesDescription(Description, frozen=True, kw_only=True):
    """Of a file of labelled faces. refused: sources and reasons; found: see `LabelledFaces`."""

    CONTENT = "labelled faces"
    REMEDY = "begin the training anew"

    format: Literal["clipscape-labelled-faces-1"]
    factors: Factors
    found: Count
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class LabelledFaces:
    """pictures (N, S, S, 3) uint8, labels (N, F) int64; factors: name → names of its values.

    found: pictures that there were. refused: what could not be read, and why.
    """

    pictures: Pictures
    labels: NDArray[np.int64]
    factors: Mapping[str, tuple[str, ...]]
    found: int
    refused: Sequence[Refused] = ()

    def __post_init__(self) -> None:
        count, side = self.pictures.shape[:2]
        if self.pictures.shape != (count, side, side, 3) or self.pictures.dtype != np.uint8:
            raise BadInput(f"pictures: {self.pictures.dtype} of shape {self.pictures.shape}, not (N, S, S, 3) uint8")
        if self.labels.shape != (count, len(self.factors)) or self.labels.dtype != np.int64:
            raise BadInput(f"labels: shape {self.labels.shape}, but ({count}, {len(self.factors)}) int64 is needed")

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def left_out(self) -> int:
        """Pictures of which the value of some factor is not known, or not sure."""
        return self.found - len(self)

    @property
    def fingerprint(self) -> str:
        """Changes whenever a picture or a label does: 32 hexadecimal digits."""
        digest = blake2b(json.dumps([self.factors, self.pictures.shape]).encode(), digest_size=16)
        for each in (self.pictures, self.labels):
            digest.update(np.ascontiguousarray(each).data)
        return digest.hexdigest()

    def take(self, rows: NDArray[np.int64]) -> LabelledFaces:
        """Some of them, in that order."""
        return replace(self, pictures=self.pictures[rows], labels=self.labels[rows])

    def split(self, seed: int) -> tuple[LabelledFaces, LabelledFaces]:
        """Those to train on, and a tenth that is held out, drawn by chance."""
        order = np.random.default_rng(seed).permutation(len(self))
        held_out = max(1, round(HELD_OUT * len(self)))
        return self.take(np.sort(order[held_out:])), self.take(np.sort(order[:held_out]))

    def save(self, path: Path) -> None:
        """One safetensors file, written whole or not at all."""
        refused = tuple((each.source, each.reason) for each in self.refused)
        description = FacesDescription(format=FORMAT, factors=dict(self.factors), found=self.found, refused=refused)
        tensor_file.write(path, {"pictures": self.pictures, "labels": self.labels}, description)

    @classmethod
    def load(cls, path: Path) -> LabelledFaces:
        """What `save` wrote; raises `BadInput` for any other file."""
        description, arrays = tensor_file.read(path, FacesDescription, "numpy")
        refused = [Refused(*each) for each in description.refused]
        try:
            found = cls(arrays["pictures"], arrays["labels"], description.factors, description.found, refused)
            found.check_labels()
        except (BadInput, *UNREADABLE) as error:
            remedy = FacesDescription.REMEDY
            raise BadInput(f"{path} holds no labelled faces ({one_line(error)}): {remedy}", "resume") from None
        return found

    def check_labels(self) -> None:
        """Raises `BadInput` for labels that are values of no factor."""
        most = [len(values) for values in self.factors.values()]
        if (self.labels < 0).any() or (self.labels >= most).any():
            raise BadInput(f"labels: each must lie between 0 and the number of its factor's values, {most}")
