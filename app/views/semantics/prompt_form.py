"""The form of prompts: the words, templates, labels to compare with, and which items; a job does the work."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from app.comparison.source import Source
from app.kit import formats, forms, progress, store
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.views.semantics import examples, source
from app.views.semantics.examples import Asked
from core.errors import BadInput
from core.semantics.correlation import LEAST_ITEMS
from core.semantics.prompts import Prompts, check_templates, prompts_in, read_prompts
from core.workspace import Workspace

COMMAND, TAB = "semantics", "prompts"
NONE, COMPONENTS = "none", "components"
HEIGHT = 184
SUFFIXES = ["txt", "csv", "tsv"]


@dataclass(frozen=True)
class Words:
    """What was typed. refusal: why it cannot be asked, None where it can."""

    prompts: Prompts | None
    templates: tuple[str, ...]
    refusal: str | None = None

    @classmethod
    def of(cls, prompts: str, templates: str) -> "Words":
        lines = tuple(line.strip() for line in templates.splitlines() if line.strip())
        try:
            found = prompts_in(prompts)
            check_templates(lines, len(found))
        except BadInput as error:
            return cls(None, lines, str(error))
        return cls(found, lines)


def show(workspace: Workspace) -> None:
    """Draws the form; its button starts the job."""
    tried(workspace)
    with st.container(key="prompts-words", horizontal=True, gap="medium"):
        words = typed(workspace)
    with st.container(key="prompts-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        label = _label(workspace)
        given = source.ask(workspace, TAB)
    ready = words.prompts is not None
    if forms.start("Compare", "start-prompts", ready, told(workspace, words, given)) and words.prompts:
        start(workspace, words.prompts, words.templates, given, label)
        st.rerun()


def tried(workspace: Workspace) -> None:
    """What fits the workspace, to be asked with one click, and a file of a person's own."""
    with st.container(key="prompts-examples", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("Ask at once:", width="content")
        for number, asked in enumerate(examples.prompts(workspace.name)):
            if st.button(asked.title, key=f"prompts-example-{number}", icon=":material/bolt:"):
                fill(workspace, asked)
                words = Words.of(asked.prompts, "\n".join(asked.templates))
                given = source.usual(workspace)
                if words.prompts:
                    start(workspace, words.prompts, words.templates, given, asked.label)
                st.rerun()
        with st.popover("From a file", icon=":material/upload_file:", key="prompts-file"):
            _upload(workspace)


def _upload(workspace: Workspace) -> None:
    """Reads a file of prompts into the box."""
    sent = st.file_uploader("Prompts", SUFFIXES, key="prompts-upload", label_visibility="collapsed")
    st.caption("Text, one prompt a line, perhaps as `class: prompt`; or a table with a column `prompt` and `class`.")
    if sent is not None and st.button("Put them into the box", key="prompts-read", type="primary"):
        with plainly():
            st.session_state[_key(workspace, "text")] = read(sent.name, sent.getvalue())
            st.rerun()


def read(name: str, content: bytes) -> str:
    """The prompts of a file as lines; raises `BadInput` for one that holds none."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(content)
        try:
            found = read_prompts(path)
        except BadInput as error:
            raise BadInput(str(error).replace(str(path), path.name)) from None
    own = found.classes == found.texts
    lines = found.texts if own else [f"{each}: {text}" for each, text in zip(found.classes, found.texts, strict=True)]
    return "\n".join(lines)


def typed(workspace: Workspace, height: int = HEIGHT) -> Words:
    """The boxes for prompts and templates; they hold the same on every tab."""
    first = examples.prompts(workspace.name)[0]
    text = st.text_area(
        "Prompts, one a line",
        height=height,
        help="Several may stand for one class: `coat: a photo of a coat`, with the class before a colon on every line",
        **kept(_key(workspace, "text"), first.prompts),
    )
    templates = st.text_area(
        "Templates, one a line",
        height=height,
        placeholder="a photo of a {}",
        help="Each prompt is put in the place of {} in each of them, and the vectors are averaged. Empty: as it is.",
        **kept(_key(workspace, "templates"), "\n".join(first.templates)),
    )
    return Words.of(text, templates)


def fill(workspace: Workspace, asked: Asked) -> None:
    """Puts an example into the boxes."""
    st.session_state[_key(workspace, "text")] = asked.prompts
    st.session_state[_key(workspace, "templates")] = "\n".join(asked.templates)
    st.session_state[_key(workspace, "label")] = asked.label or ""


def start(
    workspace: Workspace,
    prompts: Prompts,
    templates: Sequence[str],
    given: Source,
    label: str | None = None,
    **how: Any,
) -> None:
    """Starts the job. how: what the cosines are correlated with; left out, the principal components."""
    few = source.count(workspace, given) < LEAST_ITEMS
    arguments = {
        "prompts": list(prompts.texts),
        "classes": list(prompts.classes),
        "templates": list(templates),
        "label": label,
        "against": NONE if few else COMPONENTS,
        **how,
        **asdict(given),
    }
    progress.start(workspace, COMMAND, arguments, f"Compare with {formats.counted(len(prompts), 'prompt')}")


def _label(workspace: Workspace) -> str | None:
    options = ["", *store.items(workspace).grouping]
    found = st.selectbox(
        "True classes",
        options,
        format_func=lambda name: name.replace("_", " ") if name else "The label, if it fits",
        width=source.WIDTH,
        help="The column that says which class an item truly is, for the accuracy: its values are the classes' names",
        **kept(_key(workspace, "label"), "", options),
    )
    return str(found) or None


def told(workspace: Workspace, words: Words, given: Source) -> str:
    if words.prompts is None:
        return f":orange[:material/warning:] {escaped(words.refusal or '')}"
    counts = [formats.counted(len(words.prompts), "prompt")]
    if len(words.prompts.names) < len(words.prompts):
        counts.append(formats.counted(len(words.prompts.names), "class", "classes"))
    if len(words.templates) > 1:
        counts.append(formats.counted(len(words.templates), "template"))
    return f"{', '.join(counts)}, against {formats.counted(source.count(workspace, given), 'item')}."


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
