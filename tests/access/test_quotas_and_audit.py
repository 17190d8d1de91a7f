"""How much a person may have, and what is written of what they changed."""

import json
import stat
from pathlib import Path

import pytest

from core.access import accounts, audit, quotas, rights
from core.access.accounts import Limits
from core.access.rights import ALONE, Person, guarded
from core.errors import BadInput
from core.workspace import Workspace, create_named
from tests.access.conftest import Client, signed_in
from tests.terminal import Terminal

ADA = Person("ada", "manage")


@pytest.fixture
def own(ada: str) -> Workspace:
    path = create_named("own").path
    rights.own(path, ada)
    return guarded(path, ADA)


@pytest.fixture(autouse=True)
def anew() -> None:
    quotas._held.cache_clear()


def test_a_person_without_limits_has_none(own: Workspace) -> None:
    assert quotas.bytes_left("ada") is None
    quotas.check_job(ADA, "embed", list)
    quotas.check_bytes(ADA, 10**15)


def test_bytes_of_ones_own_workspaces_count(own: Workspace, terminal: Terminal) -> None:
    (Path(own.path) / "spool").mkdir()
    (Path(own.path) / "spool" / "a").write_bytes(b"x" * 600_000)
    (Path(create_named("others").path) / "b").write_bytes(b"x" * 600_000)
    terminal.text("accounts", "limit", "--megabytes", "1")
    left = quotas.bytes_left("ada")
    assert left is not None
    assert 350_000 < left < 400_000
    quotas.check_bytes(ADA, left)
    with pytest.raises(BadInput, match="left of your limit"):
        quotas.check_bytes(ADA, left + 1)
    terminal.text("accounts", "limit", "ada", "--megabytes", "0")
    with pytest.raises(BadInput, match="is reached"):
        quotas.check_job(ADA, "cluster", list)
    quotas.check_job(ALONE, "cluster", list)


def test_jobs_and_items_are_counted(own: Workspace, terminal: Terminal) -> None:
    terminal.text("accounts", "limit", "ada", "--jobs", "2", "--items", "0")
    quotas.check_job(ADA, "cluster", lambda: [None])  # type: ignore[list-item]
    with pytest.raises(BadInput, match="2 jobs at once"):
        quotas.check_job(ADA, "cluster", lambda: [None, None])  # type: ignore[list-item]
    with pytest.raises(BadInput, match="you have 0 items, your limit is 0"):
        quotas.check_job(ADA, "embed", list)


def test_an_upload_is_refused_before_it_is_written(own: Workspace, client: Client) -> None:
    browser = signed_in(client())
    path = "/_stcore/upload_file/session/file"
    assert browser.put(path, content=b"x" * 2_000).status_code == 200
    accounts.limit("ada", Limits(bytes=quotas._held("ada", -1) + 1_000))
    assert browser.put(path, content=b"x" * 900).status_code == 200
    assert browser.put(path, content=b"x" * 2_000).status_code == 413
    assert browser.put(path, content=iter([b"x" * 2_000])).status_code == 413
    accounts.add("ada", "look")
    assert browser.put(path, content=b"x").status_code == 403


def lines(home: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (home / "audit.jsonl").read_text().splitlines()]


def test_changes_and_attempts_are_logged_without_words(own: Workspace, home: Path, client: Client) -> None:
    own.set_column("tag", {})
    browser = client()
    browser.post("/sign-in", data={"name": "ada", "password": "a wrong one"})
    signed_in(browser)
    seen = [(each["who"], each["what"], each["workspace"]) for each in lines(home)]
    assert seen == [("ada", "set column", "own"), ("ada", "sign in refused", ""), ("ada", "sign in", "")]
    assert "a wrong one" not in (home / "audit.jsonl").read_text()
    assert stat.S_IMODE((home / "audit.jsonl").stat().st_mode) == 0o600


def test_a_name_cannot_forge_a_line_and_the_log_is_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.log('eve"}\n{"who": "ada', "sign in refused")
    assert [each["who"] for each in lines(home)] == ['eve"}\n{"who": "ada']
    monkeypatch.setattr(audit, "LARGEST", 10)
    audit.log("ada", "delete", "own")
    assert [each["who"] for each in lines(home)] == ["ada"]
    assert (home / "audit.jsonl.1").exists()
