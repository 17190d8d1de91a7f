"""What the modules of the command line share: options, and how a command is run."""

import sys
from typing import Annotated, Any

import typer

from core.console import listening, write
from core.errors import BadParameter

Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - prints it.")]
Input = Annotated[str, typer.Argument(metavar="INPUT", help="A workspace's folder, a bundled set's name, or a .npz.")]
Place = Annotated[str, typer.Argument(metavar="WORKSPACE", help="A workspace's folder, or a bundled set's name.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter; repeatable.")]
Seed = Annotated[int, typer.Option(help="Same seed, same result.")]


def run(command: str, file: str | None, /, **arguments: Any) -> None:
    """Runs a command with a progress line, then writes its result; a warning in it goes to standard error."""
    from core.commands import COMMANDS, READABLE

    with listening() as report:
        result = COMMANDS[command](**arguments, report=report)
    if "warning" in result:
        print(f"clipscape: warning: {result['warning']}", file=sys.stderr)
    write(READABLE.get(command, dict)(result) if file is None else result, file)


def parsed(settings: list[str] | None) -> dict[str, str]:
    """`NAME=VALUE` pairs as a dictionary."""
    pairs = [each.partition("=") for each in settings or []]
    for name, equals, value in pairs:
        if not name or not equals or not value:
            raise BadParameter(f"--set {name}{equals}{value}: write it as NAME=VALUE, e.g. --set perplexity=50")
    return {name.strip(): value.strip() for name, _, value in pairs}


def numbers(text: str | None, option: str = "--dims") -> list[int] | None:
    """`8,16,32` as whole numbers."""
    try:
        return None if text is None else [int(each) for each in text.split(",")]
    except ValueError:
        raise BadParameter(f"{option} {text}: write whole numbers, e.g. {option} 8,16,32") from None
