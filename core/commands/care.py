"""Data quality of an input: checks that rank its items, most suspicious first; the flagged ones written as a column."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Findings, Subject, Truths
from core.commands.comparing import Comparison
from core.commands.items import chosen, classes, is_taken, item_rows
from core.commands.options import Exclude, Input, Model, Option, Settings, Tag
from core.commands.pairs import PairRows, every_pair, sayings
from core.commands.plans import Plan, planned
from core.commands.runs import Made, check_out, keep
from core.errors import BadInput, BadParameter, MissingData
from core.inputs import MAP, Rows
from core.methods import discover
from core.progress import Bar, Report, silent
from core.results import first_rows
from core.runs.care import CHECKS, CareRun
from core.runs.record import metrics
from core.workspace import Run

PACKAGE = "core.care"
MISMATCHES = "mismatches"
"""The check that is about pairs; the others are about rows of one space."""
TOP, STEPS = 20, 1_000
ROWS = ("nearest", "instead")
"""Evidence that is another row, told by its id."""
SPACES = ("images", "captions")
SAID = ("source", "caption")
"""Columns of an item in a file, beside what the check found."""


def care(
    source: Input,
    kinds: Annotated[
        Sequence[str] | None,
        Option("duplicates, outliers, labels, mismatches; repeatable; left out: all.", name="kind"),
    ] = None,
    label: Annotated[str | None, Option("The labels to doubt.", "COLUMN")] = None,
    params: Settings = None,
    space: Annotated[str | None, Option("images (if left out), or captions (of an item their mean).")] = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    top: Annotated[int, Option("Items of each that are shown.")] = TOP,
    write: Annotated[str | None, Option("Write what is flagged as a column, to exclude it by.", "COLUMN")] = None,
    out: Annotated[str | None, Option("Write every ranked item.", "FILE.csv")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Find near-duplicates, outliers, doubtful labels and captions that do not fit; most suspicious first.

    Runs checks on the items of an input; each is saved in its workspace as it ends (a `.npz` has none).

    `kinds`: "duplicates", "outliers", "labels", "mismatches"; None: all, of which those that lack labels or captions
    are told of in `refused`. `space`: "images" or "captions" (of an item with several their mean), in which all but the
    mismatches are looked for; None: images, or captions where there are no images. Mismatches are of every caption by
    itself, and mark the item of any that does not fit. `label`: the column to doubt; None: "label". `params`: as in
    `cluster`. `top`: how many items of each check are told. `write` names a column of truths, a new one or one that a
    check has written: what is flagged, of near-duplicates all but the first of a set; `exclude` of every other
    command takes it. `out` names a `.csv` with every ranked item. Stopped, `partial` is true, and what was found stays.
    """
    start = perf_counter()
    if top < 1:
        raise BadParameter(f"top={top} is below 1: ask for at least one item", "top")
    check_out(out)
    if space is not None and space not in SPACES:
        remedy = "a map tears groups apart, choose" if space.startswith(MAP) else "choose"
        raise BadParameter(f"space {space}: {remedy} {' or '.join(SPACES)}", "space")
    plans = planned(PACKAGE, list(discover(PACKAGE)) if kinds is None else kinds, params or {}, {}, "duplicates")
    ground = _Ground(str(source), space, model, tag, exclude, label, write)
    ground.check()
    work = _Work(ground)
    bar = Bar(report, len(plans) * STEPS)
    work.go(plans, lambda number: bar.part(number * STEPS, STEPS))
    if write is not None:
        work.write(write)
    if out is not None:
        work.export(out)
    return work.result(top) | {"column": write, "seconds": round(perf_counter() - start, 3)}


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a check, then the items of each."""
    hidden = ("found", "figures")
    checks = [
        {"check": name, **{key: value for key, value in each.items() if key not in hidden}, **_few(each["figures"])}
        for name, each in result["kinds"].items()
    ]
    lists = {each["title"]: each["found"] for each in result["kinds"].values()}
    told = {name: value for name, value in result.items() if name != "kinds"}
    return {**told, "checks": checks, **lists}


class _Ground:
    """The items of each check, read when the first check wants them."""

    def __init__(
        self,
        source: str,
        space: str | None,
        model: str | None,
        tag: str | None,
        exclude: str | None,
        label: str | None,
        column: str | None,
    ) -> None:
        self.source, self.model, self.tag, self.exclude, self.column = source, model, tag, exclude, column
        self.rows = chosen(item_rows(source, space, model), tag, exclude)
        self._known = classes(self.rows, label)
        self._own: Subject | None = None

    @property
    def about(self) -> dict[str, str | None]:
        """For the cards: how items were chosen, and the column that is written."""
        return {"tag": self.tag, "exclude": self.exclude, "column": self.column}

    def check(self) -> None:
        """Raises `BadInput` for a column that cannot be written, or that would overwrite a person's own."""
        if self.column is None:
            return
        if self.rows.workspace is None:
            raise BadInput(f"column {self.column}: a .npz has no columns, give a workspace", "write")
        if is_taken(self.rows.workspace, self.column, CareRun.KIND):
            taken = "that would overwrite what the items hold, choose another name"
            raise BadInput(f"column {self.column}: {taken}", "write")

    def of(self, kind: str) -> tuple[Rows, Subject, dict[str, str | None]]:
        """The rows of a check, what it is given, and what its card says beside."""
        if kind == MISMATCHES:
            return *_captioned(every_pair(self.source, self.model, self.tag, self.exclude)), self.about
        if self._own is None:
            words = sayings(self.rows) if self.rows.space == "captions" else None
            self._own = Subject(self.rows.vectors, self._known.values if self._known else None, saying=words)
        label = {"label": self._known.label} if kind == "labels" and self._known else {}
        return self.rows, self._own, {**self.about, **label}


def _captioned(given: PairRows) -> tuple[Rows, Subject]:
    """Captions with their images, of each image those that say different things."""
    saying, item = sayings(given.rows), given.pairs.items
    kept = first_rows(item * len(given) + saying)
    pairs = given.pairs.take(kept)
    subject = Subject(pairs.image, captions=pairs.text, saying=saying[kept], item=item[kept])
    return given.rows.take(kept), subject


@dataclass(frozen=True)
class _Done:
    """One check: what it found of which rows, and the run that it is kept in."""

    plan: Plan
    rows: Rows
    findings: Findings
    run: str | None
    seconds: float

    @property
    def removable(self) -> Truths:
        """What can be left out without losing all of it: of near-duplicates, one stays."""
        return self.findings.evidence.get("extra", self.findings.flagged)

    def told(self, top: int) -> dict[str, Any]:
        found = self.findings
        rows = found.ranked[:top]
        items = zip(rows.tolist(), _words(self.rows, rows, ["caption"]), strict=True)
        return {
            "run": self.run,
            "title": self.plan.method.title,
            "space": self.rows.space,
            "ranked": len(found.ranked),
            "flagged": int(found.flagged.sum()),
            "figures": {name: round(float(value), 6) for name, value in found.metrics.items()},
            "seconds": round(self.seconds, 3),
            "found": [self._item(row, words) for row, words in items],
        }

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every ranked item as a record."""
        ranked = self.findings.ranked
        words = _words(self.rows, ranked, SAID)
        for rank, (row, said) in enumerate(zip(ranked.tolist(), words, strict=True), 1):
            yield {"check": self.plan.method.name, "rank": rank, **self._item(row, said)}

    def _item(self, row: int, words: Mapping[str, str]) -> dict[str, Any]:
        found, ids = self.findings, self.rows.ids
        own = {"id": str(ids[row]), "score": round(float(found.score[row]), 6), "flagged": bool(found.flagged[row])}
        return own | {name: _plain(name, each[row], self.rows) for name, each in found.evidence.items()} | dict(words)


class _Work(Comparison[_Done]):
    """The checks; one that lacks labels or captions refuses."""

    first, called, refusals = "the first check was done", "kind", (BadInput, MissingData)

    def __init__(self, ground: _Ground) -> None:
        super().__init__()
        self.ground = ground

    def judge(self, plan: Plan, report: Report) -> None:
        """One check, saved."""
        start, method = perf_counter(), plan.method
        rows, subject, about = self.ground.of(method.name)
        settings = method.make_params(plan.settings)
        found = method.fit(subject, settings, report)
        seconds = perf_counter() - start
        counts: dict[str, Any] = {"flagged": int(found.flagged.sum()), "ranked": len(found.ranked)}
        if subject.approximate and method.name != MISMATCHES:
            counts["neighbours_approximate"] = 1
        kind = CHECKS[method.name]
        figures = metrics(kind.FIGURES(**counts, **found.metrics, **about))
        card = Made(kind.KIND, method, asdict(settings), seconds, figures).card(rows)
        run = keep(rows, kind.of(Run(card, _arrays(rows, found))))
        self.done.append(_Done(plan, rows, found, run, seconds))

    def result(self, top: int) -> dict[str, Any]:
        rows = self.ground.rows
        return {
            "items": len(rows),
            "model": rows.model,
            "space": rows.space,
            "kinds": {each.plan.method.name: each.told(top) for each in self.done},
            **self.remarks(),
        }

    def write(self, column: str) -> None:
        """Truths for every item of a check: whether any of them would leave it out."""
        marked: dict[str, bool] = {}
        for each in self.done:
            for id, removable in zip(each.rows.ids.tolist(), each.removable.tolist(), strict=True):
                marked[id] = marked.get(id, False) or removable
        if (place := self.ground.rows.workspace) is not None:
            place.set_column(column, dict(marked))

    def export(self, out: str) -> None:
        """A line an item and check, with the columns of every check."""
        columns = dict.fromkeys(("check", "rank", "id", *SAID, "score", "flagged"))
        for each in self.done:
            columns |= dict.fromkeys(each.findings.evidence)
        try:
            with open(out, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(columns), restval="")
                writer.writeheader()
                writer.writerows(line for each in self.done for line in each.lines())
        except OSError as error:
            raise BadInput(f"{out} cannot be written: {error.strerror}") from None


def _arrays(rows: Rows, found: Findings) -> dict[str, NDArray]:
    """As `CareRun` keeps them."""
    evidence = {f"evidence.{name}": each for name, each in found.evidence.items()}
    return {**rows.named(), "ranked": found.ranked, "score": found.score, "flagged": found.flagged, **evidence}


def _plain(name: str, value: Any, rows: Rows) -> Any:
    """Evidence as JSON: a row by the item's id, numbers in six digits."""
    if name in ROWS:
        return str(rows.ids[value]) if value >= 0 else None
    if isinstance(value, np.floating):
        return round(float(value), 6)
    return value.item()


def _words(rows: Rows, some: NDArray[np.int64], columns: Sequence[str]) -> list[dict[str, str]]:
    """What is said of some rows, where the input says anything."""
    if rows.workspace is None or not len(some):
        return [{} for _ in some]
    found = rows.workspace.table(columns, rows.ids[some].tolist()).select(list(columns)).to_pylist()
    if rows.caption is not None:
        own = rows.workspace.captions(rows.take(some).caption_ids())
        found = [each | {"caption": caption} for each, caption in zip(found, own, strict=True)]
    return [{name: value for name, value in each.items() if value} for each in found]


def _few(figures: Mapping[str, float]) -> dict[str, str]:
    return {"figures": ", ".join(f"{name} {value:.4g}" for name, value in figures.items())}
