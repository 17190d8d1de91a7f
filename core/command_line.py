"""A command at a command line: made from its function's signature, run with a progress line, its result written."""

import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import typer

from core.bar import progress_bar
from core.commands import COMMANDS, ON_THE_COMMAND_LINE, readable
from core.commands.options import Argument, Option
from core.console import write
from core.errors import BadParameter

Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - prints it.")]
JSON = Parameter("json", Parameter.KEYWORD_ONLY, default=None, annotation=Json)


def run(command: str, file: str | None, /, **arguments: Any) -> None:
    """Runs a command with a progress line, then writes its result; a warning in it goes to standard error."""
    with progress_bar() as report:
        result = COMMANDS[command](**arguments, report=report)
    if "warning" in result:
        print(f"clipscape: warning: {result['warning']}", file=sys.stderr)
    write(readable(command, result) if file is None else result, file)


def made(command: str) -> Any:
    """The command as typer's."""
    function = COMMANDS[command]
    given = _given(function)

    def call(json: str | None = None, **written: Any) -> None:
        run(command, json, **{each.name: each.value(written[each.name]) for each in given})

    call.__signature__ = Signature([*(each.parameter() for each in given), JSON])  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in call.__signature__.parameters.values()}  # type: ignore[attr-defined]
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(command.rpartition(" ")[2], help=ON_THE_COMMAND_LINE[command].summary())(call)
    return typer.main.get_command(app)


class CommandParameter:
    """A parameter of a command, and how it is given at a command line."""

    def __init__(self, declared: Parameter, hint: Any, option: Option) -> None:
        self.name, self.default, self.option = declared.name, declared.default, option
        kinds = [each for each in get_args(hint) if each is not NoneType] if _is_union(hint) else [hint]
        self.kind, self.origin = kinds[0], get_origin(kinds[0])

    def parameter(self) -> Parameter:
        """As typer wants it."""
        default = None if self.origin is Mapping else self.default
        kind = self._type() if default is not None else self._type() | None
        return Parameter(
            self.name, Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, self._declared()]
        )

    def value(self, written: Any) -> Any:
        """What is written, as the command takes it."""
        if self.origin is Mapping:
            return settings(self._flag, written or [], self.option.metavar or "")
        if written is None or written == []:
            return None
        if self.option.read is not None:
            return self.option.read(written)
        return numbers(self._flag, written) if self._of_numbers else written

    @property
    def _flag(self) -> str:
        return f"--{self.option.name or self.name}"

    @property
    def _of_numbers(self) -> bool:
        return self.origin is Sequence and get_args(self.kind) == (int,)

    def _type(self) -> Any:
        if self.option.read is not None or self._of_numbers:
            return str
        return list[str] if self.origin in (Mapping, Sequence) else self.kind

    def _declared(self) -> Any:
        about: dict[str, Any] = {"help": self.option.help, "metavar": self.option.metavar}
        if isinstance(self.option, Argument):
            return typer.Argument(**about)
        names = (f"{self._flag}/--no-{self.name}",) if self.default is True else (self._flag,)
        return typer.Option(*names, **about)


def settings(flag: str, written: Sequence[str], form: str) -> dict[str, str]:
    """`NAME=VALUE` pairs as a dictionary; form: as which they are to be written."""
    pairs = [each.partition("=") for each in written]
    for name, equals, value in pairs:
        if not name or not equals or not value:
            raise BadParameter(f"{flag} {name}{equals}{value}: write it as {form}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def numbers(flag: str, text: str) -> list[int]:
    """`8,16,32` as whole numbers."""
    try:
        return [int(each) for each in text.split(",")]
    except ValueError:
        raise BadParameter(f"{flag} {text}: write whole numbers, e.g. {flag} 8,16,32") from None


def _given(function: Callable[..., Any]) -> list[CommandParameter]:
    """Those of its parameters that a command line has."""
    hints = get_type_hints(function, include_extras=True)
    found = []
    for name, declared in Signature.from_callable(function).parameters.items():
        hint = hints[name]
        options = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Option)]
        found += [CommandParameter(declared, get_args(hint)[0], option) for option in options]
    return found


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)
