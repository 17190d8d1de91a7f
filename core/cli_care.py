"""The commands that say what is in a set: names of its clusters, and items that deserve a second look."""

from typing import Annotated

import typer

from core.command_line import Input, Json, Settings, parsed, run

app = typer.Typer(rich_markup_mode=None)

Space = Annotated[str | None, typer.Option(help="images (if left out), or captions (of an item their mean).")]
Tag = Annotated[str | None, typer.Option(metavar="NAME", help="Only items with this tag.")]
Exclude = Annotated[str | None, typer.Option(metavar="NAME", help="No items with this tag.")]


@app.command()
def care(
    source: Input,
    kind: Annotated[
        list[str] | None, typer.Option(help="duplicates, outliers, labels, mismatches; repeatable; left out: all.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="The labels to doubt.")] = None,
    set: Settings = None,
    space: Space = None,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    tag: Tag = None,
    exclude: Exclude = None,
    top: Annotated[int, typer.Option(help="Items told of each.")] = 20,
    write: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Write what is flagged as a column, for --exclude.")
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.csv", help="Write every ranked item.")] = None,
    json: Json = None,
) -> None:
    """Find near-duplicates, outliers, doubtful labels and captions that do not fit; most suspicious first."""
    how = {"kinds": kind, "label": label, "params": parsed(set), "top": top, "write": write, "out": out}
    which = {"space": space, "model": model, "tag": tag, "exclude": exclude}
    run("care", json, source=source, **how, **which)


@app.command()
def names(
    source: Input,
    by: Annotated[str, typer.Option(metavar="COLUMN", help="What groups are by: a column, run:CLUSTERING, or y.")],
    method: Annotated[str, typer.Option(help="How phrases are weighed: log-odds or class-tfidf.")] = "log-odds",
    set: Settings = None,
    rank: Annotated[str, typer.Option(help="By words and CLIP's text (both), by words, or by clip.")] = "both",
    prompts: Annotated[
        str | None, typer.Option(metavar="FILE", help="Names are chosen from these, one a line, not from captions.")
    ] = None,
    values: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Names are chosen from the values of a column.")
    ] = None,
    phrases: Annotated[int, typer.Option(help="Phrases of a group.")] = 5,
    captions: Annotated[int, typer.Option(help="Nearest captions of a group.")] = 3,
    model: Annotated[str | None, typer.Option(help="Left out: the run's, else the one that has embedded most.")] = None,
    json: Json = None,
) -> None:
    """Name clusters or groups: what their captions have and others lack; never words that nobody wrote."""
    how = {"method": method, "params": parsed(set), "rank": rank, "phrases": phrases, "captions": captions}
    run("names", json, source=source, by=by, file=prompts, values=values, model=model, **how)
