"""Who may see, start, write and delete what; and which files of the machine are read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.access import accounts, rights
from core.access.rights import ALONE, Person, check_change, check_command, check_file, guarded, visible
from core.errors import BadInput
from core.sources import bundled
from core.workspace import Workspace, create_named
from tests.terminal import Terminal

ADA, BOB, EVE = Person("ada", "manage"), Person("bob", "add"), Person("eve", "look")


@pytest.fixture
def made(home: Path) -> Callable[..., str]:
    """The path of a workspace of somebody's."""

    def make(name: str, owner: str = "", shared: bool = False) -> str:
        path = create_named(name).path
        if owner:
            rights.own(path, owner, shared)
        return path

    return make


def test_a_person_sees_what_is_theirs_shared_or_bundled(made: Callable[..., str]) -> None:
    made("of ada", "ada")
    made("of bob", "bob")
    made("for all", "ada", shared=True)
    made("of nobody")
    known = bundled.names()
    assert visible(ADA) == [*known, "for all", "of ada"]
    assert visible(EVE) == [*known, "for all"]
    assert set(visible(ALONE)) == {*known, "for all", "of ada", "of bob", "of nobody"}


def refused(person: Person, path: str, deletes: bool = False) -> bool:
    try:
        check_change(person, path, deletes)
    except BadInput:
        return True
    return False


@pytest.mark.parametrize(("person", "changes", "deletes"), [(ADA, True, True), (BOB, True, False), (EVE, False, False)])
def test_a_role_says_what_may_be_done_with_ones_own(
    person: Person, changes: bool, deletes: bool, made: Callable[..., str], home: Path
) -> None:
    own, shared = made("own", person.name), made("shared", "zoe", shared=True)
    assert [refused(person, own), refused(person, own, deletes=True)] == [not changes, not deletes]
    assert refused(person, shared)
    assert refused(person, str(home / "photos"))
    assert not refused(ALONE, shared, deletes=True)


def test_what_is_hidden_is_not_told_from_what_is_not_there(made: Callable[..., str], home: Path) -> None:
    with pytest.raises(BadInput) as hidden:
        guarded(made("secret", "ada"), BOB)
    with pytest.raises(BadInput) as missing:
        guarded(home / "secret2", BOB)
    assert str(missing.value) == str(hidden.value).replace("secret", "secret2")


def test_a_workspace_in_hands_that_may_not_refuses_every_write(made: Callable[..., str]) -> None:
    shared = guarded(made("shared", "ada", shared=True), BOB)
    writes = [
        lambda: shared.add([]),
        lambda: shared.set_column("tag", {}),
        lambda: shared.set_captions({}),
        lambda: shared.delete_embeddings("pocket"),
        lambda: shared.delete_run("1"),
        lambda: shared.add_embeddings("pocket", "image", [], None),  # type: ignore[arg-type]
        lambda: shared.save_run(None, {}),  # type: ignore[arg-type]
    ]
    for write in writes:
        with pytest.raises(BadInput, match="shared to look at"):
            write()
    assert shared.count() == 0
    writing = {name for name in vars(Workspace) if name.startswith(("add", "set_", "delete_", "save_"))}
    assert writing <= set(vars(rights.GuardedWorkspace))


@pytest.mark.parametrize("command", ["embed", "cluster", "map", "reduce", "names", "faces train", "care"])
def test_commands_start_in_ones_own_workspace_only(command: str, made: Callable[..., str]) -> None:
    own, others = made("own", "bob"), made("others", "ada", shared=True)
    check_command(BOB, command, {"source": own}, own)
    for person, place in ((BOB, others), (EVE, others), (EVE, own), (BOB, "")):
        with pytest.raises(BadInput):
            check_command(person, command, {"source": place}, place)
    check_command(EVE, "search", {"workspace": others, "text": "a"}, others, asks=True)
    with pytest.raises(BadInput, match="that you may see"):
        check_command(EVE, "search", {"workspace": own, "text": "a"}, own, asks=True)


def test_only_managers_delete_and_bring_models(made: Callable[..., str]) -> None:
    own = made("own", "bob")
    for command in ("discard", "models fetch", "models import"):
        with pytest.raises(BadInput, match="manage"):
            check_command(BOB, command, {}, own)
        check_command(ADA, command, {}, made(f"of ada {command}", "ada"))


def test_files_are_read_under_the_roots_only_after_links(tmp_path: Path, home: Path, made: Callable[..., str]) -> None:
    own, others = made("own", "bob"), made("others", "ada")
    root, outside = tmp_path / "pictures", tmp_path / "pictures of ada"
    for folder in (root, outside):
        folder.mkdir()
    (root / "way out").symlink_to(outside)
    (root / "way home").symlink_to(home)
    hidden = [outside, root / "way out", root / "way home", root / ".." / outside.name, home / "access.json"]
    hidden += [Path("/etc/passwd"), Path("~"), Path(others), Path(own) / "spool" / ".." / "items.lance"]
    for path in [root, *hidden]:
        with pytest.raises(BadInput):
            check_command(BOB, "embed", {"source": str(path), "workspace": own}, own)
    accounts.allow(root)
    check_command(BOB, "embed", {"source": str(root), "workspace": own}, own)
    check_command(BOB, "embed", {"source": f"{own}/spool/1", "captions": f"{own}/spool/1/c.csv"}, own)
    check_command(BOB, "embed", {"source": "emoji", "workspace": own}, own)
    for path in hidden:
        for name in ("source", "captions", "attributes"):
            with pytest.raises(BadInput):
                check_command(BOB, "embed", {name: str(path), "workspace": own}, own)
    for model in (f"ViT-B-32:{outside}/w.safetensors", f"{outside}", "../w", "w.safetensors", "..", "~/w"):
        with pytest.raises(BadInput, match="administrator"):
            check_command(BOB, "embed", {"model": model, "workspace": own}, own)
    for model in ("pocket-2", "ViT-B-32:openai", "hf-hub:a/b", f"ViT-B-32:{root}/w.safetensors", "mine@0a1b"):
        check_file(BOB, model, own)
    accounts.allow(root, allowed=False)
    with pytest.raises(BadInput):
        check_file(BOB, str(root), own)


def test_another_workspace_is_no_source(made: Callable[..., str]) -> None:
    own = made("own", "bob")
    made("others", "ada")
    for source in ("others", made("more", "ada")):
        with pytest.raises(BadInput):
            check_command(BOB, "cluster", {"source": source}, own)


def test_the_administrators_commands(tmp_path: Path, made: Callable[..., str], ada: str, terminal: Terminal) -> None:
    (tmp_path / "pictures").mkdir()
    assert terminal.text("accounts", "allow", str(tmp_path / "pictures")).strip() == str(tmp_path / "pictures")
    assert terminal.refused("accounts", "allow", "/").startswith("/: allow an existing folder")
    path = made("ours")
    terminal.text("accounts", "share", "ours", "--owner", "ada")
    assert rights.owned(path) == rights.Owned("ada", shared=True)
    terminal.text("accounts", "share", "ours", "--no-look")
    assert rights.owned(path) == rights.Owned("ada", shared=False)
    assert terminal.refused("accounts", "share", "ours", "--owner", "zoe").startswith("no account 'zoe'")
