"""The command of Groups: `python -m core groups …`."""

from typing import Annotated

import typer

from core.command_line import Input, Json, Settings, numbers, parsed, run

app = typer.Typer(rich_markup_mode=None)


@app.command()
def groups(
    source: Input,
    by: Annotated[str, typer.Option(metavar="COLUMN", help="What groups are by: a column, run:CLUSTERING, or y.")],
    method: Annotated[
        list[str] | None, typer.Option(help="One of the groups that `methods` lists; repeatable; left out: all.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="How many random halves of the groups are learned from in turn.")] = 5,
    sizes: Annotated[
        str | None, typer.Option(metavar="N,N,…", help="Items of a group; left out: 1,2,4,8,16,32.")
    ] = None,
    set: Settings = None,
    space: Annotated[
        str | None, typer.Option(help="images (if left out), captions (their mean), both, map:RUN.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="NAME", help="Only items with this tag.")] = None,
    exclude: Annotated[str | None, typer.Option(metavar="NAME", help="No items with this tag.")] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write groups, figures and the bound.")] = None,
    json: Json = None,
) -> None:
    """Compare embeddings of groups: does one half of a group find the other; a workspace keeps each method."""
    how = {"methods": method, "seeds": seeds, "sizes": numbers(sizes, "--sizes"), "params": parsed(set)}
    which = {"space": space, "model": model, "tag": tag, "exclude": exclude}
    run("groups", json, source=source, by=by, out=out, **how, **which)
