"""The modality gap of an input, before and after centring images and captions each on their own mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.options import Exclude, Input, Model, Option, Tag
from core.commands.pairs import PairRows, every_pair, sayings
from core.commands.runs import Analysis, Made, check_out, keep, write_arrays
from core.errors import BadInput
from core.progress import Bar, Report, silent
from core.reduction.checks import check_rows
from core.reduction.retrieval import recall
from core.results import Reducer
from core.runs.gap import GapFigures, GapRun, Space, SpaceFigures, Uniformity
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
) -> dict[str, Any]:
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
    given = Captioned(rows.pairs, sayings(rows.rows))
    middle = centring(given.pairs)
    before = measured(given, bar.part(0, STEPS, "as it is"))
    after = measured(Captioned(middle(given.pairs), given.saying), bar.part(STEPS, STEPS, "centred"))
    work = _Work(rows, given, middle, before, after)
    record = work.record(tag, exclude, perf_counter() - start)
    run = keep(rows.rows, record)
    derived = work.derived(bar.part(2 * STEPS, DERIVE)) if centre else None
    if out is not None:
        write_arrays(out, record.arrays())
    return {"run": run, **work.result(record), "derived": derived, "seconds": round(perf_counter() - start, 3)}


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a space, and the rest as figures."""
    spaces = [{"space": name, **_flat(result[name])} for name in ("before", "after")]
    hidden = ("before", "after", "histogram", "changed")
    rest = {name: value for name, value in result.items() if name not in hidden}
    changed = {f"changed, {way}": f"{each['lost']} lost, {each['won']} won" for way, each in result["changed"].items()}
    return {**rest, **changed, "before and after centring": spaces}


@dataclass(frozen=True)
class _Work:
    """What was measured of which pairs."""

    rows: PairRows
    given: Captioned
    centring: Reducer
    before: Gap
    after: Gap

    def result(self, found: GapRun) -> dict[str, Any]:
        """As JSON."""
        figures, spaces = metrics(found.figures), {"before": found.before, "after": found.after}
        counts = {name: {"pairs": each.pairs.tolist(), "others": each.others.tolist()} for name, each in spaces.items()}
        return {
            "model": self.rows.model,
            "items": len(self.given.pairs.image_rows),
            **({"captions": len(self.rows)} if self.rows.pairs.item is not None else {}),
            **{name: figures[name] for name in ("matched", *spaces)},
            "changed": {way: self._changed(way) for way in WAYS},
            "histogram": {"edges": np.round(found.edges, 6).tolist(), **counts},
        }

    def record(self, tag: str | None, exclude: str | None, seconds: float) -> GapRun:
        """tag, exclude: which items, for the card."""
        before, after = (self._figures(each) for each in (self.before, self.after))
        about = GapFigures(before=before, after=after, matched=len(self.given.first), tag=tag, exclude=exclude)
        return GapRun(
            Made(GapRun.KIND, ANALYSIS, {}, seconds, metrics(about)).card(self.rows.rows),
            **self.rows.rows.named(),
            matched=self.given.first,
            edges=self.before.pairs.edges,
            gap=self.before.vector,
            image_mean=self.centring.image.mean,
            text_mean=self.centring.text.mean,
            plane=plane(self.given.pairs),
            before=_space(self.before),
            after=_space(self.after),
        )

    def _asked(self, found: Gap, way: str) -> NDArray[np.int32]:
        """The ranks of a way's queries: of each image once, of every caption."""
        ranks = found.image_to_text if way == "i2t" else found.text_to_image
        return ranks[self.given.pairs.take(self.given.first).image_rows] if way == "i2t" else ranks

    def _figures(self, found: Gap) -> SpaceFigures:
        return SpaceFigures(
            size=found.size,
            alignment=found.alignment,
            uniformity=Uniformity(found.uniformity_images, found.uniformity_captions),
            pair_cosine=found.pairs.mean,
            other_cosine=found.others.mean,
            i2t=recall(self._asked(found, "i2t")),
            t2i=recall(self._asked(found, "t2i")),
        )

    def _changed(self, way: str) -> dict[str, int]:
        """How many of the matched images or captions centring makes wrong, and right."""
        right, still = (self._asked(each, way) < 1 for each in (self.before, self.after))
        return {"lost": int(np.count_nonzero(right & ~still)), "won": int(np.count_nonzero(still & ~right))}

    def derived(self, report: Report) -> str:
        """The name of the model of the centred embeddings."""
        place = self.rows.workspace
        assert place is not None  # refused before
        known = {"method": CENTRED.name, "title": CENTRED.title, "items": len(self.given.pairs.image_rows)}
        known |= {"params": {"dimensions": self.given.pairs.dimensions}, "model": self.rows.model}
        known |= {"fingerprint": self.rows.fingerprint}
        about = {"mark": CENTRED.name, "words": "images and captions centred"}
        return derive(place, self.centring, known, about, report).metrics["derived"]


def _flat(figures: Mapping[str, Any]) -> dict[str, Any]:
    parts = {f"uniformity, {name}": value for name, value in figures["uniformity"].items()}
    return {name: value for name, value in figures.items() if name != "uniformity"} | parts


def _space(found: Gap) -> Space:
    return Space(found.pairs.counts, found.others.counts, found.image_to_text, found.text_to_image)
