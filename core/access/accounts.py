"""Accounts: who may use the app over a network and as what, in one file of CLIPSCAPE_HOME that only its owner reads.

Passwords and tokens are kept as argon2id hashes (Biryukov, Dinu, Khovratovich and Josefsson: RFC 9106. 2021).
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from core.errors import BadInput, one_line
from core.machine import home

Role = Literal["look", "add", "manage"]
ROLES: Mapping[Role, str] = {
    "look": "sees what is shared, searches, changes nothing",
    "add": "makes workspaces, adds items, starts runs",
    "manage": "all that; deletes what is its own, brings models",
}
SHORTEST = 8
"""Characters of a password."""
LONGEST = 1_000
TOKEN = "clipscape-"
"""How a token begins; then come its number and its secret."""
FILE = "access.json"
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$aFQhUex09xTofTCNgC2zkg$l7FGiY2kdrLEd0s5KAd/85uRpKQQvXYvQ+O89Vh/a50"
"""What the secret of somebody who is not there is compared with, so that it takes as long."""


class Token(msgspec.Struct, frozen=True):
    """What stands for a password where none is typed: its number, what it is for, its hash."""

    id: str
    name: str
    hash: str


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """The most that a person may have: bytes and items in their workspaces, jobs at once; None: no limit."""

    bytes: int | None = None
    items: int | None = None
    jobs: int | None = None


class Account(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person. password: its hash; None for one who signs in with a token, or elsewhere by that e-mail address."""

    role: Role
    password: str | None = None
    email: str | None = None
    tokens: tuple[Token, ...] = ()
    limits: Limits | None = None


class Access(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole file. secret: signs sessions. roots: folders of this machine that people may read from.

    signed_out: sessions that ended early, and when they would have ended.
    """

    secret: str = ""
    accounts: dict[str, Account] = {}
    roots: tuple[str, ...] = ()
    limits: Limits = Limits()
    signed_out: dict[str, float] = {}

    def account(self, name: str) -> Account:
        """Raises `BadInput` where there is none of that name."""
        if name not in self.accounts:
            raise BadInput(f"no account {name!r}: there are {', '.join(sorted(self.accounts)) or 'none'}")
        return self.accounts[name]


def file() -> Path:
    """Where accounts are kept."""
    return home() / FILE


def read() -> Access:
    """What there is now; nobody where there is no file. Raises `BadInput` for a damaged one: then nobody signs in."""
    path = file()
    try:
        seen = path.stat()
    except FileNotFoundError:
        return Access()
    return _read(path, seen.st_mtime_ns, seen.st_ino)


@lru_cache(maxsize=2)
def _read(path: Path, changed: int, number: int) -> Access:
    """changed, number: of the file, which each change makes anew."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Access)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadInput(f"{path} cannot be read ({one_line(error)}): mend it, or remove it and add accounts") from None


def is_local(address: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False


def are_demanded(address: str) -> bool:
    """Whether who comes there must sign in: beyond this machine always, here once anybody has an account."""
    return not is_local(address) or bool(read().accounts)


def check(address: str) -> None:
    """Raises `BadInput` for an address that needs accounts where nobody has one."""
    if not is_local(address) and not read().accounts:
        raise BadInput(
            f"address {address}: others could reach the app, and nobody has an account: add one with "
            "`clipscape accounts add NAME`, or leave the address at 127.0.0.1"
        )


def change(made: Callable[[Access], Access]) -> Access:
    """Writes what `made` makes of what there is; whole or not at all, and one at a time."""
    from filelock import FileLock

    path = file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), mode=0o600):
        known = read()
        new = made(known if known.secret else replace(known, secret=secrets.token_urlsafe(32)))
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(msgspec.json.format(msgspec.json.encode(new)))
        aside.replace(path)
    return new


def add(name: str, role: Role, password: str | None = None, email: str | None = None) -> Account:
    """A new account, or one that is there with what is given set anew; its tokens stay.

    Raises `BadInput` for a name, role or password that cannot be.
    """
    if not re.fullmatch(r"[\w.@+-]{1,60}", name):
        raise BadInput(f"account {name!r}: give a name of 1 to 60 letters, digits and . _ - @ +")
    if role not in ROLES:
        raise BadInput(f"role {role!r} is not one of {', '.join(ROLES)}")
    kept = None if password is None else _hashed(_checked(password))

    def made(access: Access) -> Access:
        before = access.accounts.get(name, Account(role))
        now = replace(before, role=role, password=kept or before.password, email=email or before.email)
        return _with(access, name, now)

    return change(made).accounts[name]


def remove(name: str) -> None:
    """The account goes, and with it its sessions and tokens; its workspaces stay."""

    def made(access: Access) -> Access:
        access.account(name)
        return replace(access, accounts={each: kept for each, kept in access.accounts.items() if each != name})

    change(made)


def allow(folder: str | Path, allowed: bool = True) -> tuple[str, ...]:
    """People may read from a folder of this machine, or no more; all that they may then.

    Raises `BadInput` for what is no folder, and for the root of the file system.
    """
    path = Path(folder).expanduser().resolve()
    if allowed and (not path.is_dir() or path == Path(path.anchor)):
        raise BadInput(f"{folder}: allow an existing folder, and not the root of the file system")

    def made(access: Access) -> Access:
        others = [each for each in access.roots if each != str(path)]
        return replace(access, roots=tuple(sorted([*others, str(path)] if allowed else others)))

    return change(made).roots


def limit(name: str | None, most: Limits) -> None:
    """Sets the limits of an account, or with None those of everybody who has none of their own."""

    def made(access: Access) -> Access:
        if name is None:
            return replace(access, limits=most)
        return _with(access, name, replace(access.account(name), limits=most))

    if any(each is not None and each < 0 for each in (most.bytes, most.items, most.jobs)):
        raise BadInput("a limit below 0: give 0 or more, or leave it out for none")
    change(made)


def new_token(name: str, purpose: str = "") -> str:
    """A token of an account, which is told this once; raises `BadInput` where there is no such account."""
    id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = Token(id, purpose, _hashed(secret))

    def made(access: Access) -> Access:
        account = access.account(name)
        return _with(access, name, replace(account, tokens=(*account.tokens, token)))

    change(made)
    return f"{TOKEN}{id}-{secret}"


def drop_token(name: str, id: str) -> None:
    """Raises `BadInput` where the account has none of that number."""

    def made(access: Access) -> Access:
        account = access.account(name)
        left = tuple(each for each in account.tokens if each.id != id)
        if len(left) == len(account.tokens):
            raise BadInput(f"account {name!r} has no token {id!r}: `accounts list` names them")
        return _with(access, name, replace(account, tokens=left))

    change(made)


def is_right(name: str, secret: str) -> bool:
    """Whether that is the person's password, or one of their tokens; takes the same time for whoever is not there."""
    from argon2.exceptions import InvalidHashError, VerificationError

    account = read().accounts.get(name)
    kept, given = _looked_up(account, secret) if account else (None, secret)
    right = False
    with suppress(VerificationError, InvalidHashError):
        right = _hasher().verify(kept or NOBODY, given[:LONGEST])
    return right and kept is not None


def _looked_up(account: Account, secret: str) -> tuple[str | None, str]:
    """The one hash to compare with, and what to compare: a token says itself which it is."""
    id, _, rest = secret.removeprefix(TOKEN).partition("-")
    if secret.startswith(TOKEN) and rest:
        return next((token.hash for token in account.tokens if token.id == id), None), rest
    return account.password, secret


def _with(access: Access, name: str, account: Account) -> Access:
    return replace(access, accounts={**access.accounts, name: account})


def _checked(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"a password of {len(password)} characters: give {SHORTEST} to {LONGEST}")
    return password


def _hashed(secret: str) -> str:
    return str(_hasher().hash(secret))


def _hasher() -> Any:
    """With the cost that OWASP's Password Storage Cheat Sheet asks for (2024): 19 MiB, two passes, one thread."""
    import argon2

    return argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
