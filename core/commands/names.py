"""Names for the groups of an input, from what its captions say or from a list of prompts, with CLIP's text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from time import perf_counter
from typing import Annotated, Any

import numpy as np
from msgspec import to_builtins

from core.commands.grouping import RUN, Grouping, named_groups, told_by
from core.commands.items import column_words, item_rows
from core.commands.names_words import RANKS, Words, of_captions, of_prompts
from core.commands.options import By, Input, Option, Settings
from core.commands.pairs import sayings
from core.commands.prompting import Reader, reader
from core.commands.runs import Analysis, Made
from core.errors import BadInput, BadParameter, MissingData
from core.features import is_features
from core.inputs import Rows, open_workspace, read_rows
from core.methods import Method, find
from core.naming.choosing import Phrase
from core.naming.choosing import names as told_apart
from core.naming.contrast import directions, nearest_rows
from core.progress import Bar, Report, silent
from core.reduced import full_model, source_model
from core.results import Floats
from core.runs.names import NamedGroup, NamedPhrase, NamesFigures, NamesRun, NearCaption
from core.runs.record import metrics
from core.semantics.prompts import Prompts, read_prompts

PACKAGE = "core.naming"
METHOD = "log-odds"
BY_PROMPTS = Analysis("prompts", "Names from prompts")
MOST_GROUPS = 2_000
PHRASES, CAPTIONS = 5, 3
BETWEEN = "; "
MOST_PHRASES, MOST_CAPTIONS = 50, 50
STEPS, READ = 1_000, 200
"""Of the bar: in all, and until the words are counted."""


def names(
    source: Input,
    by: By,
    method: Annotated[str, Option("How phrases are weighed: log-odds or class-tfidf.")] = METHOD,
    params: Settings = None,
    rank: Annotated[str, Option("By words and CLIP's text (both), by words, or by clip.")] = RANKS[0],
    prompts: Sequence[str] | None = None,
    file: Annotated[
        str | None, Option("Names are chosen from these, one a line, not from captions.", "FILE", "prompts")
    ] = None,
    values: Annotated[str | None, Option("Names are chosen from the values of a column.", "COLUMN")] = None,
    phrases: Annotated[int, Option("Phrases of a group.")] = PHRASES,
    captions: Annotated[int, Option("Nearest captions of a group.")] = CAPTIONS,
    model: Annotated[str | None, Option("Left out: the run's, else the one that has embedded most.")] = None,
    report: Report = silent,
) -> dict[str, Any]:
    """Name clusters or groups: what their captions have and others lack; never words that nobody wrote.

    Names each group by phrases that its captions have and others' lack, and gives the captions nearest to it.

    An item has a phrase where any of its captions has it; of the nearest, every caption stands for itself.
    `by`: a column ("y" of a `.npz`), "run:ID" for the clusters of a run, or names with their items' ids. `method`: how
    phrases are weighed, one of `core.naming`, with `params`. `rank`: "both" (its order and that of CLIP's text, as
    one), "words" (without a model) or "clip". Instead of phrases, `prompts`, those of a `file`, or the `values` of a
    column, ranked by CLIP's text; the values of "label" where nothing is captioned. No other words are ever given.
    `phrases`, `captions`: how many of each a group has at most. `model`: None: that of the run, else the one that has
    embedded most; of a `.npz`, the one that reads the prompts. A run of the workspace holds the names.
    """
    start = perf_counter()
    weighed = find(PACKAGE, method)
    settings = weighed.make_params(params or {})
    _check(rank, phrases, captions, prompts, file, values)
    bar = Bar(report, STEPS)
    bar.step(0, "reading the groups")
    rows = item_rows(str(source), None, model or _model_of(str(source), by))
    ground = _Ground(rows, by, named_groups(rows, by), model)
    ground.check()
    given = _given(rows, prompts, file, values, ground.said)
    listen = bar.part(READ, STEPS - READ)
    if given is None:
        words = of_captions(ground, weighed, settings, rank, phrases, ground.read, listen)
    else:
        words = of_prompts(ground, given, phrases, ground.read, listen)
    work = _Work(ground, words, weighed if given is None else BY_PROMPTS, captions)
    how = {**(asdict(settings) if given is None else {}), "rank": words.rank, "phrases": phrases}
    return work.result(how, perf_counter() - start)


def for_reading(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result as records for a table: a row a group, and the rest as figures."""
    rows = [
        {
            "group": each["group"],
            "items": each["items"],
            "name": each["name"],
            "phrases": ", ".join(phrase["phrase"] for phrase in each["phrases"]),
            "nearest caption": each["captions"][0]["caption"] if each["captions"] else None,
        }
        for each in result["names"]
    ]
    return {**{name: value for name, value in result.items() if name != "warning"}, "names": rows}


@dataclass(frozen=True)
class _Ground:
    """Items in groups. asked: the model that a person has named."""

    rows: Rows
    by: By
    grouping: Grouping
    asked: str | None

    def check(self) -> None:
        """Raises `BadInput` for too many groups."""
        if len(self.grouping.names) > MOST_GROUPS:
            count = len(self.grouping.names)
            raise BadInput(
                f"by {told_by(self.by)}: {count:,} groups are more than {MOST_GROUPS:,}, choose another", "by"
            )

    @cached_property
    def said(self) -> list[str]:
        """All captions of each row's item, "" for none; set apart so that no phrase bridges two of them."""
        if self.rows.workspace is None:
            return [""] * len(self.rows)
        found = self.rows.workspace.table(["captions"], self.rows.ids.tolist())["captions"].to_pylist()
        return list(map(BETWEEN.join, found))

    @cached_property
    def directions(self) -> Floats:
        """(G, D) float32, unit norm."""
        return directions(self.rows.vectors, self.grouping.group, len(self.grouping.names))

    def read(self) -> Reader:
        """The text side of the rows' model."""
        return reader(self.rows, self.asked)


@dataclass(frozen=True)
class _Work:
    """Groups with their phrases. captions: how many captions a group gets at most."""

    ground: _Ground
    words: Words
    method: Method | Analysis
    captions: int

    def result(self, how: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """As JSON; the run is saved before."""
        rows, run = self.ground.rows, self._run(how, seconds)
        return {
            "run": run.save(rows.workspace) if rows.workspace else None,
            "by": run.figures.by,
            "from": self.words.source,
            "method": self.method.name,
            "rank": self.words.rank,
            "model": rows.model,
            "items": len(rows),
            "without_group": int((run.group < 0).sum()),
            "names": run.told,
            "seconds": round(seconds, 3),
            **self.words.remarks,
        }

    def _run(self, how: Mapping[str, Any], seconds: float) -> NamesRun:
        rows, groups = self.ground.rows, self._groups()
        named = {each.group: each.name for each in groups if each.name}
        figures = NamesFigures(told_by(self.ground.by), self.words.source, len(groups), len(named), named)
        card = Made(NamesRun.KIND, self.method, how, seconds, metrics(figures)).card(rows)
        return NamesRun(card, rows.ids, self.ground.grouping.numbered(), to_builtins(groups))

    def _groups(self) -> list[NamedGroup]:
        """In the order of their numbers or names."""
        grouping, some = self.ground.grouping, self.words.phrases
        heads = (grouping.names.tolist(), grouping.numbers.tolist(), grouping.counts().tolist(), told_apart(some))
        every = zip(*heads, ([_plain(phrase) for phrase in each] for each in some), self._captions(), strict=True)
        return sorted((NamedGroup(*each) for each in every), key=lambda each: natural(each.group))

    def _captions(self) -> list[list[NearCaption]]:
        """Of each group's own captions, those that lie most along its direction."""
        rows, grouping = self.ground.rows, self.ground.grouping
        found: list[list[NearCaption]] = [[] for _ in grouping.names]
        text = _captions_of(rows)
        if text is None or text.workspace is None or not self.captions:
            return found
        saying, said, ways = sayings(text), text.workspace.captions(text.caption_ids()), self.ground.directions
        places = {id: place for place, id in enumerate(rows.ids.tolist())}
        of = np.array([places[id] for id in text.ids.tolist()])
        for group, direction in enumerate(ways):
            mine = np.flatnonzero(grouping.group[of] == group)
            for row in nearest_rows(text.vectors, direction, mine, saying, self.captions).tolist():
                cosine = round(float(text.vectors[row] @ direction), 6)
                found[group].append(NearCaption(str(text.ids[row]), said[row], cosine))
        return found


def natural(name: str) -> list[tuple[bool, int, str]]:
    """A key that sorts "cluster 10" after "cluster 9"."""
    return [(each.isdigit(), int(each) if each.isdigit() else 0, each) for each in re.split(r"(\d+)", name)]


def _captions_of(rows: Rows) -> Rows | None:
    """All embedded captions of these items, None where there are none; they lie in the space of the rows."""
    if rows.workspace is None:
        return None
    try:
        text = read_rows(rows.workspace.path, "captions", rows.model)
    except MissingData:
        return None
    return text.take(np.flatnonzero(np.isin(text.ids, rows.ids)))


def _plain(phrase: Phrase) -> NamedPhrase:
    figures = (phrase.weight, phrase.share, phrase.others, phrase.cosine)
    return NamedPhrase(phrase.text, *(None if x is None else round(x, 6) for x in figures))


def _given(
    rows: Rows, prompts: Sequence[str] | None, file: str | None, values: str | None, said: Sequence[str]
) -> tuple[str, Prompts] | None:
    """Where names come from and the list of them; None for captions."""
    if prompts is not None:
        return "prompts", Prompts.of(prompts)
    if file is not None:
        return "prompts", read_prompts(file)
    if values is not None:
        empty = f"values {values}: no item has a value there, choose another column"
        return f"values of {values}", _values(rows, values, empty, "values")
    if any(caption.strip() for caption in said):
        return None
    without = "no item has a caption, so that names need a list: give prompts, or a column of values"
    if rows.workspace is None:
        raise BadInput(without, "prompts")
    return "values of label", _values(rows, "label", without, "prompts", "values")


def _values(rows: Rows, column: str, refusal: str, *parameters: str) -> Prompts:
    """The different values of a column ("y" of a `.npz`); raises `BadInput` with the refusal where there are none."""
    found = named_groups(rows, column) if rows.workspace is None else Grouping.of(column_words(rows, column))
    if not len(found.names):
        raise BadInput(refusal, *parameters)
    return Prompts.of(found.names.tolist())


def _model_of(source: str, by: By) -> str | None:
    """The model of a run's rows, or the one behind them where no words can be read beside them."""
    if not isinstance(by, str) or not by.startswith(RUN) or source.endswith(".npz"):
        return None
    place = open_workspace(source)
    model = place.run(by.removeprefix(RUN)).card.model
    return source_model(place, model) if is_features(full_model(place, model)) else model


def _check(
    rank: str,
    phrases: int,
    captions: int,
    prompts: Sequence[str] | None,
    file: str | None,
    values: str | None,
) -> None:
    if rank not in RANKS:
        raise BadParameter(f"rank={rank!r} is not one of {', '.join(RANKS)}", "rank")
    for name, value, least, most in (("phrases", phrases, 1, MOST_PHRASES), ("captions", captions, 0, MOST_CAPTIONS)):
        if not least <= value <= most:
            raise BadParameter(f"{name}={value} is not between {least} and {most}")
    if sum(each is not None for each in (prompts, file, values)) > 1:
        raise BadInput("names come from one list: give either prompts or a column of values", "prompts", "values")
