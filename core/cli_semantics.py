"""The commands about meaning: what a model understands, prompts against items, concept directions, the modality gap."""

from pathlib import Path
from typing import Annotated

import typer

from core.command_line import Input, Json, Place, run
from core.errors import BadInput

app = typer.Typer(rich_markup_mode=None)

Prompts = Annotated[str | None, typer.Option(metavar="FILE", help="One a line, perhaps as `class: prompt`; or a CSV.")]
Template = Annotated[list[str] | None, typer.Option(metavar="'… {}'", help="A prompt is averaged over these.")]
Space = Annotated[
    str | None, typer.Option(help="images (if left out), captions (of an item their mean), or both averaged.")
]
Model = Annotated[str | None, typer.Option(help="Left out: the one that has embedded most; of a .npz, the reader.")]
Tag = Annotated[str | None, typer.Option(metavar="NAME", help="Only items with this tag.")]
Exclude = Annotated[str | None, typer.Option(metavar="NAME", help="No items with this tag.")]


@app.command()
def understood(
    workspace: Place,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    json: Json = None,
) -> None:
    """Tell whether a model understands the images: by their captions, or less surely by what they lie near to."""
    run("understood", json, workspace=workspace, model=model)


@app.command()
def semantics(
    source: Input,
    prompts: Prompts = None,
    template: Template = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="Labels to compare the classes with.")] = None,
    against: Annotated[str, typer.Option(help="dimensions, components, a model's name, or none.")] = "dimensions",
    method: Annotated[str, typer.Option(help="pearson or spearman.")] = "pearson",
    correction: Annotated[str, typer.Option(help="bh (false discoveries), holm (any false one), none.")] = "bh",
    item: Annotated[list[str] | None, typer.Option(metavar="ID", help="For the matrix; repeatable.")] = None,
    nearest: Annotated[int, typer.Option(help="Items named of each prompt.")] = 10,
    space: Space = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write the whole matrix.")] = None,
    json: Json = None,
) -> None:
    """Compare items with prompts: cosines, zero-shot classes, and the dimensions that prompts move with."""
    how = {"against": against, "method": method, "correction": correction, "nearest": nearest, "items": item}
    which = {"space": space, "model": model, "tag": tag, "exclude": exclude}
    run("semantics", json, source=source, file=prompts, templates=template, label=label, out=out, **how, **which)


@app.command()
def direction(
    source: Input,
    towards: Annotated[list[str] | None, typer.Option(metavar="PROMPT", help="Where to; repeatable.")] = None,
    away: Annotated[list[str] | None, typer.Option(metavar="PROMPT", help="Where from; repeatable.")] = None,
    template: Template = None,
    items: Annotated[str | None, typer.Option(metavar="FILE", help="Ids of items to go to, one a line.")] = None,
    against: Annotated[str | None, typer.Option(metavar="FILE", help="Those to come from; left out: the rest.")] = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="From its other values to one.")] = None,
    value: Annotated[str | None, typer.Option(help="The value of the column.")] = None,
    fit: Annotated[str, typer.Option(help="How groups are told apart: means, logistic, lda.")] = "means",
    strip: Annotated[int, typer.Option(help="How many items to show along it.")] = 9,
    write: Annotated[str | None, typer.Option(metavar="COLUMN", help="Write the projections as a column.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Derive a model without the direction.")] = False,
    space: Space = None,
    model: Model = None,
    tag: Tag = None,
    exclude: Exclude = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write the direction, ids, projections.")] = None,
    json: Json = None,
) -> None:
    """Find a concept's direction: between two prompts, two groups of items, or by a label; and what lies along it."""
    groups = {"items": _ids(items), "against": _ids(against), "label": label, "value": value, "fit": fit}
    words = {"towards": towards or None, "away": away or None, "templates": template}
    which = {"space": space, "model": model, "tag": tag, "exclude": exclude}
    kept = {"strip": strip, "write": write, "remove": remove, "out": out}
    run("direction", json, source=source, **words, **groups, **which, **kept)


@app.command()
def removal(
    source: Input,
    of: Annotated[str, typer.Option("--run", metavar="ID", help="The run of the direction.")],
    k: Annotated[int, typer.Option(help="Clusters of K-means.")] = 10,
    seeds: Annotated[int, typer.Option(help="Initialisations of K-means.")] = 3,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="To compare clusters with.")] = None,
    json: Json = None,
) -> None:
    """Take a direction away: a derived model, and what that does to clusters."""
    run("removal", json, source=source, k=k, seeds=seeds, label=label, **{"run": of})


@app.command()
def gap(
    source: Input,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    tag: Tag = None,
    exclude: Exclude = None,
    centre: Annotated[bool, typer.Option("--centre", help="Derive a model with both modalities centred.")] = False,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write histograms, ranks and means.")] = None,
    json: Json = None,
) -> None:
    """Measure the gap between images and captions, before and after centring each."""
    run("gap", json, source=source, model=model, tag=tag, exclude=exclude, centre=centre, out=out)


def _ids(file: str | None) -> list[str] | None:
    """Of a file with one id a line."""
    if file is None:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").split()
    except OSError as error:
        raise BadInput(f"{file} cannot be read as ids, one a line: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{file} cannot be read as ids, one a line: it is no text in UTF-8") from None
