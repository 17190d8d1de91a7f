"""The bundled set `photos`: photographs that may be passed on, with their captions, labels and who made them.

137 photographs of MS-COCO under CC BY and CC BY-SA with five captions each, 600 photographs of clothes (CC0) and 200
synthetic portraits (MIT), of which none but COCO's taught `pocket-2`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from core.recipes.pocket2.photographs import FIVE, FREE, rows
from core.sources.pictures import open_picture

CLOTHES = 600
PORTRAITS = 200
DAMAGED = (224, 224)
LICENCES = {"Attribution License": "CC BY 2.0", "Attribution-ShareAlike License": "CC BY-SA 2.0"}


def photo_rows() -> Iterator[dict[str, Any]]:
    """One row a photograph: scenes, then clothes, then portraits."""
    yield from scenes()
    yield from clothes()
    yield from portraits()


def scenes() -> Iterator[dict[str, Any]]:
    """COCO's, which their makers let others pass on if they are named; those that came damaged are the last."""
    free = [row for row in rows("coco-photos440") if row["licence"] in FREE]
    for row in sorted(free, key=lambda row: is_damaged(row["image"])):
        captions = [row[name].strip() for name in FIVE]
        yield {
            "source": f"coco/{row['file'].rpartition('/')[2]}",
            "image": row["image"],
            "captions": captions,
            "label": "scene",
            "kind": "scene",
            "licence": LICENCES[row["licence"]],
            "attribution": f"Flickr, {row['flickr_url']}",
        }


def is_damaged(image: bytes) -> bool:
    """Whether a photograph is among those few of the collection that were cut to 224 pixels, their colours broken."""
    return open_picture(image).size == DAMAGED


def clothes() -> Iterator[dict[str, Any]]:
    """Of the splits that taught nothing, the same number of each label as far as there are."""
    found = [row for row in rows("clothing-photos") if row["split"] != "train"]
    for row in evenly(found, "label", CLOTHES):
        yield {
            "source": f"clothing/{row['file'].partition('/')[2]}",
            "image": row["image"],
            "captions": [],
            "label": row["label"],
            "kind": "clothing",
            "licence": "CC0 1.0",
            "attribution": "Alexey Grigorev, clothing-dataset-small",
        }


def portraits() -> Iterator[dict[str, Any]]:
    """Of those that taught nothing, the same number of each label as far as there are."""
    kept = [row for row in rows("synthetic-portraits") if row["repeats an earlier one"] == "no"]
    for row in evenly(kept[1::2], "label", PORTRAITS):
        yield {
            "source": f"portraits/{row['file'].rpartition('/')[2]}",
            "image": row["image"],
            "captions": [row["caption"]],
            "label": "portrait",
            "kind": "portrait",
            "licence": "MIT",
            "attribution": "D. Beniaguev, SFHQ-T2I: made by a computer, nobody is shown",
        }


def evenly(found: list[dict[str, Any]], column: str, count: int) -> list[dict[str, Any]]:
    """The first of each value, then the second of each, and so on until there are enough; in the order given."""
    turns: dict[Any, int] = defaultdict(int)
    keyed = []
    for place, row in enumerate(found):
        keyed.append((turns[row[column]], place))
        turns[row[column]] += 1
    return [found[place] for place in sorted(place for _, place in sorted(keyed)[:count])]
