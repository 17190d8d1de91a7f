"""`clipscape accounts …`: who may use the app over a network."""

import sys
from typing import Annotated, Any, cast

import typer

from core.access import accounts
from core.access.accounts import ROLES, Role
from core.command_line import Json
from core.console import write

app = typer.Typer(
    help="Who may use the app over a network: add, list, remove people and their tokens.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
Name = Annotated[str, typer.Argument(help="A person's account.")]


@app.command()
def add(
    name: Name,
    role: Annotated[str, typer.Option(help="; ".join(f"{name}: {about}" for name, about in ROLES.items()))] = "add",
    email: Annotated[str | None, typer.Option(help="By which a sign-in elsewhere (OpenID Connect) is known.")] = None,
    password: Annotated[bool, typer.Option(help="Without one: for tokens, or a sign-in elsewhere.")] = True,
) -> None:
    """Add a person, or give one another role or password; the password is asked for, or read from a pipe."""
    made = accounts.add(name, cast(Role, role), _asked() if password else None, email)
    print(f"{name}: {made.role} ({ROLES[made.role]})")


@app.command()
def token(
    name: Name,
    purpose: Annotated[str, typer.Option("--for", help="What it is for.", metavar="WORDS")] = "",
    drop: Annotated[str | None, typer.Option(help="Take that one back.", metavar="NUMBER")] = None,
) -> None:
    """Make a token, which is typed in place of the password; it is shown once."""
    if drop:
        accounts.drop_token(name, drop)
    else:
        print(accounts.new_token(name, purpose))


@app.command("list")
def listed(json: Json = None) -> None:
    """List the people, their roles and the numbers of their tokens."""
    write({"accounts": [_line(name, each) for name, each in sorted(accounts.read().accounts.items())]}, json)


@app.command()
def remove(name: Name) -> None:
    """Remove a person: their sessions end, their workspaces stay."""
    accounts.remove(name)


def _line(name: str, account: accounts.Account) -> dict[str, Any]:
    tokens = ", ".join(f"{each.id} {each.name}".strip() for each in account.tokens)
    return {
        "name": name,
        "role": account.role,
        "password": "yes" if account.password else "",
        "e-mail": account.email or "",
        "tokens": tokens,
    }


def _asked() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")
