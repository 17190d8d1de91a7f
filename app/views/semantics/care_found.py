"""What a check has found, in the page's words: a sentence on the whole, words and a figure on each picture, a table."""

import pandas as pd
import streamlit as st

from app.comparison.source import chosen_by
from app.kit import formats, records, store
from app.kit.items import Items
from core.runs.care import CHECKS, CareRun, DuplicateRun, LabelRun, MismatchRun, OutlierRun
from core.semantics.results import Integers
from core.workspace import RunCard, Workspace

TAGS = {
    "duplicates": "near-duplicate",
    "mismatches": "mismatch",
    "labels": "doubtful label",
    "outliers": "outlier",
}
"""The tag that is offered for each check."""


def read(workspace: Workspace, card: RunCard) -> CareRun:
    """A run of a check, without the items that a person has looked at and found fine."""
    return records.read(workspace, CHECKS[card.method], card).without(aside(card))


def aside(card: RunCard) -> frozenset[str]:
    """Ids of the items that are neither shown nor taken."""
    return frozenset(st.session_state.get(_key(card), ()))


def put_aside(card: RunCard, *ids: str) -> None:
    """Further ones, until the session ends; without ids, all come back."""
    st.session_state[_key(card)] = aside(card) | set(ids) if ids else frozenset()


def _key(card: RunCard) -> str:
    return f"care-aside-{card.id}"


def table(items: Items, found: CareRun, count: int) -> pd.DataFrame:
    """A row an item of the ranking: id, rank, score, whether it is taken, the evidence, what is known of it."""
    rows, taken = found.rows, set(found.taken(count))
    frame = pd.DataFrame({"id": found.ids[rows], "rank": range(1, len(rows) + 1), "score": found.score[rows]})
    frame["taken"] = [id in taken for id in frame["id"]]
    for name, values in found.evidence_by_name().items():
        frame[name] = values[rows]
    known = items.frame.reindex(frame["id"]).reset_index(drop=True)
    return pd.concat([frame, known.assign(caption=_captions(items, found, rows))], axis=1)


def of(workspace: Workspace, found: CareRun) -> str:
    """`images, pocket, only “cats”`: what was looked at."""
    card, figures = found.card, found.figures
    space = "images and captions" if card.space == "both" else card.space
    chosen = chosen_by(figures.tag, figures.exclude)
    return ", ".join([space, store.model_title(workspace, card.model), *chosen])


def described(found: CareRun) -> str:
    """What a check says of the whole, in a sentence."""
    count, flagged = (formats.counted(each, found.noun) for each in (found.figures.ranked, found.figures.flagged))
    if isinstance(found, DuplicateRun):
        figures = found.figures
        again = f"{formats.counted(figures.repeated, 'caption')} said before word for word, not counted. "
        return (
            f"**{formats.counted(figures.sets, 'set')}** of near-duplicates among {count}: "
            f"{formats.counted(figures.extra, 'item')} more than one of each. {again if figures.repeated else ''}"
        )
    if isinstance(found, MismatchRun):
        share = f"{formats.percent(found.figures.right)} have none nearer. "
        if found.noun == "caption":
            return f"**{flagged}** of {count} far down the ranking both ways, each by itself; {share}"
        return f"**{flagged}** of {count} with a caption far down the ranking both ways; {share}"
    if isinstance(found, LabelRun):
        classes = formats.counted(found.figures.classes, "class", "classes")
        return f"**{flagged}** of {count} in {classes} are probably another class than “{found.figures.label}” says. "
    assert isinstance(found, OutlierRun)
    limit, median = map(formats.figure, (found.figures.limit, found.figures.median))
    return f"**{flagged}** of {count} lie farther out than {limit} (median distance {median}). "


HELP = {
    "duplicates": "Cosine distance at most 0.13 of the median distance to the nearest neighbour, or what was set; "
    "near-duplicates of near-duplicates are one set. The first of a set stays.",
    "mismatches": "The share of other captions that come before the own one, and of other images; the mean of both. "
    "Exact, among captions that say otherwise. Of an image with several captions each is asked about by itself; the "
    "others are right, too, and no rivals. A tag goes to the item of any that is taken.",
    "labels": "How much more probable another class is, by the nearest neighbours or by a classifier that never saw "
    "the item. Flagged by confident learning: Northcutt, Jiang and Chuang, 2021.",
    "outliers": "Mean cosine distance to the nearest neighbours; flagged where it lies more than 3.5 robust deviations "
    "above the median. Iglewicz and Hoaglin, 1993.",
}


def captions(workspace: Workspace, found: CareRun, rows: Integers) -> list[str]:
    """What stands under each picture: why it is here."""
    items = store.items(workspace)
    written = _captions(items, found, rows)
    if isinstance(found, LabelRun):
        given = items.values(str(found.figures.label), found.ids[rows]).fillna("").tolist()
        return [f"{label}\n→ {other}" for label, other in zip(given, found.evidence.suggested[rows], strict=True)]
    if isinstance(found, MismatchRun):
        others = found.evidence.instead[rows].tolist()
        nearer = [items.caption(found.caption_ids[other]) if other >= 0 else "" for other in others]
        return [f"{own}\n→ {other}" if other else own for own, other in zip(written, nearer, strict=True)]
    return written


def notes(found: CareRun, rows: Integers) -> list[str]:
    """The figure on each picture."""
    if isinstance(found, OutlierRun):
        return [f"{value:.1f} σ".replace("-", "−") for value in found.evidence.deviations[rows].tolist()]
    if isinstance(found, LabelRun):
        return [formats.percent(float(value)) for value in found.evidence.agreement[rows]]
    return [f"{value:.3f}" for value in found.score[rows].tolist()]


def _captions(items: Items, found: CareRun, rows: Integers) -> list[str]:
    return [items.caption(found.caption_ids[row]) for row in rows.tolist()]
