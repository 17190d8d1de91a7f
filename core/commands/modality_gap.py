"""The modality gap of an input, before and after centring images and captions each on their own mean."""

from time import perf_counter
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.options import Exclude, Input, Model, Option, Tag
from core.commands.pairs import PairRows, every_pair, wordings
from core.commands.runs import Analysis, Made, check_out, keep, write_arrays
from core.errors import BadInput
from core.progress import Bar, Report, silent
from core.reduction.checks import check_rows
from core.reduction.retrieval import recall
from core.results import Reducer
from core.runs.gap import (
    Changed,
    CosineCounts,
    GapFigures,
    GapResult,
    GapRun,
    HistogramResult,
    Space,
    SpaceFigures,
    Uniformity,
)
from core.runs.record import metrics
from core.semantics.gap import Captioned, centring, plane
from core.semantics.gap import gap as measured
from core.semantics.results import Gap

ANALYSIS = Analysis("gap", "Modality gap")
CENTRED = Analysis("centred", "Centred modalities")
STEPS, DERIVE = 1_000, 100
"""Of the bar: for the measuring of one space, and for writing the centred one."""
WAYS = ("i2t", "t2i")


def gap(
    source: Input,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    centre: Annotated[bool, Option("Derive a model with both modalities centred.")] = False,
    out: Annotated[str | None, Option("Write histograms, ranks and means.", "FILE.npz")] = None,
    report: Report = silent,
) -> GapResult:
    """Measure the gap between images and captions, before and after centring each; kept as a run.

    Measures how images and captions lie to each other, as they are and after centring; kept as a run.

    Of all items that have both, except top-1 and the uniformity of captions, which are of the first item of each
    different caption. Of several captions each is paired with its image; an image asks once, and any of its captions
    may be the nearest, while each caption asks for itself. `centre`: the centred embeddings, as a model that every
    command can choose. `tag`, `exclude`: as in `cluster`. `out` names a `.npz` for what the run holds; a `.npz` as the
    source has no run.
    """
    start = perf_counter()
    check_out(out)
    bar = Bar(report, 2 * STEPS + DERIVE)
    bar.step(0, "reading the pairs")
    rows = every_pair(source, model, tag, exclude)
    check_rows(rows.pairs)
    if centre and rows.workspace is None:
        raise BadInput(f"{source}: a .npz keeps no derived models: give a workspace, or leave the centring out")
    given = Captioned(rows.pairs, wordings(rows.rows))
    middle = centring(given.pairs)
    before = measured(given, bar.part(0, STEPS, "as it is"))
    after = measured(Captioned(middle(given.pairs), given.wording), bar.part(STEPS, STEPS, "centred"))
    figures = GapFigures(
        before=_figures(before, given), after=_figures(after, given), matched=len(given.first), tag=tag, exclude=exclude
    )
    card = Made(GapRun.KIND, ANALYSIS, {}, perf_counter() - start, metrics(figures)).card(rows.rows)
    record = GapRun(
        card,
        **rows.rows.named(),
        matched=given.first,
        edges=before.pairs.edges,
        gap=before.vector,
        image_mean=middle.image.mean,
        text_mean=middle.text.mean,
        plane=plane(given.pairs),
        before=_space(before),
        after=_space(after),
    )
    run = keep(rows.rows, record)
    derived = _derived(rows, middle, bar.part(2 * STEPS, DERIVE)) if centre else None
    if out is not None:
        write_arrays(out, record.arrays())
    return GapResult(
        run=run,
        model=rows.model,
        items=len(rows.pairs.image_rows),
        captions=len(rows) if rows.pairs.item is not None else None,
        matched=figures.matched,
        before=figures.before,
        after=figures.after,
        changed={way: _changed(before, after, given, way) for way in WAYS},
        histogram=HistogramResult(np.round(before.pairs.edges, 6).tolist(), _counts(before), _counts(after)),
        derived=derived,
        seconds=round(perf_counter() - start, 3),
    )


def _ranks(found: Gap, given: Captioned, way: str) -> NDArray[np.int32]:
    """Of a way's queries: of each image once, of every caption."""
    if way == "t2i":
        return found.text_to_image
    return found.image_to_text[given.pairs.take(given.first).image_rows]


def _figures(found: Gap, given: Captioned) -> SpaceFigures:
    return SpaceFigures(
        size=found.size,
        alignment=found.alignment,
        uniformity=Uniformity(found.uniformity_images, found.uniformity_captions),
        pair_cosine=found.pairs.mean,
        other_cosine=found.others.mean,
        i2t=recall(_ranks(found, given, "i2t")),
        t2i=recall(_ranks(found, given, "t2i")),
    )


def _changed(before: Gap, after: Gap, given: Captioned, way: str) -> Changed:
    right, still = (_ranks(each, given, way) < 1 for each in (before, after))
    return Changed(int(np.count_nonzero(right & ~still)), int(np.count_nonzero(still & ~right)))


def _space(found: Gap) -> Space:
    return Space(found.pairs.counts, found.others.counts, found.image_to_text, found.text_to_image)


def _counts(found: Gap) -> CosineCounts:
    return CosineCounts(found.pairs.counts.tolist(), found.others.counts.tolist())


def _derived(rows: PairRows, middle: Reducer, report: Report) -> str:
    """The name of the model of the centred embeddings."""
    assert rows.workspace is not None  # refused before
    known = {"items": len(rows.pairs.image_rows), "params": {"dimensions": rows.pairs.dimensions}}
    known |= {"model": rows.model, "fingerprint": rows.fingerprint}
    about = {"mark": CENTRED.name, "words": "images and captions centred"}
    return derive(rows.workspace, middle, CENTRED, known, about, report)[1]
