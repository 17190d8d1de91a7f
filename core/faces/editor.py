"""An editor of faces: an auto-encoder, an invertible network and the names of the factors, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.errors import BadInput
from core.faces.autoencoders import KINDS, AutoEncoder
from core.faces.invertible import InvertibleNetwork

FORMAT = "clipscape-faces-1"
REACH = 3.0
"""Sliders go from -REACH to REACH; the people with one value of a factor lie around -1, those with the other at 1."""
Setting = float | Mapping[str, float]
"""Where a slider stands; of a factor with more than two values: of one value, {value: position}."""


@dataclass(frozen=True)
class Editor:
    """factors: name → names of its values. means: for each factor the mean codes (values, block) of its people.

    latent_means: for each factor the mean latents (values, D), the usual attribute vectors, to compare with.
    readers: for each factor (values, D + 1) what tells the value from all codes, a linear discriminant and its offset.
    """

    autoencoder: AutoEncoder
    network: InvertibleNetwork
    factors: Mapping[str, tuple[str, ...]]
    means: tuple[Tensor, ...]
    latent_means: tuple[Tensor, ...]
    readers: tuple[Tensor, ...]
    card: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    @torch.no_grad()
    def of(
        cls,
        autoencoder: AutoEncoder,
        network: InvertibleNetwork,
        latents: Tensor,
        labels: Tensor,
        factors: Mapping[str, tuple[str, ...]],
        card: Mapping[str, object] | None = None,
    ) -> Editor:
        """An editor with the means of training people's latents (N, D) with labels (N, F)."""
        codes = network(latents)[0]
        blocks = network.blocks.values()
        means = [
            by_value(codes[:, block], column, place)
            for column, place, block in zip(labels.T, network.places, blocks, strict=True)
        ]
        raw = [by_value(latents, column, place) for column, place in zip(labels.T, network.places, strict=True)]
        readers = [discriminant(codes, column, place) for column, place in zip(labels.T, network.places, strict=True)]
        return cls(autoencoder, network, factors, tuple(means), tuple(raw), tuple(readers), card or {})

    @property
    def side(self) -> int:
        """Pixels a side."""
        return self.autoencoder.side

    @torch.no_grad()
    def codes(self, pictures: np.ndarray) -> np.ndarray:
        """Pictures (N, S, S, 3) uint8 → codes (N, D) float32."""
        scaled = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
        return self.network(self.autoencoder.latent(scaled))[0].numpy()

    @torch.no_grad()
    def pictures(self, codes: np.ndarray) -> np.ndarray:
        """Codes (N, D) → pictures (N, S, S, 3) uint8."""
        drawn = self.autoencoder.picture(self.network.inverse(torch.from_numpy(codes)))
        return (drawn * 255).round().byte().permute(0, 2, 3, 1).numpy()

    def positions(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """Where codes (N, D) lie on each slider: factor → (N,) where it has two values, else (N, values).

        A factor of two values: -1 at the mean of those with the first, 1 at the mean of those with the second. One of
        more: for each value, -1 at the mean of all other people and 1 at the mean of those with that value.
        """
        found = {}
        for name, values in self.factors.items():
            middles, directions = self.axes(name)
            along = 2 * ((codes[:, None, self.network.blocks[name]] - middles) * directions).sum(2)
            along = along / (directions**2).sum(1)
            found[name] = along[:, 1] if len(values) == 2 else along
        return found

    def axes(self, factor: str) -> tuple[np.ndarray, np.ndarray]:
        """For each value of a factor: the middle between it and the others (values, block), and the way to it."""
        means = self.means[list(self.factors).index(factor)].numpy()
        others = (means.sum(0) - means) / (len(means) - 1)
        return (means + others) / 2, means - others

    def values(self, codes: np.ndarray) -> dict[str, np.ndarray]:
        """The value of each factor that codes (N, D) tell: factor → (N,) int64.

        Read from all codes: a block holds what an edit has to move, which is less than what gives a value away.
        """
        readers = zip(self.factors, self.readers, strict=True)
        return {name: (codes @ each[:, :-1].numpy().T + each[:, -1].numpy()).argmax(1) for name, each in readers}

    def moved(self, codes: np.ndarray, settings: Mapping[str, Setting]) -> np.ndarray:
        """Codes (N, D) with sliders set: factor → position, or for more than two values: {value: position}.

        Each slider moves along the way that the network learned between the places of the factor's values. Raises
        `BadInput` for an unknown factor or value and for a position beyond ±3.
        """
        moved = codes.copy()
        for factor, setting in settings.items():
            value, position = self.slider(factor, setting)
            steps = (self.reached(factor, position) - self.start(codes, factor, value)) / 2
            moved[:, self.network.blocks[factor]] += steps[:, None] * self.way(codes, factor, value)
        return moved

    def reached(self, factor: str, position: float) -> float:
        """How far a slider goes: of more than two values hardly beyond ±1, where colours leave what faces have."""
        if len(self.factors[factor]) == 2:
            return position
        inside = min(1.0, max(-1.0, position))
        return inside + (position - inside) / 8

    def start(self, codes: np.ndarray, factor: str, value: int) -> np.ndarray:
        """Where a slider stands for codes (N, D) until somebody moves it: (N,).

        Of two values: the face's own position. Of more: 1 for people with the value and -1 for all others, whose
        slider leads from their own value's place to this one's; one slider a value along its own axis, whatever the
        person is, ended farther from the true counterfactuals.
        """
        if len(self.factors[factor]) == 2:
            return self.positions(codes)[factor] * (1 if value else -1)
        return np.where(self.values(codes)[factor] == value, 1.0, -1.0).astype(np.float32)

    def way(self, codes: np.ndarray, factor: str, value: int) -> np.ndarray:
        """The step (N, block) that makes people with other values ones with this value; for those: away from others."""
        places = self.network.places[list(self.factors).index(factor)].detach().numpy()
        others = (places.sum(0) - places[value]) / (len(places) - 1)
        if len(places) == 2:
            return np.broadcast_to(places[value] - others, (len(codes), places.shape[1]))
        own = self.values(codes)[factor]
        return places[value] - np.where((own == value)[:, None], others, places[own])

    def slider(self, factor: str, setting: Setting) -> tuple[int, float]:
        """A setting as the place of the value that it leads to and the position, checked."""
        values = self.factors.get(factor)
        if values is None:
            raise BadInput(f"no factor {factor!r}: choose from {', '.join(self.factors)}")
        named = setting if isinstance(setting, Mapping) else {values[-1]: setting}
        if len(named) != 1 or (not isinstance(setting, Mapping) and len(values) > 2):
            raise BadInput(f"{factor} needs one value and its position: choose from {', '.join(values)}")
        ((value, position),) = named.items()
        if value not in values:
            raise BadInput(f"no {factor} {value!r}: choose from {', '.join(values)}")
        if not abs(position) <= REACH:
            raise BadInput(f"{factor}={position:g} is beyond ±{REACH:g}: choose a number from -{REACH:g} to {REACH:g}")
        return values.index(value), float(position)

    def become(self, codes: np.ndarray, factor: str, value: int) -> np.ndarray:
        """Codes (N, D) of the same people with another value of a factor: the edit that the network was trained for."""
        places = self.network.places[list(self.factors).index(factor)].detach().numpy()
        moved = codes.copy()
        moved[:, self.network.blocks[factor]] += places[value] - places[self.values(codes)[factor]]
        return moved

    def mixed(self, codes: np.ndarray, other: np.ndarray, factors: tuple[str, ...]) -> np.ndarray:
        """Codes (N, D) with the blocks of some factors taken from other codes (N, D)."""
        moved = codes.copy()
        for name in factors:
            block = self.network.blocks[name]
            moved[:, block] = other[:, block]
        return moved

    def random(self, values: Mapping[str, int], rng: np.random.Generator, spread: float = 0.8) -> np.ndarray:
        """Codes (1, D) of a person who never was: chance, around the mean of each chosen value.

        spread: deviation of the codes; below 1, where people look more usual.
        """
        codes = spread * rng.standard_normal((1, self.autoencoder.size)).astype(np.float32)
        for name, means in zip(self.factors, self.means, strict=True):
            value = values.get(name, int(rng.integers(len(means))))
            codes[:, self.network.blocks[name]] = means[value].numpy()
        return codes

    def save(self, path: Path) -> None:
        """One safetensors file; its metadata say what is in it. The auto-encoder is kept at half precision."""
        tensors = {f"autoencoder.{k}": v.half() for k, v in self.autoencoder.state_dict().items()}
        tensors |= {f"network.{k}": v for k, v in self.network.state_dict().items()}
        tensors |= {f"means.{n}": mean for n, mean in enumerate(self.means)}
        tensors |= {f"latent_means.{n}": mean for n, mean in enumerate(self.latent_means)}
        tensors |= {f"readers.{n}": reader for n, reader in enumerate(self.readers)}
        told = {"format": FORMAT, "kind": self.autoencoder.kind, "side": self.side, "sizes": self.network.sizes}
        told |= {"factors": {name: list(values) for name, values in self.factors.items()}, "card": dict(self.card)}
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_file({k: v.contiguous() for k, v in tensors.items()}, partial, {"clipscape": json.dumps(told)})
        partial.replace(path)


def by_value(rows: Tensor, labels: Tensor, places: Tensor) -> Tensor:
    """The mean row (values, …) of each value; `places` has one row a value."""
    return torch.stack([rows[labels == value].mean(0) for value in range(len(places))])


def discriminant(rows: Tensor, labels: Tensor, places: Tensor) -> Tensor:
    """Fisher's linear discriminant of each value and its offset (values, D + 1), every value as likely."""
    means = by_value(rows, labels, places).double()
    within = (rows - means[labels]).T @ (rows - means[labels]) / len(rows)
    directions = torch.linalg.solve(within + 1e-6 * torch.eye(rows.shape[1]), means.T).T
    return torch.cat([directions, -0.5 * (directions * means).sum(1, keepdim=True)], 1).float()


def load(path: Path) -> Editor:
    """The editor in a file. Raises `BadInput` for a file that holds none, or one of another shape."""
    try:
        with safe_open(path, "pt") as file:
            told = json.loads((file.metadata() or {}).get("clipscape", "{}"))
        tensors = load_file(path)
    except (OSError, SafetensorError, ValueError):
        raise BadInput(f"{path} is no safetensors file: give a trained editor's") from None
    if told.get("format") != FORMAT or told.get("kind") not in KINDS:
        raise BadInput(f"{path} holds no editor of faces ({FORMAT}): give a trained editor's")
    try:
        return built(told, tensors)
    except (RuntimeError, KeyError, TypeError, ValueError):
        raise BadInput(f"{path}: its arrays have other shapes than its description says; train it again") from None


def built(told: Mapping[str, dict], tensors: Mapping[str, Tensor]) -> Editor:
    """An editor from a file's description and arrays."""
    factors = {name: tuple(values) for name, values in told["factors"].items()}
    autoencoder = AutoEncoder(str(told["kind"]), int(told["side"]))  # type: ignore[call-overload]
    network = InvertibleNetwork(autoencoder.size, told["sizes"], {name: len(v) for name, v in factors.items()})
    autoencoder.load_state_dict(part(tensors, "autoencoder."))
    network.load_state_dict(part(tensors, "network."))
    means = tuple(tensors[f"means.{n}"] for n in range(len(factors)))
    latent_means = tuple(tensors[f"latent_means.{n}"] for n in range(len(factors)))
    readers = tuple(tensors[f"readers.{n}"] for n in range(len(factors)))
    return Editor(autoencoder.eval(), network.eval(), factors, means, latent_means, readers, told["card"])


def part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The arrays under a prefix."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
