"""The workspace itself: export, rename, delete."""

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_STORED, ZipFile

import streamlit as st

from app.kit import downloads, formats
from app.kit.person import log, may_change, person
from app.kit.rerun_guard import dialog
from app.kit.state import state
from core.access import rights
from core.errors import BadInput
from core.jobs import jobs
from core.workspace import Workspace, home


def show(workspace: Workspace) -> None:
    """A menu beside the title."""
    with st.popover("Workspace", icon=":material/folder:", key="manage"):
        st.caption(f"{workspace.path}")
        what = "Items, embeddings and maps as Parquet files"
        downloads.button(
            "Export as a zip", lambda: exported(workspace), f"{workspace.name}.zip", what, key="export-workspace"
        )
        deletable = may_change(deletes=True)
        if deletable and st.button("Delete", key="delete-workspace", icon=":material/delete:", type="tertiary"):
            delete(workspace)


@dialog("Delete this workspace?")
def delete(workspace: Workspace) -> None:
    """Asks once more, since nothing brings it back."""
    st.markdown(
        f"**{workspace.name}** with {formats.counted(workspace.count(), 'item')}, their embeddings and "
        "maps will be gone for good. Pictures elsewhere on this machine stay."
    )
    if st.button("Delete it", key="delete-sure", type="primary"):
        remove(workspace)
        state().leave()
        st.rerun()


def remove(workspace: Workspace) -> None:
    """Deletes the folder; not while a job writes there, and never a folder outside the home of workspaces."""
    rights.check_change(person(), workspace.path, deletes=True)
    if any(job.active for job in jobs().list(workspace.path)):
        raise BadInput(f"a job still works on {workspace.name}: stop it first")
    if home().resolve() not in Path(workspace.path).resolve().parents:
        raise BadInput(f"{workspace.path} does not lie in {home()}: delete it by hand")
    log("delete", workspace.path)
    workspace.remove()
    st.cache_resource.clear()


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
