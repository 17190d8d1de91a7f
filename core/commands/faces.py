"""Faces: one edit as a command, and the short questions of the page, answered by a worker that keeps the editor.

A face travels as its codes, in base64; pictures travel as files in base64. So no question depends on an earlier one.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import BadInput, BadParameter
from core.faces.kinds import bundled_file
from core.faces.limits import check_seed

if TYPE_CHECKING:
    from core.faces.editor import Editor, Setting

MOST = 48
"""New faces drawn at once."""
PATH = 9
"""Points of an edit's path on the map."""
FRAMES, SMALL, LARGE = 25, 320, 512
"""Of an animation, from one end of a slider to the other; pixels a side of it, and of a picture."""

Settings = Mapping[str, "Setting"]


def describe(model: str | None = None) -> dict[str, Any]:
    """What the sliders are: ``{"side", "kind", "factors", "positions", "slides", "prompts", "usual_error"}``."""
    from core.faces.meaning import usual_prompts
    from core.faces.slides import positions, slides

    editor = opened(model)
    return {
        "side": editor.side,
        "kind": editor.autoencoder.kind,
        "factors": {name: list(values) for name, values in editor.factors.items()},
        "positions": positions().tolist(),
        "slides": [
            {"factor": each.factor, "value": editor.factors[each.factor][each.value]} for each in slides(editor)
        ],
        "prompts": usual_prompts(editor.factors),
        "usual_error": usual_error(editor),
    }


def read(image: str, model: str | None = None) -> dict[str, Any]:
    """A picture's file as a face: ``{"codes", "picture", "error", "usual_error"}``; raises `BadPicture`.

    picture: the square that the editor sees, as PNG. error: the mean squared error of its reconstruction in units of
    the whole range; where it is above the usual one, the picture is not like the faces that the editor knows.
    """
    from core.faces.encoding import png

    editor = opened(model)
    picture = framed(editor, image)
    codes = editor.codes(picture[None])
    error = squared_error(editor.pictures(codes)[0], picture)
    return {"codes": packed(codes), "picture": text(png(picture)), "error": error, "usual_error": usual_error(editor)}


def slide(codes: str, settings: Settings, model: str | None = None) -> dict[str, Any]:
    """A face with its sliders set, and all that any one slider could make of it.

    ``{"plain", "edited", "sheet", "starts"}``: the reconstruction and the edit as PNG; one JPEG with a row a slider and
    a column a position, as `describe` lists them; where each slider stands while nobody has moved it.
    """
    from core.faces.encoding import png, sheet
    from core.faces.slides import STEPS, along, slides

    editor = opened(model)
    face, every = unpacked(editor, codes), slides(editor)
    ends = editor.pictures(np.concatenate([face, editor.moved(face, settings)]))
    strips = editor.pictures(np.concatenate([along(editor, face, settings, each) for each in every]))
    return {
        "plain": text(png(ends[0])),
        "edited": text(png(ends[1])),
        "sheet": text(sheet(strips.reshape(len(every), STEPS, *strips.shape[1:]))),
        "starts": [float(editor.start(face, each.factor, each.value)[0]) for each in every],
    }


def measure(
    codes: str,
    settings: Settings,
    prompts: Sequence[str] = (),
    clip: str = "pocket",
    workspace: str | None = None,
    model: str | None = None,
) -> dict[str, Any]:
    """What an edit did: ``{"shift", "before", "after", "identity", "cosines", "path"}``.

    shift: how far each factor moved on its slider as the encoder sees it. cosines: of the plain and of the edited face
    to each prompt by a CLIP model. path: from one to the other on the map of a workspace's faces, [x, y] each; None
    where that model has not embedded them.
    """
    from core.faces.ground import ground
    from core.faces.slides import effect, path

    editor = opened(model)
    steps = editor.pictures(path(editor, unpacked(editor, codes), settings, PATH))
    change = effect(editor, steps[[0, -1]])
    vectors = embedded(steps, clip)
    map = workspace and ground(workspace, clip)
    return {
        "shift": {factor: change.shift(factor) for factor in editor.factors},
        "before": change.before,
        "after": change.after,
        "identity": change.identity,
        "cosines": (vectors[[0, -1]] @ worded(tuple(prompts), clip).T).T.tolist() if prompts else [],
        "path": map.place(vectors).tolist() if map else None,
    }


def faces_map(workspace: str, clip: str = "pocket") -> dict[str, Any]:
    """The ground of `measure`'s path: ``{"title", "ids", "xy"}``, xy (N, 2) as codes travel; title None: no ground."""
    from core.faces.ground import ground

    map = ground(workspace, clip)
    if map is None:
        return {"title": None, "ids": [], "xy": ""}
    return {"title": map.title, "ids": map.ids.tolist(), "xy": packed(map.xy)}


def mix(codes: str, other: str, factors: Sequence[str], model: str | None = None) -> dict[str, Any]:
    """Some factors of another face, the rest of this one: ``{"codes", "picture"}``."""
    editor = opened(model)
    for factor in factors:
        known(factor, editor.factors)
    return drawn(editor, editor.mixed(unpacked(editor, codes), unpacked(editor, other), tuple(factors)))[0]


def draw(values: Mapping[str, str], count: int, seed: int, model: str | None = None) -> dict[str, Any]:
    """People who never were: ``{"faces": [{"codes", "picture"}]}``. values: factor → value; the others by chance."""
    check_seed(seed)
    editor = opened(model)
    if not 1 <= count <= MOST:
        raise BadParameter(f"count={count} is outside 1 to {MOST}: ask for fewer faces at once", "count")
    chosen = {factor: place_of(value, factor, known(factor, editor.factors)) for factor, value in values.items()}
    rng = np.random.default_rng(seed)
    return {"faces": drawn(editor, np.concatenate([editor.random(chosen, rng) for _ in range(count)]))}


def export(
    codes: str, settings: Settings, factor: str, value: str, kind: str = "png", model: str | None = None
) -> dict[str, Any]:
    """A file to keep as ``{"file"}``: the edited face as "png", or one slider there and back as "gif" or "webp"."""
    from core.faces.editor import REACH
    from core.faces.encoding import animation, enlarged, written
    from core.faces.slides import Slide

    editor = opened(model)
    face = unpacked(editor, codes)
    if kind == "png":
        return {"file": text(written([enlarged(editor.pictures(editor.moved(face, settings))[0], LARGE)], "PNG"))}
    moving = Slide(factor, place_of(value, factor, known(factor, editor.factors)))
    steps = [{**settings, factor: moving.at(editor, at)} for at in np.linspace(-REACH, REACH, FRAMES)]
    frames = editor.pictures(np.concatenate([editor.moved(face, each) for each in steps]))
    return {"file": text(animation(frames, kind, SMALL))}


def opened(model: str | None) -> Editor:
    """The editor in a file, or the bundled one; the last two stay in memory. Raises `BadInput`."""
    path = Path(model) if model else bundled_file("faces")
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    return _opened(path, changed)


@lru_cache(maxsize=2)
def _opened(path: Path, changed: int) -> Editor:
    from core.faces.editor import load

    return load(path)


def framed(editor: Editor, image: str) -> np.ndarray:
    """A picture's file as the square that an editor sees: (S, S, 3) uint8. Raises `BadInput`, `BadPicture`."""
    from core.faces.squares import square

    try:
        data = Path(image).read_bytes()
    except OSError as error:
        raise BadInput(f"{image} cannot be read: {error.strerror}") from None
    return np.array(square(data, editor.side))  # its own memory, which torch may use


def squared_error(a: np.ndarray, b: np.ndarray) -> float:
    """Of two pictures of bytes, in units of the whole range."""
    return float(np.square((a.astype(np.float64) - b) / 255).mean())


def usual_error(editor: Editor) -> float | None:
    """Below it lies the reconstruction error of 99 of 100 held-out faces; None where nobody measured it."""
    error = editor.card.get("error")
    return float(error["quantile_99"]) if isinstance(error, Mapping) else None


def known(factor: str, factors: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The values of a factor; raises `BadInput` for one that is unknown."""
    if factor not in factors:
        raise BadInput(f"no factor {factor!r}: choose from {', '.join(factors)}")
    return factors[factor]


def place_of(value: str, factor: str, values: Sequence[str]) -> int:
    """Where a value stands among those of its factor; raises `BadInput` for one that is unknown."""
    if value not in values:
        raise BadInput(f"no {factor} {value!r}: choose from {', '.join(values)}")
    return list(values).index(value)


def drawn(editor: Editor, codes: np.ndarray) -> list[dict[str, str]]:
    """Codes (N, D) as they travel, with their pictures."""
    from core.faces.encoding import png

    pictures = editor.pictures(codes)
    return [
        {"codes": packed(each), "picture": text(png(picture))} for each, picture in zip(codes, pictures, strict=True)
    ]


def packed(numbers: np.ndarray) -> str:
    """float32 in base64."""
    return text(numbers.astype("<f4").tobytes())


def unpacked(editor: Editor, codes: str) -> np.ndarray:
    """(1, D) float32; raises `BadInput` for codes of another editor."""
    size = editor.autoencoder.size
    data = b64decode(codes)
    if len(data) != 4 * size:
        raise BadInput(f"a face of {len(data) // 4} codes, where the editor has {size}: read its picture anew")
    return np.frombuffer(data, "<f4").copy()[None]


def text(data: bytes) -> str:
    """Base64."""
    return b64encode(data).decode()


def embedded(pictures: np.ndarray, clip: str) -> np.ndarray:
    """Unit vectors (N, D) of pictures (N, S, S, 3) by a CLIP model."""
    from PIL import Image

    from core.encoders import load

    return load(clip).encode_images([Image.fromarray(picture) for picture in pictures])


@lru_cache(maxsize=8)
def worded(prompts: tuple[str, ...], clip: str) -> np.ndarray:
    """Unit vectors (P, D) of prompts by a CLIP model."""
    from core.encoders import load

    return load(clip).encode_texts(list(prompts))
