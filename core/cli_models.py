"""The commands about models: `python -m core models …`."""

import sys
from typing import Annotated

import typer

from core.command_line import Json, run
from core.errors import Cancelled
from core.formats import size

app = typer.Typer(
    rich_markup_mode=None,
    help="The models that can embed: list, download, import.",
)


@app.callback(invoke_without_command=True)
def default(context: typer.Context, json: Json = None) -> None:
    """The models that can embed; without a further word they are listed."""
    if context.invoked_subcommand is None:
        run("models", json)


@app.command("list")
def listed(json: Json = None) -> None:
    """The models: the bundled one, imported and recommended ones first, then by published ImageNet accuracy."""
    run("models", json)


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="ARCHITECTURE:TAG, or hf-hub:ORGANISATION/REPOSITORY.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before downloading.")] = False,
    json: Json = None,
) -> None:
    """Download a model of the hub with all it needs, so that it works offline; goes on where it was stopped.

    Size and licence are told first. At a terminal it then asks, unless --yes is given; a script is not asked.
    """
    tell(name, yes)
    run("models fetch", json, name=name)


@app.command("import")
def bring(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER_OR_FILE",
            help="What `fetch` made elsewhere, any folder with open_clip_config.json and safetensors, or "
            "ARCHITECTURE:FILE.safetensors.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="What to call it; left out: as the folder is called.")] = None,
    json: Json = None,
) -> None:
    """Copy weights from another machine to the other models, and name them."""
    run("models import", json, source=source, name=name)


def tell(name: str, yes: bool) -> None:
    """Size and licence, on standard error; raises `Cancelled` for a no."""
    from core.commands import COMMANDS

    plan = COMMANDS["models plan"](name=name)
    if not plan["left"]:
        return
    part = f", {size(plan['left'])} of it still to come" if plan["left"] < plan["bytes"] else ""
    gated = "; its conditions must be accepted on the hub first" if plan["gated"] else ""
    print(
        f"{plan['name']}: {size(plan['bytes'])}{part}, licence {plan['licence']}{gated}; "
        f"from {plan['repository']} into {plan['folder']}",
        file=sys.stderr,
    )
    if "warning" in plan:
        print(f"clipscape: warning: {plan['warning']}", file=sys.stderr)
    if not yes and sys.stdin.isatty() and not typer.confirm("Download it?", err=True):
        raise Cancelled("nothing was downloaded")
