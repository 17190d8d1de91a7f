"""The tab "Prompts": the cosines of items and words, and the classes that the words make; its form asks a job."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from app.comparison.source import Source
from app.kit import formats, forms, progress, store, understanding
from app.kit.forms import kept
from app.kit.messages import escaped, plainly
from app.views.semantics import examples, matrix, results, source, zero_shot
from app.views.semantics.compared import Compared
from app.views.semantics.examples import PromptExample
from core.errors import BadInput
from core.runs.semantics import SemanticsRun
from core.semantics.correlation import LEAST_ITEMS
from core.semantics.prompts import Prompts, check_templates, prompts_in, read_prompts
from core.workspace import RunCard, Workspace

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
    """The form, and below it the result on screen."""
    cards = workspace.runs(SemanticsRun.KIND)
    understanding.sentence(workspace, cards[-1].model if cards else next(iter(store.models(workspace))))
    FORM.place(workspace, cards)
    card = results.chosen(workspace, TAB, cards, title)
    if card is None:
        return
    found = Compared.of(workspace, card)
    st.caption(described(workspace, found.run))
    with plainly():
        matrix.show(workspace, found)
        if found.run.has_classes:
            zero_shot.show(workspace, found.run)


def title(card: RunCard) -> str:
    """`8 prompts: a happy face, a sad face, … · accuracy 67 %`"""
    figures = SemanticsRun.figures_of(card)
    counted = formats.counted(figures.prompts, "prompt")
    names = f": {formats.shortened(figures.named)}" if figures.named else ""
    accuracy = "" if figures.accuracy is None else f" · accuracy {formats.percent(figures.accuracy)}"
    return f"{counted}{names}{accuracy}"


def described(workspace: Workspace, run: SemanticsRun) -> str:
    """What the result is of, its templates, and what was not read to its end."""
    templates, cut = run.params.templates, run.figures.truncated
    ensemble = f" Each prompt in {formats.counted(len(templates), 'template')}." if len(templates) > 1 else ""
    ensemble = f" Template: “{templates[0]}”." if len(templates) == 1 else ensemble
    long = f" :orange[:material/warning:] {formats.counted(cut, 'text')} longer than the model reads: cut."
    return f"{source.described(workspace, run.card, run.figures)}.{ensemble}{long if cut else ''}"


def _form(workspace: Workspace) -> None:
    _examples(workspace)
    with st.container(key="prompts-words", horizontal=True, gap="medium"):
        words = typed(workspace)
    with st.container(key="prompts-given", horizontal=True, vertical_alignment="bottom", gap="small"):
        options = {"": "The label, if it fits"} | source.readable(store.items(workspace).grouping)
        help = "The column that says which class an item truly is, for the accuracy: its values are the classes' names"
        label = forms.choice("True classes", options, _key(workspace, "label"), help)
        given = source.ask(workspace, TAB)
    if submitted("Compare", "start-prompts", workspace, words, given) and words.prompts:
        start(workspace, words.prompts, words.templates, given, label or None)
        st.rerun()


FORM = results.Form(COMMAND, "New prompts", _form, "Write prompts and press Compare, or ask one of those above.")


def _examples(workspace: Workspace) -> None:
    """What fits the workspace, to be asked with one click, and a file of a person's own."""
    with st.container(key="prompts-examples", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption("Ask at once:", width="content")
        for number, example in enumerate(examples.prompts(workspace.name)):
            if st.button(example.title, key=f"prompts-example-{number}", icon=":material/bolt:"):
                _fill(workspace, example)
                words = Words.of(example.text, "\n".join(example.templates))
                if words.prompts:
                    start(workspace, words.prompts, words.templates, source.usual(workspace), example.label)
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
    pairs = zip(found.classes, found.texts, strict=True)
    return "\n".join(found.texts if found.classes == found.texts else [f"{name}: {text}" for name, text in pairs])


def typed(workspace: Workspace, height: int = HEIGHT) -> Words:
    """The boxes for prompts and templates; they hold the same on every tab."""
    first = examples.prompts(workspace.name)[0]
    text = st.text_area(
        "Prompts, one a line",
        height=height,
        help="Several may stand for one class: `coat: a photo of a coat`, with the class before a colon on every line",
        **kept(_key(workspace, "text"), first.text),
    )
    templates = st.text_area(
        "Templates, one a line",
        height=height,
        placeholder="a photo of a {}",
        help="Each prompt is put in the place of {} in each of them, and the vectors are averaged. Empty: as it is.",
        **kept(_key(workspace, "templates"), "\n".join(first.templates)),
    )
    return Words.of(text, templates)


def _fill(workspace: Workspace, example: PromptExample) -> None:
    """Puts an example into the boxes."""
    st.session_state[_key(workspace, "text")] = example.text
    st.session_state[_key(workspace, "templates")] = "\n".join(example.templates)
    st.session_state[_key(workspace, "label")] = example.label or ""


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


def submitted(button: str, key: str, workspace: Workspace, words: Words, given: Source) -> bool:
    """The button, and beside it what will be compared, or why it cannot be."""
    if words.prompts is None:
        return forms.start(button, key, False, f":orange[:material/warning:] {escaped(words.refusal or '')}")
    counts = [formats.counted(len(words.prompts), "prompt")]
    if len(words.prompts.names) < len(words.prompts):
        counts.append(formats.counted(len(words.prompts.names), "class", "classes"))
    if len(words.templates) > 1:
        counts.append(formats.counted(len(words.templates), "template"))
    items = formats.counted(source.count(workspace, given), "item")
    return forms.start(button, key, True, f"{', '.join(counts)}, against {items}.")


def _key(workspace: Workspace, name: str) -> str:
    return f"{TAB}-{name}-{workspace.name}"
