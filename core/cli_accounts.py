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


@app.command()
def allow(
    folder: Annotated[str | None, typer.Argument(help="A folder of this machine; left out: which there are.")] = None,
    no_more: Annotated[bool, typer.Option("--no-more", help="Take it back.")] = False,
) -> None:
    """Let people read pictures, tables and weights from a folder of this machine; links are followed first."""
    roots = accounts.read().roots if folder is None else accounts.allow(folder, not no_more)
    print("\n".join(roots) or "none")


@app.command()
def limit(
    name: Annotated[str | None, typer.Argument(help="A person's account; left out: everybody.")] = None,
    megabytes: Annotated[int | None, typer.Option(help="In all workspaces; left out: no limit.")] = None,
    items: Annotated[int | None, typer.Option(help="In all workspaces; left out: no limit.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Waiting or running; left out: no limit.")] = None,
) -> None:
    """Say how much a person may have, or everybody who has no limits of their own."""
    accounts.limit(name, accounts.Limits(None if megabytes is None else megabytes * 1_000_000, items, jobs))


@app.command()
def share(
    workspace: Annotated[str, typer.Argument(help="Its name, or its folder.", metavar="WORKSPACE")],
    owner: Annotated[str | None, typer.Option(help="Whose it is; left out: as before.", metavar="NAME")] = None,
    look: Annotated[bool, typer.Option("--look/--no-look", help="Whether others may look at it.")] = True,
) -> None:
    """Say whose a workspace is, and whether the others may look at it."""
    from core.access import rights
    from core.inputs import open_workspace

    path = open_workspace(workspace).path
    if owner:
        accounts.read().account(owner)
    rights.own(path, owner or rights.owned(path).owner, look)


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
