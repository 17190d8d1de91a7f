"""The tab "Data quality": items that deserve a second look, most suspicious first; tag them, leave them out, export."""

from dataclasses import asdict, fields, replace
from typing import Any

import pandas as pd
import streamlit as st

from app.comparison.source import chosen_by
from app.kit import downloads, formats, forms, item_view, method_picker, pictured, progress, records, store
from app.kit.forms import choice, kept, switch
from app.kit.gallery import Layout, Picture, gallery
from app.kit.items import Items
from app.kit.messages import escaped, plainly
from app.kit.method_picker import Choice
from app.kit.rerun_guard import dialog
from app.views.semantics import names, results, source
from core.inputs import MODALITIES
from core.methods import Method, discover
from core.results import Integers
from core.runs.care import CHECKS, CareRun, DuplicateFigures, DuplicateRun, LabelRun, MismatchRun, OutlierRun
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
TAGS = dict(zip(ORDER, ("near-duplicate", "mismatch", "doubtful label", "outlier"), strict=True))
"""The tag that is offered for each check."""
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
    found = read(workspace, card)
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
    check, fine = found.card.method, aside(found.card)
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
        every = table(store.items(workspace), found, count)
        downloads.button("CSV", lambda: downloads.csv(every), f"{check}.csv", "Every ranked item, and why")
        if fine:
            back: dict[str, Any] = {"on_click": put_aside, "args": (found.card,)}
            label = f"{len(fine)} put aside: back"
            st.button(label, key="care-aside", type="tertiary", icon=":material/undo:", **back)


def _tag(workspace: Workspace, found: CareRun, taken: list[str], name: str) -> None:
    """Writes the tag as a column of truths; who had it by this check before, and is not taken now, loses it."""
    check_column(name)
    values = dict.fromkeys(found.ids.tolist(), False) | dict.fromkeys(taken, True)
    workspace.set_column(name, dict(values))
    st.toast(
        f"{formats.counted(len(taken), 'item')} tagged “{escaped(name)}”: every form offers it under “Leave out”, and "
        "the map can be coloured by it."
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
        put_aside(card, id)
        st.rerun()


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
