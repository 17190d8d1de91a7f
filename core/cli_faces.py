"""The commands about faces: `python -m core faces …`."""

from typing import Annotated

import typer

from core.command_line import Json, Seed, parsed, run
from core.faces.kinds import BEST, KINDS
from core.faces.limits import SIDES, SURE

app = typer.Typer(rich_markup_mode=None, help="Faces: edit one, factor by factor.")

Editor = Annotated[str | None, typer.Option("--model", metavar="FILE", help="An editor; left out: the bundled one.")]


@app.command()
def edit(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="A picture of a face.")],
    out: Annotated[str, typer.Option(metavar="FILE", help="Where the edited face goes: .png, .webp, .jpg …")],
    set: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FACTOR=POSITION", help="glasses=2, sex=male, race=black, race=black:2; repeatable."
        ),
    ] = None,
    model: Editor = None,
    json: Json = None,
) -> None:
    """Set factors of a face: -1 and 1 are where people with the one and the other value are, ±3 the ends."""
    run("faces edit", json, image=image, settings=parsed(set), out=out, model=model)


@app.command()
def train(
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="Pictures: a folder, zip or table, CelebA, a workspace, a bundled set."),
    ],
    workspace: Annotated[str, typer.Option(metavar="DIR", help="Keeps the editor; made where there is none.")],
    attributes: Annotated[
        str | None, typer.Option(metavar="FILE", help="A table whose columns are factors of the pictures it names.")
    ] = None,
    factors: Annotated[
        str | None, typer.Option(metavar="NAME,NAME,…", help="Columns; left out: those of 2 to 12 values, if few.")
    ] = None,
    prompts: Annotated[
        str | None, typer.Option(metavar="FILE", help="In place of a table: `glasses/yes: a face with glasses`, …")
    ] = None,
    sure: Annotated[float, typer.Option(help="How probable a value has to be by the prompts.")] = SURE,
    clip: Annotated[str | None, typer.Option(help="The CLIP model that compares pictures with the prompts.")] = None,
    autoencoder: Annotated[str, typer.Option(help=f"One of {', '.join(KINDS)}.")] = BEST,
    side: Annotated[int, typer.Option(help=f"Pixels a side: {' or '.join(map(str, SIDES))}.")] = SIDES[0],
    epochs: Annotated[int | None, typer.Option(help="Epochs of each network; left out: as suits their number.")] = None,
    seed: Seed = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where the same training was stopped.")] = False,
    json: Json = None,
) -> None:
    """Train an editor on your own faces; a tenth of them is held out to measure it."""
    which = {"attributes": attributes, "factors": names(factors), "prompts": prompts, "sure": sure, "model": clip}
    how = {"autoencoder": autoencoder, "side": side, "epochs": epochs, "seed": seed, "resume": resume}
    run("faces train", json, workspace=workspace, source=source, **which, **how)


def names(text: str | None) -> list[str] | None:
    """`glasses,sex` as a list."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


@app.command()
def meaning(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="Faces to look at; left out: the people that come along.")
    ] = None,
    prompts: Annotated[
        list[str] | None, typer.Option("--prompt", metavar="TEXT", help="Left out: one a factor; repeatable.")
    ] = None,
    clip: Annotated[str, typer.Option(help="The CLIP model that compares faces with the prompts.")] = "pocket",
    model: Editor = None,
    seed: Seed = 0,
    json: Json = None,
) -> None:
    """Which components of T(z), and which of each auto-encoder's latent, move with which words."""
    run("faces meaning", json, source=source, prompts=prompts, clip=clip, model=model, seed=seed)


@app.command()
def report(json: Json = None) -> None:
    """How good the bundled editor is, on people held out of all training."""
    run("faces report", json)
