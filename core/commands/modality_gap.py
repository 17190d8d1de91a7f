"""The modality gap of an input, before and after centring images and captions each on their own mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.commands.deriving import derive
from core.commands.pairs import PairRows, every_pair, sayings
from core.commands.runs import Analysis, Made, check_out, save, write_arrays
from core.errors import BadInput
from core.progress import Bar, Report, silent
from core.reduction.checks import check_rows
from core.reduction.retrieval import recall
from core.results import Reducer
from core.semantics.gap import Captioned, centring, plane
from core.semantics.gap import gap as measured
from core.semantics.results import Gap

KIND = "gap"
ANALYSIS = Analysis("gap", "Modality gap")
CENTRED = Analysis("centred", "Centred modalities")
STEPS, DERIVE = 1_000, 100
"""Of the bar: for the measuring of one space, and for writing the centred one."""
WAYS: Mapping[str, str] = {"i2t": "image_to_text", "t2i": "text_to_image"}


def gap(
    source: str,
    model: str | None = None,
    tag: str | None = None,
    exclude: str | None = None,
    centre: bool = False,
    out: str | None = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Measures how images and captions lie to each other, as they are and after centring; kept as a run.

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
    of = {name: value for name, value in (("tag", tag), ("exclude", exclude)) if value is not None}
    run = work.save(of, perf_counter() - start)
    derived = work.derived(bar.part(2 * STEPS, DERIVE)) if centre else None
    if out is not None:
        write_arrays(out, work.arrays())
    return {"run": run, **work.told(), "derived": derived, "seconds": round(perf_counter() - start, 3)}


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

    def told(self) -> dict[str, Any]:
        spaces = {"before": self.before, "after": self.after}
        counts = {name: {"pairs": each.pairs.counts, "others": each.others.counts} for name, each in spaces.items()}
        lists = {name: {kind: found.tolist() for kind, found in each.items()} for name, each in counts.items()}
        return {
            "model": self.rows.model,
            "items": len(self.given.pairs.image_rows),
            **({"captions": len(self.rows)} if self.rows.pairs.item is not None else {}),
            "matched": len(self.before.image_to_text),
            **{name: self._figures(each) for name, each in spaces.items()},
            "changed": {way: self._changed(way) for way in WAYS},
            "histogram": {"edges": np.round(self.before.pairs.edges, 6).tolist(), **lists},
        }

    def save(self, of: Mapping[str, str], seconds: float) -> str | None:
        """of: the tags that say which items, for the card."""
        figures = {name: self._figures(each) for name, each in (("before", self.before), ("after", self.after))}
        about = {**figures, "matched": len(self.before.image_to_text), **of}
        return save(self.rows.rows, Made(KIND, ANALYSIS, {}, seconds, about), self.arrays())

    def arrays(self) -> dict[str, NDArray]:
        """ids (N,) str of each caption's item, and which of its captions it is where one has several; matched (M,)
        int64, rows of them; edges (B + 1,); of each space, as `before.pairs`:

        pairs, others (B,) int64; i2t, t2i (M,) int32, ranks from 0. gap (D,), image_mean (D,), text_mean (D,) and
        plane (2, D) float32, on which both spaces can be drawn together.
        """
        spaces = {"before": self.before, "after": self.after}
        told = {f"{space}.{name}": array for space, each in spaces.items() for name, array in _counted(each).items()}
        means = {"image_mean": self.centring.image.mean, "text_mean": self.centring.text.mean}
        about = {**self.rows.rows.named(), "matched": self.given.first, "edges": self.before.pairs.edges}
        return {**about, **told, "gap": self.before.vector, **means, "plane": plane(self.given.pairs)}

    def _asked(self, found: Gap, way: str) -> NDArray[np.int32]:
        """The ranks of a way's queries: of each image once, of every caption."""
        ranks = found.image_to_text if way == "i2t" else found.text_to_image
        return ranks[self.given.pairs.take(self.given.first).image_rows] if way == "i2t" else ranks

    def _figures(self, found: Gap) -> dict[str, Any]:
        return {
            "size": found.size,
            "alignment": found.alignment,
            "uniformity": {"images": found.uniformity_images, "captions": found.uniformity_captions},
            "pair_cosine": found.pairs.mean,
            "other_cosine": found.others.mean,
            **{way: recall(self._asked(found, way)) for way in WAYS},
        }

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


def _counted(found: Gap) -> dict[str, NDArray]:
    ranks = {way: getattr(found, name) for way, name in WAYS.items()}
    return {"pairs": found.pairs.counts, "others": found.others.counts, **ranks}
