"""A method is one file: a `Params` dataclass, `fit(x, params, report)`, and `METHOD`.

The file's docstring is its documentation: first line the summary, the rest the paper.
A method's module imports its heavy libraries inside `fit`, so that listing the methods is quick.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from inspect import cleandoc
from sys import modules
from typing import Any, Self

from core.errors import BadParameter

FORMER = {"starts": "n_init", "iterations": "max_iter", "early_iterations": "early_exaggeration_iter"}
"""What parameters were called, on run cards and in scripts of earlier versions, and what they are called now."""


def param(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[Any, ...] = (),
) -> Any:
    """A dataclass field that carries what a form and a command line need to know."""
    limits = {"help": help, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(default=default, metadata=limits)


@dataclass(frozen=True)
class ParameterInfo:
    """A parameter of a method; type: by its name. minimum, maximum, choices: its limits, where it has some."""

    name: str
    type: str
    default: Any
    help: str
    minimum: float | None
    maximum: float | None
    choices: Sequence[Any]

    @classmethod
    def of(cls, each: Field[Any]) -> Self:
        default = None if each.default is MISSING else each.default
        return cls(each.name, getattr(each.type, "__name__", str(each.type)), default, **each.metadata)


@dataclass(frozen=True)
class MethodInfo:
    """A method as it is listed; seeded: whether there is chance in it."""

    name: str
    title: str
    summary: str
    seeded: bool
    params: Sequence[ParameterInfo]


@dataclass(frozen=True)
class RefusedMethod:
    """A method that a comparison has left out, by its name, and why."""

    method: str
    reason: str


@dataclass(frozen=True)
class Method:
    """A named way to get a result; `place` puts new rows into an existing result where that makes sense."""

    name: str
    title: str
    params: type
    fit: Callable[..., Any]
    place: Callable[..., Any] | None = None

    @property
    def seeded(self) -> bool:
        """Whether there is chance in it, and so a parameter `seed`; where there is none, one run says all."""
        return any(each.name == "seed" for each in fields(self.params))

    @property
    def documentation(self) -> str:
        return cleandoc(modules[self.fit.__module__].__doc__ or "")

    @property
    def summary(self) -> str:
        return self.documentation.partition("\n")[0]

    @property
    def info(self) -> "MethodInfo":
        """What a list of methods says of it."""
        parameters = [ParameterInfo.of(each) for each in fields(self.params)]
        return MethodInfo(self.name, self.title, self.summary, self.seeded, parameters)

    def make_params(self, given: Mapping[str, Any]) -> Any:
        """Parameters from names and values (strings are converted), each within its limits.

        Every method takes a seed, so that methods are compared by the same; without chance it is left aside.
        """
        known = {each.name: each for each in fields(self.params)}
        given = {name: value for name, value in renamed(given).items() if name != "seed" or self.seeded}
        for name in given:
            if name not in known:
                raise BadParameter(f"{self.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}")
        return self.params(**{name: _convert(known[name], value) for name, value in given.items()})


def renamed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by the names that parameters have today."""
    return {FORMER.get(name, name): value for name, value in given.items()}


def seed_of(params: Any) -> int:
    """The seed among a method's parameters; 0 where there is no chance."""
    return getattr(params, "seed", 0)


@cache
def discover(package: str) -> Mapping[str, Method]:
    """The methods of a package by name: every module in it that has a `METHOD`."""
    parent = importlib.import_module(package)
    found = (importlib.import_module(f"{package}.{info.name}") for info in pkgutil.iter_modules(parent.__path__))
    methods = [module.METHOD for module in found if hasattr(module, "METHOD")]
    return {method.name: method for method in sorted(methods, key=lambda method: method.name)}


def find(package: str, name: str) -> Method:
    """The method of that name; a wrong name is answered with the right ones."""
    methods = discover(package)
    if name not in methods:
        raise BadParameter(f"no method {name!r} in {package.rpartition('.')[2]}; choose from {', '.join(methods)}")
    return methods[name]


def _convert(each: Field[Any], value: Any) -> Any:
    default: Any = each.default
    kind = type(default)
    try:
        converted = _truth(value) if kind is bool else kind(value)
    except (TypeError, ValueError):
        raise BadParameter(f"{each.name}={value!r} is not a {kind.__name__}; its default is {default!r}") from None
    _check_limits(each, converted)
    return converted


def _truth(value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _check_limits(each: Field[Any], value: Any) -> None:
    low, high, choices = (each.metadata.get(key) for key in ("minimum", "maximum", "choices"))
    if choices and value not in choices:
        raise BadParameter(f"{each.name}={value!r} is not one of {', '.join(map(str, choices))}")
    if isinstance(value, float) and value != value:
        raise BadParameter(f"{each.name} is not a number; its default is {each.default!r}")
    if low is not None and value < low:
        raise BadParameter(f"{each.name}={value!r} is below {low}; its default is {each.default!r}")
    if high is not None and value > high:
        raise BadParameter(f"{each.name}={value!r} is above {high}; its default is {each.default!r}")
