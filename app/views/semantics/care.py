"""The tab "Data quality": items that deserve a second look, most suspicious first; tag them, leave them out, export."""

from dataclasses import asdict, fields, replace
from typing import Any

import streamlit as st

from app.kit import downloads, formats, forms, item_view, method_picker, pictured, progress, store
from app.kit.forms import choice, kept, switch
from app.kit.gallery import Layout, Picture, gallery
from app.kit.messages import escaped, plainly
from app.kit.method_picker import Choice
from app.kit.rerun_guard import dialog
from app.views.semantics import care_found, names, results, source
from app.views.semantics.care_found import HELP, TAGS, captions, described, notes, of
from core.inputs import MODALITIES
from core.methods import Method, discover
from core.runs.care import CHECKS, CareRun, DuplicateFigures, DuplicateRun
from core.semantics.results import Integers
from core.workspace import RunCard, Workspace
from core.workspace.columns import check_column

COMMAND, TAB, PACKAGE = "care", "care", "core.care"
ORDER = ("duplicates", "mismatches", "labels", "outliers")
SPACES = {"images": "Images", "captions": "Captions"}
PAGE, SETS = 48, 18
"""Pictures, and sets of near-duplicates, on a page."""
READ = {
    "duplicates": "The first of a set stays; click a picture to see it large.",
    "mismatches": "Under a picture its own caption, and after → one that lies nearer. On it: the score, 0.5 by chance.",
    "labels": "Under a picture its label, and after → what it looks like. On it: how many agree with the label.",
    "outliers": "On a picture: robust deviations above the median distance.",
}


def show(workspace: Workspace) -> None:
    """The form, one check at a time, what to do with what it found, and the ranked gallery."""
    cards = workspace.runs(CareRun.KIND)
    FORM.place(workspace, cards)
    if not cards:
        return
    known = [check for check in ORDER if any(card.method == check for card in cards)]
    with st.container(key="care-kinds"):
        titles = {check: discover(PACKAGE)[check].title for check in known}
        check = switch("Check", titles, f"care-kind-{workspace.name}")
    card = results.chosen(workspace, f"care-{check}", [card for card in cards if card.method == check], title)
    if card is None:
        return
    found = care_found.read(workspace, card)
    with plainly():
        st.markdown(f"{described(found)} :gray[{escaped(of(workspace, found))}.]", help=HELP[check])
        _take(workspace, found)
        _gallery(workspace, found)


def _form(workspace: Workspace) -> None:
    """Which checks, of which items; one job does all."""
    methods = {name: discover(PACKAGE)[name] for name in ORDER}
    with st.container(key="care-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        given = source.ask(workspace, TAB, choice=False, words=False)
        embedded = {each.modality for each in workspace.models() if each.model == given.model}
        spaces = {space: title for space, title in SPACES.items() if embedded & set(MODALITIES[space])}
        help = "In which near-duplicates and outliers are looked for, with all of the model's dimensions; several "
        help += "captions of an item are averaged"
        space = choice("Among", spaces, f"{TAB}-space-{workspace.name}", help, 140)
        label = _label(workspace)
    lacking = {"labels": label is None, "mismatches": len(spaces) < len(SPACES)}
    able = [name for name in methods if not lacking.get(name)]
    draft = kept(f"{TAB}-kinds-{workspace.name}-{len(able)}", able)
    chosen = st.pills("Look for", able, selection_mode="multi", format_func=lambda name: methods[name].title, **draft)
    params = _parameters([methods[name] for name in able if name in chosen])
    what = f"{formats.counted(source.count(workspace, given), 'item')}; nothing is changed or left out by it."
    if forms.start("Check", "start-care", bool(chosen), what):
        with plainly():
            for method in (methods[name] for name in chosen):
                own = {each.name for each in fields(method.params)}
                method.make_params({name: value for name, value in params.items() if name in own})
            which = asdict(replace(given, space=space))
            arguments = {"kinds": list(chosen), "params": params, "label": label, **which}
            titles = formats.listed([methods[name].title.lower() for name in chosen])
            progress.start(workspace, COMMAND, arguments, f"Look for {titles}")
            st.rerun()


FIRST = "Press Check: near-duplicates, captions that do not fit, doubtful labels, outliers, each as a ranked gallery."
FORM = results.Form(COMMAND, "New check", _form, FIRST)


def _label(workspace: Workspace) -> str | None:
    known = source.readable(names.columns(workspace))
    return st.selectbox(
        "Labels to doubt",
        list(known),
        placeholder="no labels here",
        disabled=not known,
        format_func=known.__getitem__,
        width=source.WIDTH,
        help="The column that says what each item is",
        **kept(f"{TAB}-label-{workspace.name}", next(iter(known), None), known),
    )


def _parameters(methods: list[Method]) -> dict[str, Any]:
    """What was changed of the checks' settings; those of one name are set together, as k."""
    changed: dict[str, Any] = {}
    for method, place in method_picker.tabs(methods, "care"):
        own = [each for each in fields(method.params) if each.name not in ("seed", *changed)]
        with place:
            st.caption(method.summary)
            values = {each.name: forms.widget(each, f"care-{method.name}") for each in own}
        changed |= Choice(method, values).changed
    return changed


def title(card: RunCard) -> str:
    """`305 sets, images` or `281 items flagged, images`"""
    figures = CHECKS[card.method].figures_of(card)
    space = {"images": "images", "captions": "captions", "both": "images and captions"}.get(card.space, card.space)
    sets = isinstance(figures, DuplicateFigures)
    counted = formats.counted(figures.sets, "set") if sets else f"{figures.flagged:,} flagged"
    return f"{counted}, {space}"


def _take(workspace: Workspace, found: CareRun) -> None:
    """How much of the ranking is taken, and what is done with it."""
    unit, most = "sets" if isinstance(found, DuplicateRun) else "items", found.most
    check, fine = found.card.method, care_found.aside(found.card)
    with st.container(key="care-take", horizontal=True, vertical_alignment="bottom", gap="small"):
        help = "The check proposes so many; take fewer or more, as the gallery below tells you"
        look: dict[str, Any] = {"width": 170, "disabled": not most, "help": help}
        key = f"care-count-{found.card.id}-{len(fine)}"
        count = int(st.number_input(f"Take the first … {unit}", 0, most, min(found.proposed, most), key=key, **look))
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
            back: dict[str, Any] = {"on_click": care_found.put_aside, "args": (found.card,)}
            label = f"{len(fine)} put aside: back"
            st.button(label, key="care-aside", type="tertiary", icon=":material/undo:", **back)


def _tag(workspace: Workspace, found: CareRun, taken: list[str], name: str) -> None:
    """Writes the tag as a column of truths; who had it by this check before, and is not taken now, loses it."""
    check_column(name)
    values = dict.fromkeys(found.ids.tolist(), False) | dict.fromkeys(taken, True)
    workspace.set_column(name, dict(values))
    st.toast(
        f"{formats.counted(len(taken), 'item')} tagged “{name}”: every form offers it under “Leave out”, and the map "
        "can be coloured by it."
    )


def _gallery(workspace: Workspace, found: CareRun) -> None:
    """A page of the ranking, or of the sets of near-duplicates."""
    sets = found.sets if isinstance(found, DuplicateRun) else None
    if sets is not None and not sets:
        st.caption("No two items are so close. The closest, which are not near-duplicates by this limit:")
        _shown(workspace, found, found.rows[:PAGE], f"care-{found.card.id}", 96, "grid")
        return
    size, count = (PAGE, len(found.rows)) if sets is None else (SETS, len(sets))
    place, pages = st.container(key="care-gallery"), -(-count // size)
    page = st.pagination(pages, key=f"care-page-{found.card.id}-{pages}") if pages > 1 else 1
    some = slice((page - 1) * size, page * size)
    with place:
        st.caption(READ[found.card.method])
        if sets is None:
            _shown(workspace, found, found.rows[some], f"care-{found.card.id}-{page}", 116, "cards")
            return
        with st.container(key="care-sets", horizontal=True, gap="small"):
            for number, rows in enumerate(sets[some], some.start):
                with st.container(key=f"care-set-{number}", width="content", border=True, gap="xxsmall"):
                    cosine = float(found.score[rows].max())
                    st.caption(f"Set {number + 1:,}: {len(rows)} items, cosine {cosine:.4f}")
                    _shown(workspace, found, rows, f"care-{found.card.id}-set-{number}", 72, "strip")


def _shown(workspace: Workspace, found: CareRun, rows: Integers, key: str, side: int, layout: Layout) -> None:
    ids = found.ids[rows].tolist()
    figures = notes(found, rows) if layout != "strip" else [""] * len(ids)
    thumbnails = store.thumbnails(workspace, ids)
    words = zip(ids, captions(workspace, found, rows), figures, strict=True)
    drawn = [Picture(id, thumbnails.get(id) or None, caption, figure) for id, caption, figure in words]
    if clicked := gallery(drawn, key, side=side, layout=layout):
        _look(workspace, found.card, clicked)


@dialog("Item")
def _look(workspace: Workspace, card: RunCard, id: str) -> None:
    """One item, large; what is fine with it leaves the gallery."""
    item_view.large(workspace, store.items(workspace), id)
    help = "It leaves this gallery and is neither tagged nor exported as taken; the item itself stays as it is"
    if st.button("This one is fine", key="care-fine", icon=":material/check:", help=help):
        care_found.put_aside(card, id)
        st.rerun()
