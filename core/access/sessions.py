"""Sessions: the signed mark by which a browser is known after signing in, until it ends or is signed out."""

import hashlib
import secrets
import time

from itsdangerous import BadData, URLSafeTimedSerializer
from msgspec.structs import replace

from core.access.accounts import Access, Account, change, read

COOKIE = "clipscape_session"
LIFE = 12 * 3600
"""Seconds that a session lasts."""


def begin(name: str) -> str:
    """A new session of an account, as the text of a cookie."""
    access = read()
    return _signer(access).dumps([name, _mark(access.account(name)), secrets.token_hex(8)])


def name_of(cookie: str | None) -> str | None:
    """Whose session it is; None for one that is forged, over, signed out, or older than the person's password."""
    access = read()
    if not cookie or not access.secret:
        return None
    try:
        name, mark, number = _signer(access).loads(cookie, max_age=LIFE)
    except (BadData, ValueError, TypeError):
        return None
    account = access.accounts.get(name)
    return name if account and mark == _mark(account) and number not in access.signed_out else None


def end(cookie: str) -> None:
    """The session is none any more, whoever holds its cookie."""
    if name_of(cookie) is None:
        return
    number = _signer(read()).loads(cookie)[2]

    def made(access: Access) -> Access:
        left = {each: until for each, until in access.signed_out.items() if until > time.time()}
        return replace(access, signed_out={**left, number: time.time() + LIFE})

    change(made)


def _signer(access: Access) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        access.secret, salt="clipscape session", signer_kwargs={"digest_method": hashlib.sha256}
    )


def _mark(account: Account) -> str:
    """Another one once the password is another."""
    return hashlib.sha256((account.password or "").encode()).hexdigest()[:16]
