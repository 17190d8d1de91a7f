"""Names for the groups of an input, from what its captions say or from a list of prompts, with CLIP's text."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from time import perf_counter
from typing import Annotated

import numpy as np

from core.commands.grouping import RUN, Grouping, grouping_title, named_groups
from core.commands.items import column_words, item_rows
from core.commands.names_words import RANKS, GroupedItems, Words, of_captions, of_prompts
from core.commands.options import By, Input, Option, Settings
from core.commands.pairs import wordings
from core.commands.runs import Analysis, Made, keep
from core.errors import BadInput, BadParameter, MissingData
from core.features import is_features
from core.inputs import Rows, open_workspace, read_rows
from core.methods import find
from core.naming.choosing import Phrase
from core.naming.choosing import names as told_apart
from core.naming.contrast import nearest_rows
from core.progress import Bar, Report, silent
from core.reduced import full_model, source_model
from core.results import places
from core.runs.names import NamedGroup, NamesFigures, NamesResult, NamesRun, NearCaption
from core.runs.record import metrics
from core.semantics.prompts import Prompts, read_prompts

PACKAGE = "core.naming"
METHOD = "log-odds"
BY_PROMPTS = Analysis("prompts", "Names from prompts")
MOST_GROUPS = 2_000
PHRASES, CAPTIONS = 5, 3
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
) -> NamesResult:
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
    items = GroupedItems(rows, named_groups(rows, by), model)
    if (count := len(items.grouping.names)) > MOST_GROUPS:
        raise BadInput(f"by {grouping_title(by)}: {count:,} groups are more than {MOST_GROUPS:,}, choose another", "by")
    listed = _listed(items, prompts, file, values)
    listen = bar.part(READ, STEPS - READ)
    if listed is None:
        words = of_captions(items, weighed, settings, rank, phrases, listen)
    else:
        words = of_prompts(items, *listed, phrases, listen)
    named = _named(items, words, captions)
    how = {**(asdict(settings) if listed is None else {}), "rank": words.rank, "phrases": phrases}
    known = {each.group: each.name for each in named if each.name}
    figures = metrics(NamesFigures(grouping_title(by), words.source, len(named), len(known), known))
    method_of_words, seconds = BY_PROMPTS if listed else weighed, perf_counter() - start
    card = Made(NamesRun.KIND, method_of_words, how, seconds, figures).card(rows)
    found = NamesResult(
        run=keep(rows, NamesRun(card, rows.ids, items.grouping.numbered(), named)),
        by=grouping_title(by),
        source=words.source,
        method=method_of_words.name,
        rank=words.rank,
        model=rows.model,
        items=len(rows),
        without_group=int((items.grouping.group < 0).sum()),
        names=named,
        seconds=round(seconds, 3),
        **words.remarks,
    )
    return found


def _named(items: GroupedItems, words: Words, captions: int) -> list[NamedGroup]:
    """The groups in the order of their titles. captions: how many one gets at most."""
    grouping, near = items.grouping, _captions(items, captions)
    titles, counts, names = grouping.names.tolist(), grouping.counts().tolist(), told_apart(words.phrases)
    found = [
        NamedGroup(
            group=title,
            number=int(grouping.numbers[place]),
            items=counts[place],
            name=names[place],
            phrases=[_rounded(phrase) for phrase in words.phrases[place]],
            captions=near[place],
        )
        for place, title in enumerate(titles)
    ]
    return sorted(found, key=lambda each: natural(each.group))


def _captions(items: GroupedItems, most: int) -> list[list[NearCaption]]:
    """Of each group's own captions, those that lie most along its direction."""
    rows, grouping = items.rows, items.grouping
    found: list[list[NearCaption]] = [[] for _ in grouping.names]
    text = _captions_of(rows)
    if text is None or text.workspace is None or not most:
        return found
    wording, written = wordings(text), text.workspace.captions(text.caption_ids())
    of = places(text.ids, rows.ids)
    for group, direction in enumerate(items.directions):
        mine = np.flatnonzero(grouping.group[of] == group)
        for row in nearest_rows(text.vectors, direction, mine, wording, most).tolist():
            cosine = round(float(text.vectors[row] @ direction), 6)
            found[group].append(NearCaption(str(text.ids[row]), written[row], cosine))
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


def _rounded(phrase: Phrase) -> Phrase:
    """Its figures in six digits."""
    figures = (phrase.weight, phrase.share, phrase.others, phrase.cosine)
    return Phrase(phrase.phrase, *(None if each is None else round(each, 6) for each in figures))


def _listed(
    items: GroupedItems, prompts: Sequence[str] | None, file: str | None, values: str | None
) -> tuple[str, Prompts] | None:
    """Where names come from and the list of them; None for captions."""
    if prompts is not None:
        return "prompts", Prompts.of(prompts)
    if file is not None:
        return "prompts", read_prompts(file)
    if values is not None:
        empty = f"values {values}: no item has a value there, choose another column"
        return f"values of {values}", _values(items.rows, values, empty, "values")
    if any(caption.strip() for caption in items.captions):
        return None
    without = "no item has a caption, so that names need a list: give prompts, or a column of values"
    if items.rows.workspace is None:
        raise BadInput(without, "prompts")
    return "values of label", _values(items.rows, "label", without, "prompts", "values")


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
