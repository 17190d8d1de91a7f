"""The tab "Data quality": items that deserve a second look, most suspicious first; tag them, leave them out, export."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.kit import downloads, formats, item_view, pictured, progress, store
from app.kit.forms import kept
from app.kit.gallery import Picture, gallery
from app.kit.messages import escaped, plainly
from app.kit.rerun_guard import dialog
from app.views.semantics import care_form, care_found, results
from app.views.semantics.care_form import COMMAND, ORDER, PACKAGE
from app.views.semantics.care_found import HELP, TAGS, captions, notes, of, told
from core.methods import discover
from core.runs.care import CHECKS, CareRun, DuplicateFigures, DuplicateRun
from core.workspace import RunCard, Workspace
from core.workspace.columns import check_column

PAGE, SETS = 48, 18
"""Pictures, and sets of near-duplicates, on a page."""
FIRST = "Press Check: near-duplicates, captions that do not fit, doubtful labels, outliers, each as a ranked gallery."
READ = {
    "duplicates": "The first of a set stays; click a picture to see it large.",
    "mismatches": "Under a picture its own caption, and after → one that lies nearer. On it: the score, 0.5 by chance.",
    "labels": "Under a picture its label, and after → what it looks like. On it: how many agree with the label.",
    "outliers": "On a picture: robust deviations above the median distance.",
}


def show(workspace: Workspace) -> None:
    """The form, one check at a time, what to do with what it found, and the ranked gallery."""
    cards = workspace.runs(CareRun.KIND)
    with progress.expander(workspace, COMMAND, "New check", "new-care", first=not cards):
        care_form.show(workspace)
    progress.line(workspace, COMMAND, "" if cards else FIRST)
    if not cards:
        return
    kind = _kind(workspace, cards)
    card = results.chosen(workspace, tab(kind), [card for card in cards if card.method == kind], title)
    if card is None:
        return
    found = care_found.read(workspace, card)
    with plainly():
        st.markdown(f"{told(found)} :gray[{escaped(of(workspace, found))}.]", help=HELP[kind])
        count = _take(workspace, found)
        _gallery(workspace, found, count)


def tab(kind: str) -> str:
    """The name under which a check's result on screen is kept."""
    return f"care-{kind}"


def title(card: RunCard) -> str:
    """`305 sets, images` or `281 items flagged, images`"""
    figures = CHECKS[card.method].figures_of(card)
    space = {"images": "images", "captions": "captions", "both": "images and captions"}.get(card.space, card.space)
    sets = isinstance(figures, DuplicateFigures)
    counted = formats.counted(figures.sets, "set") if sets else f"{figures.flagged:,} flagged"
    return f"{counted}, {space}"


def _kind(workspace: Workspace, cards: list[RunCard]) -> str:
    known = [kind for kind in ORDER if any(card.method == kind for card in cards)]
    titles = {kind: discover(PACKAGE)[kind].title for kind in known}
    draft = kept(f"care-kind-{workspace.name}", known[0], known)
    with st.container(key="care-kinds"):
        return str(
            st.segmented_control(
                "Check", known, required=True, format_func=titles.__getitem__, label_visibility="collapsed", **draft
            )
        )


def _take(workspace: Workspace, found: CareRun) -> int:
    """How much of the ranking is taken, and what is done with it."""
    unit, most = "sets" if isinstance(found, DuplicateRun) else "items", found.most
    check, fine = found.card.method, care_found.aside(found.card)
    with st.container(key="care-take", horizontal=True, vertical_alignment="bottom", gap="small"):
        count = int(
            st.number_input(
                f"Take the first … {unit}",
                0,
                most,
                min(found.proposed, most),
                key=f"care-count-{found.card.id}-{len(fine)}",
                width=170,
                disabled=not most,
                help="The check proposes so many; take fewer or more, as the gallery below tells you",
            )
        )
        taken = found.taken(count)
        name = st.text_input("Tag", width=200, **kept(f"care-tag-{check}", TAGS[check]))
        counted = formats.counted(len(taken), "item")
        if st.button(f"Tag {counted}", key="care-tag-now", icon=":material/label:", disabled=not taken):
            _tag(workspace, found, taken, str(name))
        what = f"{found.card.title.lower()}, {counted}"
        pictured.to_the_map(workspace, what, taken, "care-on-map")
        table = care_found.table(store.items(workspace), found, count)
        downloads.button("CSV", lambda: downloads.csv(table), f"{check}.csv", "Every ranked item, and why")
        if fine:
            st.button(
                f"{len(fine)} put aside: back",
                key="care-aside",
                type="tertiary",
                icon=":material/undo:",
                on_click=care_found.put_aside,
                args=(found.card,),
            )
    return count


def _tag(workspace: Workspace, found: CareRun, taken: list[str], name: str) -> None:
    """Writes the tag as a column of truths; who had it by this check before, and is not taken now, loses it."""
    check_column(name)
    values = dict.fromkeys(found.ids.tolist(), False) | dict.fromkeys(taken, True)
    workspace.set_column(name, dict(values))
    st.toast(
        f"{formats.counted(len(taken), 'item')} tagged “{name}”: every form offers it under “Leave out”, and the map "
        "can be coloured by it."
    )


def _gallery(workspace: Workspace, found: CareRun, count: int) -> None:
    if isinstance(found, DuplicateRun):
        _sets(workspace, found)
        return
    pages = -(-len(found.rows) // PAGE)
    place = st.container(key="care-gallery")
    page = st.pagination(pages, key=f"care-page-{found.card.id}-{pages}") if pages > 1 else 1
    rows = found.rows[(page - 1) * PAGE : page * PAGE]
    with place:
        st.caption(READ[found.card.method])
        _shown(workspace, found, rows, f"care-{found.card.id}-{page}", 116, "cards")


def _sets(workspace: Workspace, found: DuplicateRun) -> None:
    if not found.sets:
        st.caption("No two items are so close. The closest, which are not near-duplicates by this limit:")
        _shown(workspace, found, found.rows[:PAGE], f"care-{found.card.id}", 96, "grid")
        return
    pages = -(-len(found.sets) // SETS)
    place = st.container(key="care-gallery")
    page = st.pagination(pages, key=f"care-page-{found.card.id}-{pages}") if pages > 1 else 1
    with place:
        st.caption(READ["duplicates"])
        with st.container(key="care-sets", horizontal=True, gap="small"):
            for number in range((page - 1) * SETS, min(page * SETS, len(found.sets))):
                rows = found.sets[number]
                with st.container(key=f"care-set-{number}", width="content", border=True, gap="xxsmall"):
                    cosine = float(found.score[rows].max())
                    st.caption(f"Set {number + 1:,}: {len(rows)} items, cosine {cosine:.4f}")
                    _shown(workspace, found, rows, f"care-{found.card.id}-set-{number}", 72, "strip")


def _shown(workspace: Workspace, found: CareRun, rows: NDArray[np.int64], key: str, side: int, layout: str) -> None:
    ids = found.ids[rows].tolist()
    words, figures = captions(workspace, found, rows), notes(found, rows)
    thumbnails = store.thumbnails(workspace, ids)
    bare = layout == "strip"
    drawn = [
        Picture(id, thumbnails.get(id) or None, said, "" if bare else figure)
        for id, said, figure in zip(ids, words, figures, strict=True)
    ]
    if clicked := gallery(drawn, key, side=side, layout=layout):  # type: ignore[arg-type]
        _look(workspace, found.card, clicked)


@dialog("Item")
def _look(workspace: Workspace, card: RunCard, id: str) -> None:
    """One item, large; what is fine with it leaves the gallery."""
    item_view.large(workspace, store.items(workspace), id)
    help = "It leaves this gallery and is neither tagged nor exported as taken; the item itself stays as it is"
    if st.button("This one is fine", key="care-fine", icon=":material/check:", help=help):
        care_found.put_aside(card, id)
        st.rerun()
