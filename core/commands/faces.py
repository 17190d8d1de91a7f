"""The short questions of the Faces page, answered by a worker that keeps the editor.

A face travels as its latents, in base64; pictures travel as files in base64. So no question depends on an earlier one.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import BadInput, BadParameter
from core.faces import results
from core.faces.options import bundled_file, check_seed
from core.faces.pictures import Pictures, animation, enlarged, png, sheet, square, squared_error, written
from core.results import Floats

if TYPE_CHECKING:
    from core.faces.editor import Editor

MOST = 48
"""New faces drawn at once."""
PATH = 9
"""Points of an edit's path on the map."""
FRAMES, SMALL, LARGE = 25, 320, 512
"""Of an animation, from one end of a slider to the other; pixels a side of it, and of a picture."""

Settings = Mapping[str, results.Setting]


def describe(model: str | None = None) -> results.Description:
    """What the sliders are: a `Description`."""
    from core.faces.meaning import usual_prompts
    from core.faces.slides import positions, sliders

    editor = opened(model)
    described = results.Description(
        side=editor.side,
        kind=editor.autoencoder.kind,
        factors={name: list(values) for name, values in editor.factors.items()},
        positions=positions().tolist(),
        slides=sliders(editor),
        prompts=usual_prompts(editor.factors),
        usual_error=editor.usual_error,
    )
    return described


def read(image: str, model: str | None = None) -> results.ReadFace:
    """A picture's file as a `ReadFace`; raises `BadPicture`."""
    editor = opened(model)
    picture = framed(editor, image)[None]
    latents = editor.latents(picture)
    error = float(squared_error(editor.pictures(latents), picture)[0])
    found = results.ReadFace(
        codes=packed(latents), picture=text(png(picture[0])), error=error, usual_error=editor.usual_error
    )
    return found


def slide(codes: str, settings: Settings, model: str | None = None) -> results.Strips:
    """A face with its sliders set, and all that any one slider could make of it: `Strips`."""
    from core.faces.slides import STEPS, along, sliders

    editor = opened(model)
    face, every = unpacked(editor, codes), sliders(editor)
    ends = editor.pictures(np.concatenate([face, editor.moved(face, settings)]))
    strips = editor.pictures(np.concatenate([along(editor, face, settings, each) for each in every]))
    found = results.Strips(
        plain=text(png(ends[0])),
        edited=text(png(ends[1])),
        sheet=text(sheet(strips.reshape(len(every), STEPS, *strips.shape[1:]))),
        starts=[float(editor.start(face, each.factor, editor.value(each.factor, each.value))[0]) for each in every],
    )
    return found


def measure(
    codes: str,
    settings: Settings,
    prompts: Sequence[str] = (),
    clip: str = "pocket",
    workspace: str | None = None,
    model: str | None = None,
) -> results.MeasuredEdit:
    """What an edit did, by a CLIP model and on the map of a workspace's faces: a `MeasuredEdit`."""
    from core.faces.face_map import face_map
    from core.faces.slides import effect, path

    editor = opened(model)
    steps = editor.pictures(path(editor, unpacked(editor, codes), settings, PATH))
    vectors = embedded(steps, clip)
    drawn = face_map(workspace, clip) if workspace else None
    found = results.MeasuredEdit(
        **effect(editor, steps[[0, -1]]).to_dict(),
        cosines=(vectors[[0, -1]] @ worded(tuple(prompts), clip).T).T.tolist() if prompts else [],
        path=drawn.place(vectors).tolist() if drawn else None,
    )
    return found


def faces_map(workspace: str, clip: str = "pocket") -> results.MapResult:
    """The map on which `measure`'s path lies: a `MapResult`."""
    from core.faces.face_map import face_map

    drawn = face_map(workspace, clip)
    known = {"title": drawn.title, "ids": drawn.ids.tolist(), "xy": packed(drawn.xy)} if drawn else {}
    return results.MapResult(**known)


def mix(codes: str, other: str, factors: Sequence[str], model: str | None = None) -> results.Face:
    """Some factors of another face, the rest of this one: a `Face`."""
    editor = opened(model)
    mixed = editor.mixed(unpacked(editor, codes), unpacked(editor, other), factors)
    return drawn(editor, mixed)[0]


def draw(values: Mapping[str, str], count: int, seed: int, model: str | None = None) -> results.Faces:
    """People who never were: `Faces`. values: factor → value; the others by chance."""
    check_seed(seed)
    editor = opened(model)
    if not 1 <= count <= MOST:
        raise BadParameter(f"count={count} is outside 1 to {MOST}: ask for fewer faces at once", "count")
    chosen = {factor: editor.value(factor, value) for factor, value in values.items()}
    rng = np.random.default_rng(seed)
    made = drawn(editor, np.concatenate([editor.random(chosen, rng) for _ in range(count)]))
    return results.Faces(faces=made)


def export(
    codes: str, settings: Settings, factor: str, value: str, kind: str = "png", model: str | None = None
) -> results.FaceFile:
    """A `FaceFile` to keep: the edited face as "png", or one slider there and back as "gif" or "webp"."""
    from core.faces.slides import along

    editor = opened(model)
    face = unpacked(editor, codes)
    if kind == "png":
        data = written([enlarged(editor.pictures(editor.moved(face, settings))[0], LARGE)], "PNG")
    else:
        frames = along(editor, face, settings, results.Slider(factor=factor, value=value), FRAMES)
        data = animation(editor.pictures(frames), kind, SMALL)
    return results.FaceFile(file=text(data))


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


def framed(editor: Editor, image: str) -> Pictures:
    """A picture's file as the square that an editor sees: (S, S, 3). Raises `BadInput`, `BadPicture`."""
    try:
        data = Path(image).read_bytes()
    except OSError as error:
        raise BadInput(f"{image} cannot be read: {error.strerror}") from None
    return square(data, editor.side)


def drawn(editor: Editor, latents: Floats) -> list[results.Face]:
    """Latents (N, D) as they travel, with their pictures."""
    pairs = zip(latents, editor.pictures(latents), strict=True)
    return [results.Face(codes=packed(each), picture=text(png(picture))) for each, picture in pairs]


def packed(numbers: np.ndarray) -> str:
    """float32 in base64."""
    return text(numbers.astype("<f4").tobytes())


def unpacked(editor: Editor, codes: str) -> Floats:
    """Latents (1, D); raises `BadInput` for those of another editor."""
    size = editor.autoencoder.size
    data = b64decode(codes)
    if len(data) != 4 * size:
        raise BadInput(f"a face of {len(data) // 4} codes, where the editor has {size}: read its picture anew")
    return np.frombuffer(data, "<f4").copy()[None]


def text(data: bytes) -> str:
    """Base64."""
    return b64encode(data).decode()


def embedded(pictures: Pictures, clip: str) -> Floats:
    """Unit vectors (N, D) of pictures (N, S, S, 3) by a CLIP model."""
    from PIL import Image

    from core.encoders import load

    return load(clip).encode_images([Image.fromarray(picture) for picture in pictures])


@lru_cache(maxsize=8)
def worded(prompts: tuple[str, ...], clip: str) -> Floats:
    """Unit vectors (P, D) of prompts by a CLIP model."""
    from core.encoders import load

    return load(clip).encode_texts(list(prompts))
