"""A loaded model: pictures and texts → unit vectors."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from core.encoders import device as devices
from core.encoders import precision
from core.encoders import two_towers as two_towers  # registers the tower of `pocket-2` with timm
from core.encoders.catalogue import count_parameters, least_numbers
from core.encoders.penultimate import features_kept, has_features
from core.encoders.texts import MERGES as MERGES
from core.encoders.texts import encode_text, folder_of, make_tokenizer, needs_transformers
from core.encoders.texts import tower as text_tower
from core.encoders.weights import Source, files_of
from core.errors import BadInput, ClipscapeError, MissingWeights, one_line
from core.results import Floats
from core.tensor_file import check_finite

Pixels = NDArray[np.uint8]
Shaper = Callable[[Image.Image], Image.Image]

IMAGE, TEXT = "image", "text"
"""The towers."""
SPARE = 2**24
"""Numbers that a model may have beyond twice those of its weights, as its places where they are stretched."""
BATCH = 256
"""Pictures or texts at once, where somebody gives many."""


class Encoder:
    """An open_clip model with its preparation of pictures and its tokenizer.

    name: its identity in workspaces. dimension: of its vectors. image_side: pixels, of its square input.
    context_length: tokens that it reads of a text.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any, dimension: int) -> None:
        self.name = name
        self.dimension = dimension
        self.device = devices.best()
        self.model = model.eval().requires_grad_(False).to(self.device)
        self.model.visual.to(memory_format=torch.channels_last)  # convolutions are up to twice as fast so
        self._half: dict[str, torch.dtype | None] = {}
        self._tokenizer = tokenizer
        self._settings = PreprocessCfg(**model.visual.preprocess_cfg)
        self._shape = make_shaper(self._settings)
        self._mean, self._spread = (
            255 * torch.tensor(each, device=self.device).view(1, -1, 1, 1)
            for each in (self._settings.mean, self._settings.std)
        )

    @property
    def image_side(self) -> int:
        size = self._settings.size
        return size if isinstance(size, int) else max(size)

    @property
    def context_length(self) -> int:
        return self._tokenizer.context_length

    @property
    def logit_scale(self) -> float:
        """What the model was trained to multiply cosines by before a softmax: one over its temperature."""
        return float(self.model.logit_scale.exp())

    @property
    def has_features(self) -> bool:
        """Whether there are features behind the vectors of images, see `core.encoders.penultimate`."""
        return has_features(self.model.visual)

    def encode_images(self, images: Sequence[Image.Image]) -> Floats:
        """Pictures → (N, D) float32, unit norm. Raises `BadInput` where the model gives no direction."""
        return checked(in_batches(lambda some: self.image_vectors([*map(self.pixels, some)]), images))

    def encode_features(self, images: Sequence[Image.Image]) -> Floats:
        """Pictures → the features (N, F) behind their vectors, float32, unit norm. Raises `BadInput` as above."""
        return checked(in_batches(lambda some: self.image_vectors_and_features([*map(self.pixels, some)])[1], images))

    def encode_texts(self, texts: Sequence[str]) -> Floats:
        """Texts → (N, D) float32, unit norm; what exceeds the context is cut off, see `truncated`."""
        return checked(in_batches(self.text_vectors, texts))

    def image_vectors(self, pixels: Sequence[Pixels]) -> Floats:
        """Pixels of pictures → (N, D) float32, unit norm; a row without a direction is NaN."""
        if not pixels:
            return np.empty((0, self.dimension), np.float32)
        return unit(self._numbers(IMAGE, self.model.encode_image, self.tensor(pixels)))

    def image_vectors_and_features(self, pixels: Sequence[Pixels]) -> tuple[Floats, Floats]:
        """Pixels of pictures → (N, D) vectors and (N, F) features of one pass; a row without a direction is NaN.

        N is at least 1, and the model has features.
        """
        numbers = self._numbers(IMAGE, self._vectors_and_features, self.tensor(pixels))
        return unit(numbers[:, : self.dimension]), unit(numbers[:, self.dimension :])

    def text_vectors(self, texts: Sequence[str]) -> Floats:
        """Texts → (N, D) float32, unit norm; a row without a direction is NaN."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return unit(self._numbers(TEXT, partial(encode_text, self.model), self.tokens(texts).to(self.device)))

    def pixels(self, image: Image.Image) -> Pixels:
        """A picture as the model wants it, resized and cropped: (H, W, 3) uint8. Runs in any thread."""
        return np.asarray(self._shape(image))

    def tensor(self, pixels: Sequence[Pixels]) -> Tensor:
        """Pixels of pictures → the model's input on its device: (N, 3, H, W) float32, channels last in memory."""
        batch = torch.from_numpy(np.stack(pixels)).to(self.device, non_blocking=True)
        return (batch.permute(0, 3, 1, 2) - self._mean).div_(self._spread)

    def tokens(self, texts: Sequence[str]) -> Tensor:
        """(N, context_length) int64."""
        return self._tokenizer(list(texts))

    def truncated(self, texts: Sequence[str]) -> list[int]:
        """The rows of those texts of which the model reads only the beginning.

        The last token says nothing where padding is written as the end of the text, as by SigLIP.
        """
        if not texts:
            return []
        full = np.flatnonzero(self.tokens(texts)[:, -2].numpy() != self._padding).tolist()
        return [row for row in full if self._length(texts[row]) > self.context_length]

    def half(self, tower: str) -> torch.dtype | None:
        """The half precision in which a tower runs, None for float32; found at its first use.

        tower: "image" or "text".
        """
        if tower not in self._half:
            half = devices.half(self.device)
            agreed = precision.agreed(self._tower(tower), half, partial(self._sample, tower))
            self._half[tower] = half if agreed else None
        return self._half[tower]

    def _tower(self, tower: str) -> Any:
        if tower == IMAGE:
            return self.model.visual
        return self.model.text if hasattr(self.model, "text") else self.model.transformer

    def _sample(self, tower: str, half: torch.dtype | None) -> Floats:
        """Vectors of the samples in a precision: unit rows."""
        if tower == IMAGE:
            batch = self.tensor([self.pixels(picture) for picture in precision.pictures()])
            return unit(self._forward(self.model.encode_image, batch, half))
        tokens = self.tokens(precision.TEXTS).to(self.device)
        return unit(self._forward(partial(encode_text, self.model), tokens, half))

    def _vectors_and_features(self, batch: Tensor) -> Tensor:
        """(N, D + F), of one pass."""
        with features_kept(self.model.visual) as features:
            vectors = self.model.encode_image(batch)
        return torch.cat([vectors.float(), features[-1].float()], dim=1)

    def _numbers(self, tower: str, function: Callable[[Tensor], Tensor], batch: Tensor) -> Floats:
        """What comes out of a tower; a row that overflows in float16 is computed again in float32."""
        half = self.half(tower)
        numbers = self._forward(function, batch, half)
        bad = ~np.isfinite(numbers).all(axis=1)
        if half is torch.float16 and bad.any():
            numbers[bad] = self._forward(function, batch[torch.from_numpy(bad)], None)
        return numbers

    @torch.inference_mode()
    def _forward(self, function: Callable[[Tensor], Tensor], batch: Tensor, half: torch.dtype | None) -> Floats:
        with devices.autocast(self.device, half):
            return function(batch).float().cpu().numpy()

    @property
    def _padding(self) -> int:
        return getattr(getattr(self._tokenizer, "tokenizer", None), "pad_token_id", 0) or 0

    def _length(self, text: str) -> int:
        inner = getattr(self._tokenizer, "tokenizer", None)
        if inner:
            return len(inner(self._tokenizer.clean_fn(text)).input_ids)
        return len(self._tokenizer.encode(text)) + 2


def unit(vectors: NDArray[np.floating]) -> Floats:
    """Rows of norm 1; NaN for a row that has no direction."""
    with np.errstate(all="ignore"):
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.where(np.isfinite(norms) & (norms > 0), vectors / norms, np.nan).astype(np.float32)


def checked(vectors: Floats) -> Floats:
    """The vectors; raises `BadInput` if one has no direction."""
    bad = np.flatnonzero(np.isnan(vectors).any(axis=1))
    if len(bad):
        raise BadInput(f"row {bad[0]}: the model gives a zero or infinite vector; its weights may be broken")
    return vectors


@lru_cache(maxsize=2)
def cached(source: Source) -> Encoder:
    """The encoder of a source; the last two stay in memory."""
    return build(source)


def build(source: Source) -> Encoder:
    """Makes the model, loads its weights, and gives it its preparation and tokenizer."""
    if needs_transformers(source):
        raise MissingWeights(f"{source.name} reads texts by the package transformers: pip install transformers")
    try:
        with quiet():
            tower = text_tower(source)
            tokenizer = make_tokenizer(source)
            check_numbers(source)
            model = open_clip.create_model(
                source.configuration,
                load_weights=False,
                pretrained_text=False,
                force_quick_gelu=source.quick_gelu,
                force_preprocess_cfg=dict(source.preprocessing),
                **tower,
            )
        fill(model, source)
        dimension = open_clip.get_model_config(source.configuration)["embed_dim"]
        return Encoder(source.name, model, tokenizer, dimension)
    except ClipscapeError:
        raise
    except Exception as error:  # a wrong configuration leads open_clip, timm and tokenizers to whatever it leads to
        raise cannot_build(source, error) from None


def check_numbers(source: Source) -> None:
    """Raises `BadInput`, before there is memory taken for it, for a model of far more numbers than its weights hold.

    Of a tower that timm makes by its name only timm knows how many it has.
    """
    files, folder = files_of(source.weights), folder_of(source)
    if folder is None or any(file.suffix != ".safetensors" for file in files):
        return
    held, asked = sum(map(count_parameters, files)), least_numbers(folder)
    if asked > 2 * held + SPARE:
        what = f"the model of its configuration has {asked:,} at the least"
        raise BadInput(f"{source.weights.name} does not fit: it holds {held:,} numbers, {what}; take its own weights")


def fill(model: Any, source: Source) -> None:
    """Loads the weights; raises `BadInput` if they are not this architecture's, or not finite."""
    try:
        files = files_of(source.weights)
        if len(files) == 1:
            open_clip.load_checkpoint(model, str(files[0]))
        else:
            model.load_state_dict({name: value for file in files for name, value in load_file(file).items()})
    except Exception as error:
        what = source.configuration.partition(":")[2] or source.configuration
        raise BadInput(f"{source.weights.name} does not fit {what}: {one_line(error)}") from None
    learned = {name: each for name, each in model.state_dict().items() if not name.endswith("mask")}  # which holds -inf
    check_finite(source.weights, learned, "take other weights")


def cannot_build(source: Source, error: Exception) -> Exception:
    if isinstance(error, OSError):
        return MissingWeights(f"{source.name} needs more files of the hub, which cannot be had: {one_line(error)}")
    return BadInput(f"{source.name}: open_clip cannot make this model: {one_line(error)}")


@contextmanager
def quiet() -> Iterator[None]:
    """open_clip warns of random weights, since it does not know that they are loaded next."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)


def in_batches(encode: Callable[[Sequence[Any]], Floats], given: Sequence[Any]) -> Floats:
    """What many pictures or texts are, `BATCH` at a time: memory does not grow with their number."""
    if len(given) <= BATCH:
        return encode(given)
    return np.concatenate([encode(given[start : start + BATCH]) for start in range(0, len(given), BATCH)])


def make_shaper(settings: PreprocessCfg) -> Shaper:
    """RGB picture → RGB picture of the model's size.

    For the usual settings only the part that survives the crop is resized: a quarter faster for
    photographs, and a picture of 1 × 100,000 pixels does not fill the memory.
    """
    size = settings.size if isinstance(settings.size, int) else tuple(settings.size)
    height, width = (size, size) if isinstance(size, int) else size
    if settings.resize_mode == "shortest" and height == width:
        resample = Image.Resampling[settings.interpolation.upper()]
        return lambda image: image.resize((width, height), resample, box=middle(*image.size, width))
    *steps, _, _ = image_transform_v2(settings, is_train=False).transforms
    return lambda image: apply(steps, image)


def middle(width: int, height: int, side: int) -> tuple[float, float, float, float]:
    """The box of a picture that "shortest side to `side`, then the middle square" leaves over."""
    short, long = min(width, height), max(width, height)
    resized = int(side * long / short)
    begin = round((resized - side) / 2) * long / resized
    end = begin + side * long / resized
    return (begin, 0, end, height) if width > height else (0, begin, width, end)


def apply(steps: list[Shaper], image: Image.Image) -> Image.Image:
    for step in steps:
        image = step(image)
    return image
