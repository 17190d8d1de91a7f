"""COCO captions (Lin et al., 2014): a JSON of images and annotations beside a folder of pictures.

A picture has several captions, in the order of the annotations.
A plain JSON list of objects is read as a table, and so is what Karpathy and Fei-Fei (2015) made of COCO and Flickr:
images with their sentences.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from core.errors import BadInput
from core.sources.files import FolderFiles
from core.sources.gather import from_rows
from core.sources.items import ItemIterator, Refused
from core.sources.kinds import Parser, file_kind
from core.sources.rows import Row, Rows
from core.sources.table import records
from core.sources.text import json_of, read_text

Key = str | int


def parse(title: str, stream: IO[bytes]) -> Rows:
    """A row for each image; raises `BadInput` where the file is neither COCO's nor a list of objects."""
    text = read_text(title, stream)
    try:
        found = json_of(text)
    except BadInput as error:
        raise BadInput(f"{title}: {error}") from None
    if isinstance(found, list):
        return records(title, iter(found))
    if isinstance(found, dict) and isinstance(found.get("images"), list) and "annotations" not in found:
        return records(title, iter(found["images"]))
    if isinstance(found, dict) and all(isinstance(found.get(key), list) for key in ("images", "annotations")):
        return _rows(title, found["images"], found["annotations"])
    raise BadInput(f"{title}: neither COCO captions (images, annotations) nor a list of objects")


def _rows(title: str, images: Sequence[Any], annotations: Sequence[Any]) -> Rows:
    captions: dict[Key | None, list[str]] = defaultdict(list)
    listed = {_key(image): image for image in images if _key(image) is not None}
    for number, annotation in enumerate(annotations, 1):
        image, caption = _annotation(annotation)
        if not caption:
            yield Refused(f"{title} annotation {number}", "no caption in it: leave it out")
        elif image not in listed:
            yield Refused(f"{title} annotation {number}", f"speaks of image {image!r}, which the file does not list")
        elif caption not in captions[image]:
            captions[image].append(caption)
    for number, image in enumerate(images, 1):
        yield _row(f"{title} image {number}", image, captions)


def _key(image: Any) -> Key | None:
    key = image.get("id") if isinstance(image, Mapping) else None
    return key if isinstance(key, (str, int)) else None


def _annotation(annotation: Any) -> tuple[Key | None, str]:
    if not isinstance(annotation, Mapping):
        return None, ""
    image, caption = annotation.get("image_id"), annotation.get("caption")
    return image if isinstance(image, (str, int)) else None, caption.strip() if isinstance(caption, str) else ""


def _row(where: str, image: Any, captions: Mapping[Key | None, Sequence[str]]) -> Row | Refused:
    key = _key(image)
    named = image.get("file_name") if isinstance(image, Mapping) else None
    if key is None or not isinstance(named, str) or not named.strip():
        return Refused(where, "no id or no file_name in it: leave it out")
    found = captions.get(key, ())
    return Row(where, named.strip(), tuple(found), "", {"coco_id": key})


def read(path: Path, captions: Path | None) -> ItemIterator:
    if captions is not None:
        raise BadInput(f"{path.name}: give the folder of pictures as the source and {path.name} as its captions")
    with path.open("rb") as stream:
        rows = list(parse(path.name, stream))
    return from_rows(rows, FolderFiles(_image_folder(path, rows)))


def _image_folder(path: Path, rows: Sequence[Row | Refused]) -> Path:
    """Where the first picture lies: beside the file, one folder up, or in a folder beside either."""
    first = next((row.picture for row in rows if isinstance(row, Row) and isinstance(row.picture, str)), None)
    nearby = [path.parent, path.parent.parent]
    nearby += [each for folder in nearby for each in sorted(folder.iterdir()) if each.is_dir()]
    if first is None:
        return path.parent
    for folder in nearby:
        with suppress(OSError, ValueError):  # a name that no file can have
            if (folder / first).is_file():
                return folder
    raise BadInput(
        f"{path.name}: {first[:80]} is nowhere near it: give the folder of pictures, and this as its captions"
    )


PARSER = Parser("coco", (".json",), parse, folders_are_labels=False)
KIND = file_kind("COCO captions", PARSER, read)
