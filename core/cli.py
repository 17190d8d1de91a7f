"""The command line: `clipscape COMMAND …`, or `python -m core COMMAND …`.

The commands are those of `core.commands`, their options what the functions' signatures say.
Results go to standard output as a table, or as JSON with `--json -` or `--json FILE`.
Progress goes to standard error when that is a terminal. Bad input: one line there, exit status 2.
"""

import logging
import sys
import warnings
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from core import cli_accounts
from core.command_line import Json, made, run
from core.commands import COMMANDS, ON_THE_COMMAND_LINE
from core.errors import Cancelled, ClipscapeError
from core.formats import size
from core.versions import summary as versions

BAD_INPUT, STOPPED = 2, 130


class Group(TyperGroup):
    """Its own commands, and those of `core.commands` with its name before theirs; each is made when asked for."""

    def list_commands(self, context: Any) -> list[str]:
        """By name, those of `core.commands` first, in their order."""
        before = _before(context)
        below = [name.removeprefix(before) for name in ON_THE_COMMAND_LINE if name.startswith(before)]
        return [*dict.fromkeys([*(name for name in below if " " not in name), *self.commands])]

    def get_command(self, context: Any, name: str) -> Any:
        """None where there is none of that name."""
        command = _before(context) + name
        if name not in self.commands and command in ON_THE_COMMAND_LINE:
            self.commands[name] = made(command)
        return self.commands.get(name)

    def format_commands(self, context: Any, formatter: Any) -> None:
        """Without importing the commands."""
        rows = [(name, self._about(context, name)) for name in self.list_commands(context)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _about(self, context: Any, name: str) -> str:
        own = self.commands.get(name)
        return own.get_short_help_str(1_000) if own else ON_THE_COMMAND_LINE[_before(context) + name].summary()


def _before(context: Any) -> str:
    """What stands before the names of a group's commands."""
    return "" if context.parent is None else f"{context.info_name} "


def _typer(help: str) -> typer.Typer:
    return typer.Typer(
        cls=Group, help=help, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )


app = _typer("A laboratory for CLIP embeddings: everything a page does, as a command.")
models = _typer("The models that can embed: list, download, import.")
app.add_typer(models, name="models")
app.add_typer(_typer("Faces: edit one, factor by factor."), name="faces")
app.add_typer(cli_accounts.app, name="accounts")


def _tell_version(asked: bool) -> None:
    if asked:
        print(versions())
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What stands before a command."""


@models.callback(invoke_without_command=True)
def default(context: typer.Context, json: Json = None) -> None:
    """The models that can embed; without a further word they are listed."""
    if context.invoked_subcommand is None:
        run("models", json)


@models.command("list")
def listed(json: Json = None) -> None:
    """List the models: the bundled one, imported and recommended ones first, then by published ImageNet accuracy."""
    run("models", json)


@models.command()
def fetch(
    name: Annotated[str, typer.Argument(help="ARCHITECTURE:TAG, or hf-hub:ORGANISATION/REPOSITORY.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before downloading.")] = False,
    json: Json = None,
) -> None:
    """Download a model of the hub with all it needs, so that it works offline; goes on where it was stopped.

    Size and licence are told first. At a terminal it then asks, unless --yes is given; a script is not asked.
    """
    plan = COMMANDS["models plan"](name=name)
    if plan["left"]:
        _tell_plan(plan)
        if not yes and sys.stdin.isatty() and not typer.confirm("Download it?", err=True):
            raise Cancelled("nothing was downloaded")
    run("models fetch", json, name=name)


def _tell_plan(plan: dict[str, Any]) -> None:
    """Size and licence, on standard error."""
    part = f", {size(plan['left'])} of it still to come" if plan["left"] < plan["bytes"] else ""
    gated = "; its conditions must be accepted on the hub first" if plan["gated"] else ""
    about = f"{plan['name']}: {size(plan['bytes'])}{part}, licence {plan['licence']}{gated}"
    print(f"{about}; from {plan['repository']} into {plan['folder']}", file=sys.stderr)
    if "warning" in plan:
        print(f"clipscape: warning: {plan['warning']}", file=sys.stderr)


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
        return _said(f"{error.format_message()}{_lacking(error)}", BAD_INPUT)


def _lacking(error: typer.TyperException) -> str:
    """What is said of the option that is missing, where one is."""
    missing = getattr(error, "param", None) if error.format_message().startswith("Missing") else None
    return f" {missing.help}" if missing else ""


def _options(arguments: list[str], error: BaseException) -> str:
    """` (--tag, --exclude)`: those that the command has for the parameters that the error is about."""
    asked = {*getattr(error, "parameters", ())}
    known = [each for each in _command(arguments).params if each.param_type_name == "option"]
    found = [each.opts[0] for each in known if asked & {each.name, each.opts[0].removeprefix("--")}]
    return f" ({', '.join(found)})" if found else ""


def _command(arguments: list[str]) -> Any:
    """The command that the arguments name."""
    command: Any = typer.main.get_command(app)
    context = command.context_class(command)
    for word in arguments:
        if not isinstance(command, Group) or (found := command.get_command(context, word)) is None:
            break
        context = found.context_class(found, parent=context, info_name=word)
        command = found
    return command


def _said(text: str, code: int) -> int:
    print(f"clipscape: {' '.join(text.split())}", file=sys.stderr)
    return code
