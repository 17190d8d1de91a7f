"""Accounts: what is kept of a password, which are refused, and the commands."""

import io
import stat
from pathlib import Path

import pytest

from core.access import accounts, sessions
from core.access.accounts import is_right
from core.access.attempts import Attempts
from core.errors import BadInput
from tests.access.conftest import PASSWORD
from tests.terminal import Terminal


def typed(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(words))


def test_the_file_is_its_owners_and_holds_no_password(ada: str, home: Path) -> None:
    token = accounts.new_token(ada)
    kept = (home / "access.json").read_text()
    assert stat.S_IMODE((home / "access.json").stat().st_mode) == 0o600
    assert PASSWORD not in kept
    assert token.rpartition("-")[2] not in kept
    assert kept.count("$argon2id$") == 2


def test_the_cost_of_a_hash_is_owasps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert "$m=19456,t=2,p=1$" in accounts._hashed(PASSWORD)
    assert "$m=19456,t=2,p=1$" in accounts.NOBODY


def test_the_right_password_or_token_and_no_other(ada: str) -> None:
    token = accounts.new_token(ada, "laptop")
    assert is_right(ada, PASSWORD)
    assert is_right(ada, token)
    wrong = ["", "swordfish", token[:-1], token + "x", accounts.TOKEN, "nobody has this one", "ü" * 2_000]
    assert not any(is_right(ada, each) for each in wrong)
    assert not is_right("bob", PASSWORD)
    assert not is_right("bob", "nobody has this one")


def test_a_token_is_taken_back(ada: str) -> None:
    token = accounts.new_token(ada)
    accounts.drop_token(ada, accounts.read().accounts[ada].tokens[0].id)
    assert not is_right(ada, token)


def test_who_has_no_password_signs_in_by_token_only(home: Path) -> None:
    accounts.add("bob", "look")
    assert not is_right("bob", "")
    assert is_right("bob", accounts.new_token("bob"))


def test_a_session_is_signed_ends_and_is_older_than_no_new_password(ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie, other = sessions.begin(ada), sessions.begin(ada)
    assert sessions.name_of(cookie) == ada
    assert [sessions.name_of(each) for each in (None, "", "x", cookie[:-2], f"W10{cookie[3:]}")] == [None] * 5
    sessions.end(cookie)
    assert (sessions.name_of(cookie), sessions.name_of(other)) == (None, ada)
    monkeypatch.setattr(sessions, "LIFE", -1)
    assert sessions.name_of(other) is None
    monkeypatch.undo()


def test_a_new_password_and_a_removal_end_sessions(ada: str) -> None:
    cookie = sessions.begin(ada)
    accounts.add(ada, "look", "another one")
    assert sessions.name_of(cookie) is None
    cookie = sessions.begin(ada)
    accounts.remove(ada)
    assert sessions.name_of(cookie) is None


def test_a_damaged_file_lets_nobody_in(ada: str, home: Path) -> None:
    (home / "access.json").write_text('{"accounts": []}')
    with pytest.raises(BadInput, match="cannot be read"):
        accounts.read()


def test_beyond_this_machine_nobody_is_served_without_an_account(home: Path) -> None:
    for address in ("0.0.0.0", "::", "192.168.1.5", "lab.example.org", "127.0.0.1.example.org", ""):
        with pytest.raises(BadInput, match="accounts add"):
            accounts.check(address)
    for address in ("127.0.0.1", "127.1.2.3", "::1", "localhost"):
        accounts.check(address)
        assert not accounts.are_demanded(address)


def test_attempts_are_counted_a_person_and_an_address() -> None:
    now = [0.0]
    attempts = Attempts(2, 60, lambda: now[0])
    assert attempts.wait("ada", "here") == 0
    assert attempts.wait("bob", "here") == 0
    assert attempts.wait("eve", "here") == 60
    assert attempts.wait("ada", "there") == 0
    assert attempts.wait("ada", "elsewhere") == 60
    attempts.forgive("here")
    assert attempts.wait("bob", "here") == 0
    now[0] = 60
    assert attempts.wait("ada", "elsewhere") == 0


def test_the_commands(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, f"{PASSWORD}\n")
    assert terminal.text("accounts", "add", "ada", "--role", "manage").startswith("ada: manage")
    token = terminal.text("accounts", "token", "ada", "--for", "laptop").strip()
    assert is_right("ada", PASSWORD)
    assert is_right("ada", token)
    (line,) = terminal.json("accounts", "list")["accounts"]
    assert (line["name"], line["role"], line["password"]) == ("ada", "manage", "yes")
    terminal.text("accounts", "remove", "ada")
    assert terminal.json("accounts", "list") == {"accounts": []}


@pytest.mark.parametrize(
    ("words", "arguments", "line"),
    [
        ("short\n", ["add", "ada"], "a password of 5 characters: give 8 to 1000"),
        (f"{PASSWORD}\n", ["add", "ada", "--role", "king"], "role 'king' is not one of look, add, manage"),
        (f"{PASSWORD}\n", ["add", "../ada"], "account '../ada': give a name of 1 to 60 letters"),
        ("", ["remove", "ada"], "no account 'ada': there are none"),
        ("", ["token", "ada"], "no account 'ada': there are none"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(
    words: str, arguments: list[str], line: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, words)
    assert terminal.refused("accounts", *arguments).startswith(line)
