"""Data quality of an input: checks that rank its items, most suspicious first; the flagged ones written as a column."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.care.subject import Booleans, Findings, Subject
from core.commands.comparing import Candidate, Comparison, candidates
from core.commands.items import Classes, chosen, classes, is_taken, item_rows
from core.commands.options import Exclude, Input, Model, Option, Settings, Tag
from core.commands.pairs import PairRows, every_pair, wordings
from core.commands.runs import Made, check_out, keep
from core.errors import BadInput, BadParameter, MissingData
from core.formats import as_cell
from core.inputs import MAP, Rows
from core.methods import discover
from core.progress import Bar, Report, silent
from core.results import Integers, first_rows
from core.runs.care import CHECKS, CareResult, CareRun, CheckResult
from core.runs.record import metrics
from core.workspace import Run

PACKAGE = "core.care"
MISMATCHES = "mismatches"
"""The check that is about pairs; the others are about rows of one space."""
TOP, STEPS = 20, 1_000
ROWS = ("nearest", "instead")
"""Evidence that is another row; its item's id stands for it."""
SPACES = ("images", "captions")
COLUMNS = ("source", "caption")
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
) -> CareResult:
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
    found = candidates(PACKAGE, list(discover(PACKAGE)) if kinds is None else kinds, params or {}, {}, "duplicates")
    rows = chosen(item_rows(str(source), space, model), tag, exclude)
    known = classes(rows, label)
    _check_column(rows, write)
    figures = {"column": write, "tag": tag, "exclude": exclude}
    checks = _Checks(rows, known, lambda: every_pair(str(source), model, tag, exclude), figures)
    bar = Bar(report, len(found) * STEPS)
    checks.go(found, lambda number: bar.part(number * STEPS, STEPS))
    if write is not None:
        checks.write(write)
    if out is not None:
        checks.export(out)
    return CareResult(
        items=len(rows),
        model=rows.model,
        space=rows.space,
        kinds={each.candidate.method.name: each.result(top) for each in checks.done},
        column=write,
        seconds=round(perf_counter() - start, 3),
        **checks.remarks(),
    )


def _check_column(rows: Rows, column: str | None) -> None:
    """Raises `BadInput` for a column that cannot be written, or that would overwrite a person's own."""
    if column is None:
        return
    if rows.workspace is None:
        raise BadInput(f"column {column}: a .npz has no columns, give a workspace", "write")
    if is_taken(rows.workspace, column, CareRun.KIND):
        taken = "that would overwrite what the items hold, choose another name"
        raise BadInput(f"column {column}: {taken}", "write")


def _captioned(given: PairRows) -> tuple[Rows, Subject]:
    """Captions with their images, of each image those that say different things."""
    wording, item = wordings(given.rows), given.pairs.items
    kept = first_rows(item * len(given) + wording)
    pairs = given.pairs.take(kept)
    subject = Subject(pairs.image, captions=pairs.text, wording=wording[kept], item=item[kept])
    return given.rows.take(kept), subject


@dataclass(frozen=True)
class _Check:
    """What a check has found of which rows, and the run that it is kept in."""

    candidate: Candidate
    rows: Rows
    findings: Findings
    run: str | None
    seconds: float

    @property
    def removable(self) -> Booleans:
        """What can be left out without losing all of it: of near-duplicates, one stays."""
        return self.findings.evidence.get("extra", self.findings.flagged)

    def result(self, top: int) -> CheckResult:
        found, rows = self.findings, self.findings.ranked[:top]
        return CheckResult(
            run=self.run,
            title=self.candidate.method.title,
            space=self.rows.space,
            ranked=len(found.ranked),
            flagged=int(found.flagged.sum()),
            figures={name: round(float(value), 6) for name, value in found.metrics.items()},
            seconds=round(self.seconds, 3),
            found=list(self._items(rows, ["caption"])),
        )

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every ranked item as a record."""
        for rank, item in enumerate(self._items(self.findings.ranked, COLUMNS), 1):
            yield {"check": self.candidate.method.name, "rank": rank, **item}

    def _items(self, some: Integers, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Rows as JSON: score, evidence by name, and what the columns hold of them."""
        found, ids = self.findings, self.rows.ids
        for row, words in zip(some.tolist(), _words(self.rows, some, columns), strict=True):
            own = {"id": str(ids[row]), "score": round(float(found.score[row]), 6), "flagged": bool(found.flagged[row])}
            yield own | {name: _plain(name, each[row], self.rows) for name, each in found.evidence.items()} | words


class _Checks(Comparison[_Check]):
    """The checks; one that lacks labels or captions refuses."""

    first, called, refusals = "the first check was done", "kind", (BadInput, MissingData)

    def __init__(
        self,
        rows: Rows,
        known: Classes | None,
        pairs: Callable[[], PairRows],
        about: Mapping[str, str | None],
    ) -> None:
        """rows: of the checks of one space; known: labels to doubt. pairs: of captions and images, read when wanted.

        about: for every card, how items were chosen and which column is written.
        """
        super().__init__()
        self.rows, self.known, self.pairs, self.about = rows, known, pairs, about

    @cached_property
    def subject(self) -> Subject:
        """What the checks of one space look at."""
        words = wordings(self.rows) if self.rows.space == "captions" else None
        return Subject(self.rows.vectors, self.known.values if self.known else None, wording=words)

    def judge(self, candidate: Candidate, report: Report) -> None:
        """One check, saved."""
        start, method = perf_counter(), candidate.method
        paired = method.name == MISMATCHES
        rows, subject = _captioned(self.pairs()) if paired else (self.rows, self.subject)
        settings = candidate.params()
        found = method.fit(subject, settings, report)
        seconds, kind = perf_counter() - start, CHECKS[method.name]
        figures = kind.FIGURES(
            flagged=int(found.flagged.sum()),
            ranked=len(found.ranked),
            neighbours_approximate=1 if subject.approximate and not paired else None,
            **found.metrics,
            **self.about,
            **({"label": self.known.label} if self.known and method.name == "labels" else {}),
        )
        card = Made(kind.KIND, method, asdict(settings), seconds, metrics(figures)).card(rows)
        evidence = {f"evidence.{name}": each for name, each in found.evidence.items()}
        about = {"ranked": found.ranked, "score": found.score, "flagged": found.flagged}
        run = keep(rows, kind.of(Run(card, {**rows.named(), **about, **evidence})))
        self.done.append(_Check(candidate, rows, found, run, seconds))

    def write(self, column: str) -> None:
        """Booleans for every item of a check: whether any of them would leave it out."""
        marked: dict[str, bool] = {}
        for each in self.done:
            for id, removable in zip(each.rows.ids.tolist(), each.removable.tolist(), strict=True):
                marked[id] = marked.get(id, False) or removable
        if (place := self.rows.workspace) is not None:
            place.set_column(column, dict(marked))

    def export(self, out: str) -> None:
        """A line an item and check, with the columns of every check."""
        evidence = (name for each in self.done for name in each.findings.evidence)
        columns = dict.fromkeys(("check", "rank", "id", *COLUMNS, "score", "flagged", *evidence))
        try:
            with open(out, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(columns), restval="")
                writer.writeheader()
                lines = (line for each in self.done for line in each.lines())
                writer.writerows({name: as_cell(value) for name, value in line.items()} for line in lines)
        except OSError as error:
            raise BadInput(f"{out} cannot be written: {error.strerror}") from None


def _plain(name: str, value: Any, rows: Rows) -> Any:
    """Evidence as JSON: a row by the item's id, numbers in six digits."""
    if name in ROWS:
        return str(rows.ids[value]) if value >= 0 else None
    if isinstance(value, np.floating):
        return round(float(value), 6)
    return value.item()


def _words(rows: Rows, some: NDArray[np.int64], columns: Sequence[str]) -> list[dict[str, str]]:
    """What the columns hold of some rows; nothing of a `.npz`."""
    if rows.workspace is None or not len(some):
        return [{} for _ in some]
    found = rows.workspace.table(columns, rows.ids[some].tolist()).select(list(columns)).to_pylist()
    if rows.caption is not None:
        own = rows.workspace.captions(rows.take(some).caption_ids())
        found = [each | {"caption": caption} for each, caption in zip(found, own, strict=True)]
    return [{name: value for name, value in each.items() if value} for each in found]
