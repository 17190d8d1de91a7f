"""The workspace itself: export, rename, delete."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile

import streamlit as st

from app.kit import downloads, formats, own_copy
from app.kit.messages import escaped, plainly
from app.kit.person import log, may_change, person
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core.access import rights
from core.errors import BadInput, MissingData
from core.jobs import jobs
from core.workspace import Workspace, open_named
from core.workspace import delete as delete_workspace


def show(workspace: Workspace) -> None:
    """A menu beside the title."""
    with st.popover("Workspace", icon=":material/folder:", key="manage"):
        st.caption(escaped(workspace.path))
        what = "Items, embeddings and maps as Parquet files"
        downloads.button(
            "Export as a zip", lambda: exported(workspace), f"{workspace.name}.zip", what, key="export-workspace"
        )
        deletable = may_change(deletes=True)
        if own_copy.may_make() and st.button(
            "Make a copy", key="copy-workspace", icon=":material/content_copy:", type="tertiary"
        ):
            own_copy.ask(workspace)
        if not deletable:
            return
        if workspace.is_bundled:
            if st.button("Reset", key="reset-workspace", icon=":material/restart_alt:", type="tertiary"):
                reset(workspace)
        elif st.button("Delete", key="delete-workspace", icon=":material/delete:", type="tertiary"):
            delete(workspace)


@dialog("Delete this workspace?")
def delete(workspace: Workspace) -> None:
    """Asks once more, since nothing brings it back."""
    st.markdown(
        f"**{escaped(workspace.name)}** with {_counted(workspace)} will be gone for good. "
        "Pictures elsewhere on this machine stay."
    )
    if st.button("Delete it", key="delete-sure", type="primary"):
        with plainly():
            remove(workspace)
            state().leave()
            st.rerun()


@dialog("Reset this bundled set?")
def reset(workspace: Workspace) -> None:
    """Asks once more; the set is as it came again."""
    st.markdown(
        f"**{escaped(workspace.name)}** will be as it came: maps, comparisons and whatever else was made or added here "
        "will be gone for good. Copies of it stay."
    )
    if st.button("Reset it", key="reset-sure", type="primary"):
        with plainly():
            remove(workspace)
            state().leave()
            state().open(Path(open_named(workspace.name).path))
            st.rerun()


def _counted(workspace: Workspace) -> str:
    """What is lost with it; of one that cannot be read nobody knows."""
    try:
        return f"{formats.counted(workspace.count(), 'item')}, their embeddings and maps"
    except (MissingData, OSError, ValueError):
        return "all its items, which cannot be read"


def remove(workspace: Workspace) -> None:
    """Deletes the folder; not while a job writes there, and never a folder outside the home of workspaces."""
    rights.check_change(person(), workspace.path, deletes=True)
    if any(job.active for job in jobs().list(workspace.path)):
        raise BadInput(f"a job still works on {workspace.name}: stop it first")
    log("delete", workspace.path)
    delete_workspace(workspace)
    st.cache_resource.clear()
    st.cache_data.clear()


def exported(workspace: Workspace) -> bytes:
    """The workspace as a zip of Parquet files."""
    from core.workspace.shipping import export

    with TemporaryDirectory() as folder:
        export(workspace, Path(folder))
        buffer = BytesIO()
        with ZipFile(buffer, "w", ZIP_STORED) as archive:
            for path in sorted(Path(folder).rglob("*")):
                archive.write(path, path.relative_to(folder))
    return buffer.getvalue()
