"""The command line: `clipscape COMMAND …`, or `python -m core COMMAND …`.

Results go to standard output as a table, or as JSON with `--json -` or `--json FILE`.
Progress goes to standard error when that is a terminal. Bad input: one line there, exit status 2.
"""

import logging
import sys
import warnings
from typing import Annotated, Any

import typer

from core import cli_care, cli_faces, cli_groups, cli_models, cli_semantics
from core.command_line import Input, Json, Place, Seed, Settings, numbers, parsed, run
from core.errors import Cancelled, ClipscapeError
from core.versions import summary

BAD_INPUT, STOPPED = 2, 130

app = typer.Typer(
    help="A laboratory for CLIP embeddings: everything a page does, as a command.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        print(summary())
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What stands before a command."""


@app.command()
def embed(
    source: Annotated[str, typer.Argument(help="Folder, zip, table, captions of COCO or Flickr, CelebA, bundled set.")],
    workspace: Annotated[str, typer.Option(metavar="DIR", help="Made where there is none.")],
    model: Annotated[
        str | None,
        typer.Option(help="One that `models` lists, hf-hub:…, or a path; the workspace's own, else pocket-2."),
    ] = None,
    captions: Annotated[str | None, typer.Option(metavar="FILE", help="A table of captions for the pictures.")] = None,
    batch: Annotated[int | None, typer.Option(help="Pictures at once; left out: what suits the machine.")] = None,
    features: Annotated[
        bool, typer.Option("--features", help="Keep the features behind the images' vectors too, as 'MODEL features'.")
    ] = False,
    maps: Annotated[bool, typer.Option(help="Put new items on the newest map, or draw a first one.")] = True,
    json: Json = None,
) -> None:
    """Bring a source's items into a workspace and embed them; goes on where it was stopped."""
    how = {"model": model, "captions": captions, "batch": batch, "features": features, "maps": maps}
    run("embed", json, workspace=workspace, source=source, **how)


@app.command()
def datasets(json: Json = None) -> None:
    """The bundled sets."""
    run("datasets", json)


@app.command()
def methods(json: Json = None) -> None:
    """The methods and their parameters."""
    run("methods", json)


@app.command()
def search(
    workspace: Place,
    text: Annotated[str | None, typer.Argument(help="Words to search for.")] = None,
    image: Annotated[str | None, typer.Option(metavar="FILE", help="A picture to search for.")] = None,
    top: Annotated[int, typer.Option(help="How many hits.")] = 10,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    target: Annotated[str | None, typer.Option(help="Compare with images or captions.")] = None,
    json: Json = None,
) -> None:
    """The items nearest to words or to a picture."""
    run("search", json, workspace=workspace, text=text, image=image, model=model, top=top, target=target)


@app.command("map")
def draw(
    source: Input,
    method: Annotated[str, typer.Option(help="One of the maps that `methods` lists.")],
    set: Settings = None,
    seed: Seed = 0,
    space: Annotated[str, typer.Option(help="images, captions or both.")] = "both",
    gap: Annotated[str, typer.Option(help="keep, or centre images and captions each on its mean.")] = "keep",
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write ids, modality and xy.")] = None,
    json: Json = None,
) -> None:
    """Draw a map of an input; a workspace keeps it as a run."""
    how = {"method": method, "params": parsed(set), "seed": seed, "space": space, "gap": gap}
    run("map", json, source=source, model=model, out=out, **how)


@app.command()
def place(
    workspace: Place,
    map: Annotated[str, typer.Argument(metavar="RUN", help="The id of a map's run.")],
    json: Json = None,
) -> None:
    """Put what was embedded since a map was drawn onto that map."""
    run("place", json, workspace=workspace, run=map)


@app.command()
def cluster(
    source: Input,
    method: Annotated[list[str], typer.Option(help="One of the clusterings that `methods` lists; repeatable.")],
    k: Annotated[int | None, typer.Option(help="How many clusters, for the methods that must be told.")] = None,
    seeds: Annotated[int, typer.Option(help="How many seeds: 0, 1, …; methods without chance run once.")] = 3,
    set: Settings = None,
    space: Annotated[
        str | None, typer.Option(help="images (if left out), captions (their mean), both, map:RUN.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    label: Annotated[str | None, typer.Option(metavar="COLUMN", help="Classes to compare with.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="NAME", help="Only items with this tag.")] = None,
    exclude: Annotated[str | None, typer.Option(metavar="NAME", help="No items with this tag.")] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write ids, method, seed, labels.")] = None,
    json: Json = None,
) -> None:
    """Compare clustering methods on an input; a workspace keeps each run."""
    how = {"methods": method, "k": k, "seeds": seeds, "params": parsed(set), "space": space}
    which = {"label": label, "tag": tag, "exclude": exclude}
    run("cluster", json, source=source, model=model, out=out, **how, **which)


@app.command()
def reduce(
    source: Input,
    method: Annotated[list[str], typer.Option(help="One of the reducers that `methods` lists; repeatable.")],
    dims: Annotated[
        str | None, typer.Option(metavar="D,D,…", help="Dimensions to try; left out: 8,16,32,64,128,256.")
    ] = None,
    seeds: Annotated[int, typer.Option(help="How many random halves are held out, one after the other.")] = 3,
    set: Settings = None,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="NAME", help="Only items with this tag.")] = None,
    exclude: Annotated[str | None, typer.Option(metavar="NAME", help="No items with this tag.")] = None,
    at: Annotated[int, typer.Option(help="The paired test is of recall at 1, 5 or 10.")] = 1,
    out: Annotated[str | None, typer.Option(metavar="FILE.npz", help="Write the ranks of the held-out pairs.")] = None,
    json: Json = None,
) -> None:
    """Compare reducers: how few dimensions still match images and captions; a workspace keeps each curve."""
    how = {"methods": method, "dims": numbers(dims), "seeds": seeds, "params": parsed(set), "at": at}
    run("reduce", json, source=source, model=model, tag=tag, exclude=exclude, out=out, **how)


@app.command()
def project(
    source: Input,
    method: Annotated[str | None, typer.Option(help="One of the reducers that `methods` lists; fits it.")] = None,
    dims: Annotated[int | None, typer.Option(help="Dimensions to keep; left out: the method's own.")] = None,
    seed: Seed = 0,
    set: Settings = None,
    model: Annotated[str | None, typer.Option(help="Left out: the one that has embedded most.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="NAME", help="Fit on items with this tag.")] = None,
    exclude: Annotated[str | None, typer.Option(metavar="NAME", help="Fit on no items with this tag.")] = None,
    earlier: Annotated[
        str | None, typer.Option("--run", metavar="ID", help="An earlier reducer, not fitted anew.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("--from", metavar="FILE", help="A reducer that --out has written.")
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="FILE.safetensors", help="Write the reducer.")] = None,
    json: Json = None,
) -> None:
    """Use a reducer: reduce all embeddings of a workspace, and name them as a model for every other command."""
    how = {"method": method, "dims": dims, "seed": seed, "params": parsed(set), "run": earlier, "file": file}
    run("project", json, source=source, model=model, tag=tag, exclude=exclude, out=out, **how)


@app.command()
def discard(
    workspace: Place,
    model: Annotated[str, typer.Argument(help="A model made of another's embeddings, e.g. pocket/pca-64.")],
    json: Json = None,
) -> None:
    """Delete what `project` made: reduced embeddings and their reducer; maps and clusterings of them stay."""
    run("discard", json, source=workspace, model=model)


app.add_typer(cli_semantics.app)
app.add_typer(cli_care.app)
app.add_typer(cli_groups.app)
app.add_typer(cli_faces.app, name="faces")
app.add_typer(cli_models.app, name="models")


def main(program: str = "python -m core") -> None:
    """Runs the command of `sys.argv` and ends the process; bad input and Ctrl-C end in one line."""
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.ERROR, format="%(message)s")
    sys.exit(status(sys.argv[1:] or ["--help"], program))


def status(arguments: list[str], program: str = "python -m core") -> int:
    """The exit status of a command line; program: what help calls it."""
    try:
        return app(arguments, prog_name=program, standalone_mode=False) or 0
    except (Cancelled, KeyboardInterrupt, typer.Abort) as stop:
        return _said(f"{str(stop) or 'stopped'}{_options(arguments, stop)}", STOPPED)
    except ClipscapeError as error:
        return _said(f"{error}{_options(arguments, error)}", BAD_INPUT)
    except typer.TyperException as error:
        return _said(error.format_message(), BAD_INPUT)


def _options(arguments: list[str], error: BaseException) -> str:
    """` (--tag, --exclude)`: those that the command has for the parameters that the error is about."""
    asked = {*getattr(error, "parameters", ())}
    known = [each for each in _command(arguments).params if each.param_type_name == "option"]
    found = [each.opts[0] for each in known if asked & {each.name, each.opts[0].removeprefix("--")}]
    return f" ({', '.join(found)})" if found else ""


def _command(arguments: list[str]) -> Any:
    """The command that the arguments name."""
    command: Any = typer.main.get_command(app)
    for word in arguments:
        if word not in getattr(command, "commands", {}):
            break
        command = command.commands[word]
    return command


def _said(text: str, code: int) -> int:
    print(f"clipscape: {' '.join(text.split())}", file=sys.stderr)
    return code
